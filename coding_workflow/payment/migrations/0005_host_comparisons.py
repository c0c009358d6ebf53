"""What patient accounting's own codes were found to be beside a release; never changed."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import append_only, facility_matches


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_told_codes_guards"),
        ("payment", "0004_final_codes_guards"),
        ("release", "0006_host_differs"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostComparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agrees", models.BooleanField()),
                ("differences", models.JSONField(default=list, help_text="What, ours, theirs.")),
                ("sha256", models.CharField(db_collation="C", help_text="Of the differences.", max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="host_comparisons", to="accounts.account"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="found_by",
                        to="release.discrepancycase",
                    ),
                ),
                (
                    "diagnoses",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.toldcodes",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "procedures",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.toldcodes",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="release.release"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-id"], name="comparison_of_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agrees", True), ("differences", [])),
                            models.Q(("agrees", False), models.Q(("differences", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="comparison_says_what_differs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("case__isnull", True), models.Q(("agrees", False), ("release__isnull", False)), _connector="OR"
                        ),
                        name="comparison_case_for_a_difference",
                    ),
                ],
            },
        ),
        facility_matches("payment_hostcomparison"),
        append_only("payment_hostcomparison"),
    ]
