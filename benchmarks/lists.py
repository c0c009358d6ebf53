"""Addresses of My work: every filter and every order that the page offers, and pages far into a list."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Account, PatientClass, PayerKind, WorkItem
from accounts.scope import ALL, scoped
from worklist.selectors.queues import HELD, HELD_STEPS
from worklist.selectors.rows import CONDITION_WORDS
from worklist.views.my_work import SORTS

#: The queue with half of the open work.
LARGEST: Final = "code-emergency"
_DEEP: Final = 0.9
#: Way and column of the orders that are the account's; the rank is the work's own, and held accounts have none.
_OF_ACCOUNT: Final = {"oldest": ("", "discharge_date"), "dollars": ("-", "total_charges")}

Lists = tuple[tuple[str, str, list[str]], ...]


def lists() -> Lists:
    """Name, words and addresses of each figure; the addresses of one figure are asked in turn."""
    return (
        ("My work", "the largest queue", [_address()]),
        ("My work, by charges", "the same in another order", [_address(sort="dollars")]),
        ("My work, by oldest", "the same in another order", [_address(sort="oldest")]),
        ("My work, one class", "each class in each order", _in_each_order("class", PatientClass.values)),
        ("My work, one payer", "each kind in each order", _in_each_order("payer", PayerKind.values)),
        ("My work, one hold", "each condition in each order", _in_each_order("condition", CONDITION_WORDS)),
        ("My work, deep", "nine tenths into each order", _deep_in_queue()),
        ("My work, held", "the view over holds, each order", [_address(queue=HELD, sort=sort) for sort in SORTS]),
        ("My work, held and filtered", "each filter", _held_and_filtered()),
        ("My work, held, deep", "nine tenths into each order", _deep_in_held()),
    )


def _address(**query: Any) -> str:
    return f"{reverse('worklist:my_work')}?{urlencode({'queue': LARGEST} | query)}"


def _in_each_order(name: str, values: Iterable[Any], queue: str = LARGEST) -> list[str]:
    return [_address(**{"queue": queue, name: value, "sort": sort}) for value in values for sort in SORTS]


def _held_and_filtered() -> list[str]:
    offered: dict[str, Iterable[Any]] = {"class": PatientClass.values, "payer": PayerKind.values, "condition": CONDITION_WORDS}
    return [address for name, values in offered.items() for address in _in_each_order(name, values, HELD)]


def _deep_in_queue() -> list[str]:
    with scoped(ALL):
        rows = WorkItem.objects.filter(closed_at__isnull=True, queue__code=LARGEST)
        keys = {"rank": _far_in(rows, "rank_at")}
        keys |= {sort: _far_in(rows, f"{way}account__{name}") for sort, (way, name) in _OF_ACCOUNT.items()}
    return [_address(sort=sort, after=after) for sort, after in keys.items()]


def _deep_in_held() -> list[str]:
    with scoped(ALL):
        rows = Account.objects.filter(step__in=HELD_STEPS).held()
        keys = {sort: _far_in(rows, way + name) for sort, (way, name) in _OF_ACCOUNT.items()}
    return [_address(queue=HELD, sort=sort, after=after) for sort, after in keys.items()]


def _far_in(rows: Any, order: str) -> int:
    """The key of the row after which nine tenths of the list lie behind."""
    return int(rows.order_by(order, "pk").values_list("pk", flat=True)[int(rows.count() * _DEEP)])
