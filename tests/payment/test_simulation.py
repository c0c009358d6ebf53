"""The demo's payer speaks a valid 835, whatever it is asked to answer."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.payment.models import Claim
from coding_workflow.payment.services import post_remittance
from coding_workflow.payment.simulated_payer import Bill, Payee, answer
from coding_workflow.payment.simulation import answer_claims
from coding_workflow.payment.x12.balance import imbalances
from coding_workflow.payment.x12.remittance import read
from coding_workflow.payment.x12.validate import validate
from tests.cast import Cast

from .stage import NPI, PAID_ON, billed

CHARGES = st.decimals(min_value=0, max_value=99999, places=2)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CHARGES, st.booleans(), st.none() | CHARGES), min_size=1, max_size=8))
def test_every_answer_is_readable_and_balances(rows: list[tuple[Decimal, bool, Decimal | None]]) -> None:
    bills = [
        Bill(f"C{place}", charge, denied, Bill(f"B{place}", before) if before is not None else None)
        for place, (charge, denied, before) in enumerate(rows)
    ]
    raw = answer(bills, payee=Payee("Main", NPI), payer="Medicare", payer_id="00000", paid_on=PAID_ON, trace="T1")
    [payment] = read(raw)
    assert imbalances(payment) == []
    assert payment.amount >= 0


def test_the_validator_accepts_an_answer() -> None:
    raw = answer(
        [Bill("C1", Decimal(100)), Bill("C2", Decimal(50), denied=True)],
        payee=Payee("Main", NPI),
        payer="Medicare",
        payer_id="00000",
        paid_on=PAID_ON,
        trace="T1",
    )
    assert validate(raw.decode()) == []


def test_claims_are_answered_as_asked(cast: Cast) -> None:
    first, second = billed(cast), billed(cast, "A2")
    post_remittance(raw=answer_claims([first, second], denied={second.pk}), by=cast.actor("bill"))
    assert dict(Claim.objects.values_list("pk", "status")) == {first.pk: "paid", second.pk: "denied"}


def test_claims_of_two_payers_are_not_one_remittance(cast: Cast) -> None:
    first, second = billed(cast), billed(cast, "A2", payer=cast.commercial)
    with pytest.raises(ValueError, match="one payer"):
        answer_claims([first, second])
