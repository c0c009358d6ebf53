"""Rules that say more than one thing: what is wrong with a code's characters, and where they warn instead of holding."""

import datetime
import re

import pytest

from coding_workflow.guidelines.words import day, some

from .cases.case import Told, ip
from .cases.obstetrics import mom
from .test_every_rule import RULES, firing, said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("S72.141", "S72.141 needs a 7th character."),
        ("W19", "W19 needs a 7th character."),
        ("I10.XXXA", "I10.XXXA has a 7th character that the code does not take."),
        ("W19.XA", "W19.XA lacks the placeholder X; it is written W19.XXXA."),
        ("S01.01A", "S01.01A lacks the placeholder X; it is written S01.01XA."),
        ("I50", "I50 needs more characters; it is a heading in ICD-10-CM."),
        ("I50.99", "I50.99 is not an ICD-10-CM code on Jun 13, 2026."),
    ],
)
def test_a_code_is_told_what_its_characters_lack(code: str, words: str) -> None:
    told = Told(ip(code), ip())
    assert [finding.message for finding in said(RULES["codes.diagnosis_valid"], told.fires, told, told.grouping)] == [words]


@pytest.mark.parametrize(
    ("rule_id", "account", "severity"),
    [
        ("injury.place_once", ip("S61.211A W26.0XXA Y92.010 Y92.410"), "warn"),
        ("injury.place_once", ip("S61.211A W26.0XXA Y99.0 Y99.8"), "hold"),
        ("injury.place_initial", ip("S61.211D W26.0XXD Y92.010"), "warn"),
        ("diabetes.with", ip("E11.9 K31.84"), "warn"),
        ("diabetes.with", ip("E11.9 N18.4"), "hold"),
        ("poa.unknown", ip("I21.4 J18.9:U"), "warn"),
        ("obstetric.trimester", mom("O99.210 Z3A.39"), "warn"),
    ],
)
def test_what_the_source_leaves_open_warns_and_what_it_says_outright_holds(
    rule_id: str, account: dict[str, object], severity: str
) -> None:
    told = Told(account, account)
    assert {finding.severity for finding in said(RULES[rule_id], account, told, told.grouping)} == {severity}


COMPETENT = {"type": "inpatient", "supervisor": "cleo", "valid_from": "2026-01-01"}


def sentences(rule_id: str, account: dict[str, object]) -> list[str]:
    told = Told(account, account)
    return [finding.message for finding in said(RULES[rule_id], account, told, told.grouping)]


def test_who_lacks_a_competence_is_said_by_what_they_coded_and_not_by_a_user_name() -> None:
    account = ip("I21.4 I10 E11.9 J45.909 N18.30", coder={"id": "ada"})
    assert sentences("competence.in_force", account) == [
        "The coder of I21.4, I10, E11.9 and 2 others has no inpatient coding competence."
    ]
    assert sentences("competence.in_force", ip("I21.4 I10", coder={"id": "ada", "competences": [COMPETENT]})) == []
    assert sentences("competence.in_force", ip("I21.4", coder={"id": "17"})) == [
        "The coder of I21.4 has no inpatient coding competence."
    ]


def test_a_date_reads_the_same_in_every_sentence_and_locale() -> None:
    assert [day(datetime.date(2026, month, 4)) for month in (1, 9, 12)] == ["Jan 4, 2026", "Sep 4, 2026", "Dec 4, 2026"]
    assert (day(None), some(["a"]), some(["a", "b", "c", "d"])) == ("not given", "a", "a, b, c and 1 other")


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_no_sentence_holds_a_date_as_computers_write_it(rule_id: str) -> None:
    assert [each.message for each in firing(rule_id) if re.search(r"\d{4}-\d\d-\d\d", each.message)] == []
