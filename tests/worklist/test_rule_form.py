"""The editor's form without database: every question of the vocabulary comes through it unchanged, faults find their control."""

import datetime
import itertools
import json
from dataclasses import replace
from decimal import Decimal

from coding_workflow.guidelines.facts import (
    CodeDifference,
    Coder,
    Competence,
    Diagnosis,
    DiscrepancyCase,
    Document,
    Evidence,
    Facts,
    Line,
    Occurrence,
    OpenHold,
    Order,
    Override,
    Patient,
    Payer,
    Procedure,
    Provider,
    Query,
    Record,
    RelatedAccount,
    Value,
    Waiver,
    facts_to_json,
)
from coding_workflow.guidelines.lab.definition import Asked, Count, Group, Moment
from coding_workflow.guidelines.lab.definition import Test as Question
from coding_workflow.guidelines.lab.faults import Fault
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, OPERATORS
from tests.guidelines.lab.rules import definition
from worklist.lab import changing, clauses, drawing, places, plain
from worklist.lab.facts import without_identity

DAY = datetime.date(2026, 9, 17)
_SOME = {
    "code": ("I214", "I50-I51"),
    "text": ("CARD", "NICU 2"),
    "whole": (3, 7),
    "amount": (Decimal("1.5"), Decimal(4)),
    "date": (Moment("admission", -3), Moment("discharge")),
}


def _value(attribute, operator):
    """A value that the operator takes, as the reader keeps it."""
    takes = OPERATORS[operator].takes
    values = (
        (True,) if attribute.kind == "flag" else _SOME.get(attribute.kind) or tuple(sorted(v for v, _ in attribute.choices[:2]))
    )
    return None if takes == "nothing" else values[0] if takes == "one" else values


def _through_the_form(when):
    made = replace(definition(), when=when)
    fields = {**plain.fields_of(made), **clauses.write(plain.root_of(made.when))}
    assert drawing.draw(clauses.read(fields)).clauses
    return plain.definition_of(fields)


def test_every_question_of_the_vocabulary_comes_through_the_form_unchanged():
    asked = [Asked(one.name, operator, _value(one, operator)) for one in FIELDS.values() for operator in one.operators]
    for of, collection in COLLECTIONS.items():
        for one, low in zip(collection.attributes.values(), itertools.cycle([1, None, 2])):
            tests = tuple(Question(one.name, operator, _value(one, operator)) for operator in one.operators)
            asked.append(Count(of, tests, low, None if low == 1 else 0 if low is None else 5))
    for at in range(0, len(asked), 8):
        when = Group("any", (Group("none", tuple(asked[at : at + 8])),))
        reading = _through_the_form(when)
        assert reading.whole, reading.faults
        assert reading.definition.when == when


def test_a_rule_of_one_clause_is_shown_in_a_group():
    reading = _through_the_form(definition().when)
    assert reading.definition.when == Group("all", (definition().when,))


def test_a_fault_finds_the_control_that_mends_it():
    found = {
        "when": "when",
        "when.all[0].any[2]": "when-0-2",
        "when.all[0].count.where[1].value": "when-0-t1-value",
        "when.none[3].value": "when-3-value",
        "when.all[0].count": "when-0",
        "when.all[0].count.at_most": "when-0-most",
        "when.all[1].field": "when-1-about",
        "scope.services[0]": "services",
        "tests[2]": "tests",
        "message": "message",
    }
    assert {place: places.id_of(place) for place in found} == found
    assert drawing.errors_of((Fault("message", "One."), Fault("message", "Two."))) == {"message": "One. Two."}


def test_what_cannot_be_read_is_named_and_the_rest_is_said():
    when = Group("all", (Asked("age_years", "at_least", 3), Asked("sex", "is", "F")))
    fields = {**plain.fields_of(definition()), **clauses.write(plain.root_of(when))}
    reading = plain.definition_of({**fields, "when-0:value": ["old"], "ends": ["x"], "message": [""]})
    assert {fault.place for fault in reading.faults} == {"when.all[0].value", "ends", "message"}
    assert reading.sentence == "Hold when the sex is female."


def test_another_question_drops_the_answer_to_the_first():
    read = clauses.read({"when:about": ["field:sex"], "when:was": ["age_years"], "when:is": ["at_least"], "when:value": ["3"]})
    assert read.question == clauses.Question("sex", "one_of", ())


def test_numbers_of_clauses_without_clauses_are_not_believed_for_ever():
    groups = ["when", *(f"when-{at}" for at in range(60))]
    fields = {f"{path}:{part}": [value] for path in groups for part, value in (("kind", "all"), ("clauses", "60"))}
    assert sum(1 for _ in clauses.walk(clauses.read(fields))) == clauses.MOST_OF_ALL + 1
    fields = {"when:about": ["count:diagnoses"], "when:tests": ["60"]}
    assert len(clauses.read(fields).tests) == clauses.MOST


def test_a_clause_taken_out_takes_what_is_in_it():
    tree = plain.root_of(Group("all", (Group("any", (Asked("sex", "is", "F"),)), Asked("sex", "is", "M"))))
    left, focus = changing.act(tree, "drop", "when-0")
    assert [node.question.values for node in left.clauses] == [("M",)]
    assert focus == "when-0"


def test_facts_for_a_test_name_nobody():
    secret = "Wanda Ward"
    coded = Diagnosis("I214", "Y", (Evidence("doc-9", 3, 9, secret),), coder="77")
    facts = Facts(
        id="4711", patient_class="inpatient", facility="MAIN", provider_number="1234567893",
        patient=Patient(datetime.date(1930, 2, 3), "F"), admit_date=DAY, discharge_date=DAY + datetime.timedelta(days=4),
        diagnoses=(coded,), documents=(Document("doc-9", "other", author=secret),), record=Record(sources=(("x", secret),)),
        coders=(Coder("77", (Competence("inpatient", supervisor="78", provider_number="9"),)),),
        related_accounts=(RelatedAccount("4712", facility="MAIN", unrelated_reason=secret),),
        open_holds=(OpenHold("k", secret),), overrides=(Override("r", (), secret, "79"),),
    )  # fmt: skip
    kept = without_identity(facts)
    text = facts_to_json(kept)
    assert not any(word in text for word in (secret, "4711", "4712", "doc-9", "77", "78", "79", "1234567893", "MAIN"))
    assert (kept.admit_date, kept.discharge_date) == (datetime.date(2026, 9, 3), datetime.date(2026, 9, 7))
    assert kept.patient.birth_date == datetime.date(1936, 9, 3)
    assert kept.diagnoses[0].evidence


#: All that a test keeps of an account whose every part is filled.
_KEPT = """
admission_type admit_date admitted_at admitting_diagnosis billing_kind coder.id coder.competences.type
coder.competences.valid_from coder.competences.supervisor coder.competences.credential coders.id condition_codes
diagnoses.code diagnoses.coder diagnoses.evidence.document diagnoses.poa discharge_date discharge_status discharged_at
documents.author_role documents.authored_at documents.deficiencies documents.id documents.signed documents.signed_at
documents.type grouper_version id judged_on lines.charge lines.coder lines.date lines.hcpcs lines.owner
lines.place_of_service lines.pointers
lines.revenue_code place_of_service record.place_of_service
occurrence_codes.code occurrence_codes.date orders.authenticated orders.ordered_at orders.type patient.birth_date
patient.birth_weight_grams patient.sex patient_class payer.code payer.kind point_of_origin procedures.code procedures.coder
procedures.date providers.role queries.codes queries.id queries.status record.death_date record.discharge_status
related_accounts.id related_accounts.patient_class related_accounts.service_from service statement_from statement_through
type_of_bill value_codes.amount value_codes.code
"""


def _paths(value, at=""):
    if isinstance(value, dict):
        return {path for key, each in value.items() for path in _paths(each, f"{at}.{key}".lstrip("."))}
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return {path for each in value for path in _paths(each, at)}
    return {at}


def _filled():
    at = datetime.datetime(2026, 9, 17, 3, 41, tzinfo=datetime.UTC)
    coder = Coder("77", (Competence("inpatient", DAY, supervisor="78", credential="CCS", provider_number="9"),))
    return Facts(
        id="4711", patient_class="professional", discharge_date=DAY, judged_on=DAY, facility="MAIN", billing_kind="professional",
        place_of_service="11",
        service="CARD", provider_number="1234567893", patient=Patient(DAY, "F", 3210), admit_date=DAY, admitted_at=at,
        discharged_at=at, discharge_status="01", admission_type="1", point_of_origin="1", payer=Payer("MCR", "medicare"),
        type_of_bill="0111", grouper_version="43", admitting_diagnosis="I10", condition_codes=("44",),
        diagnoses=(Diagnosis("I214", "Y", (Evidence("doc-9", 3, 9, "quote"),), "77"),),
        procedures=(Procedure("027034Z", date=DAY, coder="77"),),
        lines=(
            Line(
                "0360", "49505", date=DAY, charge=Decimal("1234.56"), owner="77", coder="77", pointers=("I214",),
                place_of_service="11", rendering="1234567893",
            ),
        ),
        documents=(Document("doc-9", "other", "attending", "79", True, at, at, ("legibility",)),),
        record=Record("01", death_date=DAY, sources=(("x", "y"),), place_of_service="11"),
        coder=coder, coders=(Coder("77"), Coder("78")),
        related_accounts=(RelatedAccount("4712", "same_patient", "inpatient", "MAIN", True, DAY, unrelated_reason="words"),),
        orders=(Order("inpatient", at, True),), occurrence_codes=(Occurrence("11", DAY),),
        value_codes=(Value("54", Decimal(3210)), Value("A0", Decimal(90210)), Value("01", Decimal("512.25"))),
        code_differences=(CodeDifference("value", "A0", ("90210",), ("4711",)),),
        providers=(Provider("attending", "1234567893"),), statement_from=DAY, statement_through=DAY,
        queries=(Query("q-7", "outstanding", "words", ("I214",)),), open_holds=(OpenHold("k", "words"),),
        discrepancy=DiscrepancyCase("d-1"), overrides=(Override("r", (), "words", "79"),), waivers=(Waiver("r", "words"),),
    )  # fmt: skip


def test_a_test_keeps_only_what_is_listed_of_an_account():
    kept = without_identity(_filled())
    assert _paths(json.loads(facts_to_json(kept))) == set(_KEPT.split())
    assert [(each.code, each.amount) for each in kept.value_codes] == [("54", 3210)]
    assert kept.lines[0].charge == Decimal(1200)
    noon = datetime.datetime(2026, 9, 3, 12, tzinfo=datetime.UTC)
    assert {kept.admitted_at, kept.discharged_at, kept.documents[0].signed_at, kept.orders[0].ordered_at} == {noon}


def test_an_infant_keeps_its_age_in_days():
    newborn = Facts("1", "newborn", patient=Patient(DAY - datetime.timedelta(days=2)), admit_date=DAY, discharge_date=DAY)
    kept = without_identity(newborn)
    assert kept.admit_date - kept.patient.birth_date == datetime.timedelta(days=2)
