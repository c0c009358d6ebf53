"""Charges post once, are voided with words, and make the account's total."""

import json
from decimal import Decimal

import pytest

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, ChargeLine, Event, Step
from accounts.services.charges import post_charge, void_charge
from tests.cast import SEPTEMBER, Cast

FEED = Actor.feed("TEST")


@pytest.fixture
def account(cast: Cast) -> Account:
    return lock_account(cast.account().pk)


def _post(account: Account, source_id: str = "C1", **more: object) -> ChargeLine:
    values = {"revenue_code": "0450", "amount": Decimal("812.00"), "service_date": SEPTEMBER, "hcpcs": "99284"} | more
    return post_charge(account=account, source_id=source_id, by=FEED, **values)  # type: ignore[arg-type]


def _payloads(kind: str) -> list[dict[str, object]]:
    return [json.loads(text) for text in Event.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True)]


def test_a_charge_makes_the_total_an_event_and_a_higher_revision(account: Account) -> None:
    before = account.revision
    line = _post(account, modifiers=("25",), units=2)
    _post(account, "C2", amount=Decimal("-12.50"))
    line.refresh_from_db()
    assert (line.modifiers, line.units, line.source) == (["25"], Decimal(2), "chargemaster")
    assert account.total_charges == Decimal("799.50")
    assert account.revision > before
    assert _payloads("charge.posted")[0] == {"line": line.pk, "revenue_code": "0450", "hcpcs": "99284", "amount": "812.00"}


def test_the_same_number_twice_is_one_line_and_one_event(account: Account) -> None:
    line = _post(account)
    revision = account.revision
    assert _post(account) == line
    account.refresh_from_db()
    assert (account.revision, account.total_charges) == (revision, Decimal("812.00"))
    assert len(_payloads("charge.posted")) == 1


@pytest.mark.parametrize(
    "other", [{"amount": Decimal("812.01")}, {"hcpcs": "99285"}, {"revenue_code": "0451"}], ids=["amount", "hcpcs", "revenue"]
)
def test_the_same_number_with_another_content_is_refused(account: Account, other: dict[str, object]) -> None:
    _post(account)
    with pytest.raises(Conflict) as conflict:
        _post(account, **other)
    assert conflict.value.code == "charge.posted"
    assert ChargeLine.objects.get().amount == Decimal("812.00")


def test_the_same_number_on_another_account_is_refused(account: Account, cast: Cast) -> None:
    _post(account)
    with pytest.raises(Conflict) as conflict:
        _post(lock_account(cast.account("A2").pk))
    assert conflict.value.code == "charge.posted"


def test_a_late_charge_posts_on_a_final_coded_account_too(account: Account) -> None:
    for step in (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED):
        lifecycle.move(account=account, to=step, by=FEED)
    _post(account)
    assert account.total_charges == Decimal("812.00")


def test_a_voided_charge_leaves_the_total_and_stays_in_the_ledger(account: Account) -> None:
    line, revision = _post(account), account.revision
    void_charge(account=account, line=line, reason="Not done.", by=FEED)
    line.refresh_from_db()
    assert line.voided_at is not None
    assert account.total_charges == 0
    assert account.revision > revision
    assert _payloads("charge.voided") == [{"line": line.pk, "reason": "Not done."}]


def test_voiding_needs_words_and_happens_once(account: Account, cast: Cast) -> None:
    line = _post(account)
    with pytest.raises(Refused) as refusal:
        void_charge(account=account, line=line, reason=" ", by=FEED)
    assert refusal.value.code == "charge.no_reason"
    void_charge(account=account, line=line, reason="Not done.", by=FEED)
    with pytest.raises(Conflict) as conflict:
        void_charge(account=account, line=line, reason="Not done.", by=FEED)
    assert conflict.value.code == "charge.voided"
    assert len(_payloads("charge.voided")) == 1


def test_another_accounts_charge_is_not_voided_here(account: Account, cast: Cast) -> None:
    line = _post(account)
    with pytest.raises(Conflict):
        void_charge(account=lock_account(cast.account("A2").pk), line=line, reason="Not here.", by=FEED)
    line.refresh_from_db()
    assert line.voided_at is None
