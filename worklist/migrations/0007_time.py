"""Time: minutes on accounts, and activities beside coding."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("worklist", "0006_queue_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeSpell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "activity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("abstracting", "Abstracting"),
                            ("queries", "Provider queries"),
                            ("education", "Education"),
                            ("meeting", "Meeting"),
                            ("audit", "Audit and review talks"),
                            ("release_of_information", "Release of information"),
                            ("no_work", "No work in the queues"),
                            ("system_down", "System down"),
                            ("other", "Other"),
                        ],
                        db_collation="C",
                        max_length=24,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("by_hand", models.CharField(blank=True, help_text="Why it was entered afterwards.", max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_why", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
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
                "indexes": [
                    models.Index(fields=["user", "began_at"], name="spell_by_person"),
                    models.Index(fields=["facility", "began_at"], name="spell_by_facility"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__isnull", False), ("activity", ""), ("until__isnull", False)),
                            models.Q(("account__isnull", True), models.Q(("activity", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="spell_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("began_at")), _connector="OR"),
                        name="spell_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=("user",),
                        name="one_activity",
                    ),
                ],
            },
        ),
        facility_matches("worklist_timespell"),
        never_deleted("worklist_timespell"),
    ]
