"""What really happened to accounts that were released lately: which ways they went, how long each step took."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from accounts import clock
from coding_workflow.policy.svg import Figure

from .process import Which

DAYS: Final = 30
#: Releases are looked at by their key, newest first, no more than so many: the answer never takes longer.
MOST: Final = 2_000

# The newest releases of the facility, walked backwards by primary key; only then by class. The first release of an account
# tells its way; later ones are corrections, and an account that was coded anew since has no time of its first coding.
_TOOK: Final = """
WITH newest AS (
    SELECT r.id, r.account_id, r.policy, r.released_at FROM release_release r
    WHERE r.facility_id = %(facility)s AND r.sequence = 1 ORDER BY r.id DESC LIMIT %(most)s
), way AS (
    SELECT a.id, n.policy <> '' AS by_policy,
        extract(epoch FROM a.ready_at - a.discharged_at) / 86400 AS waited,
        CASE WHEN a.final_coded_at <= n.released_at THEN extract(epoch FROM a.final_coded_at - a.ready_at) / 86400 END AS coded,
        CASE WHEN a.final_coded_at <= n.released_at
             THEN extract(epoch FROM n.released_at - a.final_coded_at) / 86400 END AS released,
        (SELECT max(coalesce(q.answered_at, q.ended_at)) - min(q.sent_at) FROM coding_providerquery q
          WHERE q.account_id = a.id AND q.sent_at < n.released_at) AS asked,
        (SELECT max(h.resolved_at) - min(h.opened_at) FROM accounts_hold h
          WHERE h.account_id = a.id AND h.blocking AND h.opened_at < n.released_at
            AND h.owner_role NOT IN ('coding', 'provider')) AS held
    FROM newest n JOIN accounts_account a ON a.id = n.account_id
    WHERE n.released_at >= %(since)s AND a.patient_class = %(class)s AND (%(service)s = '' OR a.service = %(service)s)
)
SELECT count(*), count(*) FILTER (WHERE by_policy), count(asked), count(held),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY waited), percentile_cont(0.5) WITHIN GROUP (ORDER BY coded),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY released),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM asked) / 86400),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM held) / 86400)
FROM way
"""


@dataclass(frozen=True)
class Past:
    """Of the accounts released in the last days: how many, and for each step the share that came by and its median days."""

    accounts: int
    words: Mapping[str, str] = field(default_factory=dict)
    on_chart: Mapping[str, Figure] = field(default_factory=dict)


def took(which: Which) -> Past:
    """The ways of the last 30 days, at most of the newest 2,000 releases of the facility. One query."""
    since = clock.now() - datetime.timedelta(days=DAYS)
    asked: dict[str, Any] = {
        "facility": which.facility.pk,
        "class": which.patient_class,
        "service": which.service,
        "most": MOST,
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOOK, asked)
        all_of_them, by_policy, queried, held, *medians = cursor.fetchone()
    waited, coded, released, answer, cleared = (None if each is None else float(each) for each in medians)
    steps: dict[str, tuple[int, float | None]] = {
        "bill_hold": (all_of_them, waited),
        "coding": (all_of_them, coded),
        "query": (queried, answer),
        "held": (held, cleared),
        "check": (all_of_them, released),
        "by_policy": (by_policy, None),
        "approval": (all_of_them - by_policy, None),
    }
    return _told(all_of_them, steps)


def _told(accounts: int, steps: Mapping[str, tuple[int, Any]]) -> Past:
    if not accounts:
        return Past(0)
    words = {step: _words(count, accounts, days) for step, (count, days) in steps.items()}
    return Past(accounts, words, {step: Figure(0, said=said) for step, said in words.items()})


def _words(count: int, accounts: int, days: float | None) -> str:
    """``100 % · 2.4 d``: the share that came by, and the median of days there."""
    share = f"{round(100 * count / accounts)} %"
    return share if days is None or not count else f"{share} · {max(days, 0.0):.1f} d"
