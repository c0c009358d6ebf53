"""Orders, leave of absence, and what combining and merging keep.

The two guards below replace those of migration 0005. A charge that moves to another account leaves the total of the first;
and a patient whose numbers were merged is the same patient: the account's revision rises only where birth date or sex differ.
"""

import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import append_only, facility_matches, never_deleted, raises_revision

TOTAL = """
CREATE OR REPLACE FUNCTION public.accounts_total_charges() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.accounts_account WHERE id IN (NEW.account_id, {other}) ORDER BY id FOR UPDATE;
    UPDATE public.accounts_account a SET revision = revision + 1, total_charges = (
        SELECT coalesce(sum(amount), 0) FROM public.accounts_chargeline
        WHERE account_id = a.id AND voided_at IS NULL) WHERE id IN (NEW.account_id, {other});
    RETURN NULL;
END $$;
"""

#: Compared whole; the patient is compared by itself.
ELEMENTS = (
    "unit_id",
    "billing_kind",
    "patient_class",
    "admit_date",
    "discharge_date",
    "discharge_status",
    "admission_type",
    "point_of_origin",
    "type_of_bill",
    "statement_from",
    "statement_through",
    "attending_id",
    "operating_id",
    "condition_codes",
    "occurrence_codes",
    "value_codes",
    "mother_id",
)

CHANGED = """
CREATE OR REPLACE FUNCTION public.accounts_elements_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    {unless}
    NEW.revision := OLD.revision + 1;
    RETURN NEW;
END $$;
DROP TRIGGER accounts_account_elements ON accounts_account;
CREATE TRIGGER accounts_account_elements BEFORE UPDATE ON accounts_account FOR EACH ROW
    WHEN (ROW({old}) IS DISTINCT FROM ROW({new}))
    EXECUTE FUNCTION public.accounts_elements_changed();
"""

SAME_PERSON = """
    IF ROW({old}) IS NOT DISTINCT FROM ROW({new}) AND EXISTS (
        SELECT FROM public.accounts_patient p JOIN public.accounts_patient q ON q.id = NEW.patient_id
        WHERE p.id = OLD.patient_id AND p.merged_into_id IS NOT NULL
            AND ROW(p.birth_date, p.sex) IS NOT DISTINCT FROM ROW(q.birth_date, q.sex)) THEN
        RETURN NEW;
    END IF;
"""


def _row(side: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{side}.{name}" for name in names)


def _changed(names: tuple[str, ...], unless: str) -> str:
    every = ("patient_id", *names)
    return CHANGED.format(unless=unless, old=_row("OLD", every), new=_row("NEW", every))


NOW = (*ELEMENTS, "occurrence_spans")
SAME = SAME_PERSON.format(old=_row("OLD", NOW), new=_row("NEW", NOW))


def _choices(*words: tuple[str, str]) -> list[tuple[str, str]]:
    return list(words)


def _facility() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility")


def _link(to: str, related_name: str, **options: object) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to, **options
    )


def _key() -> tuple[str, "models.BigAutoField[object, object]"]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


ORDER = migrations.CreateModel(
    name="Order",
    fields=[
        _key(),
        ("source_id", models.CharField(db_collation="C", max_length=80)),
        (
            "kind",
            models.CharField(
                choices=_choices(("inpatient", "Inpatient admission"), ("observation", "Observation"), ("other", "Other")),
                db_collation="C",
                default="other",
                max_length=12,
            ),
        ),
        (
            "status",
            models.CharField(
                choices=_choices(
                    ("active", "Active"),
                    ("held", "On hold"),
                    ("completed", "Completed"),
                    ("discontinued", "Discontinued"),
                    ("cancelled", "Cancelled"),
                ),
                db_collation="C",
                default="active",
                max_length=12,
            ),
        ),
        ("code", models.CharField(blank=True, db_collation="C", max_length=40)),
        ("description", models.CharField(blank=True, max_length=120)),
        ("ordered_at", models.DateTimeField(blank=True, null=True)),
        ("authenticated", models.BooleanField(default=False)),
        ("received_at", models.DateTimeField(auto_now_add=True)),
        (
            "account",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="accounts.account"),
        ),
        ("facility", _facility()),
        ("ordered_by", _link("accounts.provider", "+")),
    ],
    options={
        "ordering": ("ordered_at", "pk"),
        "constraints": [models.UniqueConstraint(fields=("facility", "source_id"), name="order_source_once")],
    },
)

LEAVE = migrations.CreateModel(
    name="LeaveNotice",
    fields=[
        _key(),
        (
            "kind",
            models.CharField(
                choices=_choices(
                    ("left", "Left"),
                    ("returned", "Returned"),
                    ("left_cancelled", "Leave cancelled"),
                    ("return_cancelled", "Return cancelled"),
                ),
                db_collation="C",
                max_length=16,
            ),
        ),
        ("on", models.DateField()),
        ("at", models.DateTimeField(blank=True, null=True)),
        (
            "expected_on",
            models.DateField(blank=True, help_text="Day on which the patient is expected back.", null=True),
        ),
        ("sent_at", models.DateTimeField()),
        (
            "account",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="leave_notices", to="accounts.account"),
        ),
        ("facility", _facility()),
    ],
    options={"ordering": ("sent_at", "pk")},
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_queue_limits")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="occurrence_spans",
            field=models.JSONField(
                default=list,
                help_text='[{"code": "74", "from": "2026-09-02", "through": "2026-09-03"}]; leaves keep their own up to date.',
            ),
        ),
        migrations.AddField("encounter", "merged_into", _link("accounts.encounter", "merged_from")),
        migrations.AddField("document", "addendum_to", _link("accounts.document", "addenda")),
        migrations.AddField("document", "replaced_by", _link("accounts.document", "replaces")),
        migrations.AddField("documentversion", "repeats", _link("accounts.documentversion", "+", db_index=False)),
        ORDER,
        LEAVE,
        *[facility_matches(table) for table in ("accounts_order", "accounts_leavenotice")],
        migrations.RunSQL(
            "ALTER TABLE accounts_encounter ADD CONSTRAINT encounter_facility_key UNIQUE (id, facility_id)",
            "ALTER TABLE accounts_encounter DROP CONSTRAINT encounter_facility_key",
        ),
        facility_matches("accounts_encounter", column="merged_into_id", target="accounts_encounter"),
        facility_matches("accounts_patient", column="merged_into_id", target="accounts_patient"),
        facility_matches("accounts_account", column="combined_into_id", target="accounts_account"),
        raises_revision("accounts_order"),
        never_deleted("accounts_order"),
        append_only("accounts_leavenotice"),
        migrations.RunSQL(
            TOTAL.format(other="OLD.account_id"),
            TOTAL.format(other="NEW.account_id"),
        ),
        migrations.RunSQL(_changed(NOW, SAME), _changed(ELEMENTS, "")),
    ]
