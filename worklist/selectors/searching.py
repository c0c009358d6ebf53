"""Finding accounts by number, medical record number or the patient's name.

Words with a digit are numbers, others are names. Restricted accounts that the person has not opened are found by their
whole number or whole record number only, and shown without the patient: a name must not tell that somebody was here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import Account, Patient
from accounts.models.patient import SEARCHED_NAME
from coding_workflow.staff.models import User

#: Rows of one page of results.
PAGE_SIZE: Final = 25
#: Patients (or numbers) whose accounts one search looks at; more than these and the words say too little.
MOST: Final = 500
LONGEST: Final = 80
#: A shorter word is in too many names to look it up by itself.
SHORTEST_NAME: Final = 3
SHORTEST_NUMBER: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One account; ``masked`` when it is restricted and not opened: the page then shows nothing of the patient."""

    account: Account
    masked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One page, newest account first, and the key of its last row when there are more.

    ``sentence`` says what is missing when nothing could be looked up; ``too_many`` that more than ``MOST`` patients or
    numbers fit.
    """

    lines: tuple[Line, ...] = ()
    next_before: int | None = None
    sentence: str = ""
    too_many: bool = False


def find(user: User, words: str, before: int | None = None) -> Found:
    """Accounts at the person's facilities. Names: every word anywhere in the name. Numbers: how they begin. Three queries.

    At most ``PAGE_SIZE`` rows older than the account ``before``.
    """
    typed = " ".join(words.replace("\0", " ").replace(",", " ").upper().split())[:LONGEST]
    if any(letter.isdigit() for letter in typed):
        return _by_number(user, typed, before)
    return _by_name(user, typed.split(), before)


def _by_name(user: User, names: list[str], before: int | None) -> Found:
    if not any(len(name) >= SHORTEST_NAME for name in names):
        return Found(sentence=f"Type at least {SHORTEST_NAME} letters of a name, or the beginning of a number.")
    patients = Patient.objects.filter(facility_id__in=user.facility_ids()).annotate(searched=SEARCHED_NAME)
    for name in names:
        patients = patients.filter(searched__contains=name)
    keys = list(patients.values_list("pk", flat=True)[: MOST + 1])
    rows = Account.objects.visible_to(user).filter(patient_id__in=keys[:MOST])
    return _page(user, rows, before, too_many=len(keys) > MOST)


def _by_number(user: User, number: str, before: int | None) -> Found:
    if len(number) < SHORTEST_NUMBER:
        return Found(sentence=f"Type at least {SHORTEST_NUMBER} letters or digits of a number.")
    inside = Account.objects.filter(facility_id__in=user.facility_ids())
    numbered = inside.filter(number__startswith=number).order_by("number")
    patients = Patient.objects.filter(facility_id__in=user.facility_ids(), mrn__startswith=number)
    accounts, people = _keys(numbered), _keys(patients.order_by("mrn"))
    open_to = Q(restricted="") | Q(pk__in=user.opened_restricted_ids()) | Q(number=number) | Q(patient__mrn=number)
    rows = inside.filter(Q(pk__in=accounts[:MOST]) | Q(patient_id__in=people[:MOST])).filter(open_to)
    return _page(user, rows, before, too_many=max(len(accounts), len(people)) > MOST)


def _keys(rows: "QuerySet[Account] | QuerySet[Patient]") -> list[int]:
    return list(rows.values_list("pk", flat=True)[: MOST + 1])


def _page(user: User, rows: "QuerySet[Account]", before: int | None, *, too_many: bool) -> Found:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("patient", "facility").order_by("-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Found(tuple(_lines(user, shown)), shown[-1].pk if len(found) > PAGE_SIZE else None, too_many=too_many)


def _lines(user: User, accounts: Iterable[Account]) -> Iterable[Line]:
    opened = user.opened_restricted_ids()
    return (Line(account, bool(account.restricted) and account.pk not in opened) for account in accounts)
