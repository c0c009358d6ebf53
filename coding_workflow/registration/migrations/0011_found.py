"""Messages are found by their control id."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = (("registration", "0007_codes_in"),)

    operations = (
        migrations.AddIndex(
            "inboundmessage",
            models.Index(condition=~models.Q(control_id=""), fields=["control_id"], name="inbound_by_control_id"),
        ),
    )
