"""Suggestions in figures: what was offered in a time box and became of it, and what each coder made of those they settled.

Two ways of counting, since an offer is made to an account and only settling it is somebody's act: families of codes and the
whole by the day on which a code was offered, coders by the day on which they accepted or dismissed it. Each costs what
happened in its time box, by ``suggestion_made_by_day`` and ``suggestion_settled_by_day``.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from accounts import clock
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM, display
from coding_workflow.coding.models import Suggestion, SuggestionState
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

#: Days back that may be chosen.
BOXES: Final = (7, 30, 90)
#: A share of fewer says little about anybody: the page says so instead of a percentage.
FEW: Final = 20
MOST_FAMILIES: Final = 40
MOST_SHOWN: Final = 100
#: What the list may show: the word of the address, its name, and the condition.
SHOWN: Final[dict[str, tuple[str, Q]]] = {
    "unseen": ("Accepted unseen", Q(unseen=True)),
    "removed": ("Accepted and later removed", Q(state=SuggestionState.ACCEPTED, diagnosis__superseded_at__isnull=False)),
    "accepted": ("Accepted", Q(state=SuggestionState.ACCEPTED)),
    "dismissed": ("Dismissed", Q(state=SuggestionState.DISMISSED)),
}
_MEASURES: Final[dict[str, Any]] = {
    "offered": Count("pk"),
    "accepted": Count("pk", filter=SHOWN["accepted"][1]),
    "unseen": Count("pk", filter=SHOWN["unseen"][1]),
    "removed": Count("pk", filter=SHOWN["removed"][1]),
    "dismissed": Count("pk", filter=SHOWN["dismissed"][1]),
    "lapsed": Count("pk", filter=Q(state=SuggestionState.LAPSED)),
    "waiting": Count("pk", filter=Q(state=SuggestionState.OFFERED)),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of counts. ``key`` is the coder's number or the family's first three characters; both empty for the whole.

    ``offered`` is, of a coder, how many they settled. ``removed``: accepted, and the code was taken off the account later,
    by whomever.
    """

    key: str
    name: str
    offered: int
    accepted: int
    unseen: int
    removed: int
    dismissed: int
    lapsed: int
    waiting: int

    @property
    def accepted_share(self) -> int | None:
        """Whole percent of what was settled by a person; None where that is too few."""
        return _share(self.accepted, self.accepted + self.dismissed)

    @property
    def unseen_share(self) -> int | None:
        """Whole percent of what was accepted; None where that is too few."""
        return _share(self.unseen, self.accepted)


@dataclass(frozen=True, slots=True)
class Settled:
    """One suggestion that somebody settled, with its account."""

    account_id: int
    account: str
    code: str
    title: str
    coder: str
    at: datetime.datetime | None
    words: str
    removed: bool


def by_family(user: User, days: int) -> list[Figures]:
    """What was offered in the time box, for each family (category) of codes, most offered first. One query."""
    since = clock.now() - datetime.timedelta(days=days)
    rows = Suggestion.objects.filter(facility_id__in=user.facility_ids(), made_at__gte=since)
    grouped: Any = rows.order_by().values(family=Left("code", 3)).annotate(**_MEASURES)
    return [_read(row["family"], "", row) for row in grouped.order_by("-offered", "family")]


def whole(families: Iterable[Figures]) -> Figures:
    """The sum of all families. Pure."""
    rows = list(families)
    return Figures("", "", *(sum(getattr(row, name) for row in rows) for name in _MEASURES))


def titles(families: Iterable[Figures]) -> dict[str, str]:
    """What the categories are called in the table in force today; without one they keep their characters. Two queries."""
    found = codesets.lookup_many(ICD_10_CM, [row.key for row in families], clock.today())
    return {code: entry.title for code, entry in found.items()}


def by_coder(user: User, days: int) -> list[Figures]:
    """What each coder accepted and dismissed in the time box, who settled most first. One query."""
    named: Any = {"name": F("settled_by__full_name"), "username": F("settled_by__username")}
    grouped: Any = _settled(user, days).order_by().values("settled_by_id", **named).annotate(**_MEASURES)
    rows = grouped.order_by("-offered", "name", "settled_by_id")
    return [_read(str(row["settled_by_id"]), row["name"] or row["username"], row) for row in rows]


def settled(user: User, days: int, *, show: str, coder: int | None = None, family: str = "") -> list[Settled]:
    """The newest of the time box that ``show`` (a key of ``SHOWN``) asks for, at most 100, of one coder or family if named.

    Restricted accounts only where the person has opened them. One query.
    """
    rows = visible(_settled(user, days).filter(SHOWN[show][1]), user)
    if coder is not None:
        rows = rows.filter(settled_by_id=coder)
    if family:
        # As the family's figures count: what was offered in the time box.
        rows = rows.filter(code__startswith=family, made_at__gte=clock.now() - datetime.timedelta(days=days))
    rows = rows.select_related("account", "settled_by", "diagnosis").defer("quote")
    return [_line(row) for row in rows.order_by("-settled_at", "-pk")[:MOST_SHOWN]]


def _settled(user: User, days: int) -> "QuerySet[Suggestion]":
    since = clock.now() - datetime.timedelta(days=days)
    by_people = (SuggestionState.ACCEPTED, SuggestionState.DISMISSED)
    return Suggestion.objects.filter(facility_id__in=user.facility_ids(), settled_at__gte=since, state__in=by_people)


def _read(key: str, name: str, row: dict[str, Any]) -> Figures:
    return Figures(key, name, *(row[each] for each in _MEASURES))


def _line(row: Suggestion) -> Settled:
    words = "Accepted unseen" if row.unseen else str(SuggestionState(row.state).label)
    removed = row.diagnosis is not None and row.diagnosis.superseded_at is not None
    return Settled(
        row.account_id,
        row.account.number,
        display(row.code, row.system),
        row.title,
        str(row.settled_by),
        row.settled_at,
        words,
        removed,
    )


def _share(part: int, of: int) -> int | None:
    return round(100 * part / of) if of >= FEW else None
