"""Documents and charges told as they stand: the same again changes nothing, another state takes the old one's place."""

import dataclasses
import datetime

from django.db.models import Q, QuerySet

from accounts.models import Account, ChargeLine, Document, DocumentVersion
from accounts.services.charges import MOST_LINKED, void_charge
from coding_workflow.registration.facts import AccountKey, ChargeFacts, DocumentFacts, ProviderFacts, RecordMessage

from . import landing
from .source import Source

#: Between a transaction number and what tells its later states apart.
_AGAIN = "#"


def restate_document(*, account: Account, key: AccountKey, facts: DocumentFacts, source: Source) -> bool:
    """Receive a version where the document differs from its newest one; False when it says the same. The account is locked."""
    document = Document.objects.filter(facility=source.facility, source_id=facts.source_id).first()
    newest = document.versions.select_related("author").order_by("-number").first() if document else None
    if document and newest and document.account_id == account.pk and _same(newest, account, facts, source):
        return False
    landing.land(account=account, facts=RecordMessage(key=key, documents=(facts,)), source=source)
    return True


def _same(newest: DocumentVersion, account: Account, facts: DocumentFacts, source: Source) -> bool:
    said = (newest.text, newest.status, newest.authored_at, newest.signed_at)
    says = (
        (facts.text or "").replace("\r\n", "\n").replace("\r", "\n"),
        facts.status,
        facts.authored.instant(source.zone) if facts.authored else None,
        facts.signed.instant(source.zone) if facts.signed else None,
    )
    by = newest.author.source_id if newest.author else None
    return said == says and (by, newest.author_role) == _author(account, facts.author, source)


def _author(account: Account, author: ProviderFacts | None, source: Source) -> tuple[str | None, str]:
    if author is None:
        return None, ""
    if account.attending is not None and account.attending.source_id == author.source_id:
        return author.source_id, "attending"
    return author.source_id, source.codes.author_role(author.role) if author.role else ""


def restate_charge(*, account: Account, key: AccountKey, facts: ChargeFacts, mark: str, source: Source) -> bool:
    """Post a charge; one that stands otherwise in the ledger is voided first. False when it says the same.

    A transaction number posts once, so that a later state stands under the number and ``mark``.
    """
    lines = _lines(source, facts.source_id)
    standing = lines.filter(voided_at__isnull=True).first()
    if standing is not None and standing.account_id == account.pk and _same_charge(standing, facts, source):
        return False
    if standing is not None and standing.account_id == account.pk:
        void_charge(account=account, line=standing, reason="The sender corrected it", by=source.by)
    if lines.exists():
        facts = dataclasses.replace(facts, source_id=f"{facts.source_id}{_AGAIN}{mark}")
    landing.land(account=account, facts=RecordMessage(key=key, charges=(facts,)), source=source)
    return True


def take_off(*, account: Account, number: str, source: Source) -> bool:
    """Void the line of a charge that the sender took back; False when none stands."""
    standing = _lines(source, number).filter(voided_at__isnull=True, account=account).first()
    if standing is None:
        return False
    void_charge(account=account, line=standing, reason="The sender took it back", by=source.by)
    return True


def _lines(source: Source, number: str) -> "QuerySet[ChargeLine]":
    own = Q(source_id=number) | Q(source_id__startswith=f"{number}{_AGAIN}")
    return ChargeLine.objects.filter(own, facility=source.facility).order_by("pk")


def _same_charge(line: ChargeLine, facts: ChargeFacts, source: Source) -> bool:
    """What the charge leaves to the chargemaster is not compared."""
    day: datetime.date | None = facts.service.date(source.zone)
    said = (line.amount, line.units, line.service_date, tuple(line.modifiers))
    if line.account.is_professional and not _same_professional(line, facts, source):
        return False
    codes = [(line.hcpcs, facts.hcpcs), (line.revenue_code, facts.revenue_code.zfill(4) if facts.revenue_code else "")]
    return said == (facts.amount, facts.units, day, facts.modifiers) and all(ours == theirs for ours, theirs in codes if theirs)


def _same_professional(line: ChargeLine, facts: ChargeFacts, source: Source) -> bool:
    by = line.rendering.source_id if line.rendering else ""
    said = (line.place_of_service, by, tuple(line.diagnoses))
    place = source.codes.place_of_service(facts.place_of_service) if facts.place_of_service else ""
    linked = tuple(code.replace(".", "").upper() for code in facts.diagnoses[:MOST_LINKED])
    return said == (place, facts.rendering.source_id if facts.rendering else "", linked)
