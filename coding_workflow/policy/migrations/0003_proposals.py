"""Writing a policy in the open: drafts, proposals that wait for a second person, and what was done."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("policy", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("base", models.PositiveIntegerField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
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
                "constraints": [models.UniqueConstraint(fields=("facility", "user"), name="policy_draft_once")],
            },
        ),
        migrations.CreateModel(
            name="PolicyEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(db_collation="C", max_length=20)),
                ("reason", models.CharField(max_length=300)),
                ("number", models.PositiveIntegerField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["facility", "-id"], name="policy_event_latest")],
            },
        ),
        migrations.CreateModel(
            name="PolicyProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("hash", models.CharField(db_collation="C", max_length=64)),
                (
                    "base",
                    models.PositiveIntegerField(help_text="The newest version when it was written; 0 where there was none."),
                ),
                ("reason", models.CharField(max_length=300)),
                ("effective_from", models.DateField()),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a second person"),
                            ("published", "Published"),
                            ("returned", "Sent back"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_collation="C",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, help_text="Why it was sent back or withdrawn.", max_length=300)),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="proposal", to="policy.policyversion"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("facility",), name="policy_proposal_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "published", "returned", "withdrawn"])),
                        name="policy_proposal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="policy_proposal_settled_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("published", "returned")), _negated=True),
                            models.Q(("written_by", models.F("settled_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="policy_proposal_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), ("version__isnull", False)),
                            models.Q(models.Q(("state", "published"), _negated=True), ("version__isnull", True)),
                            _connector="OR",
                        ),
                        name="policy_proposal_has_its_version",
                    ),
                ],
            },
        ),
    ]
