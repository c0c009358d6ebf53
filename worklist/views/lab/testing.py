"""The tests in the editor: an example to start from, facts taken from an account, adding, changing, taking out."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.guidelines.facts import FactsError, facts_to_json
from coding_workflow.guidelines.lab.reading import DefinitionError, parsed
from coding_workflow.guidelines.lab.testing import RuleTest, tests_from_plain, tests_to_plain, too_much
from coding_workflow.release.facts.assembling import assemble
from coding_workflow.staff.access import StaffRequest, open_account
from worklist.lab.facts import EXAMPLES, readable, without_identity

from .desk import Desk

_EMPTY: Final = {"test_name": "", "test_expect": "fires", "test_facts": "", "test_number": "", "test_at": "", "test_subjects": ""}


def _example(request: StaffRequest, desk: Desk, at: str) -> Desk:
    """Fill the facts with an example of a class."""
    return replace(desk.with_fields(test_facts=readable(EXAMPLES.get(at, EXAMPLES["inpatient"]))), focus="test-facts")


def _take(request: StaffRequest, desk: Desk, at: str) -> Desk:
    """Fill the facts with those of an account, without what names anybody; leaves an access record."""
    found = _numbered(request, desk)
    if not found:
        return _wrong(desk, "number", "There is no account with this number where the rule judges.")
    if len(found) > 1:
        return _wrong(desk, "number", "Several of your facilities have an account with this number: take another account.")
    try:
        taken = without_identity(assemble(open_account(request, found[0], "rule.facts_taken")))
    except Refused as refusal:
        return _wrong(desk, "number", refusal.sentence)
    except FactsError:
        return _wrong(desk, "number", "Its facts are not complete yet: take an account after its discharge.")
    filled = desk.with_fields(test_facts=readable(json.loads(facts_to_json(taken))), test_number="")
    return replace(filled, focus="test-facts")


def _numbered(request: StaffRequest, desk: Desk) -> list[int]:
    """The accounts of the typed number at the rule's facility, or at the person's own where it is a rule of all."""
    at = {desk.rule.facility_id} & request.user.facility_ids() if desk.rule.facility_id else request.user.facility_ids()
    same = Account.objects.filter(facility_id__in=at, number=desk.typed("test:number").strip())
    return list(same.order_by("pk").values_list("pk", flat=True)[:2])


def _add(request: StaffRequest, desk: Desk, at: str) -> Desk:
    """Add the test, or put it in the place of the one being changed."""
    try:
        made = _read(desk)
    except DefinitionError as error:
        part = error.place.removeprefix("tests[0]").lstrip(".").partition(".")[0]
        part = part if part in {"name", "subjects"} else "facts"
        where = error.place.removeprefix("tests[0].facts").lstrip(".")
        return _wrong(
            desk, part, f"{where}: {error.message}" if where and part == "facts" and where not in error.message else error.message
        )
    place = desk.typed("test:at")
    tests = list(desk.tests)
    if place.isdigit() and int(place) < len(tests):
        tests[int(place)] = made
    else:
        tests.append(made)
    if refusal := too_much(tuple(tests)):
        return _wrong(desk, "name", refusal)
    return replace(desk.with_fields(**_EMPTY), tests=tuple(tests), focus="test-name")


def _read(desk: Desk) -> RuleTest:
    subjects = [each for each in desk.typed("test:subjects").replace(",", " ").upper().replace(".", "").split() if each]
    raw: dict[str, Any] = {
        "name": desk.typed("test:name"),
        "expect": desk.typed("test:expect"),
        "facts": parsed(desk.typed("test:facts")),
        "subjects": subjects or None,
    }
    return tests_from_plain([raw], "tests")[0]


def _drop(request: StaffRequest, desk: Desk, at: str) -> Desk:
    tests = tuple(each for number, each in enumerate(desk.tests) if str(number) != at)
    return replace(desk.with_fields(test_at=""), tests=tests, focus="tests")


def _change(request: StaffRequest, desk: Desk, at: str) -> Desk:
    """Open a test in the small form."""
    if not (at.isdigit() and int(at) < len(desk.tests)):
        return desk
    test = tests_to_plain(desk.tests)[int(at)]
    subjects = ", ".join(test["subjects"] or ())
    filled = desk.with_fields(
        test_name=test["name"], test_expect=test["expect"], test_facts=readable(test["facts"]), test_at=at, test_subjects=subjects
    )
    return replace(filled, focus="test-name")


def _wrong(desk: Desk, part: str, sentence: str) -> Desk:
    return replace(desk, errors={f"test-{part}": sentence}, focus=f"test-{part}", status=422)


#: What the buttons of the tests say before the colon.
VERBS: Final[dict[str, Callable[[StaffRequest, Desk, str], Desk]]] = {
    "test-example": _example,
    "test-take": _take,
    "test-add": _add,
    "test-drop": _drop,
    "test-change": _change,
}
