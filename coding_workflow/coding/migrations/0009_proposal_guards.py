"""Proposed codes belong to their account's facility and stay; what was proposed never changes, what was settled stays settled."""

from django.db import migrations

from accounts.constraints import facility_matches, never_deleted

_FIXED = (
    "account_id", "told_id", "source", "kind", "system", "code", "poa", "performed_on", "modifiers", "units", "provider_id", "made_at",
)  # fmt: skip
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _FIXED) for row in ("OLD", "NEW"))
FIXED = f"""
CREATE FUNCTION public.coding_proposedcode_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'open' OR ROW({_NEW}) IS DISTINCT FROM ROW({_OLD}) THEN
        RAISE EXCEPTION 'a proposed code stays as it was told, and as it was settled' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coding_proposedcode_fixed BEFORE UPDATE ON coding_proposedcode
FOR EACH ROW EXECUTE FUNCTION public.coding_proposedcode_is_fixed();
"""
FIXED_BACK = """
DROP TRIGGER coding_proposedcode_fixed ON coding_proposedcode;
DROP FUNCTION public.coding_proposedcode_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0008_proposed_codes"), ("accounts", "0002_same_facility")]

    operations = [
        facility_matches("coding_proposedcode"),
        never_deleted("coding_proposedcode"),
        migrations.RunSQL(FIXED, FIXED_BACK),
    ]
