"""What a supervisor found at accounts that policy released by itself; append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import append_only, facility_matches


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("release", "0003_rechecks"),
        ("worklist", "0009_reconciliation_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SampleLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("right", models.BooleanField(help_text="Nothing was found wrong.")),
                ("words", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
                ),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sample_look", to="release.release"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("right", True), models.Q(("words", ""), _negated=True), _connector="OR"),
                        name="sample_look_says_what_is_wrong",
                    )
                ],
            },
        ),
        facility_matches("worklist_samplelook"),
        append_only("worklist_samplelook"),
    ]
