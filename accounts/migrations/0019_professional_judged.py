"""Place of service and providers of a professional bill are judged: a change raises the account's revision."""

from django.db import migrations

BEFORE = (
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
    "occurrence_spans",
)
NOW = (*BEFORE, "place_of_service", "rendering_id", "referring_id", "supervising_id")

# The function is that of migration 0011, with more columns: of a patient whose numbers were merged only birth date and sex count.
CHANGED = """
CREATE OR REPLACE FUNCTION public.accounts_elements_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF ROW({old_elements}) IS NOT DISTINCT FROM ROW({new_elements}) AND EXISTS (
        SELECT FROM public.accounts_patient p JOIN public.accounts_patient q ON q.id = NEW.patient_id
        WHERE p.id = OLD.patient_id AND p.merged_into_id IS NOT NULL
            AND ROW(p.birth_date, p.sex) IS NOT DISTINCT FROM ROW(q.birth_date, q.sex)) THEN
        RETURN NEW;
    END IF;
    NEW.revision := OLD.revision + 1;
    RETURN NEW;
END $$;
DROP TRIGGER accounts_account_elements ON accounts_account;
CREATE TRIGGER accounts_account_elements BEFORE UPDATE ON accounts_account FOR EACH ROW
    WHEN (ROW({old}) IS DISTINCT FROM ROW({new}))
    EXECUTE FUNCTION public.accounts_elements_changed();
"""


def _row(side: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{side}.{name}" for name in names)


def _changed(names: tuple[str, ...]) -> str:
    return CHANGED.format(
        old=_row("OLD", names),
        new=_row("NEW", names),
        old_elements=_row("OLD", names[1:]),
        new_elements=_row("NEW", names[1:]),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_professional")]

    operations = [migrations.RunSQL(_changed(NOW), _changed(BEFORE))]
