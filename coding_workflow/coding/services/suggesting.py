"""Codes offered from the record's words, where policy wants it: made in the background, settled by the coder alone.

A suggestion is never a code: accepting one is the coder's own act, by the service that every code goes through.
"""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Step
from accounts.outbox import enqueue
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM
from coding_workflow.coding import selectors
from coding_workflow.coding.models import CodedDiagnosis, Suggestion, SuggestionState
from coding_workflow.coding.suggesting import Offer, Paper, offers
from coding_workflow.policy.selectors import policy_for

from .codes import assign_diagnosis
from .desk import open_for_coding
from .evidence import link_evidence

SUGGEST: Final = "coding.suggest"
#: Of a longer record the newest documents are read.
MOST_DOCUMENTS: Final = 200
_BY: Final = Actor.policy("suggestions")


def plan_suggestions(account: Account) -> None:
    """Ask the outbox to read the record of an account at the coding step, where policy offers codes to its class."""
    if _wanted(account):
        enqueue(kind=SUGGEST, key=str(account.pk), account_id=account.pk, lane="bulk")


@transaction.atomic
def make_suggestions(*, account_id: int) -> int:
    """Offer what the documents in force name and nobody has settled or coded; answers how many are new. Twice is once.

    What an open offer rests on and is no longer said lapses. Nothing where policy does not want it, the account is not being
    coded, or no table is loaded for its date.
    """
    account = Account.objects.select_related("facility").filter(pk=account_id).first()
    if account is None or not _wanted(account):
        return 0
    system, on = selectors.diagnosis_system(account), selectors.code_date(account) or clock.today(account.facility)
    # What is offered of what is known by ICD-10-CM's chapters.
    names = codesets.names(system, on) if system == ICD_10_CM else None
    if names is None:
        return 0
    found = {
        offer.code: offer
        for offer in offers(_papers(account), names, patient_class=account.patient_class, inpatient=account.is_inpatient)
    }
    entries = codesets.lookup_many(system, found, on)
    titles = {code: entry.title for code, entry in entries.items() if entry.billable}
    # Reading takes its time, and documents never change; only writing waits for others.
    account = lock_account(account.pk)
    return _offer(account, system, found, titles) if account.step == Step.CODING else 0


@transaction.atomic
def accept_suggestion(*, account_id: int, suggestion_id: int, by: Actor) -> CodedDiagnosis:
    """Assign the suggested code with its passage as evidence, as the coder's own; it is counted whether the passage was seen.

    Raises Conflict ``suggestion.settled`` when it is no longer open, ``suggestion.replaced`` when its document has a newer
    version, and what ``assign_diagnosis`` raises.
    """
    account = open_for_coding(account_id=account_id, by=by)
    row = _open(account, suggestion_id)
    if selectors.stale_versions([row.version_id]):
        raise Conflict("suggestion.replaced", "The document has a newer version, in which this passage was not looked for yet.")
    code = assign_diagnosis(account_id=account_id, code=row.code, by=by, role=row.role)
    link_evidence(account_id=account_id, version_id=row.version_id, by=by, diagnosis_id=code.pk, start=row.start, end=row.end)
    unseen = row.viewed_at is None
    _settle(row, SuggestionState.ACCEPTED, by, diagnosis=code, unseen=unseen)
    payload = {"suggestion": row.pk, "row": code.pk, "code": code.code, "unseen": unseen}
    history.record(account=account, kind="coding.suggestion_accepted", by=by, payload=payload)
    return code


@transaction.atomic
def dismiss_suggestion(*, account_id: int, suggestion_id: int, by: Actor) -> None:
    """Take a suggestion off the list; its code is not offered on this account again. Raises as ``accept_suggestion`` does."""
    account = open_for_coding(account_id=account_id, by=by)
    row = _open(account, suggestion_id)
    _settle(row, SuggestionState.DISMISSED, by)
    payload = {"suggestion": row.pk, "code": row.code}
    history.record(account=account, kind="coding.suggestion_dismissed", by=by, payload=payload)


@transaction.atomic
def view_suggestion(*, account_id: int, suggestion_id: int, by: Actor) -> None:
    """Write down that the coder went to the passage; the first time counts. Raises as ``dismiss_suggestion`` does."""
    account = open_for_coding(account_id=account_id, by=by)
    row = _open(account, suggestion_id)
    if row.viewed_at is None:
        row.viewed_at = clock.now()
        row.save(update_fields=["viewed_at"])
        history.record(account=account, kind="coding.suggestion_viewed", by=by, payload={"suggestion": row.pk})


def _wanted(account: Account) -> bool:
    return account.step == Step.CODING and account.patient_class in policy_for(account.facility).suggestions_for


def _papers(account: Account) -> list[Paper]:
    rows = DocumentVersion.objects.in_force().filter(account=account).order_by("-pk")[:MOST_DOCUMENTS]
    return [Paper(*row) for row in rows.values_list("pk", "document__type", "text")]


def _offer(account: Account, system: str, found: Mapping[str, Offer], titles: Mapping[str, str]) -> int:
    """Write what is new and end what is no longer said, on a locked account."""
    in_force = set(DocumentVersion.objects.in_force().filter(account=account).values_list("pk", flat=True))
    said = {code: offer for code, offer in found.items() if code in titles and offer.version in in_force}
    rows = list(Suggestion.objects.filter(account=account, system=system).exclude(state=SuggestionState.LAPSED))
    lapsed = [
        row.pk
        for row in rows
        if row.state == SuggestionState.OFFERED and (row.code not in said or row.version_id not in in_force)
    ]
    Suggestion.objects.filter(pk__in=lapsed).update(state=SuggestionState.LAPSED, settled_at=clock.now())
    known = {row.code for row in rows if row.pk not in lapsed} | _coded(account, system)
    new = [_row(account, system, offer, titles[code]) for code, offer in said.items() if code not in known]
    made = Suggestion.objects.bulk_create(new)
    if made or lapsed:
        payload = {"offered": [row.pk for row in made], "lapsed": lapsed}
        history.record(account=account, kind="coding.suggested", by=_BY, payload=payload)
    return len(made)


def _coded(account: Account, system: str) -> set[str]:
    rows = CodedDiagnosis.objects.filter(account=account, system=system, superseded_at__isnull=True)
    return set(rows.values_list("code", flat=True))


def _row(account: Account, system: str, offer: Offer, title: str) -> Suggestion:
    return Suggestion(
        facility_id=account.facility_id,
        account=account,
        version_id=offer.version,
        start=offer.start,
        end=offer.end,
        quote=offer.quote,
        system=system,
        code=offer.code,
        title=title,
        role=offer.role,
        why=list(offer.why),
    )


def _open(account: Account, suggestion_id: int) -> Suggestion:
    row = Suggestion.objects.filter(account=account, pk=suggestion_id, state=SuggestionState.OFFERED).first()
    if row is None:
        raise Conflict("suggestion.settled", "This suggestion is no longer open.")
    return row


def _settle(
    row: Suggestion, state: SuggestionState, by: Actor, *, diagnosis: CodedDiagnosis | None = None, unseen: bool = False
) -> None:
    row.state, row.settled_at, row.settled_by_id = state, clock.now(), by.person_id
    row.diagnosis, row.unseen = diagnosis, unseen
    row.save(update_fields=["state", "settled_at", "settled_by", "diagnosis", "unseen"])
