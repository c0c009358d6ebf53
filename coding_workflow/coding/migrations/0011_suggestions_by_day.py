"""The index behind the supervisor's figures of what was offered in a period. Built while everybody works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("coding", "0009_proposal_guards")]

    operations = [
        AddIndexConcurrently("suggestion", models.Index(fields=["facility", "made_at"], name="suggestion_made_by_day")),
    ]
