"""The revision rises with every judged fact, whoever writes it; charges keep the account's total."""

from django.db import migrations

from accounts.constraints import never_deleted, raises_revision

RAISE = """
CREATE FUNCTION public.accounts_raise_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.accounts_account SET revision = revision + 1 WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
"""

TOTAL = """
CREATE FUNCTION public.accounts_total_charges() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.accounts_account WHERE id = NEW.account_id FOR UPDATE;
    UPDATE public.accounts_account SET revision = revision + 1, total_charges = (
        SELECT coalesce(sum(amount), 0) FROM public.accounts_chargeline
        WHERE account_id = NEW.account_id AND voided_at IS NULL) WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
"""

# Birth date and sex are judged on every account of the patient; accounts are locked in key order, as everywhere.
PATIENT = """
CREATE FUNCTION public.accounts_patient_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.accounts_account WHERE patient_id = NEW.id ORDER BY id FOR UPDATE;
    UPDATE public.accounts_account SET revision = revision + 1 WHERE patient_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_patient_raises_revision AFTER UPDATE ON accounts_patient FOR EACH ROW
    WHEN (ROW(OLD.birth_date, OLD.sex) IS DISTINCT FROM ROW(NEW.birth_date, NEW.sex))
    EXECUTE FUNCTION public.accounts_patient_changed();
"""

CLAIM_ELEMENTS = (
    "patient_id",
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

ELEMENTS = f"""
CREATE FUNCTION public.accounts_elements_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_elements BEFORE UPDATE ON accounts_account FOR EACH ROW
    WHEN (ROW({", ".join("OLD." + name for name in CLAIM_ELEMENTS)})
          IS DISTINCT FROM ROW({", ".join("NEW." + name for name in CLAIM_ELEMENTS)}))
    EXECUTE FUNCTION public.accounts_elements_changed();
"""

FRESH = """
CREATE FUNCTION public.accounts_fresh_account() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.step := 'registered';
    NEW.revision := 0;
    NEW.event_sequence := 0;
    NEW.event_head := '';
    NEW.hold_version := 0;
    NEW.total_charges := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_fresh BEFORE INSERT ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION public.accounts_fresh_account();
"""

FACTS = ("accounts_coverage", "accounts_document", "accounts_documentversion", "accounts_deficiency")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_holds")]

    operations = [
        migrations.RunSQL(RAISE, "DROP FUNCTION public.accounts_raise_revision()"),
        migrations.RunSQL(TOTAL, "DROP FUNCTION public.accounts_total_charges()"),
        migrations.RunSQL(
            ELEMENTS,
            "DROP TRIGGER accounts_account_elements ON accounts_account; DROP FUNCTION public.accounts_elements_changed()",
        ),
        migrations.RunSQL(
            FRESH, "DROP TRIGGER accounts_account_fresh ON accounts_account; DROP FUNCTION public.accounts_fresh_account()"
        ),
        migrations.RunSQL(
            PATIENT,
            "DROP TRIGGER accounts_patient_raises_revision ON accounts_patient; DROP FUNCTION public.accounts_patient_changed()",
        ),
        *[raises_revision(table) for table in FACTS],
        migrations.RunSQL(
            "CREATE TRIGGER accounts_chargeline_total AFTER INSERT OR UPDATE ON accounts_chargeline "
            "FOR EACH ROW EXECUTE FUNCTION public.accounts_total_charges()",
            "DROP TRIGGER accounts_chargeline_total ON accounts_chargeline",
        ),
        *[never_deleted(table) for table in (*FACTS[:2], "accounts_deficiency", "accounts_chargeline", "accounts_account")],
    ]
