"""A host's codes beside final codes: each kind of difference, and what is not compared."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.told_codes import ToldCode
from coding_workflow.payment.host import message
from coding_workflow.payment.host.codes import FinalDiagnosis, FinalProcedure
from coding_workflow.payment.host.comparing import HostCodes, OurCodes, compare
from coding_workflow.registration.hl7.codes import codes_message
from coding_workflow.registration.hl7.read import read_message
from coding_workflow.registration.hl7.times import Moment
from coding_workflow.registration.mapping import LocalCodes

from .test_final_codes import CODES, ENVELOPE

DAY = datetime.date(2026, 9, 30)
OURS = OurCodes(
    diagnoses=(
        FinalDiagnosis("R079", "admitting"), FinalDiagnosis("I214", poa="Y"), FinalDiagnosis("E119", poa="N"),
        FinalDiagnosis("Z7984"), FinalDiagnosis("W010XXA", "external", poa="Y"),
    ),
    procedures=(FinalProcedure("027034Z", "ICD-10-PCS", DAY), FinalProcedure("0BH17EZ", "ICD-10-PCS", DAY)),
    drg="322",
)  # fmt: skip


def dx(code: str, poa: str = "", kind: Any = "diagnosis") -> ToldCode:
    return ToldCode(kind, "ICD-10-CM", code, poa)


def px(code: str, on: datetime.date | None = DAY, system: str = "ICD-10-PCS", modifiers: tuple[str, ...] = ()) -> ToldCode:
    return ToldCode("procedure", system, code, on=on, modifiers=modifiers)


DIAGNOSES = (dx("R079", kind="admitting"), dx("I214", "Y"), dx("E119", "N"), dx("Z7984"), dx("W010XXA", "Y"))
PROCEDURES = (px("027034Z"), px("0BH17EZ"))
SAME = HostCodes(DIAGNOSES, PROCEDURES, "322")


def found(theirs: HostCodes, ours: OurCodes = OURS) -> list[tuple[str, str, str]]:
    return [(each.what, each.ours, each.theirs) for each in compare(ours, theirs)]


def test_the_same_codes_agree_wherever_the_external_cause_stands() -> None:
    assert found(SAME) == []
    assert found(replace(SAME, diagnoses=(DIAGNOSES[4], *DIAGNOSES[:4]), drg="0322")) == []


@pytest.mark.parametrize(
    ("diagnoses", "differences"),
    [
        ((dx("E119", "N"), dx("I214", "Y"), dx("Z7984")), [("principal", "I214", "E119")]),
        ((dx("J189", "Y"), dx("E119", "N"), dx("Z7984")), [("principal", "I214", "J189")]),
        ((dx("I214", "Y"), dx("Z7984")), [("lacks", "E119", "")]),
        ((dx("I214", "Y"), dx("E119", "N"), dx("Z7984"), dx("I10", "Y")), [("has", "", "I10")]),
        ((dx("I214", "Y"), dx("Z7984"), dx("E119", "N")), [("order", "I214 E119 Z7984", "I214 Z7984 E119")]),
        ((dx("I214", "N"), dx("E119", "N"), dx("Z7984")), [("poa", "I214 Y", "I214 N")]),
        ((dx("I214", "Y"), dx("E119", ""), dx("Z7984")), [("poa", "E119 N", "E119 exempt")]),
        ((), [("principal", "I214", ""), ("lacks", "E119", ""), ("lacks", "Z7984", "")]),
    ],
)
def test_diagnoses_differ_each_in_one_way(diagnoses: tuple[ToldCode, ...], differences: list[tuple[str, str, str]]) -> None:
    assert found(replace(SAME, diagnoses=(*diagnoses, dx("W010XXA", "Y")))) == differences


@pytest.mark.parametrize(
    ("procedures", "differences"),
    [
        ((px("027034Z"),), [("procedure_lacks", "0BH17EZ", "")]),
        ((*PROCEDURES, px("0BH17EZ")), [("procedure_has", "", "0BH17EZ")]),
        ((px("027034Z"), px("0BH17EZ", DAY + datetime.timedelta(1))), [("date", "0BH17EZ 2026-09-30", "0BH17EZ 2026-10-01")]),
        (PROCEDURES[::-1], [("principal_procedure", "027034Z", "0BH17EZ")]),
    ],
)
def test_procedures_differ_each_in_one_way(procedures: tuple[ToldCode, ...], differences: list[tuple[str, str, str]]) -> None:
    assert found(replace(SAME, procedures=procedures)) == differences


def test_what_the_host_does_not_say_is_not_compared() -> None:
    assert found(HostCodes(None, None, "999")) == []
    assert found(HostCodes((dx("I214"), dx("E119"), dx("Z7984"), dx("W010XXA")), None)) == [], "no POA, no admitting, no DRG"
    assert found(HostCodes(None, (px("027034Z", None), px("0BH17EZ", None)))) == []
    assert found(replace(SAME, drg="321")) == [("drg", "322", "321")]
    assert found(replace(SAME, diagnoses=(dx("R060", kind="admitting"), *DIAGNOSES[1:]))) == [("beginning", "R079", "R060")]


def test_services_of_the_chargemaster_are_the_hosts_own() -> None:
    ours = OurCodes((), (FinalProcedure("99284", "CPT", DAY, ("25",), "1"),), chargemaster=frozenset({"71046", "99284"}))
    told = (px("99284", system="CPT", modifiers=("25",)), px("71046", system="CPT"), px("71046", system="CPT"))
    assert found(HostCodes(None, told), ours) == []
    assert found(HostCodes(None, told[1:]), ours) == [("procedure_lacks", "99284", "")]
    assert found(HostCodes(None, (*told, px("G0463", system="HCPCS"))), ours) == [("procedure_has", "", "G0463")]
    other = px("99284", system="CPT", modifiers=("59",))
    assert found(HostCodes(None, (other,)), ours) == [("modifiers", "99284 25", "99284 59")]


def test_an_outpatients_poa_and_registrations_admitting_diagnosis_are_on_no_bill() -> None:
    ours = OurCodes((FinalDiagnosis("I214"),), (), inpatient=False)
    assert found(HostCodes((dx("I214", "Y"), dx("R079", kind="admitting")), None), ours) == []
    assert found(HostCodes((dx("I214"), dx("R079", kind="reason")), None), ours) == [("beginning", "", "R079")]
    several = replace(ours, diagnoses=(FinalDiagnosis("R079", "reason"), FinalDiagnosis("R0602", "reason"), *ours.diagnoses))
    assert found(HostCodes((dx("I214"), dx("R079", kind="admitting")), None), several) == []
    assert found(HostCodes((dx("I214"), dx("R05", kind="admitting")), None), several) == [("beginning", "R0602 R079", "R05")]
    assert found(HostCodes((dx("I214"), dx("R079", kind="reason")), None), several) == [("beginning", "R0602 R079", "R079")]


def test_what_differs_is_said_of_its_own_list() -> None:
    other = replace(SAME, diagnoses=(DIAGNOSES[0], DIAGNOSES[1], DIAGNOSES[3], DIAGNOSES[2], DIAGNOSES[4]))
    [order] = compare(OURS, other)
    [principal] = compare(OURS, replace(SAME, procedures=PROCEDURES[::-1]))
    assert (order.words, order.of_procedures) == ("Order of the diagnoses", False)
    assert (principal.words, principal.of_procedures) == ("Principal procedure", True)


def test_our_own_final_codes_sent_back_agree() -> None:
    """Round trip: what ``message`` writes, the reader of the feed reads, and the comparison finds nothing."""
    facts = codes_message(read_message(message.write(CODES, ENVELOPE).encode()))
    assert facts is not None and facts.diagnoses is not None and facts.procedures is not None
    codes = LocalCodes()
    kinds: dict[str, Any] = {"A": "admitting", "F": "diagnosis"}
    told = HostCodes(
        tuple(dx(each.code, each.poa, kinds[each.kind]) for each in facts.diagnoses),
        tuple(
            ToldCode("procedure", codes.code_system(each.system, "PR1", each.code), each.code, on=day_of(each.on),
                     modifiers=each.modifiers)
            for each in facts.procedures
        ),
        facts.drg,
    )  # fmt: skip
    assert found(told, OurCodes(CODES.diagnoses, CODES.procedures, CODES.drg)) == []


def day_of(moment: Moment | None) -> datetime.date | None:
    return moment.local.date() if moment and moment.local else None


@given(st.lists(st.sampled_from(["I214", "E119", "Z7984", "I10", "J189"]), unique=True))
def test_a_list_differs_exactly_where_it_is_another_list(told: list[str]) -> None:
    ours = OurCodes(tuple(FinalDiagnosis(code) for code in ("I214", "E119", "Z7984")), ())
    assert (found(HostCodes(tuple(dx(code) for code in told), None), ours) == []) == (told == ["I214", "E119", "Z7984"])
