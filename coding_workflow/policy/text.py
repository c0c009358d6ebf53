"""The policy as text: numbered sections of sentences, every one said from the data. Pure.

Each setting of ``rules.FacilityPolicy`` changes some sentence; a test changes them one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from . import vocabulary, words
from .rules import (
    Alternative,
    AutoRelease,
    BilledBy,
    BillHold,
    Downstream,
    FacilityPolicy,
    RequiredDocument,
    RequiredTable,
    StepTarget,
    UnsignedDocuments,
)

People = Mapping[str, str]


@dataclass(frozen=True)
class Section:
    """One numbered section. ``code`` is the setting that it says and the part of the editor that changes it."""

    number: int
    code: str
    title: str
    lead: str
    sentences: tuple[str, ...] = field(default=())


def sections(policy: FacilityPolicy, people: People | None = None) -> tuple[Section, ...]:
    """The whole text. ``people`` gives the full names of sign-in names; whoever is not in it is said as written."""
    known = people or {}
    made = (each(policy, known) for each in _SECTIONS)
    return tuple(Section(number, *parts) for number, parts in enumerate(made, 1))


def usernames(policy: FacilityPolicy) -> set[str]:
    """The sign-in names that the policy speaks of."""
    return {row.declared_by for row in policy.downstream} | {row.accountable_supervisor for row in policy.auto_release}


_Parts = tuple[str, str, str, tuple[str, ...]]


def _about(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "How this facility codes and releases its accounts. Of rows that both fit an account, the first one counts."
    day = policy.observe_until
    live = (
        f"The facility goes live on {day:%Y-%m-%d}; before that day the gate judges and reports, holds and releases nothing."
        if day
        else "The gate holds and releases."
    )
    return "about", "About this policy", lead, (f"Its title is “{policy.title}”.", live)


def _bill_holds(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "After discharge an account waits for late documents and charges before it is coded."
    none = () if policy.bill_holds else ("No account waits.",)
    return "bill_holds", "Bill hold", lead, (*none, *map(bill_hold, policy.bill_holds))


def bill_hold(row: BillHold) -> str:
    """One row in words."""
    wait = f"wait {words.days(row.days)} after discharge" if row.days else "do not wait after discharge"
    return f"{words.capital(words.whom(row.scope))} {wait}."


def _required_documents(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "A sufficient documentation set (condition 3): what must have arrived before an account is released."
    return "required_documents", "Required documents", lead, tuple(map(required_document, policy.required_documents))


def required_document(row: RequiredDocument) -> str:
    """One row of the matrix in words."""
    wanted = words.listed((_alternative(each) for each in row.any_of), "or")
    when = f", when {words.situations(row.when)}" if row.when else ""
    unless = f", unless {words.situations(row.unless)}" if row.unless else ""
    signed = "received and signed" if row.must_be_signed else "received"
    does = "holds the account" if row.severity == "hold" else "is a warning"
    source = f" Source: {row.reference}." if row.reference else ""
    return (
        f"{row.title} ({row.code}): {words.whom(row.scope)} need {wanted}, {signed}{when}{unless}. "
        f"While it is missing it {does}; {words.name(row.owner)} provides it.{source}"
    )


def _alternative(each: Alternative) -> str:
    when = f" (when {words.situations(each.when)})" if each.when else ""
    return f"{words.name(each.document_type)}{when}"


def _unsigned(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "A code should rest on a signed document. Documents of types that no line below names hold until they are signed."
    return "unsigned", "Unsigned documents", lead, tuple(map(unsigned, policy.unsigned))


def unsigned(row: UnsignedDocuments) -> str:
    """One row in words."""
    types = words.listed((words.name(each) for each in row.document_types), "or") if row.document_types else "any other type"
    return f"A code that rests on an unsigned document of {types} {'holds' if row.severity == 'hold' else 'is a warning'}."


def _evidence(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "How deeply each kind of code is supported by the record (condition 2)."
    shown = words.listed(words.name(each) for each in policy.evidence.shown_on_record)
    others = words.listed((words.name(each) for each in policy.evidence.other_forms), "or")
    return (
        "evidence",
        "Evidence",
        lead,
        (
            f"Shown on the record itself, by a passage, a page region or a document in the electronic record: {shown}.",
            f"For all other codes it is enough to have {others}.",
        ),
    )


def _required_tables(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "An account that cannot be judged by a table that it requires is held; a neighbouring year never stands in."
    return "required_tables", "Code tables", lead, tuple(map(required_table, policy.required_tables))


def required_table(row: RequiredTable) -> str:
    """One row in words."""
    return f"{words.capital(words.whom(row.scope))} require {words.listed(row.tables)}."


def _downstream(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "A table that is not loaded may be declared checked after us: a warning on the certificate, never a pass."
    none = () if policy.downstream else ("Nothing is declared.",)
    return "downstream", "Validated downstream", lead, (*none, *(downstream(row, people) for row in policy.downstream))


def downstream(row: Downstream, people: People) -> str:
    """One declaration in words."""
    who = people.get(row.declared_by, row.declared_by)
    return f"{row.table} for {words.whom(row.scope)}, declared by {who}, ends on {row.expires_on:%Y-%m-%d}. Reason: {row.reason}"


def _select_modifiers(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "Modifiers that say something about the record: a chargemaster line never brings them, a coder assigns them."
    said = f"They are {words.listed(policy.select_modifiers)}." if policy.select_modifiers else "There are none."
    return "select_modifiers", "Select modifiers", lead, (said,)


def _queries(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "A query to a provider holds the account while it is open. Nothing ends by itself."
    ladder = policy.queries
    legal = (
        "A query is part of the legal record: its answer ends the hold."
        if policy.query_is_legal_record
        else "A query is not part of the legal record: the hold ends with the signed addendum, not with the answer."
    )
    return (
        "queries",
        "Queries to providers",
        lead,
        (
            f"The provider is reminded {words.days(ladder.reminder_days)} after sending, and again after "
            f"{words.days(ladder.second_reminder_days)}.",
            f"After {words.days(ladder.escalation_days)} it is escalated to the {words.name(ladder.escalate_to)}.",
            f"The link to a query works for {words.days(ladder.link_days)}.",
            legal,
        ),
    )


def _suggestions(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "Codes offered from the record's words: the coder takes or dismisses each one. Who pays is never asked."
    named = policy.suggestions_for
    said = f"They are offered to coders of {words.classes(named)} accounts." if named else "They are offered to nobody."
    return "suggestions_for", "Suggested codes", lead, (said,)


def _auto_release(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "A supervisor who did not code the account approves its release, unless a line below releases it when it is clean."
    none = () if policy.auto_release else ("No account is released without a person.",)
    return "auto_release", "Release", lead, (*none, *(auto_release(row, people) for row in policy.auto_release))


def auto_release(row: AutoRelease, people: People) -> str:
    """One row in words."""
    who = people.get(row.accountable_supervisor, row.accountable_supervisor)
    return (
        f"{words.capital(words.whom(row.scope))} are released when clean; {who} answers for it and looks at "
        f"{row.daily_sample} of each day's."
    )


def _billed_by(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "Who makes the bill of a released account. Where no line below says otherwise, claims are made here."
    none = () if policy.billed_by else ("All claims are made here.",)
    return "billed_by", "Billing", lead, (*none, *map(billed_by, policy.billed_by))


def billed_by(row: BilledBy) -> str:
    """One row in words."""
    return f"{words.capital(words.whom(row.scope))} {words.name(row.system)}."


def _targets(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "By when an account should have left a step. Whoever is later is counted as late on the flow chart and in its lists."
    none = () if policy.targets else ("No target is set.",)
    return "targets", "Targets", lead, (*none, *map(target, policy.targets))


def target(row: StepTarget) -> str:
    """One target in words."""
    left = vocabulary.TARGET_STEPS.get(row.step, "done")
    step = words.capital(words.name(row.step))
    return f"{step}: {words.whom(row.scope)} are {left} within {words.days(row.days)} after discharge."


def _always(policy: FacilityPolicy, people: People) -> _Parts:
    lead = "The seven conditions of release hold for every account, whatever this policy says."
    return (
        "always",
        "What no policy changes",
        lead,
        (
            "No account is released past an open hold.",
            "Who coded an account neither approves nor reviews it.",
            "What could not be judged holds.",
            "One administrator writes this policy, another person publishes it.",
        ),
    )


_SECTIONS: Final[tuple[Callable[[FacilityPolicy, People], _Parts], ...]] = (
    _about,
    _bill_holds,
    _required_documents,
    _unsigned,
    _evidence,
    _required_tables,
    _downstream,
    _select_modifiers,
    _queries,
    _suggestions,
    _auto_release,
    _billed_by,
    _targets,
    _always,
)

_ROWS: Final[dict[str, Callable[[Any, People], str]]] = {
    "bill_holds": lambda row, people: bill_hold(row),
    "required_documents": lambda row, people: required_document(row),
    "unsigned": lambda row, people: unsigned(row),
    "required_tables": lambda row, people: required_table(row),
    "downstream": downstream,
    "auto_release": auto_release,
    "billed_by": lambda row, people: billed_by(row),
    "targets": lambda row, people: target(row),
}


def rows(policy: FacilityPolicy, code: str, people: People | None = None) -> list[str]:
    """The sentence of each row of a setting that is a list."""
    return [_ROWS[code](row, people or {}) for row in getattr(policy, code)]


def as_text(found: tuple[Section, ...]) -> Iterator[str]:
    """The sections as lines of plain text."""
    for section in found:
        yield f"{section.number}. {section.title}"
        yield f"   {section.lead}"
        yield from (f"   {section.number}.{at} {sentence}" for at, sentence in enumerate(section.sentences, 1))
        yield ""
