import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("worklist", "0007_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("sha256", models.CharField(db_collation="C", max_length=64)),
                ("there", models.PositiveIntegerField()),
                ("here", models.PositiveIntegerField()),
                ("agreeing", models.PositiveIntegerField()),
                ("dollars_there", models.DecimalField(decimal_places=2, max_digits=16)),
                ("dollars_here", models.DecimalField(decimal_places=2, max_digits=16)),
                ("differing", models.PositiveIntegerField()),
                ("differences", models.JSONField()),
                ("explanation", models.CharField(blank=True, max_length=1000)),
                (
                    "explained_by",
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
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["facility", "-id"], name="reconciliation_newest")],
            },
        ),
    ]
