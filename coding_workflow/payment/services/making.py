"""One release makes its set of claims, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction

from accounts import clock, history, lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, Coverage, Hold, HoldSource, OwnerRole, PayerKind, Step, WorkKind
from accounts.outbox import enqueue
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work
from coding_workflow.payment.models import Claim, ClaimFile, ClaimForm, ClaimStatus, Delivery
from coding_workflow.payment.x12 import claim as x12
from coding_workflow.payment.x12 import professional_writer, writer
from coding_workflow.payment.x12.professional import ProfessionalClaim
from coding_workflow.payment.x12.validate import validate
from coding_workflow.release.models import CaseState, DiscrepancyCase, Release
from coding_workflow.staff.models import Role

from . import building, building_professional
from .numbers import next_claim_number, next_interchange_number
from .rights import require

log = structlog.get_logger(__name__)

MAKER: Final = Actor.system("payment.make_claims")
#: How a hold begins that says why there is no claim.
NO_CLAIM: Final = "The claim cannot be made: "
#: The payer never took these in: what follows is an original again, not a replacement.
_NEVER_RECEIVED: Final = frozenset({ClaimStatus.MADE, ClaimStatus.REJECTED})
_DRAFT_NUMBER: Final = "C0000000000"
_Draft = x12.Claim | ProfessionalClaim


@dataclass(frozen=True, slots=True)
class Standing:
    """What the new claim follows: the claim before it, and whether the payer has that one."""

    prior: Claim | None
    frequency: str
    original: str


@transaction.atomic
def make_claims(*, release_id: int) -> list[Claim]:
    """Make the claims of a release and move the account to billed; asked again, answers the ones there are.

    When they cannot be made, the account stays released with billing holds that say why, one for each place to fix, and
    the answer is empty. A release that is no longer the account's standing one makes none: its successor will.
    """
    release = release_of(release_id)
    account = lock_account(release.account_id)
    made = list(Claim.objects.filter(release=release))
    if made or not stands(account, release):
        return made
    try:
        claim = _make(account, release)
    except x12.ClaimUnfit as unfit:
        say_why(account, release, unfit.flaws, NO_CLAIM)
        return []
    return [claim]


@transaction.atomic
def try_again(*, release_id: int, by: Actor) -> None:
    """Ask for the claims (or final codes) of a release again after its billing hold was mended elsewhere.

    Raises NotAllowed ``payment.role`` and Conflict ``claim.made``.
    """
    release = release_of(release_id)
    account = lock_account(release.account_id)
    require(Role.BILLER, Role.SUPERVISOR, by=by, facility_id=account.facility_id)
    if Claim.objects.filter(release=release).exists():
        raise Conflict("claim.made", "The claims of this release are made already.")
    if Delivery.objects.filter(release=release).exists():
        raise Conflict("claim.made", "The final codes of this release are on their way already.")
    history.record(account=account, kind="claim.asked_again", by=by, payload={"release": release.pk})
    enqueue(kind="payment.make_claims", key=str(release.pk), account_id=account.pk, payload={"release": release.pk})


def release_of(release_id: int) -> Release:
    """The release with its verdict. Raises Refused ``release.unknown``."""
    release = Release.objects.select_related("verdict").filter(pk=release_id).first()
    if release is None:
        raise Refused("release.unknown", "There is no such release.")
    return release


def stands(account: Account, release: Release) -> bool:
    """Whether the account still is as it was released; otherwise a discrepancy is on its way and this claim would be wrong."""
    latest = Release.objects.filter(account=account).order_by("-sequence").values_list("pk", flat=True).first()
    return account.step == Step.RELEASED and account.revision == release.revision and latest == release.pk


def _make(account: Account, release: Release) -> Claim:
    coverage = _coverage(account)
    standing = _standing(account, release)
    case = open_case(account)
    note = case.correction[:80] if case else ""
    build = building_professional.build if account.is_professional else building.build
    draft = build(
        account=account,
        release=release,
        coverage=coverage,
        frequency=standing.frequency,
        original=standing.original,
        note=note if account.is_professional or "D9" in account.condition_codes else "",
    )
    _prove(draft, account)
    claim = _store(account, release, coverage, standing, draft)
    _supersede(standing.prior)
    resubmitted(account, case, release, MAKER)
    _tell(account, release, claim)
    return claim


def _coverage(account: Account) -> Coverage:
    coverage = account.primary_coverage()
    if coverage is None:
        raise _unfit("Payer", "The account has no payer to bill.", "registration")
    if coverage.payer.kind == PayerKind.SELF_PAY:
        raise _unfit("Payer", "A self-pay account ends without a claim; end it so on the release board.", "release")
    return coverage


def _standing(account: Account, release: Release) -> Standing:
    """Original or replacement. A claim that the payer has is replaced under the payer's control number, never doubled."""
    prior = Claim.objects.filter(account=account).exclude(status=ClaimStatus.SUPERSEDED).order_by("-pk").first()
    if prior is None:
        return Standing(None, "", "")
    if ClaimStatus(prior.status) in _NEVER_RECEIVED:
        return Standing(prior, prior.frequency, prior.replaces.payer_control_number if prior.replaces else "")
    if not prior.payer_control_number:
        raise _unfit(
            "Payer claim control number",
            "The corrected claim must name the payer's control number of the first one, which no remittance has brought yet.",
            "claims",
        )
    return Standing(prior, "7", prior.payer_control_number)


def _unfit(field: str, sentence: str, fix: str) -> x12.ClaimUnfit:
    return x12.ClaimUnfit([x12.Flaw(field, sentence, fix)])


def _write(claim: _Draft, envelope: x12.Envelope) -> str:
    """As an 837P or 837I. Raises ClaimUnfit."""
    return professional_writer.write(claim, envelope) if isinstance(claim, ProfessionalClaim) else writer.write(claim, envelope)


def _prove(draft: _Draft, account: Account) -> None:
    """Write and validate under draft numbers, so that no number is drawn for a claim that cannot go out."""
    text = _write(replace(draft, number=_DRAFT_NUMBER), _envelope(account, 1))
    faults = validate(text)
    if faults:
        raise x12.ClaimUnfit([x12.Flaw(one.segment, f"{one.segment}: {one.sentence}") for one in faults])


def _envelope(account: Account, number: int) -> x12.Envelope:
    zone = ZoneInfo(account.facility.time_zone)
    at = clock.now().astimezone(zone)
    return x12.Envelope(
        sender=settings.CLAIM_SUBMITTER_ID,
        receiver=settings.CLAIM_RECEIVER_ID,
        interchange_number=number,
        group_number=number,
        set_number=1,
        at=at.replace(year=(day := clock.today(account.facility)).year, month=day.month, day=day.day),
        test=not settings.CLAIMS_IN_PRODUCTION,
    )


def _store(account: Account, release: Release, coverage: Coverage, standing: Standing, draft: _Draft) -> Claim:
    claim = replace(draft, number=next_claim_number())
    envelope = _envelope(account, next_interchange_number())
    text = _write(claim, envelope)
    file = ClaimFile.objects.create(
        facility_id=account.facility_id,
        account=account,
        release=release,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        interchange_number=envelope.interchange_number,
        set_number=envelope.set_number,
        test=envelope.test,
    )
    return Claim.objects.create(
        facility_id=account.facility_id,
        account=account,
        release=release,
        file=file,
        form=ClaimForm.PROFESSIONAL if account.is_professional else ClaimForm.INSTITUTIONAL,
        number=claim.number,
        type_of_bill=claim.type_of_bill,
        frequency=claim.frequency,
        replaces=_replaced(standing),
        payer=coverage.payer,
        total=claim.total,
    )


def _replaced(standing: Standing) -> Claim | None:
    """The claim that a replacement names: the prior one, or what an unsent prior one would have replaced."""
    if standing.prior is None or standing.frequency not in {"7", "8"}:
        return None
    return standing.prior if standing.prior.payer_control_number else standing.prior.replaces


def _supersede(prior: Claim | None) -> None:
    if prior is not None:
        prior.status = ClaimStatus.SUPERSEDED
        prior.save(update_fields=["status"])


def open_case(account: Account) -> DiscrepancyCase | None:
    """The case that the release corrects, locked."""
    cases = DiscrepancyCase.objects.select_for_update().filter(account=account)
    return cases.filter(state__in=(CaseState.OPEN, CaseState.CORRECTING)).first()


def resubmitted(account: Account, case: DiscrepancyCase | None, release: Release, by: Actor) -> None:
    """The case waits for the payer now; waiting work is in nobody's queue."""
    if case is not None:
        close_work(account=account, kind=WorkKind.DISCREPANCY, outcome="resubmitted", by=by)
        case.corrected_release, case.state = release, CaseState.RESUBMITTED
        case.save(update_fields=["corrected_release", "state"])


def _tell(account: Account, release: Release, claim: Claim) -> None:
    payload = {"claim": claim.pk, "release": release.pk, "frequency": claim.frequency, "total": str(claim.total)}
    history.record(account=account, kind="claim.made", by=MAKER, payload={**payload, "file": claim.file.sha256})
    lift_reasons(account, MAKER, "The claim is made.")
    lifecycle.move(account=account, to=Step.BILLED, by=MAKER)


def lift_reasons(account: Account, by: Actor, words: str) -> None:
    """What kept the account from being billed is mended."""
    for hold in Hold.objects.filter(account=account, reason="claim.unfit", resolved_at__isnull=True):
        resolve_hold(account=account, hold=hold, by=by, resolution=words)


def say_why(account: Account, release: Release, flaws: Sequence[x12.Flaw], begins: str) -> None:
    """Holds that do not block (the account is past its gate) and stand until the claim is made: one for each place to mend."""
    log.warning("claim.unfit", account=account.pk, release=release.pk, fields=sorted({flaw.field for flaw in flaws}))
    messages = {fix: begins + _message(flaws, fix) for fix in dict.fromkeys(flaw.fix for flaw in flaws)}
    said_before = Hold.objects.filter(account=account, reason="claim.unfit", resolved_at__isnull=True)
    for hold in said_before.exclude(message__in=messages.values()):
        resolve_hold(account=account, hold=hold, by=MAKER, resolution="Looked at again; other reasons now.")
    for fix, message in messages.items():
        place_hold(
            account=account,
            source=HoldSource.POLICY,
            key=f"claim:{release.pk}:{fix}",
            reason="claim.unfit",
            message=message,
            by=MAKER,
            owner_role=OwnerRole.BILLING,
            fix=fix,
            blocking=False,
        )


def _message(flaws: Sequence[x12.Flaw], fix: str) -> str:
    sentences = dict.fromkeys(flaw.sentence for flaw in flaws if flaw.fix == fix)
    return " ".join(sentences)
