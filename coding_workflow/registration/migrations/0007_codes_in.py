"""A feed says whose codes its messages hold; code systems and coders are mapped; a kept row says who loaded it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: A trigger's condition cannot be changed: it is made again with the new column.
KEPT = """
DROP TRIGGER registration_inboundmessage_kept ON registration_inboundmessage;
CREATE TRIGGER registration_inboundmessage_kept BEFORE UPDATE ON registration_inboundmessage FOR EACH ROW
    WHEN (ROW({old}) IS DISTINCT FROM ROW({new}) OR (OLD.status IN ('applied', 'replaced') AND NEW.status <> OLD.status))
    EXECUTE FUNCTION public.accounts_refuse_change();
"""
_BEFORE = ("feed", "control_id", "received_at", "sha256", "raw", "corrected_by", "format", "line")
_NOW = (*_BEFORE, "brought_by_id")


def _kept(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return KEPT.format(old=old, new=new)


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0006_fhir_and_csv"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="carries",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "No codes"),
                    ("encoder", "An encoder's codes: a proposal for the coder"),
                    ("host", "Patient accounting's codes: compared with the release"),
                ],
                db_collation="C",
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="feedmap",
            name="kind",
            field=models.CharField(
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
                    ("code_system", "Code system (DG1-3, PR1-3)"),
                    ("coder", "Coder, as user name (EVN-5, DG1-16)"),
                ],
                db_collation="C",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="brought_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who loaded the file.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(_kept(_NOW), _kept(_BEFORE)),
    ]
