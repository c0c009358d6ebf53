"""How a facility codes, as frozen data and the questions that the gate asks of it. Pure.

Every list of classes, payers or situations that is empty means "all" (``when`` and ``unless``: no condition).
``coding_workflow.policy.reading`` turns JSON into these and says where it is wrong.
"""

import datetime
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from .vocabulary import EVIDENCE_FORMS, MANDATORY_EVIDENCE


@dataclass(frozen=True)
class Scope:
    """Which accounts a row is about; an empty list means all of them. ``services`` are codes as registration sends them."""

    patient_classes: tuple[str, ...] = ()
    payer_kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def covers(self, patient_class: str, payer_kind: str, service: str = "") -> bool:
        """Whether an account of this class, payer and service is meant; a row that names services means none without one."""
        here = _among(patient_class, self.patient_classes) and _among(payer_kind, self.payer_kinds)
        return here and _among(service, self.services)


@dataclass(frozen=True)
class Alternative:
    """One document type that satisfies a row, and the situations (any of them) in which it does."""

    document_type: str
    when: tuple[str, ...] = ()

    def counts_in(self, situations: Collection[str]) -> bool:
        """Whether it satisfies the row in these situations."""
        return not self.when or any(each in situations for each in self.when)


@dataclass(frozen=True)
class RequiredDocument:
    """One row of the required-document matrix: any one of ``any_of`` is enough.

    ``when``: the row applies in any of these situations (empty: always); ``unless``: in none of these.
    """

    code: str
    title: str
    any_of: tuple[Alternative, ...]
    scope: Scope = Scope()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    severity: str = "hold"
    owner: str = "him"
    must_be_signed: bool = True
    reference: str = ""

    def applies_in(self, situations: Collection[str]) -> bool:
        """Whether the row asks anything of an account of its scope in these situations."""
        if self.unless and any(each in situations for each in self.unless):
            return False
        return not self.when or any(each in situations for each in self.when)

    def accepted_types(self, situations: Collection[str]) -> frozenset[str]:
        """The document types that satisfy the row in these situations."""
        return frozenset(each.document_type for each in self.any_of if each.counts_in(situations))


#: Forms of evidence that show the record itself; a citation names it and an attestation vouches for it.
SHOWN_FORMS = frozenset({"passage", "page_region", "external_document"})


@dataclass(frozen=True)
class EvidencePolicy:
    """How deeply each kind of code must be supported: most where payment or quality measures rest on it.

    ``shown_on_record``: kinds that need a passage, a page region or a document elsewhere; ``other_forms``: what is
    enough for all other codes.
    """

    shown_on_record: tuple[str, ...] = MANDATORY_EVIDENCE
    other_forms: tuple[str, ...] = EVIDENCE_FORMS

    def forms_for(self, kinds: Collection[str]) -> frozenset[str]:
        """The forms of evidence accepted for a code of these kinds (``vocabulary.MANDATORY_EVIDENCE``)."""
        return self._other_forms if self._shown.isdisjoint(kinds) else SHOWN_FORMS

    @cached_property
    def _shown(self) -> frozenset[str]:
        return frozenset(self.shown_on_record)

    @cached_property
    def _other_forms(self) -> frozenset[str]:
        return frozenset(self.other_forms)


@dataclass(frozen=True)
class RequiredTable:
    """Tables without which an account of this scope is not judged, so held; a neighbouring year never stands in."""

    tables: tuple[str, ...]
    scope: Scope = Scope()


@dataclass(frozen=True)
class Downstream:
    """A named administrator's word that a table is checked after us; a warning on the certificate, never a pass."""

    table: str
    declared_by: str
    reason: str
    expires_on: datetime.date
    scope: Scope = Scope()


@dataclass(frozen=True)
class BillHold:
    """Days after discharge during which late documents and charges are awaited."""

    days: int
    scope: Scope = Scope()


@dataclass(frozen=True)
class AutoRelease:
    """Accounts that policy releases when clean, and the supervisor who answers for it: every release has its person."""

    accountable_supervisor: str
    scope: Scope
    daily_sample: int = 5


@dataclass(frozen=True)
class StepTarget:
    """Days after discharge by which an account of this scope has left a step (``vocabulary.TARGET_STEPS``); who is later is
    counted as late."""

    step: str
    days: int
    scope: Scope = Scope()


@dataclass(frozen=True)
class UnsignedDocuments:
    """What an unsigned document that supports a code does."""

    severity: str
    document_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryPolicy:
    """What becomes of a provider query that is not answered, in days since it was sent, and how long its link works.

    ``escalate_to``: the desk that takes it up with the provider. Nothing ends by itself: an unanswered query holds
    until a person ends it with a reason.
    """

    reminder_days: int = 2
    second_reminder_days: int = 4
    escalation_days: int = 7
    escalate_to: str = "physician_advisor"
    link_days: int = 7


@dataclass(frozen=True)
class BilledBy:
    """Who bills released accounts of this scope (``vocabulary.BILLING_SYSTEMS``)."""

    system: str
    scope: Scope = Scope()


@dataclass(frozen=True)
class FacilityPolicy:
    """The whole policy of a facility at one moment. Of rows that both fit an account, the first wins.

    ``suggestions_for``: the patient classes whose coders are offered codes from the record's words; none unless named.
    Who pays is not asked: what is offered must not depend on it. ``observe_until``: the day on which the facility goes live;
    before it the gate judges and reports, holds nothing and releases nothing.
    """

    title: str
    required_documents: tuple[RequiredDocument, ...]
    required_tables: tuple[RequiredTable, ...]
    evidence: EvidencePolicy = EvidencePolicy()
    downstream: tuple[Downstream, ...] = ()
    bill_holds: tuple[BillHold, ...] = ()
    auto_release: tuple[AutoRelease, ...] = ()
    unsigned: tuple[UnsignedDocuments, ...] = (UnsignedDocuments("hold"),)
    select_modifiers: tuple[str, ...] = ()
    query_is_legal_record: bool = field(default=False)
    queries: QueryPolicy = QueryPolicy()
    suggestions_for: tuple[str, ...] = ()
    billed_by: tuple[BilledBy, ...] = ()
    targets: tuple[StepTarget, ...] = ()
    observe_until: datetime.date | None = None

    def documents_accepted(
        self, patient_class: str, payer_kind: str, situations: frozenset[str], service: str = ""
    ) -> tuple[tuple[RequiredDocument, frozenset[str]], ...]:
        """The rows of the matrix that ask something of this account, in order, with the document types that satisfy each.

        Few accounts differ in all of it, so the answer is kept.
        """
        asked = patient_class, payer_kind, situations, service
        if asked not in self._accepted:
            rows, _ = self._rows_for(patient_class, payer_kind, service)
            applying = (row for row in rows if row.applies_in(situations))
            self._accepted[asked] = tuple((row, row.accepted_types(situations)) for row in applying)
        return self._accepted[asked]

    def tables_required(self, patient_class: str, payer_kind: str, service: str = "") -> frozenset[str]:
        """The tables (``vocabulary.TABLES``) that must be loaded to judge this account."""
        _, tables = self._rows_for(patient_class, payer_kind, service)
        return tables

    def _rows_for(self, patient_class: str, payer_kind: str, service: str) -> tuple[tuple[RequiredDocument, ...], frozenset[str]]:
        """Documents and tables of one scope. Scopes are few and a policy never changes, so each is looked for once."""
        scope = patient_class, payer_kind, service
        if scope not in self._scopes:
            documents = tuple(row for row in self.required_documents if row.scope.covers(*scope))
            rows = (row for row in self.required_tables if row.scope.covers(*scope))
            self._scopes[scope] = documents, frozenset(table for row in rows for table in row.tables)
        return self._scopes[scope]

    @cached_property
    def _accepted(self) -> dict[tuple[str, str, frozenset[str], str], tuple[tuple[RequiredDocument, frozenset[str]], ...]]:
        return {}

    @cached_property
    def _scopes(self) -> dict[tuple[str, str, str], tuple[tuple[RequiredDocument, ...], frozenset[str]]]:
        return {}

    def downstream_for(
        self, table: str, patient_class: str, payer_kind: str, on: datetime.date, service: str = ""
    ) -> Downstream | None:
        """The declaration that stands in for a table not loaded; None once it has expired (``expires_on`` itself is too late).

        ``on`` is the day of the judgement, not of the discharge.
        """
        fitting = (d for d in self.downstream if d.table == table and d.scope.covers(patient_class, payer_kind, service))
        return next((each for each in fitting if on < each.expires_on), None)

    def bill_hold_days(self, patient_class: str, payer_kind: str, service: str = "") -> int:
        """Days to wait after discharge; 0 where no row fits."""
        return next((row.days for row in self.bill_holds if row.scope.covers(patient_class, payer_kind, service)), 0)

    def auto_release_for(self, patient_class: str, payer_kind: str, service: str = "") -> AutoRelease | None:
        """The row under which a clean account is released without a person, or None."""
        return next((row for row in self.auto_release if row.scope.covers(patient_class, payer_kind, service)), None)

    def target_days(self, step: str, patient_class: str, payer_kind: str, service: str = "") -> int | None:
        """Days after discharge by which an account has left this step; None where the policy sets no target."""
        fitting = (row for row in self.targets if row.step == step and row.scope.covers(patient_class, payer_kind, service))
        return next((row.days for row in fitting), None)

    def observes(self, on: datetime.date) -> bool:
        """Whether the gate only reports on this business date."""
        return self.observe_until is not None and on < self.observe_until

    def bills_through(self, patient_class: str, payer_kind: str, service: str = "") -> str:
        """``claims`` (we make the claim) where no row fits, or ``patient_accounting`` (it bills from our final codes)."""
        fitting = (row.system for row in self.billed_by if row.scope.covers(patient_class, payer_kind, service))
        return next(fitting, "claims")

    def unsigned_severity(self, document_type: str) -> str:
        """``hold`` or ``warn`` for evidence on an unsigned document of this type."""
        return next((row.severity for row in self.unsigned if _among(document_type, row.document_types)), "hold")

    def is_select_modifier(self, modifier: str) -> bool:
        """Whether only a coder may assign this modifier; a chargemaster cannot know what the record says."""
        return modifier.upper() in self.select_modifiers

    def with_downstream(self, *declarations: Downstream) -> "FacilityPolicy":
        """A copy that also carries these declarations."""
        return replace(self, downstream=(*self.downstream, *declarations))

    def to_json(self) -> str:
        """The canonical text: sorted keys, no spaces. Equal policies give equal text."""
        return json.dumps(_plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text, 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _among(value: str, allowed: Collection[str]) -> bool:
    return not allowed or value in allowed


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value
