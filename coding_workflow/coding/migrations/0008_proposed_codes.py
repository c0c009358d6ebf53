"""Codes that an encoder or the opening load brought, waiting for a coder."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_told_codes_guards"),
        ("coding", "0007_suggestion_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProposedCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[("encoder", "Encoder"), ("host", "Patient accounting"), ("opening", "Opening load")],
                        db_collation="C",
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("admitting", "admitting"),
                            ("reason", "reason"),
                            ("diagnosis", "diagnosis"),
                            ("procedure", "procedure"),
                        ],
                        db_collation="C",
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("system", models.CharField(db_collation="C", max_length=12)),
                ("code", models.CharField(db_collation="C", max_length=8)),
                (
                    "poa",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Y", "Yes"),
                            ("N", "No"),
                            ("U", "Documentation insufficient"),
                            ("W", "Clinically undetermined"),
                        ],
                        db_collation="C",
                        max_length=1,
                    ),
                ),
                ("performed_on", models.DateField(blank=True, null=True)),
                ("modifiers", models.JSONField(default=list)),
                ("units", models.CharField(blank=True, db_collation="C", max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("taken", "Taken over"), ("dismissed", "Dismissed"), ("lapsed", "Lapsed")],
                        db_collation="C",
                        default="open",
                        max_length=12,
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposed_codes", to="accounts.account"
                    ),
                ),
                (
                    "diagnosis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coding.codeddiagnosis",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coding.codedprocedure",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.provider",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "told",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.toldcodes"),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
                "indexes": [models.Index(fields=["account", "state"], name="proposal_by_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "taken", "dismissed", "lapsed"])), name="proposal_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("state", "open")),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", True), ("state", "lapsed")),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                ("state__in", ("taken", "dismissed")),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_settled_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("diagnosis__isnull", False), ("procedure__isnull", True), ("state", "taken")),
                            models.Q(("diagnosis__isnull", True), ("procedure__isnull", False), ("state", "taken")),
                            models.Q(
                                models.Q(("state", "taken"), _negated=True),
                                ("diagnosis__isnull", True),
                                ("procedure__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_taken_is_a_code",
                    ),
                ],
            },
        ),
    ]
