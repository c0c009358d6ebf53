"""Claims and cases at any facility, for the walk over addresses; and counting what a page reads."""

from typing import Any

from django.db import transaction
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.locking import lock_account
from accounts.models import Account, Facility, OutboxRow, Payer
from accounts.services.work import close_work
from coding_workflow.payment.models import Claim, ClaimFile, Delivery, Destination, Remittance
from coding_workflow.registration.models import InboundMessage
from coding_workflow.release.models import Certificate, Check, DiscrepancyCase, Release
from tests.cast import SEPTEMBER, Cast
from tests.payment.stage import claim_file_at

from .conftest import SYSTEM, advance, make_releasable


def claim_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A claim that was made and not sent: answers the arguments of ``reverse``."""
    file = ClaimFile.objects.get(pk=claim_file_at(cast, facility)["pk"])
    payer, _ = Payer.objects.get_or_create(facility=facility, code="WALK", defaults={"name": "Walk Health", "kind": "commercial"})
    made = Claim.objects.create(
        facility=facility, account=file.account, release=file.release, file=file, payer=payer,
        number=f"W{file.pk}", type_of_bill="0111", frequency="1", total=0,
    )  # fmt: skip
    return {"pk": made.pk}


def delivery_at(cast: Cast | None, facility: Facility, state: str = "refused") -> dict[str, Any]:
    """Final codes that patient accounting refused: answers the arguments of ``reverse``."""
    release = (
        Release.objects.get(pk=release_at(cast, facility)["pk"])
        if cast
        else Release.objects.filter(facility=facility).latest("pk")
    )
    place, _ = Destination.objects.get_or_create(
        facility=facility, active=True, defaults={"name": "Patient accounting", "carrier": "hl7_file", "address": "pa"}
    )
    made = Delivery.objects.create(
        facility=facility, account_id=release.account_id, release=release, destination=place, control_id=f"F{release.pk:010d}",
        text="MSH|^~\\&|CODING|MAIN\rEVN|P12\r", sha256="0" * 64, state=state, problem="host.refused", answer="No such account",
        attempts=1, not_before=clock.now(),
    )  # fmt: skip
    return {"pk": made.pk}


def reads(queries: CaptureQueriesContext) -> list[str]:
    """The statements that read, less those of the session, which is written once a second only."""
    said = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in said if sql.startswith("SELECT") and "django_session" not in sql]


def case_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """An open discrepancy case: answers the arguments of ``reverse``."""
    claim = Claim.objects.get(pk=claim_at(cast, facility)["pk"])
    known = f"{SEPTEMBER}T12:00:00Z"
    case = DiscrepancyCase.objects.create(
        facility=facility, account=claim.account, release=claim.release, source="person", description="Walked", known_at=known
    )
    return {"pk": case.pk}


def release_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A release: answers the arguments of ``reverse``."""
    return {"pk": ClaimFile.objects.get(pk=claim_file_at(cast, facility)["pk"]).release_id}


def released(cast: Cast, number: str, policy: str = "", **fields: Any) -> Account:
    """A released account; with ``policy`` by policy, Cleo accountable."""
    item = make_releasable(cast, cast.account(number, **fields))
    account = Account.objects.get(pk=item.account_id)
    with transaction.atomic():
        close_work(account=lock_account(account.pk), kind="release", outcome="approved", by=SYSTEM)
    Release.objects.create(
        facility=cast.main,
        account=account,
        sequence=1,
        revision=account.revision,
        verdict=Check.objects.get(account=account),
        approved_by=cast.cleo,
        policy=policy,
    )
    return advance(account, "released")


def certificate_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """The certificate of a release: answers the arguments of ``reverse``."""
    file = ClaimFile.objects.get(pk=claim_file_at(cast, facility)["pk"])
    made = Certificate.objects.create(
        facility=facility, account=file.account, release=file.release, text='{"revision":1}', sha256="0" * 64
    )
    return {"pk": made.pk}


def remittance_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A remittance that was set aside: answers the arguments of ``reverse``."""
    number = Remittance.objects.count()
    made = Remittance.objects.create(
        facility=facility, sha256=f"{number:064d}", raw=b"ISA", total=0, status="quarantined", reason="Walked", posted_as="feed:x"
    )
    return {"pk": made.pk}


def message_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A message that could not be applied: answers the arguments of ``reverse``."""
    number = InboundMessage.objects.count()
    made = InboundMessage.objects.create(
        facility=facility, feed="walk", control_id=f"W{number}", sha256=f"{number:064d}", raw=b"MSH"
    )
    return {"pk": made.pk}


def parked_at(cast: Cast | None, facility: Facility) -> dict[str, Any]:
    """Work that was set aside after its attempts: answers the arguments of ``reverse``."""
    made = OutboxRow.objects.create(
        facility=facility, kind="release.check", key=f"walk-{OutboxRow.objects.count()}", state="parked", not_before=clock.now()
    )
    return {"pk": made.pk}
