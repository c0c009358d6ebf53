"""Condition 2: what the codes rest on."""

from dataclasses import replace

from coding_workflow.guidelines.facts import Document, Evidence, Facts, Query

from .changing import line_where, principal, resting_on
from .registry import fault


@fault("the principal diagnosis has no passage", "evidence.shown")
def no_passage(facts: Facts) -> Facts:
    return principal(facts, evidence=())


@fault("the principal diagnosis has only a citation", "evidence.shown")
def only_cited(facts: Facts) -> Facts:
    cited = (facts.diagnoses or ())[0].evidence[0].document
    return principal(facts, evidence=(Evidence(cited),))


@fault("a procedure has no passage", "evidence.shown")
def procedure_without_passage(facts: Facts) -> Facts | None:
    if not facts.procedures:
        return None
    return replace(facts, procedures=(*facts.procedures[:-1], replace(facts.procedures[-1], evidence=())))


@fault("a coder's surgery line has no passage", "evidence.shown")
def surgery_without_passage(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: line.source == "coder" and "10004" <= line.hcpcs <= "69990", evidence=())


@fault("a passage lies in a document of another record", "evidence.in_record")
def other_record(facts: Facts) -> Facts:
    return principal(facts, evidence=(Evidence("of-another-patient", 4, 60, "documented"),))


@fault("the supporting note is not signed", "evidence.signed")
def unsigned(facts: Facts) -> Facts:
    return resting_on(facts, Document("late-note", "progress_note", "attending", "lee"))


@fault("the principal diagnosis rests on a nurse's note", "evidence.author")
def nursed(facts: Facts) -> Facts:
    return resting_on(facts, Document("triage", "nursing_note", "nurse", "noor", True))


@fault("the principal diagnosis rests on a therapist's note", "evidence.author")
def by_therapist(facts: Facts) -> Facts:
    return resting_on(facts, Document("session", "therapy_note", "therapist", "tess", True))


@fault("an inpatient diagnosis rests on a radiology report alone", "evidence.result_alone")
def result_alone(facts: Facts) -> Facts | None:
    return resting_on(facts, Document("film", "radiology_report", "radiologist", "ray", True)) if facts.inpatient else None


@fault("a diagnosis rests on a laboratory value alone", "evidence.result_alone")
def value_alone(facts: Facts) -> Facts:
    return resting_on(facts, Document("values", "laboratory_result", "laboratory", "lab", True))


@fault("modifier 25 has no passage", "evidence.modifier")
def modifier_without_passage(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: "25" in line.modifiers, evidence=())


@fault("a newer version of the supporting document came in", "evidence.confirmed")
def newer_version(facts: Facts) -> Facts:
    passages = (facts.diagnoses or ())[0].evidence
    return principal(facts, evidence=tuple(replace(each, reconfirm=True) for each in passages))


@fault("a query is outstanding", "evidence.query_answered")
def query_outstanding(facts: Facts) -> Facts:
    return replace(facts, queries=(*facts.queries, Query("q2", "outstanding", "acuity")))


@fault("a query is answered without the signed addendum", "evidence.query_answered")
def query_answered(facts: Facts) -> Facts:
    return replace(facts, queries=(*facts.queries, Query("q2", "answered", "acuity")))


@fault("a document is not legible", "evidence.qualities")
def illegible(facts: Facts) -> Facts:
    opening, *others = facts.documents or ()
    return replace(facts, documents=(replace(opening, deficiencies=("legible",)), *others))


@fault("the documents are not known", "evidence.documents_known", "documents.known")
def no_documents(facts: Facts) -> Facts:
    return replace(facts, documents=None)
