"""What a queue asks of whom its work is given: credentials, competence, how closely they are supervised."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


def _words(longest: int) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=longest), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_listed_in_order"), ("worklist", "0014_loads_reconciled")]

    operations = [
        migrations.CreateModel(
            name="QueueNeeds",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("credentials", _words(12)),
                ("coding_types", _words(20)),
                ("supervision", _words(12)),
                (
                    "queue",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="accounts.queue"),
                ),
            ],
        ),
    ]
