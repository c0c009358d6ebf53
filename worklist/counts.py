"""Counters for the pages, kept by the relay from what changed: open work, held accounts, DNFB.

Triggers mark each account that changes in a way that counts. Once a second the relay takes the marks, asks what those
accounts add now, and puts the difference to what they added before (``Counted``) on the counters: the cost is that of the
changes, however much is open. A mark commits with its change, so no change is missed or counted twice. What an account
adds is asked of the account itself, so nothing adds up wrong; the whole is counted again when a relay begins and each hour, a
part in each second, so that no second waits for it.

Nothing here is touched inside a claim; pages read the table only.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import connection

from accounts.locking import one_at_a_time

log = structlog.get_logger(__name__)

#: Marks taken in one go, and so many times in one second at most: a great rerouting is counted over some seconds.
_BATCH: Final = 2000
_MOST_BATCHES: Final = 10
#: Seconds after which everything is counted again.
_WHOLE_AGAIN: Final = 3600.0
#: Steps of accounts that are discharged and not billed.
_UNBILLED: Final = "('discharged', 'coding', 'final_coded', 'released')"

_TAKE: Final = f"""
DELETE FROM worklist_changed WHERE id IN (SELECT id FROM worklist_changed ORDER BY id LIMIT {_BATCH} FOR UPDATE SKIP LOCKED)
RETURNING account_id
"""  # noqa: S608 - fixed words of this module

#: The next accounts, by key, that add something or did; each branch ends with its own index after so many.
_NEXT: Final = f"""
SELECT account_id FROM (
    (SELECT DISTINCT account_id FROM accounts_workitem
     WHERE closed_at IS NULL AND account_id > %(after)s ORDER BY 1 LIMIT {_BATCH})
    UNION (SELECT DISTINCT account_id FROM accounts_hold
           WHERE resolved_at IS NULL AND account_id > %(after)s ORDER BY 1 LIMIT {_BATCH})
    UNION (SELECT id FROM accounts_account WHERE step IN {_UNBILLED} AND id > %(after)s ORDER BY 1 LIMIT {_BATCH})
    UNION (SELECT DISTINCT account_id FROM worklist_counted WHERE account_id > %(after)s ORDER BY 1 LIMIT {_BATCH})
) AS adding ORDER BY 1 LIMIT {_BATCH}
"""  # noqa: S608 - as above

#: What the accounts of ``due`` add. A hold without a condition (bill hold, policy) counts under 0; an account with two
#: holds of one key counts once. Every unbilled account is in exactly one part of the flow, and apart from it in ``total``.
_ADDS: Final = f"""
SELECT w.account_id, w.facility_id, 'queue' AS board, q.code AS key, count(*)::int AS open,
       min(coalesce(w.discharge_date, w.opened_at::date)) AS day, sum(w.total_charges) AS dollars
FROM due JOIN accounts_workitem w ON w.account_id = due.account_id AND w.closed_at IS NULL
JOIN accounts_queue q ON q.id = w.queue_id
GROUP BY 1, 2, 4
UNION ALL
SELECT h.account_id, h.facility_id, 'hold', coalesce(h.condition, 0) || ':' || h.owner_role, 1,
       min(coalesce(a.discharge_date, h.opened_at::date)), max(a.total_charges)
FROM due JOIN accounts_hold h ON h.account_id = due.account_id AND h.resolved_at IS NULL AND h.blocking
JOIN accounts_account a ON a.id = h.account_id
GROUP BY 1, 2, 4
UNION ALL
SELECT a.id, a.facility_id, 'flow', part.key, 1, a.discharge_date, a.total_charges
FROM due JOIN accounts_account a ON a.id = due.account_id AND a.step IN {_UNBILLED}
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
"""  # noqa: S608 - as above

#: Write down what these accounts add, and answer by how much each counter differs from before.
_COUNT: Final = f"""
WITH due AS MATERIALIZED (SELECT DISTINCT account_id FROM unnest(%s::bigint[]) AS changed(account_id)),
fresh AS MATERIALIZED ({_ADDS}),
before AS MATERIALIZED (SELECT c.* FROM due JOIN worklist_counted c ON c.account_id = due.account_id),
gone AS (
    DELETE FROM worklist_counted c USING before b WHERE c.id = b.id AND NOT EXISTS (
        SELECT FROM fresh f WHERE f.account_id = b.account_id AND f.board = b.board AND f.key = b.key)
),
written AS (
    INSERT INTO worklist_counted AS c (account_id, facility_id, board, key, open, day, dollars)
    SELECT account_id, facility_id, board, key, open, day, dollars FROM fresh
    ON CONFLICT (account_id, board, key) DO UPDATE
    SET facility_id = excluded.facility_id, open = excluded.open, day = excluded.day, dollars = excluded.dollars
    WHERE (c.facility_id, c.open, c.day, c.dollars)
        IS DISTINCT FROM (excluded.facility_id, excluded.open, excluded.day, excluded.dollars)
)
SELECT facility_id, board, key, sum(open)::int, sum(dollars) FROM (
    SELECT facility_id, board, key, open, dollars FROM fresh
    UNION ALL SELECT facility_id, board, key, -open, -dollars FROM before
) AS differing GROUP BY 1, 2, 3
"""  # noqa: S608 - as above

_NEW: Final = """
INSERT INTO worklist_counter (facility_id, board, key, open, dollars, refreshed_at)
SELECT *, 0, 0, statement_timestamp() FROM unnest(%s::bigint[], %s::text[], %s::text[])
ON CONFLICT (facility_id, board, key) DO NOTHING
"""
_ADD: Final = """
UPDATE worklist_counter c SET open = greatest(c.open + d.open, 0), dollars = c.dollars + d.dollars, oldest_on = d.oldest_on,
    refreshed_at = statement_timestamp()
FROM (
    SELECT n.*, (SELECT min(x.day) FROM worklist_counted x
                 WHERE x.facility_id = n.facility AND x.board = n.board AND x.key = n.key) AS oldest_on
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::numeric[]) AS n(facility, board, key, open, dollars)
) AS d
WHERE c.facility_id = d.facility AND c.board = d.board AND c.key = d.key
    AND (d.open <> 0 OR d.dollars <> 0 OR c.oldest_on IS DISTINCT FROM d.oldest_on)
"""

#: All counters from what was written down; queues without work, and what is not there any more, stand at 0.
_WHOLE: Final = """
INSERT INTO worklist_counter AS c (facility_id, board, key, open, oldest_on, dollars, refreshed_at)
SELECT facility_id, board, key, sum(open), min(day), sum(dollars), statement_timestamp() FROM (
    SELECT facility_id, board, key, open, day, dollars FROM worklist_counted
    UNION ALL SELECT facility_id, 'queue', code, 0, NULL, 0 FROM accounts_queue
    UNION ALL SELECT facility_id, board, key, 0, NULL, 0 FROM worklist_counter
) AS counted GROUP BY 1, 2, 3
ON CONFLICT (facility_id, board, key) DO UPDATE
SET open = excluded.open, oldest_on = excluded.oldest_on, dollars = excluded.dollars, refreshed_at = excluded.refreshed_at
WHERE (c.open, c.oldest_on, c.dollars) IS DISTINCT FROM (excluded.open, excluded.oldest_on, excluded.dollars)
"""


@dataclass(slots=True)
class Rhythm:
    """When everything is to be counted again: from the first tick of a process, and an hour after each time; how far it is."""

    last: float | None = None
    after: int = 0

    def whole(self, now: float) -> bool:
        """Whether now is the time, or it is under way, by a clock that only goes forward."""
        return self.last is None or now - self.last >= _WHOLE_AGAIN

    def counted(self, now: float, part: Sequence[int]) -> None:
        """These were counted, in order; none are left where there are none. What failed is tried again at the next tick."""
        self.after = part[-1] if part else 0
        if not part:
            self.last = now


_RHYTHM = Rhythm()


def refresh() -> None:
    """Count everything at once; rows that did not change are not written."""
    after = 0
    while part := refresh_part(after):
        after = part[-1]


def refresh_part(after: int) -> list[int]:
    """Count the accounts that add something again, some thousand from the key ``after`` on; answers which.

    None are left: the counters are added up anew, and the walk is over.
    """
    one_at_a_time("worklist.counters")
    # Locked above, in a statement before: these see whatever was counted until then. Marks that lie there stay for
    # ``refresh_changed``, which finds what they name counted already.
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"after": after})
        part = [account for (account,) in cursor.fetchall()]
        if not part:
            cursor.execute(_WHOLE)
            if cursor.rowcount:
                log.info("counters.whole", changed=cursor.rowcount)
    if part:
        _count(part)
    return part


def refresh_changed() -> int:
    """Count what changed since; answers how many marks were taken."""
    one_at_a_time("worklist.counters")
    taken = 0
    for _ in range(_MOST_BATCHES):
        marks = _take()
        taken += len(marks)
        if marks:
            _count(marks)
        if len(marks) < _BATCH:
            break
    return taken


def refresh_if_changed() -> None:
    """The relay's job, once a second."""
    now = time.monotonic()
    if _RHYTHM.whole(now):
        _RHYTHM.counted(now, refresh_part(_RHYTHM.after))
    refresh_changed()


def _take() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        return [account for (account,) in cursor.fetchall()]


def _count(accounts: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(accounts)])
        differing: list[tuple[Any, ...]] = cursor.fetchall()
        if not differing:
            return
        columns = [list(column) for column in zip(*differing, strict=True)]
        cursor.execute(_NEW, columns[:3])
        cursor.execute(_ADD, columns)
