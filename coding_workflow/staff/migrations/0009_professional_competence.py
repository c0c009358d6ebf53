"""Coding of professional fees is a type of coding that one is trained for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_own_keys")]

    operations = [
        migrations.AlterField(
            "competence",
            "coding_type",
            models.CharField(
                choices=[
                    ("inpatient", "Inpatient"),
                    ("observation", "Observation"),
                    ("emergency", "Emergency"),
                    ("outpatient_surgery", "Outpatient surgery"),
                    ("clinic", "Clinic"),
                    ("recurring", "Recurring"),
                    ("ancillary", "Ancillary"),
                    ("newborn", "Newborn"),
                    ("professional", "Professional fees"),
                ],
                db_collation="C",
                max_length=20,
            ),
        )
    ]
