"""When each feed was last heard of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_queue_limits"), ("worklist", "0011_api")]

    operations = [
        migrations.CreateModel(
            name="FeedHeard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(db_collation="C", max_length=40)),
                ("last_message", models.BigIntegerField()),
                ("heard_at", models.DateTimeField()),
                (
                    "facility",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.facility"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("facility", "feed"), nulls_distinct=False, name="feed_heard_once"),
                ],
            },
        ),
    ]
