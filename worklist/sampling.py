"""The daily sample of what policy released by itself: drawn the same way whoever asks, looked at by a supervisor who did
not code it."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Facility
from coding_workflow.coding import selectors as coding
from coding_workflow.policy.rules import AutoRelease, FacilityPolicy
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.models import Release
from coding_workflow.staff.models import Role, User
from worklist.models import SampleLook

#: Days that are still drawn for: over a weekend nothing is lost.
DAYS: Final = 7
#: Releases are walked by key, newest first, no more than so many.
MOST: Final = 5_000
_SHORTEST: Final = 5

_RELEASED: Final = """
SELECT newest.id, newest.released_at, a.id, a.number, a.restricted, a.patient_class, a.service, coalesce(y.kind, ''),
       u.full_name, look.right, look.words, looker.full_name
FROM (SELECT id, account_id, policy, released_at, approved_by_id FROM release_release
      WHERE facility_id = %(facility)s ORDER BY id DESC LIMIT %(most)s) AS newest
JOIN accounts_account a ON a.id = newest.account_id
JOIN staff_user u ON u.id = newest.approved_by_id
LEFT JOIN accounts_coverage c ON c.account_id = a.id AND c.rank = 1
LEFT JOIN accounts_payer y ON y.id = c.payer_id
LEFT JOIN worklist_samplelook look ON look.release_id = newest.id
LEFT JOIN staff_user looker ON looker.id = look.by_id
WHERE newest.policy <> '' AND newest.released_at >= %(since)s
ORDER BY newest.id DESC
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One account of the sample: who answers for its release, and what was found when it was looked at."""

    release_id: int
    day: datetime.date
    account_id: int
    number: str
    restricted: bool
    patient_class: str
    accountable: str
    right: bool | None
    words: str
    looked_by: str


def sample(facility: Facility) -> list[Drawn]:
    """The accounts drawn from the last days, newest day first. One query.

    Of each day and row of the policy in force so many are drawn as the row says, by a hash of the release's key: nobody who
    codes knows it beforehand, and everybody who asks gets the same.
    """
    since = clock.now() - datetime.timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_RELEASED, {"facility": facility.pk, "most": MOST, "since": since})
        rows = cursor.fetchall()
    return _draw(rows, policy_for(facility), ZoneInfo(facility.time_zone))


def _draw(rows: Iterable[tuple[Any, ...]], policy: FacilityPolicy, zone: ZoneInfo) -> list[Drawn]:
    """What was looked at already stays in the sample, whatever the policy says now."""
    groups: dict[tuple[datetime.date, AutoRelease | None], list[Drawn]] = {}
    for pk, at, account, number, restricted, kind, service, payer, accountable, right, words, by in rows:
        day = at.astimezone(zone).date()
        drawn = Drawn(pk, day, account, number, bool(restricted), kind, accountable, right, words or "", by or "")
        groups.setdefault((day, policy.auto_release_for(kind, payer, service)), []).append(drawn)
    chosen: list[Drawn] = []
    for (_, row), released in groups.items():
        ordered = sorted(released, key=lambda each: hashlib.sha256(str(each.release_id).encode()).digest())
        size = row.daily_sample if row else 0
        chosen += [each for place, each in enumerate(ordered) if place < size or each.right is not None]
    return sorted(chosen, key=lambda each: (each.day, each.release_id), reverse=True)


@transaction.atomic
def look_at(*, release: Release, by: User, right: bool, words: str) -> SampleLook:
    """Write down what a supervisor found at an account that policy released.

    Raises NotAllowed ``sample.role`` (no supervisor of the facility, or who coded it), Refused ``sample.not_by_policy`` or
    ``sample.words`` (what is wrong, in five characters or more), Conflict ``sample.seen``.
    """
    account = lock_account(release.account_id)
    if not by.has_role(Role.SUPERVISOR, account.facility_id) or by.pk in coding.coder_ids(account.pk):
        raise NotAllowed("sample.role", "A supervisor of this facility who did not code the account looks at it.")
    if not release.policy:
        raise Refused("sample.not_by_policy", "A person approved this release; the sample is of those that policy made.")
    said = " ".join(words.split())[:300]
    if not right and len(said) < _SHORTEST:
        raise Refused("sample.words", "Say what is wrong with it.", fix="words")
    if SampleLook.objects.filter(release=release).exists():
        raise Conflict("sample.seen", "Somebody has looked at it already.")
    look = SampleLook.objects.create(
        facility_id=account.facility_id, account=account, release=release, by=by, right=right, words=said
    )
    payload = {"release": release.pk, "right": right}
    history.record(account=account, kind="release.sample_looked", by=Actor.person(by.pk), payload=payload)
    return look
