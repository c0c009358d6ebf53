import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("payment", "0002_guards"),
        ("release", "0005_override_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Destination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "carrier",
                    models.CharField(
                        choices=[
                            ("mllp", "HL7 over MLLP"),
                            ("hl7_file", "HL7 file in a folder"),
                            ("csv_file", "CSV file in a folder"),
                        ],
                        db_collation="C",
                        max_length=10,
                    ),
                ),
                ("address", models.CharField(db_collation="C", max_length=200)),
                ("tls", models.BooleanField(default=False)),
                ("message", models.CharField(db_collation="C", default="BAR^P12", max_length=10)),
                ("receiving_application", models.CharField(blank=True, max_length=40)),
                ("receiving_facility", models.CharField(blank=True, max_length=40)),
                ("active", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("control_id", models.CharField(db_collation="C", max_length=20, unique=True)),
                ("text", models.TextField()),
                ("sha256", models.CharField(db_collation="C", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("trying", "Sent, not acknowledged"),
                            ("acknowledged", "Acknowledged"),
                            ("refused", "Refused"),
                            ("superseded", "Not sent, a later release took its place"),
                        ],
                        db_collation="C",
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("problem", models.CharField(blank=True, db_collation="C", max_length=40)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="accounts.account"
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="delivery", to="release.release"
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="payment.destination"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ("pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)), fields=("facility",), name="destination_one_active"
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(("carrier__in", ["mllp", "hl7_file", "csv_file"])), name="destination_carrier_known"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "trying"))), fields=["destination", "id"], name="delivery_open"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["facility", "state", "id"], name="delivery_by_state"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["account", "id"], name="delivery_by_account"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "trying", "acknowledged", "refused", "superseded"])),
                name="delivery_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acknowledged_at__isnull", False), ("state", "acknowledged")),
                    models.Q(models.Q(("state", "acknowledged"), _negated=True), ("acknowledged_at__isnull", True)),
                    _connector="OR",
                ),
                name="delivery_acknowledged_when",
            ),
        ),
    ]
