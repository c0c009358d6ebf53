"""Messages are found by their control id."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = (("registration", "0006_fhir_and_csv"),)

    operations = (
        migrations.AddIndex(
            "inboundmessage",
            models.Index(condition=~models.Q(control_id=""), fields=["control_id"], name="inbound_by_control_id"),
        ),
    )
