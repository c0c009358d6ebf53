"""What other systems say an account's codes are; and since when a hold stood that was loaded from another system."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_listed_in_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="since",
            field=models.DateField(blank=True, help_text="When it began, where it is older than its row.", null=True),
        ),
        migrations.CreateModel(
            name="ToldCodes",
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
                ("part", models.CharField(db_collation="C", max_length=40)),
                ("told_at", models.DateTimeField(help_text="The sender's time of the message.")),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("told_by", models.CharField(help_text="Actor as kind:code.", max_length=80)),
                ("named", models.CharField(blank=True, max_length=80)),
                ("final", models.BooleanField(default=True, help_text="Not only working codes.")),
                ("codes", models.JSONField(default=list)),
                ("drg", models.CharField(blank=True, db_collation="C", max_length=4)),
                ("sha256", models.CharField(db_collation="C", max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="told_codes", to="accounts.account"
                    ),
                ),
                (
                    "coder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
            ],
            options={
                "verbose_name_plural": "told codes",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "source", "part", "told_at", "sha256"), name="told_codes_once"),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["encoder", "host", "opening"])), name="told_codes_source_known"
                    ),
                ],
            },
        ),
    ]
