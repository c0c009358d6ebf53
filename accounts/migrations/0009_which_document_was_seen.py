"""Which version of a document somebody read: on record, and what a person has not read yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One column of the access log; older looks name no document."""

    dependencies = [("accounts", "0008_holds_by_reason")]

    operations = [
        migrations.AddField(
            "accessrecord",
            "version",
            models.ForeignKey(
                to="accounts.documentversion",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                db_index=False,
            ),
        ),
    ]
