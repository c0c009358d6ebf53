"""Codes of the claim form on the account page and by API: entered, changed, withdrawn, differences shown, nothing typed lost."""

import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, EnteredClaimCode
from coding_workflow.release.services.checking import judge
from tests.api.sending import Program, as_program, problem
from tests.cast import SEPTEMBER, Cast
from tests.security.browser import signed_in

from .desk import on_desk
from .test_suggestions import page, read

pytestmark = pytest.mark.usefixtures("coded_db")
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
DAY = SEPTEMBER.isoformat()
NEXT = (SEPTEMBER + datetime.timedelta(days=1)).isoformat()


@pytest.fixture
def account(hospital: Cast) -> Account:
    return on_desk(hospital, coder=hospital.ana)


@pytest.fixture
def ana(hospital: Cast) -> Client:
    return signed_in(hospital.ana)


def panel(client: Client, account: Account) -> str:
    shown = read(client, account)
    return shown[shown.index('id="claim-codes"') : shown.index('id="said-claim-codes"')]


def enter(client: Client, account: Account, code: str = "05", kind: str = "occurrence", do: str = "add", **more: str) -> Any:
    given = {"kind": kind, "claim_code": code, "first_day": DAY, "do": do, **more}
    extra = {name: given.pop(name) for name in list(given) if name.startswith("HTTP_")}
    return client.post(page(account, "claim-codes/"), given, **extra)


def change(client: Client, account: Account, do: str = "change", **given: str) -> Any:
    row = EnteredClaimCode.objects.latest("pk")
    return client.post(page(account, f"claim-codes/{row.pk}/"), {"do": do, **given})


def test_a_code_is_entered_changed_and_withdrawn_without_scripts(ana: Client, account: Account) -> None:
    assert "No occurrence, condition or value code" in panel(ana, account)
    assert enter(ana, account, "a1").status_code == 303
    shown = panel(ana, account)
    assert "Entered by Ana" in shown and "Sep 1, 2026" in shown and "A1" in shown
    assert change(ana, account, first_day=NEXT).status_code == 303
    assert "Sep 2, 2026" in panel(ana, account)
    assert change(ana, account, "withdraw").status_code == 303
    assert "No occurrence, condition or value code" in panel(ana, account)
    history = ana.get(page(account, "history/")).content.decode()
    for words in ("Occurrence code A1 entered", "Occurrence code A1 changed", "Occurrence code A1 withdrawn"):
        assert words in history, words


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"code": "5"}, "two digits or letters"),
        ({"first_day": ""}, "has one day"),
        ({"first_day": "31/31/2026"}, "Give days as"),
        ({"code": "55", "first_day": "2026-08-01"}, "between admission and discharge"),
        ({"kind": "value", "amount": "1,000"}, "Give amounts as"),
        ({"kind": "value", "amount": ""}, "has an amount"),
        ({"kind": "condition", "code": "D9"}, "correction of its discrepancy"),
        ({"kind": "<b>"}, "Choose occurrence"),
    ],
)
def test_what_is_refused_is_said_at_the_form_and_stays_typed(
    ana: Client, account: Account, given: dict[str, str], sentence: str
) -> None:
    answered = enter(ana, account, **given)
    shown = answered.content.decode()
    assert answered.status_code == 422
    said = shown[shown.index('id="said-claim-codes"') :]
    assert sentence in said[: said.index("</div>")]
    assert f'value="{given.get("code", "05")}"' in shown[shown.index('id="claim-code-form"') :]
    assert enter(ana, account, **given, **FRAGMENT).status_code == 422
    assert not EnteredClaimCode.objects.exists()


def test_a_difference_is_shown_held_and_linked_until_both_sides_agree(ana: Client, account: Account) -> None:
    enter(ana, account)
    Account.objects.update(occurrence_codes=[{"code": "05", "date": NEXT}])
    shown = read(ana, account)
    assert "Differs: patient accounting has Sep 2, 2026" in shown
    found = [each for each in judge(Account.objects.get()).evaluation.findings if each.rule == "claim.codes_agree"]
    assert [(each.severity, each.owner, each.fix) for each in found] == [("hold", "patient_access", "claim_codes")]
    assert 'href="#claim-codes"' in shown
    Account.objects.update(occurrence_codes=[{"code": "05", "date": DAY}])
    assert "Differs" not in panel(ana, account)


def test_what_patient_accounting_tells_is_taken_off_and_comes_back(ana: Client, account: Account) -> None:
    Account.objects.update(condition_codes=["44"])
    assert "Patient accounting" in panel(ana, account) and 'aria-label="Take off condition code 44"' in panel(ana, account)
    assert enter(ana, account, "44", "condition", "off").status_code == 303
    shown = panel(ana, account)
    assert "Taken off" in shown and "Differs: patient accounting has it on the claim" in shown
    change(ana, account, "withdraw")
    assert "Taken off" not in panel(ana, account)


def test_a_biller_and_a_supervisor_enter_while_a_coder_has_it_and_others_read(hospital: Cast, account: Account) -> None:
    for person in (hospital.bill, hospital.cleo):
        client = signed_in(person)
        assert 'id="claim-code-form"' in read(client, account)
        assert enter(client, account, "0" + str(person.pk % 10)).status_code == 303
    for person in (hospital.ben, hospital.cora, hospital.ada):
        client = signed_in(person)
        assert 'id="claim-code-form"' not in read(client, account)
        assert enter(client, account).status_code == 403


def test_who_comes_late_is_told_and_sees_what_stands(ana: Client, account: Account) -> None:
    enter(ana, account)
    row = EnteredClaimCode.objects.get()
    change(ana, account, "withdraw")
    answered = ana.post(page(account, f"claim-codes/{row.pk}/"), {"do": "change", "first_day": NEXT})
    assert answered.status_code == 409
    assert "changed or withdrawn meanwhile" in answered.content.decode()
    assert f"You typed: {NEXT}" in answered.content.decode()


# ---------------------------------------------------------------- by API


@pytest.fixture
def program(hospital: Cast) -> Program:
    return as_program(hospital.ana, hospital.main)


def test_a_program_enters_changes_and_withdraws_by_version(program: Program, account: Account) -> None:
    path = f"accounts/{account.pk}/claim-codes/"
    body = {"kind": "value", "code": "80", "amount": "3.50"}
    assert problem(program.post(path, body)) == (428, "version.missing")
    assert problem(program.post(path, body, If_Match='"0"')) == (412, "version.other")
    made = program.post(path, body, If_Match=program.get(path).headers["ETag"])
    assert made.status_code == 201, made.content
    [row] = made.json()["rows"]
    assert (row["kind"], row["code"], row["amount"], row["off"]) == ("value", "80", "3.50", False)
    changed = program.send("PATCH", f"{path}{row['id']}/", {"amount": "4"}, If_Match=made.headers["ETag"])
    [row] = changed.json()["rows"]
    assert row["amount"] == "4.00"
    assert problem(program.send("PATCH", f"{path}{row['id']}/", {"amount": "5"}, If_Match=made.headers["ETag"]))[0] == 412
    gone = program.post(f"{path}{row['id']}/withdraw/", {}, If_Match=changed.headers["ETag"])
    assert gone.json() == {"rows": [], "differences": []}
    assert problem(program.post(f"{path}{row['id']}/withdraw/", {}, If_Match=gone.headers["ETag"])) == (409, "claim_code.gone")


def test_a_program_reads_whose_each_code_is_and_what_differs(program: Program, account: Account, hospital: Cast) -> None:
    Account.objects.update(occurrence_codes=[{"code": "05", "date": DAY}, {"code": "11", "date": DAY}])
    path = f"accounts/{account.pk}/claim-codes/"
    said = program.post(path, {"kind": "occurrence", "code": "05", "on": NEXT}, If_Match=program.get(path).headers["ETag"]).json()
    assert [(row["code"], row["on"], row["entered_by"]) for row in said["rows"]] == [
        ("11", DAY, None),
        ("05", NEXT, hospital.ana.pk),
    ]
    assert said["differences"] == [{"kind": "occurrence", "code": "05", "accounting": [DAY], "entered": [NEXT]}]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "value", "code": "80", "amount": 3}, 400, "fields"),
        ({"kind": "value", "code": "80", "amount": "-3"}, 400, "fields"),
        ({"kind": "value", "code": "80", "amount": "NaN"}, 400, "fields"),
        ({"kind": "value", "code": "801", "amount": "3"}, 400, "fields"),
        ({"kind": "remark", "code": "80"}, 400, "fields"),
        ({"kind": "value", "code": "80"}, 422, "claim_code.amount"),
        ({"kind": "occurrence", "code": "<>", "on": DAY}, 422, "claim_code.form"),
        ({"kind": "condition", "code": "44", "off": True}, 422, "claim_code.not_told"),
    ],
)
def test_what_a_program_says_wrong_is_refused(
    program: Program, account: Account, body: dict[str, Any], status: int, code: str
) -> None:
    path = f"accounts/{account.pk}/claim-codes/"
    assert problem(program.post(path, body, If_Match=program.get(path).headers["ETag"])) == (status, code)
