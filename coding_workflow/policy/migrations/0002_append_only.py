"""A published policy is never changed: certificates name it."""

from django.db import migrations

from accounts.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_versions"), ("accounts", "0003_history")]

    operations = [append_only("policy_policyversion")]
