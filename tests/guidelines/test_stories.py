"""What the gate says about each story, and that it says nothing else: the holding rules are compared as a whole.

What facts cannot say is told elsewhere: who is shown a restricted account (29), the clocks of an overpayment (25), automatic
release (18), the end without a claim (30), work that comes back to its coder (6). Nothing judges occurrence codes 29 and 35
of a therapy statement (15), revenue codes against a list, medical necessity by diagnosis and NCCI pairs before their tables are
loaded, nor whether two accounts are clinically related (14, 15): a person attests it.
"""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.findings import Evaluation
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.tables import ReplayTables

from .book import Book, policy
from .stories import (
    ADMITTED,
    ADVANTAGE,
    COMMERCIAL,
    DISCHARGED,
    MEDICAID,
    MEDICARE,
    competent,
    document,
    dx,
    inpatient,
    line,
    mother,
    newborn,
    outpatient,
    px,
    record,
    without,
)

MI = dx("I21.4", "I25.10", "I10", "E11.9", "Z79.84:-")
LONG_STAY = {"admit_date": "2026-06-08"}
BOWEL = {"id": "ip", "patient_class": "inpatient", "service_from": "2026-06-13", "service_through": "2026-06-16"}
ED = {"id": "ed", "patient_class": "emergency", "service_from": "2026-06-08", "service_through": "2026-06-08"}
WOUND = dx("S61.211A", "W26.0XXA", "Y92.010", "Y93.G1", poa="")
TUBAL = dx("O34.211", "Z30.2:-", "Z37.0:-", "Z3A.39:-")
SECTION = px("10D00Z1", "0UL70ZZ")
CONSENT = document("sterilization_consent", authored_at="2026-04-01T10:00:00Z")


def with_documents(account: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    return account | {"documents": [*account["documents"], *more]}


def death() -> dict[str, Any]:
    account = inpatient(
        diagnoses=dx("A41.9", "R65.21", "J18.9", "J96.01"),
        procedures=px("5A1935Z"),
        discharge_status="20",
        record=record("inpatient", discharge_status="20", death_date=DISCHARGED),
    )
    return with_documents(account, document("death_summary"))


def therapy(**changes: Any) -> dict[str, Any]:
    charged = [line("97110", "GP", revenue="0420", date="2026-06-11", units=2)]
    account = outpatient(
        "recurring",
        diagnoses=dx("M25.561", poa=""),
        lines=charged,
        statement_from="2026-06-01",
        statement_through="2026-06-30",
        related_accounts=[BOWEL],
    )
    return with_documents(account, document("plan_of_care")) | changes


def colonoscopy(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return outpatient("outpatient_surgery", diagnoses=dx("Z12.11", "D12.2", poa=""), lines=list(lines), **changes)


def cataract(code: str) -> dict[str, Any]:
    return outpatient("outpatient_surgery", diagnoses=dx(code, poa=""), lines=[line("66984", "RT", revenue="0360")])


def pacemaker(*devices: str) -> dict[str, Any]:
    charged = [line("33208", revenue="0360"), *(line(code, revenue="0275", evidence=False) for code in devices)]
    return outpatient("outpatient_surgery", diagnoses=dx("I44.2", poa=""), lines=charged)


def wound(*modifiers: str, payer: dict[str, str] = COMMERCIAL, evidence: bool = True) -> dict[str, Any]:
    charged = [line("12001"), line("99283", *modifiers, evidence=evidence)]
    return outpatient("emergency", diagnoses=WOUND, lines=charged, payer=payer)


def observed(hours: int, **changes: Any) -> dict[str, Any]:
    """Chest pain for 31 hours, observed from an order of its own."""
    ordered = [{"type": "observation", "ordered_at": "2026-06-12T03:00:00Z", "authenticated": True}]
    times = {"admitted_at": "2026-06-12T01:00:00Z", "discharged_at": "2026-06-13T10:00:00Z", "orders": ordered}
    charged = [
        line("99284", "25"),
        line("96374"),
        line("93005", revenue="0730"),
        line("G0378", revenue="0762", units=hours),
    ]
    paper = [document("observation_note", id="summary"), document("observation_order")]
    account = outpatient("observation", diagnoses=dx("R07.89", poa=""), reason_for_visit=["R07.9"], lines=charged, **times)
    return (
        account
        | {"admit_date": "2026-06-12", "documents": paper, "record": record("observation", admit_date="2026-06-12")}
        | changes
    )


def changed_status(*, decided: str) -> dict[str, Any]:
    """Story 17 with a decision of the utilization review committee that the physician agreed to."""
    account = outpatient("observation", diagnoses=dx("R55", poa=""), condition_codes=["44"], reason_for_visit=["R55"])
    decision = document("ur_decision", concurrence=True, authored_at=decided)
    paper = [document("observation_note", id="summary"), document("observation_order"), decision]
    return account | {"documents": paper, "discharged_at": f"{DISCHARGED}T15:00:00Z"}


def without_malnutrition(*, asked: bool) -> dict[str, Any]:
    """Story 25: the replacement without the diagnosis, with or without the query that validates its removal."""
    case = {"id": "c1", "root_cause": "criteria not met", "correction": "E43 removed", "prevention": "education"}
    return inpatient(diagnoses=dx("J18.9"), type_of_bill="0117", discrepancy=case | {"validation_query": asked})


def left_unseen() -> dict[str, Any]:
    triage = document("nursing_note", id="summary", author_role="nurse")
    account = outpatient("emergency", diagnoses=dx("Z53.21", poa=""), payer={"code": "SELF", "kind": "self_pay"})
    return account | {"documents": [triage]}


def interim(bill: str, payer: dict[str, str], status: str = "30") -> dict[str, Any]:
    said = record("inpatient", discharge_status=status, admit_date="2026-04-12")
    return inpatient(
        diagnoses=dx("J96.21"), type_of_bill=bill, payer=payer, discharge_status=status, record=said, admit_date="2026-04-12"
    )


def infusion(*modifiers: str) -> dict[str, Any]:
    charged = [line("J9299", *modifiers, revenue="0636", units=240), line("96413", revenue="0335")]
    return outpatient("clinic", diagnoses=dx("Z51.12", "C34.11", poa=""), lines=charged)


HIP = {"procedures": px("0QS636Z"), "diagnoses": dx("S72.141A", "D62:N"), "external_causes": dx("W01.0XXA", "Y92.013:-")}
STROKE = {
    "diagnoses": dx("I63.411", "G81.94", "R29.706", "I48.91"),
    "procedures": px("3E03317"),
    "admit_date": "2026-06-12",
}
PNEUMONIA = {"diagnoses": dx("J18.9", "J96.01"), "payer": COMMERCIAL, **LONG_STAY}
PRETERM = {
    "diagnoses": dx("Z38.01:-", "P07.17", "P07.35", "P22.0"),
    "discharge_status": "02",
    "patient": {"birth_date": ADMITTED, "sex": "M", "birth_weight_grams": 1850},
}

#: Story, account, and exactly the rules that hold (condition, rule).
STORIES: list[tuple[str, dict[str, Any], set[str]]] = [
    (
        "1 clean stent",
        inpatient(diagnoses=MI, procedures=px("027034Z", "4A023N7", "B2111ZZ"), admitting_diagnosis="R07.9"),
        set(),
    ),
    ("2 planted", inpatient(diagnoses=dx("I50.23", "I10", "N18.4")), {"4 circulatory.hypertension_combined"}),
    ("2 right", inpatient(diagnoses=dx("I13.0", "I50.23", "N18.4")), set()),
    ("3 planted", inpatient(diagnoses=dx("N39.0", "A41.51", "R65.20", "N17.9"), payer=ADVANTAGE), {"4 infection.sepsis_first"}),
    ("3 right", inpatient(diagnoses=dx("A41.51", "N39.0", "R65.20", "N17.9"), payer=ADVANTAGE), set()),
    (
        "3 trap",
        inpatient(diagnoses=dx("R65.20", "A41.51", "N39.0", "N17.9"), payer=ADVANTAGE),
        {"4 infection.severe_sepsis", "4 mce.unacceptable_pdx"},
    ),
    (
        "4 no discharge summary",
        without(with_documents(inpatient(**PNEUMONIA), document("progress_note", id="summary")), "discharge_summary")
        | {"record": record("inpatient", admit_date="2026-06-08")},
        {"3 documents.required"},
    ),
    (
        "4 trap: either order is judgement",
        inpatient(**PNEUMONIA | {"diagnoses": dx("J96.01", "J18.9")}, record=record("inpatient", admit_date="2026-06-08")),
        set(),
    ),
    ("5 ADT says home", inpatient(**HIP, record=record("inpatient", discharge_status="03")), {"5 claim.discharge_status"}),
    (
        "5 agreed",
        inpatient(**HIP, discharge_status="03", record=record("inpatient", discharge_status="03")),
        set(),
    ),
    (
        "6 query",
        inpatient(diagnoses=dx("J44.1", "F17.210"), queries=[{"id": "q1", "status": "outstanding"}]),
        {"2 evidence.query_answered"},
    ),
    (
        "6 answered",
        inpatient(diagnoses=dx("J44.1", "F17.210"), queries=[{"id": "q1", "status": "answered"}]),
        {"2 evidence.query_answered"},
    ),
    ("6 closed", inpatient(diagnoses=dx("J44.1", "F17.210"), queries=[{"id": "q1", "status": "closed"}]), set()),
    ("7 N on a HAC", inpatient(diagnoses=dx("L03.115", "L89.153:N", "I10")), set()),
    ("7 U on a HAC", inpatient(diagnoses=dx("L03.115", "L89.153:U", "I10")), {"4 poa.unknown"}),
    (
        "8 planted",
        mother(diagnoses=dx("O80", "O70.1", "Z37.0:-", "Z3A.39:-"), procedures=px("10E0XZZ", "0KQM0ZZ")),
        {"4 obstetric.normal_delivery"},
    ),
    ("8 right", mother(diagnoses=dx("O70.1", "Z37.0:-", "Z3A.39:-"), procedures=px("10E0XZZ", "0KQM0ZZ")), set()),
    (
        "9 no birth weight",
        newborn(diagnoses=dx("Z38.00:-", "Z23:-"), procedures=px("3E0234Z"), patient={"birth_date": ADMITTED, "sex": "F"}),
        {"5 claim.birth_weight"},
    ),
    ("9 weight given", newborn(diagnoses=dx("Z38.00:-", "Z23:-"), procedures=px("3E0234Z")), set()),
    ("10 ADT 02, record 05", newborn(**PRETERM, record=record("newborn", discharge_status="05")), {"5 claim.discharge_status"}),
    ("11 no consent", mother(diagnoses=TUBAL, procedures=SECTION), {"3 documents.required"}),
    ("11 consent", with_documents(mother(diagnoses=TUBAL, procedures=SECTION), CONSENT), set()),
    (
        "11 consent too young",
        with_documents(mother(diagnoses=TUBAL, procedures=SECTION), CONSENT | {"authored_at": "2026-06-01T10:00:00Z"}),
        {"3 documents.sterilization_consent_age"},
    ),
    ("12 no hold on sex", inpatient(diagnoses=dx("N83.511"), procedures=px("0UT04ZZ"), payer=COMMERCIAL), set()),
    (
        "13 drip and ship",
        inpatient(**STROKE, record=record("inpatient", discharge_status="02", admit_date="2026-06-12")),
        {"5 claim.discharge_status"},
    ),
    ("14 inpatient", inpatient(diagnoses=dx("K57.20"), related_accounts=[ED]), {"5 window.outpatient_services"}),
    ("14 combined", inpatient(diagnoses=dx("K57.20"), related_accounts=[ED | {"combined": True}]), set()),
    (
        "14 emergency",
        outpatient(
            "emergency",
            diagnoses=dx("K57.32", poa=""),
            lines=[line("99284", date="2026-06-12")],
            admit_date="2026-06-12",
            record=record("emergency", admit_date="2026-06-12"),
            related_accounts=[BOWEL],
        ),
        {"5 window.inpatient_stay"},
    ),
    ("15 not attested", therapy(), {"5 window.inpatient_stay"}),
    (
        "15 attested",
        therapy(related_accounts=[BOWEL | {"unrelated_reason": "old knee"}], condition_codes=["51"]),
        set(),
    ),
    (
        "15 attested without code 51",
        therapy(related_accounts=[BOWEL | {"unrelated_reason": "old knee"}]),
        {"5 window.inpatient_stay"},
    ),
    (
        "15 plan of care not certified",
        without(therapy(related_accounts=[]), "plan_of_care")
        | {"documents": [document("therapy_note", id="summary"), document("plan_of_care", signed=False)]},
        {"3 documents.required"},
    ),
    ("15 no plan of care", without(therapy(related_accounts=[]), "plan_of_care"), {"3 documents.required"}),
    (
        "16 class conflict",
        inpatient(
            diagnoses=dx("R07.89"),
            orders=[{"type": "observation", "authenticated": True}],
            record=record("observation"),
        ),
        {"5 claim.patient_class", "5 claim.placement_order"},
    ),
    ("16 right", observed(31), set()),
    ("16 counted from the arrival", observed(33), set()),
    ("16 more hours than the visit had", observed(34), {"4 observation.hours"}),
    (
        "17 no decision",
        outpatient("observation", diagnoses=dx("R55", poa=""), condition_codes=["44"], reason_for_visit=["R55"])
        | {"documents": [document("observation_note", id="summary"), document("observation_order")]},
        {"3 documents.required"},
    ),
    (
        "17 no concurrence",
        outpatient("observation", diagnoses=dx("R55", poa=""), condition_codes=["44"], reason_for_visit=["R55"])
        | {"documents": [document("observation_note", id="summary"), document("observation_order"), document("ur_decision")]},
        {"3 documents.condition_code_44"},
    ),
    (
        "17 decided and agreed",
        outpatient("observation", diagnoses=dx("R55", poa=""), condition_codes=["44"], reason_for_visit=["R55"])
        | {
            "documents": [
                document("observation_note", id="summary"),
                document("observation_order"),
                document("ur_decision", concurrence=True),
            ]
        },
        set(),
    ),
    ("17 decided after discharge", changed_status(decided=f"{DISCHARGED}T16:00:00Z"), {"3 documents.condition_code_44"}),
    ("17 decided before discharge", changed_status(decided=f"{DISCHARGED}T14:00:00Z"), set()),
    ("18 clean wound", wound("25"), set()),
    ("19 no modifier", wound(payer={"code": "MCR", "kind": "medicare"}), {"4 ioce.visit_modifier_25"}),
    (
        "19 modifier without passage",
        wound("25", payer={"code": "MCR", "kind": "medicare"}, evidence=False),
        {"2 evidence.modifier"},
    ),
    (
        "20 probable",
        outpatient("emergency", payer=COMMERCIAL, diagnoses=dx("N20.0", poa="", quote="Probable kidney stone, left")),
        {"4 icd10cm.uncertain_outpatient"},
    ),
    (
        "20 symptom",
        outpatient("emergency", payer=COMMERCIAL, diagnoses=dx("R10.A2", poa="", quote="Probable kidney stone, left flank pain")),
        set(),
    ),
    ("21a pathology outstanding", colonoscopy(line("45385", "PT", specimen=True)), {"3 documents.required"}),
    (
        "21a pathology here",
        with_documents(colonoscopy(line("45385", "PT", specimen=True)), document("pathology_report", author_role="pathologist")),
        set(),
    ),
    (
        "21b one polyp",
        colonoscopy(line("45385", "PT"), line("45380", "59", evidence=False)),
        {"2 evidence.modifier", "2 evidence.shown"},
    ),
    ("22 planted", cataract("H25.12"), {"4 icd10cm.laterality"}),
    ("22 right", cataract("H25.11"), set()),
    ("23 no device", pacemaker(), {"6 charges.device"}),
    ("23 no lead", pacemaker("C1785"), {"6 charges.device"}),
    ("23 late charge", pacemaker("C1785", "C1898"), set()),
    (
        "24 case without prevention",
        outpatient("outpatient_surgery", diagnoses=dx("C18.7", poa=""), lines=[line("45385")])
        | {"payer": COMMERCIAL, "discrepancy": {"id": "c1", "root_cause": "late pathology", "correction": "recoded"}},
        {"7 case.complete"},
    ),
    (
        "24 complete",
        outpatient("outpatient_surgery", diagnoses=dx("C18.7", poa=""), lines=[line("45385")])
        | {"discrepancy": {"id": "c1", "root_cause": "late pathology", "correction": "recoded", "prevention": "wait for it"}},
        set(),
    ),
    ("25 removed by the coder alone", without_malnutrition(asked=False), {"7 case.complete"}),
    ("25 removed after a query", without_malnutrition(asked=True), set()),
    (
        "26 drug first",
        inpatient(diagnoses=dx("T45.515A", "K92.2", "D68.32", "I48.91", "Z79.01:-"), payer=COMMERCIAL),
        {"4 injury.adverse_effect_order", "4 mce.unacceptable_pdx"},
    ),
    ("26 right", inpatient(diagnoses=dx("K92.2", "D68.32", "T45.515A", "I48.91", "Z79.01:-"), payer=COMMERCIAL), set()),
    ("26 also right", inpatient(diagnoses=dx("D68.32", "K92.2", "T45.515A", "I48.91", "Z79.01:-"), payer=COMMERCIAL), set()),
    ("27 no date of death", death(), {"5 claim.date_of_death"}),
    ("27 death summary missing", without(death(), "death_summary"), {"3 documents.required", "5 claim.date_of_death"}),
    ("27 date of death", death() | {"occurrence_codes": [{"code": "55", "date": DISCHARGED}]}, set()),
    ("27 other date", death() | {"occurrence_codes": [{"code": "55", "date": ADMITTED}]}, {"5 claim.date_of_death"}),
    (
        "29 lapsed",
        inpatient(
            diagnoses=dx("F10.231", "F17.210"),
            procedures=px("HZ2ZZZZ"),
            payer=COMMERCIAL,
            discharge_status="07",
            record=record("inpatient", discharge_status="07"),
            coder=competent("inpatient", valid_to="2026-05-31"),
        ),
        {"1 competence.in_force"},
    ),
    ("30 left without being seen", left_unseen(), set()),
    ("other: interim bill of a payer that takes it", interim("0113", COMMERCIAL), set()),
    ("other: interim bill and Medicare", interim("0113", MEDICARE), {"5 claim.frequency_medicare"}),
    ("other: interim bill of a discharged patient", interim("0112", COMMERCIAL, "01"), {"5 claim.interim"}),
    ("other: drug without JZ or JW", infusion(), {"4 drug.discarded_stated"}),
    ("other: drug with JZ", infusion("JZ"), set()),
    (
        "other: ICD-9",
        inpatient(
            diagnoses=[each | {"system": "ICD-9-CM-DX"} for each in dx("486", "496", "305.1")],
            admit_date="2015-09-25",
            discharge_date="2015-09-28",
            judged_on="2026-06-13",
            record=record("inpatient", admit_date="2015-09-25", discharge_date="2015-09-28"),
        ),
        {"4 tables.loaded"},
    ),
    (
        "other: manifestation first",
        inpatient(diagnoses=dx("F02.B0", "G30.9")),
        {"4 icd10cm.code_first", "4 mce.manifestation_as_pdx"},
    ),
    (
        "other: heart failure before its hypertension is said once",
        inpatient(diagnoses=dx("I50.23", "I13.0", "N18.4")),
        {"4 circulatory.hypertension_order"},
    ),
    (
        "other: and without kidney disease as well",
        inpatient(diagnoses=dx("J18.9", "I50.22", "I11.0")),
        {"4 circulatory.hypertension_order"},
    ),
    ("other: right order", inpatient(diagnoses=dx("G30.9", "F02.B0")), set()),
    ("other: Excludes1", outpatient("clinic", diagnoses=dx("F45.8", "G47.63", poa="")), {"4 icd10cm.excludes1"}),
    (
        "other: Excludes1 with a reason",
        outpatient("clinic", diagnoses=dx("F45.8", "G47.63", poa=""))
        | {"overrides": [{"rule": "icd10cm.excludes1", "subjects": ["F458", "G4763"], "reason": "unrelated", "by": "ana"}]},
        set(),
    ),
]


def judged(account: dict[str, Any]) -> Evaluation:
    facts = facts_from_json(account)
    return evaluate(facts, builtin(), Book(facts.tables_date), policy())


ACCOUNTS = {name: account for name, account, _ in STORIES}


@cache
def told(name: str) -> Evaluation:
    """The evaluation of a story, judged once for all tests."""
    return judged(ACCOUNTS[name])


@pytest.mark.parametrize(("name", "expected"), [(name, holds) for name, _, holds in STORIES], ids=list(ACCOUNTS))
def test_the_gate_holds_for_exactly_what_the_story_planted(name: str, expected: set[str]) -> None:
    evaluation = told(name)
    holding = {f"{finding.condition} {finding.rule}" for finding in evaluation.holding}
    assert holding == expected, [finding.message for finding in evaluation.holding]
    assert evaluation.verdict == ("held" if expected else "releasable"), evaluation.conditions


#: The MS-DRG that each story names, and the one before hospital-acquired conditions where it differs.
DRGS = {
    "1 clean stent": "322",
    "2 planted": "292",
    "2 right": "291",
    "3 planted": "689",
    "3 right": "872",
    "4 no discharge summary": "193",
    "5 agreed": "481",
    "6 query": "192",
    "7 N on a HAC": "603",
    "8 right": "807",
    "9 weight given": "795",
    "10 ADT 02, record 05": "789",
    "11 consent": "785",
    "12 no hold on sex": "743",
    "13 drip and ship": "062",
    "14 inpatient": "392",
    "25 removed after a query": "195",
    "26 right": "378",
    "26 also right": "813",
    "27 date of death": "871",
    "29 lapsed": "894",
    "other: right order": "057",
}


def test_each_stay_is_in_the_drg_that_its_story_names() -> None:
    found = {name: told(name).drg for name in DRGS}
    assert {name: drg.drg for name, drg in found.items() if drg} == DRGS


#: What is said beside the holds: story, rule, severity.
ASIDE = [
    ("5 ADT says home", "transfer.short_stay", "info"),
    ("13 drip and ship", "transfer.short_stay", "info"),
    ("7 N on a HAC", "poa.hospital_acquired", "info"),
    ("16 right", "observation.hours", ""),
    ("16 counted from the arrival", "observation.hours", "warn"),
    ("30 left without being seen", "tables.loaded", ""),
]


@pytest.mark.parametrize(("name", "rule", "severity"), ASIDE)
def test_what_a_story_is_told_beside_its_holds(name: str, rule: str, severity: str) -> None:
    said = {finding.severity for finding in told(name).findings if finding.rule == rule}
    assert said == ({severity} if severity else set())


def test_a_combination_is_told_without_a_word_about_the_drg() -> None:
    assert [finding.message for finding in told("2 planted").holding if "DRG" in finding.message] == []


def test_a_screening_modifier_of_another_payer_warns_and_holds_nothing() -> None:
    account = colonoscopy(line("45385", "PT")) | {"payer": COMMERCIAL}
    evaluation = judged(account)
    assert [finding.severity for finding in evaluation.findings if finding.rule == "modifier.screening"] == ["warn"]
    assert evaluation.holding == ()


def test_a_waiver_with_an_end_releases_until_that_day_and_one_without_an_end_never_does() -> None:
    account = ACCOUNTS["4 no discharge summary"]
    waiver = {"requirement": "discharge_summary", "reason": "lost in the flood", "expires": "2026-07-01"}
    waived = judged(account | {"waivers": [waiver], "judged_on": "2026-06-30"})
    assert waived.verdict == "releasable"
    assert any("Waived until Jul 1, 2026: lost in the flood" in finding.message for finding in waived.findings)
    assert judged(account | {"waivers": [waiver], "judged_on": "2026-07-01"}).verdict == "held"
    assert judged(account | {"waivers": [waiver | {"expires": None}]}).verdict == "held"
    assert judged(account | {"waivers": [waiver | {"requirement": "history_and_physical"}]}).verdict == "held"


def test_a_query_holds_whatever_its_status_is_called_until_it_has_ended_or_policy_takes_the_answer() -> None:
    def query(status: str) -> dict[str, Any]:
        return inpatient(diagnoses=dx("J44.1"), queries=[{"id": "q1", "status": status}])

    for status in ("draft", "sent", "viewed", "escalated", "reassigned", "new word"):
        assert judged(query(status)).conditions[2] == "hold", status
    for status in ("closed", "closed_no_response", "cancelled"):
        assert judged(query(status)).conditions[2] == "pass", status
    facts = facts_from_json(query("responded"))
    legal = replace(policy(), query_is_legal_record=True)
    assert judged(query("responded")).conditions[2] == "hold"
    assert evaluate(facts, builtin(), Book(facts.tables_date), legal).conditions[2] == "pass"


def test_story_28_is_not_judged_by_last_years_tables() -> None:
    account = inpatient(diagnoses=dx("J15.69"), admit_date="2026-09-29", discharge_date="2026-10-02", record=None)
    evaluation = judged(account)
    said = [finding for finding in evaluation.findings if finding.condition == 4 and finding.severity == "hold"]
    assert {finding.rule for finding in said} == {"tables.loaded"}
    assert "ICD-10-CM for discharges on Oct 2, 2026 is not loaded." in {finding.message for finding in said}
    assert evaluation.conditions[4] == "hold"


@pytest.mark.parametrize(("status", "drg"), [("03", "481"), ("02", "481")])
def test_a_short_stay_under_the_transfer_policy_is_information(status: str, drg: str) -> None:
    account = inpatient(**HIP, discharge_status=status, record=record("inpatient", discharge_status=status))
    evaluation = judged(account)
    said = [finding for finding in evaluation.findings if finding.rule == "transfer.short_stay"]
    assert [finding.severity for finding in said] == ["info"]
    assert evaluation.drg and evaluation.drg.drg == drg


@pytest.mark.parametrize("name", list(ACCOUNTS))
def test_a_recorded_evaluation_is_given_again_by_its_own_answers(name: str) -> None:
    first = told(name)
    kept = json.loads(json.dumps(first.answers))
    again = evaluate(facts_from_json(ACCOUNTS[name]), builtin(), ReplayTables(kept), policy())
    assert again.as_json() == first.as_json()


def test_medicaid_is_not_held_by_a_medicare_coverage_edit_and_medicare_is() -> None:
    account = with_documents(mother(diagnoses=TUBAL, procedures=SECTION), CONSENT)
    assert account["payer"] == MEDICAID
    assert "mce.non_covered" not in {finding.rule for finding in judged(account).findings}
    medicare = account | {"payer": {"code": "MCR", "kind": "medicare"}}
    assert "mce.non_covered" in {finding.rule for finding in judged(medicare).holding}
