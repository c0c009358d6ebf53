"""Told codes belong to their account's facility and stay as they were told."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_told_codes")]

    operations = [facility_matches("accounts_toldcodes"), append_only("accounts_toldcodes")]
