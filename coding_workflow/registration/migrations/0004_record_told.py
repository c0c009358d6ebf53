"""What was last told of a document or an order, and which order codes place a patient."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("patient_class", "Patient class (PV1-18, PV1-2)"),
    ("service", "Hospital service (PV1-10)"),
    ("admission_type", "Admission type (PV1-4)"),
    ("point_of_origin", "Point of origin (PV1-14)"),
    ("disposition", "Discharge disposition (PV1-36)"),
    ("document_type", "Document type (TXA-2, OBR-24, OBR-4)"),
    ("author_role", "Author's role (degree)"),
    ("payer", "Payer (IN1-3)"),
    ("order", "Order that places a patient (OBR-4)"),
]


class Migration(migrations.Migration):
    dependencies = [("registration", "0003_set_aside"), ("accounts", "0011_merges_orders_and_leave")]

    operations = [
        migrations.AlterField("feedmap", "kind", models.CharField(choices=KINDS, db_collation="C", max_length=16)),
        migrations.CreateModel(
            name="RecordTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("document", "Document"), ("order", "Order")], db_collation="C", max_length=8),
                ),
                ("number", models.CharField(db_collation="C", max_length=80)),
                ("parent", models.CharField(blank=True, db_collation="C", max_length=80)),
                ("relation", models.CharField(blank=True, db_collation="C", max_length=12)),
                ("elements", models.JSONField(default=dict, help_text="Element to ISO instant, UTC.")),
                (
                    "facility",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("facility", "kind", "number"), name="record_told_once"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("parent", ""), _negated=True),
                        fields=["facility", "parent"],
                        name="record_told_by_parent",
                    ),
                ],
            },
        ),
    ]
