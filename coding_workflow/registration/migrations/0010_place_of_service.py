"""A feed's local codes of places of service may be mapped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registration", "0011_found")]

    operations = [
        migrations.AlterField(
            "feedmap",
            "kind",
            models.CharField(
                choices=[
                    ("patient_class", "Patient class (PV1-18, PV1-2)"),
                    ("service", "Hospital service (PV1-10)"),
                    ("admission_type", "Admission type (PV1-4)"),
                    ("point_of_origin", "Point of origin (PV1-14)"),
                    ("disposition", "Discharge disposition (PV1-36)"),
                    ("document_type", "Document type (TXA-2, OBR-24, OBR-4)"),
                    ("author_role", "Author's role (degree)"),
                    ("payer", "Payer (IN1-3)"),
                    ("order", "Order that places a patient (OBR-4)"),
                    ("place_of_service", "Place of service (FT1-16, PV1-3)"),
                    ("code_system", "Code system (DG1-3, PR1-3)"),
                    ("coder", "Coder, as user name (EVN-5, DG1-16)"),
                ],
                db_collation="C",
                max_length=16,
            ),
        )
    ]
