"""What came never changes and is never removed; a message belongs to its account's facility."""

from django.db import migrations

from accounts.constraints import facility_matches, never_deleted

KEPT = """
CREATE TRIGGER registration_inboundmessage_kept BEFORE UPDATE ON registration_inboundmessage FOR EACH ROW
    WHEN (ROW(OLD.feed, OLD.control_id, OLD.received_at, OLD.sha256, OLD.raw, OLD.corrected_by)
          IS DISTINCT FROM ROW(NEW.feed, NEW.control_id, NEW.received_at, NEW.sha256, NEW.raw, NEW.corrected_by)
          OR (OLD.status IN ('applied', 'replaced') AND NEW.status <> OLD.status))
    EXECUTE FUNCTION public.accounts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("registration", "0001_messages"), ("accounts", "0006_steps")]

    operations = [
        migrations.RunSQL(KEPT, "DROP TRIGGER registration_inboundmessage_kept ON registration_inboundmessage"),
        never_deleted("registration_inboundmessage"),
        facility_matches("registration_inboundmessage"),
        facility_matches("registration_lasttold"),
        facility_matches("registration_lasttold", column="patient_id", target="accounts_patient"),
    ]
