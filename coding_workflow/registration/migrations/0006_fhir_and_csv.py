"""Messages are of several formats; FHIR resources by their versions."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted

#: A trigger's condition cannot be changed: it is made again with the new columns.
KEPT = """
DROP TRIGGER registration_inboundmessage_kept ON registration_inboundmessage;
CREATE TRIGGER registration_inboundmessage_kept BEFORE UPDATE ON registration_inboundmessage FOR EACH ROW
    WHEN (ROW({old}) IS DISTINCT FROM ROW({new}) OR (OLD.status IN ('applied', 'replaced') AND NEW.status <> OLD.status))
    EXECUTE FUNCTION public.accounts_refuse_change();
"""
_BEFORE = ("feed", "control_id", "received_at", "sha256", "raw", "corrected_by")
_NOW = (*_BEFORE, "format", "line")


def _kept(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return KEPT.format(old=old, new=new)


class Migration(migrations.Migration):
    dependencies = [("registration", "0005_feeds"), ("accounts", "0011_merges_orders_and_leave")]

    operations = [
        migrations.AddField(
            model_name="inboundmessage",
            name="format",
            field=models.CharField(
                choices=[("hl7", "HL7 version 2"), ("fhir", "FHIR R4"), ("csv", "CSV")],
                db_collation="C",
                default="hl7",
                max_length=4,
            ),
        ),
        migrations.AddField(model_name="inboundmessage", name="line", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(
            model_name="inboundmessage",
            name="place",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="inboundmessage", name="type", field=models.CharField(blank=True, db_collation="C", max_length=40)
        ),
        migrations.RunSQL(_kept(_NOW), _kept(_BEFORE)),
        migrations.CreateModel(
            name="ResourceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(db_collation="C", max_length=40)),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("key", models.CharField(db_collation="C", max_length=199)),
                ("told_at", models.DateTimeField()),
                ("aliases", models.JSONField(default=list)),
                ("refers_to", models.JSONField(default=list)),
                ("said", models.JSONField(default=list)),
                ("in_force", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resource",
                        to="registration.inboundmessage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force", True)),
                        fields=("facility", "feed", "key"),
                        name="resource_version_in_force_once",
                    )
                ],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("in_force", True)), fields=["aliases"], name="resource_by_alias"
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["refers_to"], name="resource_by_reference"),
                    models.Index(condition=models.Q(("in_force", True)), fields=["account", "kind"], name="resource_of_account"),
                ],
            },
        ),
        never_deleted("registration_resourceversion"),
        facility_matches("registration_resourceversion"),
    ]
