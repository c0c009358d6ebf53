"""The indexes that give each list in each order it offers, a page at a time.

Equal first, then the order, then the key, then everything that is filtered by: a filter is looked at in the index,
without the row. Built while everybody works; one that broke off is thrown away and built anew.
"""

from django.db import migrations

from accounts.constraints import built

_FILTERS = "patient_class, payer_id, " + ", ".join(f"((hold_bits & {1 << number}) <> 0)" for number in range(8))
_DISCHARGED = "coalesce(discharge_date, DATE '9999-12-31')"

INDEXES = {
    # My work and get next: open work of a queue in rank order, with any filter.
    "work_listed_by_rank": f"accounts_workitem (queue_id, rank_at, id, {_FILTERS}) WHERE closed_at IS NULL",
    # My work, oldest discharge first: no discharge comes last.
    "work_listed_by_discharge": f"accounts_workitem (queue_id, ({_DISCHARGED}), id, {_FILTERS}) WHERE closed_at IS NULL",
    # My work, most charges first.
    "work_listed_by_charges": f"accounts_workitem (queue_id, (-total_charges), id, {_FILTERS}) WHERE closed_at IS NULL",
    # My work, held: the accounts of a facility, oldest discharge first.
    "held_listed_by_discharge": f"accounts_heldaccount (facility_id, ({_DISCHARGED}), account_id, {_FILTERS})",
    # My work, held: most charges first.
    "held_listed_by_charges": f"accounts_heldaccount (facility_id, (-total_charges), account_id, {_FILTERS})",
}


# Closed work is most of the table and looks different: without these the planner takes a filtered queue for nearly empty,
# and sorts all of it instead of walking the index of the order.
STATISTICS = {
    "work_listed_class": "closed_at, queue_id, patient_class FROM accounts_workitem",
    "work_listed_payer": "closed_at, queue_id, payer_id FROM accounts_workitem",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0014_listed_filled")]

    operations = [
        *[each for name, what in INDEXES.items() for each in built(name, what)],
        # What it served is served by work_listed_by_rank.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS work_open_by_rank",
                    "CREATE INDEX CONCURRENTLY work_open_by_rank ON accounts_workitem (queue_id, rank_at, id) "
                    "WHERE closed_at IS NULL",
                )
            ],
            state_operations=[migrations.RemoveIndex("workitem", "work_open_by_rank")],
        ),
        *[
            migrations.RunSQL(f"CREATE STATISTICS IF NOT EXISTS {name} (mcv) ON {what}", f"DROP STATISTICS IF EXISTS {name}")
            for name, what in STATISTICS.items()
        ],
        # Also for the indexed expressions.
        migrations.RunSQL("ANALYZE accounts_workitem", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE accounts_heldaccount", migrations.RunSQL.noop),
    ]
