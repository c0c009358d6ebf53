"""What somebody typed into the account page and did not send."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches


class Migration(migrations.Migration):
    """One table, one row for each account and person while something is typed."""

    dependencies = [
        ("accounts", "0009_which_document_was_seen"),
        ("worklist", "0003_rule_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=list)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "user"), name="account_draft_once")],
            },
        ),
        facility_matches("worklist_accountdraft"),
    ]
