"""Open work of all queues in rank order: get-next without a named queue walks it and stops at the first it may give."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("worklist", "0001_counters_and_put_backs"), ("accounts", "0001_nouns")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX work_open_in_rank ON accounts_workitem (rank_at, id) WHERE closed_at IS NULL",
            "DROP INDEX work_open_in_rank",
        )
    ]
