"""Claims and late changes through the outbox: run twice, one effect."""

from accounts.locking import lock_account
from accounts.models import OutboxRow
from accounts.outbox import enqueue
from accounts.services.charges import post_charge
from coding_workflow.outbox.registry import find
from coding_workflow.payment.models import Claim
from coding_workflow.release.models import DiscrepancyCase
from tests.cast import Cast

from .stage import DAY, coded, paid, release


def run(kind: str) -> None:
    work = find(kind)
    assert work is not None
    row = OutboxRow.objects.get(kind=kind)
    work(row)
    work(row)


def test_the_row_of_an_approval_makes_the_claims_once(cast: Cast) -> None:
    row = release(cast, coded(cast))
    enqueue(kind="payment.make_claims", key=str(row.pk), account_id=row.account_id, payload={"release": row.pk})
    run("payment.make_claims")
    assert Claim.objects.filter(release=row).count() == 1


def test_the_row_of_a_late_charge_opens_one_case(cast: Cast) -> None:
    claim = paid(cast)
    account = lock_account(claim.account_id)
    post_charge(account=account, source_id="L", revenue_code="0250", amount=5, service_date=DAY, by=cast.actor("bill"))
    run("payment.late_change")
    assert DiscrepancyCase.objects.filter(account=account).count() == 1
