"""Published sets of queues stay as they were, and no row of them belongs to two facilities."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

_KEYS = ("accounts_workitem", "worklist_queuesetversion", "worklist_assignment")


class Migration(migrations.Migration):
    dependencies = [("worklist", "0005_queue_sets"), ("accounts", "0010_queue_limits")]

    operations = [
        *[
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_facility_key UNIQUE (id, facility_id)",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_facility_key",
            )
            for table in _KEYS
        ],
        facility_matches("worklist_rerouting", column="version_id", target="worklist_queuesetversion"),
        facility_matches("worklist_assigneditem", column="assignment_id", target="worklist_assignment"),
        facility_matches("worklist_assigneditem", column="item_id", target="accounts_workitem"),
        append_only("worklist_queuesetversion"),
        *[never_deleted(f"worklist_{table}") for table in ("rerouting", "nextonly", "assignment", "assigneditem")],
    ]
