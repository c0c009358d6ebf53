"""Occurrence, condition and value codes that people enter; they are judged, never change and are never removed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from accounts.constraints import facility_matches, never_deleted, raises_revision

TABLE = "accounts_enteredclaimcode"
KINDS = [
    ("occurrence", "Occurrence code"),
    ("span", "Occurrence span"),
    ("condition", "Condition code"),
    ("value", "Value code"),
]
BARE = Q(on__isnull=True, through__isnull=True, amount__isnull=True)

# What was entered stays as it was entered; it is ended, once.
FIXED = f"""
CREATE FUNCTION public.accounts_claim_code_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ending CONSTANT text[] := ARRAY['ended_by_id', 'ended_at'];
BEGIN
    IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
        RAISE EXCEPTION 'an entered claim code stays as it was entered; enter another' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION public.accounts_claim_code_is_fixed();
"""
FIXED_BACK = f"""
DROP TRIGGER {TABLE}_fixed ON {TABLE};
DROP FUNCTION public.accounts_claim_code_is_fixed();
"""


def _link(to: str, related_name: str = "+", *, null: bool = False) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        blank=null, db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_filtered_and_lean"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EnteredClaimCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, db_collation="C", max_length=10)),
                ("code", models.CharField(db_collation="C", max_length=2)),
                (
                    "on",
                    models.DateField(blank=True, help_text="Of an occurrence; the first day of a span.", null=True),
                ),
                ("through", models.DateField(blank=True, help_text="The last day of a span.", null=True)),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=2, help_text="Of a value code.", max_digits=9, null=True),
                ),
                (
                    "off",
                    models.BooleanField(default=False, help_text="Not on the claim, whatever patient accounting tells."),
                ),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("account", _link("accounts.account", "entered_claim_codes")),
                ("ended_by", _link(settings.AUTH_USER_MODEL, null=True)),
                ("entered_by", _link(settings.AUTH_USER_MODEL)),
                ("facility", _link("accounts.facility")),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(condition=Q(code__regex="^[0-9A-Z]{2}$"), name="claim_code_form"),
                    models.CheckConstraint(
                        condition=(Q(off=True, kind__in=[kind for kind, _ in KINDS]) & BARE)
                        | (Q(off=False, kind="condition") & BARE)
                        | Q(off=False, kind="occurrence", on__isnull=False, through__isnull=True, amount__isnull=True)
                        | Q(
                            off=False,
                            kind="span",
                            on__isnull=False,
                            through__isnull=False,
                            through__gte=models.F("on"),
                            amount__isnull=True,
                        )
                        | Q(
                            off=False,
                            kind="value",
                            on__isnull=True,
                            through__isnull=True,
                            amount__isnull=False,
                            amount__gte=0,
                        ),
                        name="claim_code_says_what_its_kind_says",
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                        | Q(ended_by__isnull=False, ended_at__isnull=False),
                        name="claim_code_ended_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=Q(ended_at__isnull=True),
                        fields=("account", "kind", "code", "on"),
                        name="claim_code_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(ended_at__isnull=True, on__isnull=True),
                        fields=("account", "kind", "code"),
                        name="claim_code_without_day_once",
                    ),
                ],
            },
        ),
        facility_matches(TABLE),
        raises_revision(TABLE),
        never_deleted(TABLE),
        migrations.RunSQL(FIXED, FIXED_BACK),
    ]
