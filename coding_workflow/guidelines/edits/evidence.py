"""Condition 2: each code rests on a passage of a signed document by an eligible author, as deep as policy asks."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Evidence, Line
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import service_code
from coding_workflow.guidelines.words import point, spoken

REFERENCE = "Release condition 2; ICD-10-CM Official Guidelines I.A.19, III"


@rule("evidence.documents_known", condition=2, reference=REFERENCE, looks_at=("documents",), owner="him", fix="documents")
def documents_known(case: Case) -> Iterator[Found]:
    """Without the documents nothing can be said about support."""
    if case.facts.documents is None:
        yield Found("The documents of the record are not known, so the support of the codes was not judged.", not_evaluated=True)


@rule("evidence.shown", condition=2, reference=REFERENCE, looks_at=("diagnoses", "procedures", "lines"), fix="evidence")
def shown(case: Case) -> Iterator[Found]:
    """Codes that policy wants shown on the record have a passage; others without any are said to rest on the coder's word."""
    if case.facts.documents is None:
        return
    accepted = {kinds: case.policy.evidence.forms_for(kinds) for kinds in {item.kinds for item in case.supported}}
    for item in case.supported:
        forms = accepted[item.kinds]
        if not forms.isdisjoint(map(_form, item.evidence)):
            continue
        if item.evidence or "attestation" not in forms:
            yield Found(f"{item.label} needs the passage of the record that supports it.", (item.code,))
            continue
        yield Found(f"No document is cited for {item.label}; it rests on the coder's word.", (item.code,), severity="info")


def _form(evidence: Evidence) -> str:
    return "citation" if evidence.start is None or evidence.end is None or evidence.start >= evidence.end else "passage"


@rule(
    "evidence.modifier",
    condition=2,
    reference="NCCI Policy Manual, chapter I, E; CPT modifiers 25 and 59",
    looks_at=("lines", "procedures"),
    fix="charges",
    modified=True,
)
def modifier(case: Case) -> Iterator[Found]:
    """Modifiers 25, 59, X{EPSU} and their like are supported by a passage, never assigned to pass an edit."""
    if case.facts.documents is None or case.inpatient:
        return
    for service in case.services:
        source = service.source if isinstance(service, Line) else "coder"
        selected = [each for each in service.modifiers if case.policy.is_select_modifier(each)]
        if selected and source == "coder" and not any(_form(each) == "passage" for each in service.evidence):
            code = service_code(service)
            yield Found(
                f"Modifier {selected[0]} on {code} needs the passage that documents a {_what(selected[0])}.", (code, selected[0])
            )


def _what(select_modifier: str) -> str:
    return "significant, separate visit" if select_modifier == "25" else "separate service"


@rule("evidence.confirmed", condition=2, reference=REFERENCE, looks_at=("diagnoses", "procedures"), fix="evidence")
def confirmed(case: Case) -> Iterator[Found]:
    """Evidence on an older version of a document must be looked at again."""
    for item in case.supported:
        if any(each.reconfirm for each in item.evidence):
            yield Found(f"The document that supports {item.label} has a newer version; confirm the passage.", (item.code,))


@rule("evidence.copied", condition=2, reference=REFERENCE, looks_at=("diagnoses",), fix="evidence")
def copied(case: Case) -> Iterator[Found]:
    """A code that was taken over from an earlier account rests on this record, not on the earlier one."""
    for diagnosis in case.submitted:
        if diagnosis.copied and not diagnosis.evidence:
            message = f"{point(diagnosis.code)} was taken over from an earlier account; link the passage of this record."
            yield Found(message, (diagnosis.code,))


#: Queries that wait for nobody: closed with or without an outcome, or taken back.
_ENDED = ("closed", "cancelled", "withdrawn", "deactivated")
_ANSWERED = ("answered", "responded")


@rule(
    "evidence.query_answered",
    condition=2,
    reference="AHIMA/ACDIS compliant query practice",
    version=2,
    looks_at=("queries",),
    fix="queries",
)
def query_answered(case: Case) -> Iterator[Found]:
    """An open query holds; an answer counts only if policy makes it part of the legal record, else the signed addendum does.

    Whatever its status is called: one that is neither answered nor ended is outstanding.
    """
    for query in case.facts.queries:
        about = f" about {query.subject}" if query.subject else ""
        if query.status.startswith(_ENDED) or (query.status in _ANSWERED and case.policy.query_is_legal_record):
            continue
        if query.status in _ANSWERED:
            yield Found(f"The query{about} is answered; the signed addendum is awaited.", (query.id,), owner="provider")
        else:
            yield Found(f"A query{about} is outstanding.", (query.id,), owner="coding" if query.status == "draft" else "provider")


@rule("evidence.qualities", condition=2, reference="Release condition 2", looks_at=("documents",), owner="him", fix="documents")
def qualities(case: Case) -> Iterator[Found]:
    """A document found wanting in one of the six qualities holds until that is resolved."""
    for document in case.facts.documents or ():
        for quality in sorted(set(document.deficiencies)):
            yield Found(f"The {spoken(document.type)} is not {quality}.", (document.id, quality))
