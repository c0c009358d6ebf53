"""Every account-owned row belongs to its account's facility, by composite foreign keys."""

from django.db import migrations

from accounts.constraints import facility_matches

OWNED = (
    "accounts_coverage",
    "accounts_milestone",
    "accounts_document",
    "accounts_documentversion",
    "accounts_deficiency",
    "accounts_chargeline",
    "accounts_hold",
    "accounts_workitem",
    "accounts_event",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_nouns")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_account ADD CONSTRAINT account_facility_key UNIQUE (id, facility_id)",
            "ALTER TABLE accounts_account DROP CONSTRAINT account_facility_key",
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_patient ADD CONSTRAINT patient_facility_key UNIQUE (id, facility_id)",
            "ALTER TABLE accounts_patient DROP CONSTRAINT patient_facility_key",
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_payer ADD CONSTRAINT payer_facility_key UNIQUE (id, facility_id)",
            "ALTER TABLE accounts_payer DROP CONSTRAINT payer_facility_key",
        ),
        *[facility_matches(table) for table in OWNED],
        facility_matches("accounts_account", column="patient_id", target="accounts_patient"),
        facility_matches("accounts_encounter", column="patient_id", target="accounts_patient"),
        facility_matches("accounts_coverage", column="payer_id", target="accounts_payer"),
    ]
