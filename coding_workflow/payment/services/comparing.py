"""Patient accounting's own codes against the release: agreement is written down, a difference opens a discrepancy, once."""

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts import history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import PAST_RELEASE, Account, CodeSource, Step, ToldCodes, WorkKind
from accounts.services.work import close_work
from coding_workflow.guidelines import facts as judged
from coding_workflow.payment.host.comparing import Difference, HostCodes, OurCodes, compare
from coding_workflow.payment.models import Delivery, DeliveryState, HostComparison
from coding_workflow.payment.models.comparison import as_rows
from coding_workflow.release.facts import assemble
from coding_workflow.release.models import CaseSource, CaseState, DiscrepancyCase, Release

from .discrepancies import open_discrepancy
from .handing_over import by_patient_accounting, final_diagnoses, final_procedures

HOST: Final = Actor.system("payment.compare_host")


@dataclass(frozen=True, slots=True)
class _Told:
    """The lists of the host that count."""

    diagnoses: ToldCodes | None
    procedures: ToldCodes | None

    @property
    def first(self) -> datetime.datetime:
        """When the earlier of them was told."""
        return min(row.told_at for row in (self.diagnoses, self.procedures) if row is not None)

    @property
    def lists(self) -> tuple[bool, bool]:
        """Whether diagnoses, and whether procedures are among them."""
        return self.diagnoses is not None, self.procedures is not None

    def codes(self) -> HostCodes:
        """As the comparison takes them."""
        diagnoses, procedures = (row.rows if row else None for row in (self.diagnoses, self.procedures))
        return HostCodes(diagnoses, procedures, self.diagnoses.drg if self.diagnoses else "")


@transaction.atomic
def compare_host(*, account_id: int) -> HostComparison | None:
    """Compare what the host told last with the account's latest release; None where there is nothing new to say. Twice is once.

    Only what was told after the release counts: before it the host cannot have our codes. Where final codes are handed over, a
    difference counts from the host's acknowledgement on. A difference on an account past release opens a discrepancy, unless
    this very difference had one before; an account that is being corrected, or was never released, is only noted. Agreement
    with a corrected release verifies a case that patient accounting's codes had opened.
    """
    account = lock_account(account_id)
    release = Release.objects.filter(account=account).select_related("verdict").order_by("-sequence").first()
    if release is None and account.step != Step.FINAL_CODED:
        return None
    told = _told(account, since=release.released_at if release else None)
    if told is None:
        return None
    differences = compare(_ours(account, release), told.codes())
    if differences and release is not None and not _has_our_codes(account, release, told):
        return None
    return _written(account, release, told, differences)


def _told(account: Account, since: datetime.datetime | None) -> _Told | None:
    rows = ToldCodes.objects.filter(account=account, source=CodeSource.HOST).in_force()
    found = {row.part: row for row in rows if row.final and (since is None or row.told_at > since)}
    told = _Told(found.get("diagnoses"), found.get("procedures"))
    return told if found else None


def _ours(account: Account, release: Release | None) -> OurCodes:
    """The codes that the release was certified on, or those of now."""
    facts = judged.facts_from_json(json.loads(release.verdict.facts)) if release else assemble(account)
    drg = ((release.verdict.drg if release else None) or {}).get("drg") or ""
    return OurCodes(
        diagnoses=tuple(final_diagnoses(facts)),
        procedures=tuple(final_procedures(facts)),
        drg=drg if facts.inpatient else "",
        chargemaster=frozenset(line.hcpcs for line in facts.lines if line.hcpcs and line.source != "coder"),
        inpatient=facts.inpatient,
    )


def _has_our_codes(account: Account, release: Release, told: _Told) -> bool:
    """Whether the host had our codes when it told its own. Where we make the claim it gets none; where it makes the bill it has
    none before its delivery, which may be waiting to be written."""
    delivery = Delivery.objects.filter(release=release).exclude(state=DeliveryState.SUPERSEDED).first()
    if delivery is None:
        return not by_patient_accounting(account, release)
    return delivery.acknowledged_at is not None and told.first > delivery.acknowledged_at


def _written(
    account: Account, release: Release | None, told: _Told, differences: tuple[Difference, ...]
) -> HostComparison | None:
    sha256 = hashlib.sha256(json.dumps(as_rows(differences)).encode()).hexdigest()
    before = HostComparison.objects.filter(account=account).order_by("-pk").first()
    said_before = before is not None and _said(before) == (release.pk if release else None, sha256, *told.lists)
    opens = _opens(account, release, differences, sha256)
    if said_before and not opens:
        return None
    case = _open(account, differences) if opens else None
    row = HostComparison.objects.create(
        facility_id=account.facility_id, account=account, release=release, diagnoses=told.diagnoses,
        procedures=told.procedures, agrees=not differences, differences=as_rows(differences), sha256=sha256, case=case,
    )  # fmt: skip
    payload = {"comparison": row.pk, "release": release.pk if release else None, "differences": len(differences)}
    kind = "host.differs" if differences else "host.agrees"
    history.record(account=account, kind=kind, by=HOST, payload=payload | ({"case": case.pk} if case else {}))
    if release is not None and not differences:
        _verify(account, release, told)
    return row


def _said(before: HostComparison) -> tuple[object, ...]:
    return before.release_id, before.sha256, before.diagnoses_id is not None, before.procedures_id is not None


def _opens(account: Account, release: Release | None, differences: tuple[Difference, ...], sha256: str) -> bool:
    """Once for one difference: what a case looked at and left as it is opens no second one, until the host agreed meanwhile."""
    if not differences or release is None or account.step not in PAST_RELEASE:
        return False
    found = HostComparison.objects.filter(account=account)
    agreements = found.filter(agrees=True)
    if any(each.of_procedures for each in differences):
        agreements = agreements.filter(procedures__isnull=False)
    if not all(each.of_procedures for each in differences):
        agreements = agreements.filter(diagnoses__isnull=False)
    agreed = agreements.order_by("-pk").values_list("pk", flat=True).first() or 0
    return not found.filter(sha256=sha256, case__isnull=False, pk__gt=agreed).exists()


def _open(account: Account, differences: tuple[Difference, ...]) -> DiscrepancyCase:
    """What differs in words; the codes themselves stand with the comparison."""
    words = ", ".join(dict.fromkeys(each.words.lower() for each in differences))
    description = f"Patient accounting has other codes than were released: {words}."
    return open_discrepancy(account_id=account.pk, by=HOST, source=CaseSource.HOST, description=description)


def _verify(account: Account, release: Release, told: _Told) -> None:
    """As the payment of a replacement does for a claim: the host bills what was released. It says so by the lists that the case
    is about; another list that agrees verifies nothing."""
    case = DiscrepancyCase.objects.select_for_update().filter(
        account=account, source=CaseSource.HOST, state=CaseState.RESUBMITTED, corrected_release=release
    ).first()  # fmt: skip
    if case is None or not _speaks_of(case, told):
        return
    case.state = CaseState.VERIFIED
    case.save(update_fields=["state"])
    history.record(account=account, kind="discrepancy.verified", by=HOST, payload={"case": case.pk, "seen": "host"})
    close_work(account=account, kind=WorkKind.DISCREPANCY, outcome="verified", by=HOST)


def _speaks_of(case: DiscrepancyCase, told: _Told) -> bool:
    found = HostComparison.objects.filter(case=case).first()
    asked = {each.of_procedures for each in found.lines} if found else {False, True}
    return (told.diagnoses is not None or False not in asked) and (told.procedures is not None or True not in asked)
