"""What lists are ordered and filtered by stands beside the open work, and once for each held account.

Expanding only: new columns with database defaults, a new table, triggers. Programs of before go on writing. Work that is
open already is filled by 0014, the indexes are built by 0015 without locking anybody out.
"""

import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import facility_matches

CLASSES = [
    ("inpatient", "Inpatient"),
    ("observation", "Observation"),
    ("emergency", "Emergency"),
    ("outpatient_surgery", "Outpatient surgery"),
    ("clinic", "Clinic"),
    ("recurring", "Recurring"),
    ("ancillary", "Ancillary"),
    ("newborn", "Newborn"),
]

LISTED = "patient_class, discharge_date, total_charges, payer_id, hold_bits"


def row(record: str) -> str:
    """The listed columns of a record, as one value."""
    return "ROW(" + ", ".join(f"{record}.{name}" for name in LISTED.split(", ")) + ")"


# What is true of an account now. Bit n of ``hold_bits``: an open blocking hold of condition n; bit 0: of no condition.
FACTS = """
CREATE FUNCTION public.accounts_listed_facts(account bigint,
    OUT facility_id bigint, OUT step varchar, OUT patient_class varchar, OUT discharge_date date, OUT total_charges numeric,
    OUT payer_id bigint, OUT hold_bits smallint) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.facility_id, a.step, a.patient_class, a.discharge_date, a.total_charges,
           (SELECT c.payer_id FROM public.accounts_coverage c WHERE c.account_id = a.id AND c.rank = 1),
           (SELECT coalesce(bit_or(1 << coalesce(h.condition, 0)::int), 0)::smallint FROM public.accounts_hold h
            WHERE h.account_id = a.id AND h.resolved_at IS NULL AND h.blocking)
    FROM public.accounts_account a WHERE a.id = account
$$;
"""

# The account's row is locked first: whoever changes one of the facts has it too, so nobody reads what is being changed.
# Locked before the facts are read, so that a statement of its own sees what was committed meanwhile.
RELIST = f"""
CREATE FUNCTION public.accounts_relist(account bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE fact record;
BEGIN
    PERFORM 1 FROM public.accounts_account WHERE id = account FOR NO KEY UPDATE;
    SELECT * INTO fact FROM public.accounts_listed_facts(account);
    UPDATE public.accounts_workitem w SET ({LISTED}) = {row("fact")}
        WHERE w.account_id = account AND w.closed_at IS NULL AND {row("w")} IS DISTINCT FROM {row("fact")};
    IF fact.hold_bits = 0 OR fact.step NOT IN ('discharged', 'coding', 'final_coded') THEN
        DELETE FROM public.accounts_heldaccount WHERE account_id = account;
        RETURN;
    END IF;
    INSERT INTO public.accounts_heldaccount AS held (account_id, facility_id, {LISTED})
        SELECT account, fact.facility_id, {", ".join("fact." + name for name in LISTED.split(", "))}
        ON CONFLICT (account_id) DO UPDATE SET ({LISTED}) = {row("excluded")}
        WHERE {row("held")} IS DISTINCT FROM {row("excluded")};
END $$;
"""  # noqa: S608 - fixed words of this file

# New or reopened work, and work whose listed columns somebody else writes, gets what is true.
FILL = f"""
CREATE FUNCTION public.accounts_list_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.accounts_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT f.patient_class, f.discharge_date, f.total_charges, f.payer_id, f.hold_bits
        INTO NEW.patient_class, NEW.discharge_date, NEW.total_charges, NEW.payer_id, NEW.hold_bits
        FROM public.accounts_listed_facts(NEW.account_id) f;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_workitem_listed BEFORE INSERT ON accounts_workitem
    FOR EACH ROW WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION public.accounts_list_work();
CREATE TRIGGER accounts_workitem_relisted BEFORE UPDATE ON accounts_workitem FOR EACH ROW
    WHEN (NEW.closed_at IS NULL AND (OLD.closed_at IS NOT NULL OR OLD.account_id IS DISTINCT FROM NEW.account_id
        OR {row("NEW")} IS DISTINCT FROM {row("OLD")}))
    EXECUTE FUNCTION public.accounts_list_work();
"""  # noqa: S608 - as above

UNFILL = """
DROP TRIGGER accounts_workitem_listed ON accounts_workitem;
DROP TRIGGER accounts_workitem_relisted ON accounts_workitem;
DROP FUNCTION public.accounts_list_work();
"""

FOLLOW = """
CREATE FUNCTION public.accounts_relist_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.accounts_relist(NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION public.accounts_relist_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.account_id <> NEW.account_id THEN
        PERFORM public.accounts_relist(least(OLD.account_id, NEW.account_id));
        PERFORM public.accounts_relist(greatest(OLD.account_id, NEW.account_id));
        RETURN NULL;
    END IF;
    PERFORM public.accounts_relist(NEW.account_id);
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_account_relist AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN (ROW(OLD.step, OLD.patient_class, OLD.discharge_date, OLD.total_charges)
          IS DISTINCT FROM ROW(NEW.step, NEW.patient_class, NEW.discharge_date, NEW.total_charges))
    EXECUTE FUNCTION public.accounts_relist_own();
CREATE TRIGGER accounts_hold_relist AFTER INSERT ON accounts_hold FOR EACH ROW
    WHEN (NEW.blocking) EXECUTE FUNCTION public.accounts_relist_account();
CREATE TRIGGER accounts_hold_relist_ended AFTER UPDATE ON accounts_hold FOR EACH ROW
    WHEN (OLD.resolved_at IS DISTINCT FROM NEW.resolved_at) EXECUTE FUNCTION public.accounts_relist_account();
CREATE TRIGGER accounts_coverage_relist AFTER INSERT ON accounts_coverage FOR EACH ROW
    WHEN (NEW.rank = 1) EXECUTE FUNCTION public.accounts_relist_account();
CREATE TRIGGER accounts_coverage_relist_changed AFTER UPDATE ON accounts_coverage FOR EACH ROW
    WHEN ((OLD.rank = 1 OR NEW.rank = 1) AND ROW(OLD.account_id, OLD.rank, OLD.payer_id)
          IS DISTINCT FROM ROW(NEW.account_id, NEW.rank, NEW.payer_id))
    EXECUTE FUNCTION public.accounts_relist_account();
"""

UNFOLLOW = """
DROP TRIGGER accounts_account_relist ON accounts_account;
DROP TRIGGER accounts_hold_relist ON accounts_hold;
DROP TRIGGER accounts_hold_relist_ended ON accounts_hold;
DROP TRIGGER accounts_coverage_relist ON accounts_coverage;
DROP TRIGGER accounts_coverage_relist_changed ON accounts_coverage;
DROP FUNCTION public.accounts_relist_own();
DROP FUNCTION public.accounts_relist_account();
"""

# No constraint of its own: the payer is copied from the coverage, which has one; and no row of a payer is ever deleted.
PAYER = models.ForeignKey(
    blank=True,
    db_constraint=False,
    db_index=False,
    editable=False,
    null=True,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="accounts.payer",
)


def listed_fields() -> list[tuple[str, models.Field]]:
    """The same five in both tables."""
    return [
        ("patient_class", models.CharField(choices=CLASSES, db_default="", editable=False, max_length=20)),
        ("discharge_date", models.DateField(editable=False, null=True)),
        ("total_charges", models.DecimalField(db_default=0, decimal_places=2, editable=False, max_digits=12)),
        ("payer", PAYER.clone()),
        ("hold_bits", models.PositiveSmallIntegerField(db_default=0, editable=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_search_and_access_report")]

    operations = [
        *[migrations.AddField("workitem", name, field) for name, field in listed_fields()],
        migrations.CreateModel(
            name="HeldAccount",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                *listed_fields(),
                (
                    "facility",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"
                    ),
                ),
            ],
        ),
        facility_matches("accounts_heldaccount"),
        migrations.RunSQL(FACTS, "DROP FUNCTION public.accounts_listed_facts(bigint)"),
        migrations.RunSQL(RELIST, "DROP FUNCTION public.accounts_relist(bigint)"),
        migrations.RunSQL(FILL, UNFILL),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
    ]
