"""Counters for the pages: a few GROUP BYs over open work, held accounts and DNFB, run by the relay while something changes.

Nothing here is touched inside a claim; pages read the table only.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection

_UPSERT: Final = """
INSERT INTO worklist_counter AS c (facility_id, board, key, open, oldest_on, dollars, refreshed_at)
SELECT facility_id, '{board}', key, n, oldest_on, coalesce(dollars, 0), statement_timestamp() FROM ({numbers}) AS fresh
ON CONFLICT (facility_id, board, key) DO UPDATE
SET open = excluded.open, oldest_on = excluded.oldest_on, dollars = excluded.dollars, refreshed_at = excluded.refreshed_at
WHERE (c.open, c.oldest_on, c.dollars) IS DISTINCT FROM (excluded.open, excluded.oldest_on, excluded.dollars)
"""

#: Each open item looks up its account: joined as a table, the accounts of all years would be read for those of today.
_QUEUES: Final = """
SELECT q.facility_id, q.code AS key, count(w.id) AS n,
       min(coalesce(a.discharge_date, w.opened_at::date)) AS oldest_on, sum(a.total_charges) AS dollars
FROM accounts_queue q
LEFT JOIN accounts_workitem w ON w.queue_id = q.id AND w.closed_at IS NULL
LEFT JOIN LATERAL (SELECT discharge_date, total_charges FROM accounts_account WHERE id = w.account_id OFFSET 0) AS a ON true
GROUP BY q.facility_id, q.code
"""

#: A hold without a condition (bill hold, policy) counts under 0. An account with two holds of one key counts once.
_HOLDS: Final = """
SELECT facility_id, key, count(account_id) AS n, min(oldest_on) AS oldest_on, sum(dollars) AS dollars
FROM (
    SELECT h.facility_id, coalesce(h.condition, 0) || ':' || h.owner_role AS key, h.account_id,
           min(coalesce(a.discharge_date, h.opened_at::date)) AS oldest_on, max(a.total_charges) AS dollars
    FROM accounts_hold h JOIN accounts_account a ON a.id = h.account_id
    WHERE h.resolved_at IS NULL AND h.blocking
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT facility_id, key, NULL, NULL, 0 FROM worklist_counter WHERE board = 'hold'
) AS held
GROUP BY facility_id, key
"""

#: Every discharged account that is not billed is in exactly one part; the key ``total`` is counted apart from them.
_FLOW: Final = """
SELECT facility_id, key, count(account_id) AS n, min(discharge_date) AS oldest_on, sum(total_charges) AS dollars
FROM (
    SELECT a.facility_id, a.id AS account_id, a.discharge_date, a.total_charges, part.key
    FROM accounts_account a
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM accounts_hold h WHERE h.account_id = a.id AND h.resolved_at IS NULL AND h.blocking) AS held,
               EXISTS (SELECT FROM accounts_workitem w
                       WHERE w.account_id = a.id AND w.kind = 'release' AND w.closed_at IS NULL) AS releasable
    ) AS state
    CROSS JOIN LATERAL (VALUES ('total'), (CASE
        WHEN a.step = 'discharged' THEN 'waiting'
        WHEN a.step = 'coding' AND state.held THEN 'coding_held'
        WHEN a.step = 'coding' THEN 'coding'
        WHEN a.step = 'final_coded' AND state.held THEN 'coded_held'
        WHEN a.step = 'final_coded' AND state.releasable THEN 'releasable'
        WHEN a.step = 'final_coded' THEN 'checking'
        ELSE 'released'
    END)) AS part(key)
    WHERE a.step IN ('discharged', 'coding', 'final_coded', 'released')
    UNION ALL
    SELECT facility_id, NULL, NULL, 0, key FROM worklist_counter WHERE board = 'flow'
) AS unbilled
GROUP BY facility_id, key
"""

_STAMP: Final = "SELECT coalesce(max(id), 0) FROM accounts_event"


@dataclass(slots=True)
class Seen:
    """What the relay saw last: the newest event, and in how many ticks it looks again whatever happens.

    Events get their number before they commit, so a late commit can hide behind a newer number: two more looks
    follow each change, and one comes every ten ticks.
    """

    newest: int = -1
    settling: int = 0
    idle: int = 0

    def needs_refresh(self, newest: int) -> bool:
        """Whether to count now; to be asked once a tick."""
        if newest != self.newest:
            self.newest, self.settling, self.idle = newest, 2, 0
            return True
        self.settling, self.idle = max(self.settling - 1, 0), self.idle + 1
        return self.settling > 0 or self.idle % 10 == 0


_SEEN = Seen()


def refresh() -> None:
    """Bring every counter up to date; rows that did not change are not written."""
    with connection.cursor() as cursor:
        for board, numbers in (("queue", _QUEUES), ("hold", _HOLDS), ("flow", _FLOW)):
            cursor.execute(_UPSERT.format(board=board, numbers=numbers))


def refresh_if_changed() -> None:
    """The relay's job, once a second: count again when an event was appended since."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        newest = int(cursor.fetchone()[0])
    if _SEEN.needs_refresh(newest):
        refresh()
