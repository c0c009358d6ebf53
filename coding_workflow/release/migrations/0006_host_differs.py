"""A discrepancy may be found by what patient accounting says; a case is verified in more ways than by a remittance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("release", "0005_override_version"),
    ]

    operations = [
        migrations.AlterField(
            model_name="discrepancycase",
            name="source",
            field=models.CharField(
                choices=[
                    ("late_change", "Late document or charge"),
                    ("audit", "Audit"),
                    ("denial", "Denial"),
                    ("remittance", "Remittance"),
                    ("host", "Patient accounting has other codes"),
                    ("person", "Reported"),
                ],
                db_collation="C",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="discrepancycase",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("correcting", "Correction prepared"),
                    ("resubmitted", "Resubmitted"),
                    ("verified", "Verified"),
                    ("closed", "Closed"),
                ],
                db_collation="C",
                default="open",
                max_length=12,
            ),
        ),
    ]
