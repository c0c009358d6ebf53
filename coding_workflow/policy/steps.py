"""What is done with one kind of account, step by step, as the policy really does it. Pure.

Nothing here is a setting of its own: a step is there because the policy does something, and says what.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from . import vocabulary, words
from .rules import FacilityPolicy, RequiredDocument

AUTOMATIC: Final = "automatic"
CODER, PROVIDER, OTHERS, SUPERVISOR, BILLER = "coder", "provider", "others", "supervisor", "biller"
#: Lanes from the top: the role that acts in each.
LANES: Final[Mapping[str, str]] = {
    AUTOMATIC: "Automatic",
    CODER: "Coder",
    PROVIDER: "Provider",
    OTHERS: "HIM and others",
    SUPERVISOR: "Supervisor",
    BILLER: "Biller",
}


@dataclass(frozen=True)
class Step:
    """One step. ``kind``: task, decision or end; ``counted`` steps have accounts of their own that wait in them."""

    code: str
    name: str
    lane: str
    automation: str
    does: str
    waits_for: str = ""
    kind: str = "task"
    counted: bool = False
    target_days: str = ""


@dataclass(frozen=True)
class Asked:
    """A policy, asked about one class and service for every payer."""

    policy: FacilityPolicy
    patient_class: str
    service: str
    people: Mapping[str, str]

    def by_payer(self, answer: Callable[[str], str]) -> str:
        """An answer that is one for all payers, or the most common one and then who differs: ``4 days; 6 days (Medicaid)``."""
        said: dict[str, list[str]] = {}
        for payer in vocabulary.PAYER_KINDS:
            said.setdefault(answer(payer), []).append(words.name(payer))
        ordered = sorted((each for each in said.items() if each[0]), key=lambda each: -len(each[1]))
        everyone = len(ordered) == 1 and len(ordered[0][1]) == len(vocabulary.PAYER_KINDS)
        return ordered[0][0] if everyone else "; ".join(f"{what} ({words.listed(who)})" for what, who in ordered)

    def target(self, step: str) -> str:
        """The days after discharge by which the step is left; nothing where no target is set."""
        return self.by_payer(lambda payer: self._target(step, payer))

    def _target(self, step: str, payer: str) -> str:
        days = self.policy.target_days(step, self.patient_class, payer, self.service)
        return "" if days is None else words.days(days)

    def documents(self, owner: str = "") -> list[RequiredDocument]:
        """The rows of the matrix that some account of this class meets, of one owner where one is named."""
        rows = self.policy.required_documents
        meant = [row for row in rows if self._means(row) and (not owner or row.owner == owner)]
        return [row for row in meant if row.severity == "hold"]

    def _means(self, row: RequiredDocument) -> bool:
        return any(row.scope.covers(self.patient_class, payer, self.service) for payer in vocabulary.PAYER_KINDS)


def _registered(asked: Asked) -> Iterator[Step]:
    recurring = asked.patient_class == "recurring"
    does = "Registration and charges come by the feed; the series is billed by its period." if recurring else ""
    yield Step(
        "registered",
        "Registered",
        AUTOMATIC,
        "automatic",
        does or "Registration, documents and charges come by the feed.",
        "the discharge, or the end of the visit",
        counted=True,
    )


def _bill_hold(asked: Asked) -> Iterator[Step]:
    def wait(payer: str) -> str:
        days = asked.policy.bill_hold_days(asked.patient_class, payer, asked.service)
        return words.days(days) if days else ""

    if said := asked.by_payer(wait):
        yield Step(
            "bill_hold",
            "Bill hold",
            AUTOMATIC,
            "automatic",
            f"Waits for late documents and charges: {said} after discharge.",
            "the end of the bill hold",
            counted=True,
        )


def _suggestions(asked: Asked) -> Iterator[Step]:
    if asked.patient_class in asked.policy.suggestions_for:
        yield Step(
            "suggestions",
            "Suggested codes",
            AUTOMATIC,
            "automatic",
            "The record is read for codes; the coder takes or dismisses each.",
            "documents",
        )


def _coding(asked: Asked) -> Iterator[Step]:
    does = "A competent coder assigns and sequences codes, links evidence, writes the abstract and finalizes."
    if asked.patient_class == "professional":
        does = (
            "A coder trained in professional fees assigns diagnoses and services, points each line to its diagnoses, links"
            " evidence, abstracts the place of service and finalizes."
        )
    yield Step(
        "coding",
        "Coding",
        CODER,
        "by a person",
        does,
        "a coder who takes it from the queue",
        counted=True,
        target_days=asked.target("coding"),
    )


def _query(asked: Asked) -> Iterator[Step]:
    ladder = asked.policy.queries
    ends = "its answer" if asked.policy.query_is_legal_record else "the signed addendum"
    yield Step(
        "query",
        "Query or signature",
        PROVIDER,
        "by a person, reminders automatic",
        f"The provider answers by a link, or signs. Reminded after {ladder.reminder_days} and "
        f"{ladder.second_reminder_days} days, escalated to the {words.name(ladder.escalate_to)} after "
        f"{words.days(ladder.escalation_days)}.",
        ends,
        counted=True,
        target_days=asked.target("query"),
    )


def _check(asked: Asked) -> Iterator[Step]:
    yield Step(
        "check",
        "Seven conditions?",
        AUTOMATIC,
        "automatic",
        "The release check judges the final-coded account by rules, tables and this policy, again after every change.",
        kind="decision",
        counted=True,
    )


def _held(asked: Asked) -> Iterator[Step]:
    rows = asked.documents()
    wanted = words.listed((row.title for row in rows[:4]), "or") + (" and more" if len(rows) > 4 else "")
    owners = dict.fromkeys(words.name(row.owner) for row in rows)
    documents = f"What is missing is brought: {wanted} ({words.listed(owners)}). " if rows else ""
    yield Step(
        "held",
        "Held for others",
        OTHERS,
        "by a person; clears by itself when it has come",
        f"{documents}Disagreements with patient accounting are settled.",
        "documents, signatures, orders or patient accounting",
        counted=True,
        target_days=asked.target("held"),
    )


def _released_by_policy(asked: Asked) -> Iterator[Step]:
    def row(payer: str) -> str:
        found = asked.policy.auto_release_for(asked.patient_class, payer, asked.service)
        if found is None:
            return ""
        who = asked.people.get(found.accountable_supervisor, found.accountable_supervisor)
        return f"{who} answers for it and looks at {found.daily_sample} of each day's"

    if said := asked.by_payer(row):
        yield Step(
            "by_policy",
            "Released by policy?",
            AUTOMATIC,
            "automatic with sample",
            f"A clean account goes out without approval: {said}. One that they coded themselves is approved by a person.",
            kind="decision",
        )


def _approval(asked: Asked) -> Iterator[Step]:
    yield Step(
        "approval",
        "Approval",
        SUPERVISOR,
        "by a person",
        "A supervisor who did not code the account approves its release, or sends it back with a reason.",
        "a supervisor",
        counted=True,
        target_days=asked.target("approval"),
    )


def _release(asked: Asked) -> Iterator[Step]:
    def system(payer: str) -> str:
        ours = asked.policy.bills_through(asked.patient_class, payer, asked.service) == "claims"
        return "the claims are made" if ours else "the final codes go to patient accounting"

    through = {asked.policy.bills_through(asked.patient_class, payer, asked.service) for payer in vocabulary.PAYER_KINDS}
    hands_over = through != {"claims"}
    waits = "patient accounting to acknowledge, or claim elements" if hands_over else "claim elements that fit the form"
    yield Step(
        "release",
        "Release, billing" if hands_over else "Release, claims",
        AUTOMATIC,
        "automatic",
        f"The gate in the database lets it pass, the certificate is written; {asked.by_payer(system)}.",
        waits,
        counted=True,
    )


def _billed(asked: Asked) -> Iterator[Step]:
    yield Step(
        "billed",
        "Billed",
        BILLER,
        "by a person",
        "The claim is submitted and followed up.",
        "the payer",
        counted=True,
        target_days=asked.target("billed"),
    )


def _ends(asked: Asked) -> Iterator[Step]:
    yield Step("paid", "Paid", AUTOMATIC, "automatic", "The remittance is posted once, with its adjustments.", kind="end")
    yield Step(
        "cases",
        "Denials, discrepancies",
        BILLER,
        "by a person",
        "Denials are worked. A discrepancy reopens the account: it is corrected, released again and replaces the claim.",
        "a corrected release",
        counted=True,
    )


STEPS: Final[tuple[Callable[[Asked], Iterator[Step]], ...]] = (
    _registered,
    _bill_hold,
    _suggestions,
    _coding,
    _query,
    _check,
    _held,
    _released_by_policy,
    _approval,
    _release,
    _billed,
    _ends,
)
