"""Linking passages of the record to the codes they support."""

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, DocumentVersion
from accounts.services.revisions import touch
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, Evidence

from .desk import open_for_coding


@transaction.atomic
def link_evidence(
    *,
    account_id: int,
    version_id: int,
    by: Actor,
    diagnosis_id: int | None = None,
    procedure_id: int | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Evidence:
    """Link code points ``start`` to ``end`` of a document version to one code; without them, cite the document.

    Raises Refused ``evidence.code`` without exactly one code of this account, ``evidence.document`` for another
    account's document, ``evidence.passage`` for positions outside the text.
    """
    account = open_for_coding(account_id=account_id, by=by)
    version = DocumentVersion.objects.filter(pk=version_id, account=account).first()
    if version is None:
        raise Refused("evidence.document", "The document is not part of this account's record.", fix="documents")
    _check_code(account, diagnosis_id, procedure_id)
    evidence = Evidence.objects.create(
        facility_id=account.facility_id,
        account=account,
        diagnosis_id=diagnosis_id,
        procedure_id=procedure_id,
        version=version,
        start=start,
        end=end,
        quote=_quote(version, start, end),
        linked_by_id=by.person_id,
    )
    payload = {"evidence": evidence.pk, "version": version.pk, "diagnosis": diagnosis_id, "procedure": procedure_id}
    history.record(account=account, kind="coding.evidence_linked", by=by, payload=payload)
    touch(account=account, what="coding.evidence_linked", by=by)
    return evidence


@transaction.atomic
def unlink_evidence(*, account_id: int, evidence_id: int, by: Actor) -> None:
    """Take a passage off a code; the link stays in the history. Raises Refused ``evidence.gone``."""
    account = open_for_coding(account_id=account_id, by=by)
    changed = Evidence.objects.filter(pk=evidence_id, account=account, unlinked_at__isnull=True).update(unlinked_at=clock.now())
    if not changed:
        raise Refused("evidence.gone", "This passage is no longer linked.")
    history.record(account=account, kind="coding.evidence_unlinked", by=by, payload={"evidence": evidence_id})
    touch(account=account, what="coding.evidence_unlinked", by=by)


def _check_code(account: Account, diagnosis_id: int | None, procedure_id: int | None) -> None:
    if (diagnosis_id is None) != (procedure_id is None) and _in_force(account, diagnosis_id, procedure_id):
        return
    raise Refused("evidence.code", "Choose one code of this account that the passage supports.", fix="codes")


def _in_force(account: Account, diagnosis_id: int | None, procedure_id: int | None) -> bool:
    live = {"account": account, "superseded_at__isnull": True}
    if diagnosis_id is not None:
        return CodedDiagnosis.objects.filter(pk=diagnosis_id, **live).exists()
    return procedure_id is not None and CodedProcedure.objects.filter(pk=procedure_id, **live).exists()


def _quote(version: DocumentVersion, start: int | None, end: int | None) -> str:
    if start is None and end is None:
        return ""
    if start is None or end is None or not 0 <= start < end <= len(version.text):
        raise Refused("evidence.passage", "Select a passage inside the document.", fix="documents")
    return version.text[start:end]
