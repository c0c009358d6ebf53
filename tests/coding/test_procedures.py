"""Procedure codes: by the account's class, on charge lines, with modifiers and units."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.locking import lock_account
from accounts.models import Account, ChargeLine
from accounts.services.charges import post_charge, void_charge
from coding_workflow.codesets.loaders import CodeRow, ParsedTable
from coding_workflow.codesets.services import load_table
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import CodedProcedure
from tests.cast import SEPTEMBER, Cast

from .stage import FEED, payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")
NEXT_DAY = SEPTEMBER + datetime.timedelta(days=1)


@pytest.fixture
def inpatient(cast: Cast) -> Account:
    return to_code(cast)


@pytest.fixture
def visit(cast: Cast) -> Account:
    return to_code(cast, "E1", patient_class="emergency", type_of_bill="0131")


def _assign(account: Account, cast: Cast, code: str, **more: Any) -> CodedProcedure:
    return services.assign_procedure(account_id=account.pk, code=code, by=cast.actor("ana"), **more)


def _charge(account: Account, number: str, *, hcpcs: str = "", on: datetime.date = SEPTEMBER) -> ChargeLine:
    return post_charge(
        account=lock_account(account.pk),
        source_id=f"{account.pk}-{number}",
        revenue_code="0450",
        amount=Decimal("100.00"),
        service_date=on,
        hcpcs=hcpcs,
        by=FEED,
    )


def test_an_inpatient_code_is_icd_10_pcs_on_the_day_given(inpatient: Account, cast: Cast) -> None:
    before = revision_of(inpatient)
    row = _assign(inpatient, cast, "02703dz", performed_on=NEXT_DAY, provider=inpatient.attending, specimen_sent=False)
    assert (row.code, row.system, row.performed_on, row.charge) == ("02703DZ", "ICD-10-PCS", NEXT_DAY, None)
    assert (row.provider, row.specimen_sent, row.assigned_by) == (inpatient.attending, False, cast.ana)
    assert revision_of(inpatient) > before
    assert payloads("coding.procedure_assigned") == [{"row": row.pk, "system": "ICD-10-PCS", "code": "02703DZ", "modifiers": []}]


def test_a_procedure_may_be_there_twice(inpatient: Account, cast: Cast) -> None:
    positions = [_assign(inpatient, cast, "02703DZ").position for _ in range(2)]
    assert positions == [1, 2]


@pytest.mark.parametrize("code", ["0270399", "027"])
def test_the_table_of_the_date_refuses(inpatient: Account, cast: Cast, code: str) -> None:
    refused("code.unknown", lambda: _assign(inpatient, cast, code))


def _hcpcs(starts: datetime.date, ends: datetime.date, *codes: str) -> None:
    table = ParsedTable("HCPCS", tuple(CodeRow(code, True, f"Title of {code}") for code in codes), str(starts), "test")
    load_table(table=table, by=FEED, starts=starts, ends=ends)


def test_a_code_is_looked_up_on_the_day_of_its_charge_line(visit: Account, cast: Cast) -> None:
    _hcpcs(datetime.date(2026, 7, 1), NEXT_DAY, "J1885", "J1100")
    _hcpcs(NEXT_DAY, datetime.date(2027, 1, 1), "J1100")
    first, later = _charge(visit, "1"), _charge(visit, "2", on=NEXT_DAY)
    assert _assign(visit, cast, "J1885", charge=first).charge == first
    said = refused("code.unknown", lambda: _assign(visit, cast, "J1885", charge=later))
    assert f"{NEXT_DAY:%m/%d/%Y}" in said.sentence


def test_the_bill_takes_its_own_code_systems_only(inpatient: Account, visit: Account, cast: Cast) -> None:
    said = refused("code.system", lambda: _assign(inpatient, cast, "99284", system="CPT"))
    assert "CPT" in said.sentence
    refused("code.system", lambda: _assign(visit, cast, "02703DZ", system="ICD-10-PCS"))


@pytest.mark.parametrize(("code", "system"), [("99284", "CPT"), ("J1885", "HCPCS"), ("0591T", "CPT")])
def test_an_outpatient_code_says_by_its_first_character_which_system(visit: Account, cast: Cast, code: str, system: str) -> None:
    assert _assign(visit, cast, code).system == system


def test_an_outpatient_code_takes_the_first_line_of_its_day_that_has_no_code(visit: Account, cast: Cast) -> None:
    _charge(visit, "1", hcpcs="36415")
    voided = _charge(visit, "2")
    other_day, first, second = _charge(visit, "3", on=NEXT_DAY), _charge(visit, "4"), _charge(visit, "5")
    void_charge(account=lock_account(visit.pk), line=voided, reason="Not done.", by=FEED)
    taken = [_assign(visit, cast, code, performed_on=SEPTEMBER).charge for code in ("99284", "93010", "71046")]
    assert taken == [first, second, None]
    assert _assign(visit, cast, "96372", performed_on=NEXT_DAY).charge == other_day


def test_a_named_line_is_taken_even_with_a_chargemaster_code_and_only_once(visit: Account, cast: Cast) -> None:
    line = _charge(visit, "1", hcpcs="99283")
    row = _assign(visit, cast, "99284", charge=line)
    assert row.charge == line
    assert refused("charge.coded", lambda: _assign(visit, cast, "99284", charge=line)).status == 409
    services.remove_procedure(account_id=visit.pk, procedure_id=row.pk, by=cast.actor("ana"))
    assert _assign(visit, cast, "99285", charge=line).charge == line


def test_a_voided_line_and_another_accounts_take_no_code(visit: Account, cast: Cast) -> None:
    voided, foreign = _charge(visit, "1"), _charge(to_code(cast, "E2", patient_class="emergency"), "1")
    void_charge(account=lock_account(visit.pk), line=voided, reason="Not done.", by=FEED)
    for line in (voided, foreign):
        refused("charge.gone", lambda line=line: _assign(visit, cast, "99284", charge=line))  # type: ignore[misc]


def test_modifiers_are_upper_case_in_their_order_and_last_changed_by_a_person(visit: Account, cast: Cast) -> None:
    row = _assign(visit, cast, "99284", modifiers=["25"])
    before = revision_of(visit)
    services.set_modifiers(account_id=visit.pk, procedure_id=row.pk, modifiers=[" lt", "59", ""], units=2, by=cast.actor("ana"))
    row.refresh_from_db()
    assert (row.modifiers, row.units, row.changed_by) == (["LT", "59"], Decimal(2), cast.ana)
    assert revision_of(visit) > before
    said = payloads("coding.modifiers_set")
    assert [(each["before"], each["after"]) for each in said] == [(["25"], ["LT", "59"])]
    services.set_modifiers(account_id=visit.pk, procedure_id=row.pk, modifiers=[], by=cast.actor("ana"))
    row.refresh_from_db()
    assert (row.modifiers, row.units) == ([], Decimal(2))


@pytest.mark.parametrize(
    ("modifiers", "why"),
    [
        (["25", "59", "LT", "GY", "76"], "modifier.many"),
        (["259"], "modifier.form"),
        (["2"], "modifier.form"),
        (["2-"], "modifier.form"),
        (["59", "59"], "modifier.form"),
    ],
)
def test_modifiers_are_four_at_most_of_two_characters_each_once(
    visit: Account, cast: Cast, modifiers: list[str], why: str
) -> None:
    refused(why, lambda: _assign(visit, cast, "99284", modifiers=modifiers))
    row, ana = _assign(visit, cast, "99284"), cast.actor("ana")
    refused(why, lambda: services.set_modifiers(account_id=visit.pk, procedure_id=row.pk, modifiers=modifiers, by=ana))


def test_a_removed_procedure_is_superseded_once_and_frees_its_line(visit: Account, cast: Cast) -> None:
    line, ana = _charge(visit, "1"), cast.actor("ana")
    row = _assign(visit, cast, "99284", performed_on=SEPTEMBER)
    services.remove_procedure(account_id=visit.pk, procedure_id=row.pk, by=ana, reason="Not documented.")
    row.refresh_from_db()
    assert row.superseded_at is not None and row.superseded_by == cast.ana
    assert not selectors.procedures_in_force(visit.pk).exists()
    refused("code.gone", lambda: services.remove_procedure(account_id=visit.pk, procedure_id=row.pk, by=ana))
    refused("code.gone", lambda: services.set_modifiers(account_id=visit.pk, procedure_id=row.pk, modifiers=[], by=ana))
    assert [each["reason"] for each in payloads("coding.procedure_removed")] == ["Not documented."]
    assert _assign(visit, cast, "99285", performed_on=SEPTEMBER).charge == line
