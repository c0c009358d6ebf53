"""An index that answers a filter which matches next to nothing; and none that only makes writing dearer.

The indexes of 0015 give a list in its order, and a filter that fits little walks a queue's part of them to its end. These have
no order: rows that say the same stand together, a thousand to a block.

Django's indexes over foreign keys of work and events serve no question: open work is found by the partial ones, events by account
and sequence, and neither a queue, a person nor a facility is ever deleted. Of an event the key (account, facility) says what the
two keys of one column say, and without them no event locks the one row of its facility, on which all of a facility met.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import built

_FILTERS = "patient_class, payer_id, " + ", ".join(f"((hold_bits & {1 << number}) <> 0)" for number in range(8))

NEW = {
    "work_listed_by_filter": f"accounts_workitem (queue_id, {_FILTERS}) WHERE closed_at IS NULL",
    "held_listed_by_filter": f"accounts_heldaccount (facility_id, {_FILTERS})",
    # Counters, everything again: the unbilled accounts by key, a part at a time.
    "account_unbilled": "accounts_account (id) WHERE step IN ('discharged', 'coding', 'final_coded', 'released')",
}
UNUSED = {
    "accounts_workitem_facility_id_54339915": "accounts_workitem (facility_id)",
    "accounts_workitem_queue_id_28ebac1b": "accounts_workitem (queue_id)",
    "accounts_workitem_leased_to_id_90a2ad6e": "accounts_workitem (leased_to_id)",
    "accounts_workitem_returned_to_id_68f51ce5": "accounts_workitem (returned_to_id)",
    "accounts_event_account_id_52fea54a": "accounts_event (account_id)",
    "accounts_event_facility_id_f9ebdb09": "accounts_event (facility_id)",
}
SAID_TWICE = {
    "accounts_event_account_id_52fea54a_fk_accounts_account_id": "(account_id) REFERENCES accounts_account (id)",
    "accounts_event_facility_id_f9ebdb09_fk_accounts_facility_id": "(facility_id) REFERENCES accounts_facility (id)",
}


def dropped(name: str, what: str) -> migrations.RunSQL:
    """Nothing that the version before asks gets dearer by it."""
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", f"CREATE INDEX CONCURRENTLY {name} ON {what}")


def key_dropped(name: str, what: str) -> migrations.RunSQL:
    """Rows that the version before writes stay as right as they were."""
    return migrations.RunSQL(
        f"ALTER TABLE accounts_event DROP CONSTRAINT IF EXISTS {name}",
        f"ALTER TABLE accounts_event ADD CONSTRAINT {name} FOREIGN KEY {what} DEFERRABLE INITIALLY DEFERRED",
    )


def key(to: str, related_name: str, *, null: bool = False, constraint: bool = True) -> models.ForeignKey:
    """A foreign key without an index of its own."""
    return models.ForeignKey(
        blank=null,
        db_constraint=constraint,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0019_professional_judged"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        *[each for name, what in NEW.items() for each in built(name, what)],
        migrations.SeparateDatabaseAndState(
            database_operations=[
                *[dropped(name, what) for name, what in UNUSED.items()],
                *[key_dropped(name, what) for name, what in SAID_TWICE.items()],
            ],
            state_operations=[
                migrations.AlterField("workitem", "facility", key("accounts.facility", "+")),
                migrations.AlterField("workitem", "queue", key("accounts.queue", "items", null=True)),
                migrations.AlterField("workitem", "leased_to", key(settings.AUTH_USER_MODEL, "leased_work", null=True)),
                migrations.AlterField("workitem", "returned_to", key(settings.AUTH_USER_MODEL, "returned_work", null=True)),
                migrations.AlterField("event", "facility", key("accounts.facility", "+", constraint=False)),
                migrations.AlterField("event", "account", key("accounts.account", "events", constraint=False)),
            ],
        ),
        # Also for the indexed expressions.
        migrations.RunSQL("ANALYZE accounts_workitem", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE accounts_heldaccount", migrations.RunSQL.noop),
    ]
