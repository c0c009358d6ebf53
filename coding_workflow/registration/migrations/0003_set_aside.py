"""A message that nothing is needed of is set aside with a reason; the list finds it again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registration", "0002_kept"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AlterField(
            model_name="inboundmessage",
            name="status",
            field=models.CharField(
                choices=[
                    ("applied", "Applied"),
                    ("failed", "Failed"),
                    ("parked", "Waiting for its account"),
                    ("replaced", "Replaced by a correction"),
                    ("aside", "Set aside"),
                ],
                db_collation="C",
                default="failed",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="aside_reason",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(model_name="inboundmessage", name="aside_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            model_name="inboundmessage",
            name="aside_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "aside"), _negated=True), models.Q(("aside_reason", ""), _negated=True), _connector="OR"
                ),
                name="inbound_aside_with_reason",
            ),
        ),
        migrations.RemoveIndex(model_name="inboundmessage", name="inbound_error_list"),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["status", "-id"], condition=models.Q(("status__in", ("failed", "parked", "aside"))), name="inbound_listed"
            ),
        ),
    ]
