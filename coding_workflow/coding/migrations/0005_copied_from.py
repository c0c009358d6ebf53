"""A diagnosis names the earlier account that it was taken over from, one of the same facility."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import facility_matches


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("coding", "0004_query_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="codeddiagnosis",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                help_text="The earlier account.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        facility_matches("coding_codeddiagnosis", column="copied_from_id"),
    ]
