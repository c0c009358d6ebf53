"""Work opens once per kind, closes with an outcome, and goes back when its holder leaves it."""

import json

import pytest
from django.db.models.functions import Now

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Event, WorkItem
from accounts.services.work import LEASE, close_work, hand_back, open_work, release_work_of
from coding_workflow.staff.models import User
from tests.cast import Cast

FEED = Actor.feed("TEST")


@pytest.fixture
def account(cast: Cast) -> Account:
    return lock_account(cast.account().pk)


def _open(account: Account, cast: Cast, kind: str = "coding") -> WorkItem:
    return open_work(account=account, kind=kind, by=FEED, coding_type="inpatient", returned_to_id=cast.ana.pk, why="Ready")


def _leased(item: WorkItem, user: User) -> WorkItem:
    WorkItem.objects.filter(pk=item.pk).update(leased_to=user, leased_until=Now() + LEASE)
    item.refresh_from_db()
    return item


def _payloads(kind: str) -> list[dict[str, object]]:
    return [json.loads(text) for text in Event.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True)]


def test_opened_work_has_a_queue_and_an_event(account: Account, cast: Cast) -> None:
    item = _open(account, cast)
    item.refresh_from_db()
    assert item.queue is not None
    assert (item.coding_type, item.returned_to, item.why, item.leased_to) == ("inpatient", cast.ana, "Ready", None)
    assert _payloads("work.opened") == [{"work": item.pk, "kind": "coding", "returned_to": cast.ana.pk}]


def test_opening_twice_is_one_item_and_one_event_and_kinds_are_apart(account: Account, cast: Cast) -> None:
    item = _open(account, cast)
    assert _open(account, cast) == item
    assert _open(account, cast, "review") != item
    assert len(_payloads("work.opened")) == 2


def test_closed_work_keeps_who_and_how_and_may_be_opened_anew(account: Account, cast: Cast) -> None:
    item = _open(account, cast)
    closed = close_work(account=account, kind="coding", outcome="finalized", by=cast.actor("ana"))
    assert closed == item
    item.refresh_from_db()
    assert item.closed_at is not None
    assert (item.outcome, item.closed_by) == ("finalized", f"person:{cast.ana.pk}")
    assert _payloads("work.closed") == [{"work": item.pk, "kind": "coding", "outcome": "finalized"}]
    assert _open(account, cast) != item


def test_closing_what_is_not_open_does_nothing(account: Account, cast: Cast) -> None:
    _open(account, cast)
    assert close_work(account=account, kind="review", outcome="done", by=FEED) is None
    close_work(account=account, kind="coding", outcome="done", by=FEED)
    assert close_work(account=account, kind="coding", outcome="again", by=FEED) is None
    assert len(_payloads("work.closed")) == 1


def test_work_that_is_handed_back_is_free_and_says_why(account: Account, cast: Cast) -> None:
    item = _leased(_open(account, cast), cast.ana)
    hand_back(item=item, by=cast.actor("cleo"), reason="Shift ends.")
    assert (item.leased_to, item.leased_until) == (None, None)
    assert _payloads("work.returned") == [{"work": item.pk, "reason": "Shift ends."}]


def test_handing_back_what_nobody_has_writes_nothing(account: Account, cast: Cast) -> None:
    item = _leased(_open(account, cast), cast.ana)
    hand_back(item=item, by=cast.actor("cleo"), reason="Shift ends.")
    hand_back(item=item, by=cast.actor("cleo"), reason="Again.")
    assert len(_payloads("work.returned")) == 1


def test_handing_back_does_not_take_work_from_who_has_it_by_now(account: Account, cast: Cast) -> None:
    seen = _leased(_open(account, cast), cast.ana)
    _leased(WorkItem.objects.get(pk=seen.pk), cast.ben)
    hand_back(item=seen, by=cast.actor("cleo"), reason="Shift ends.")
    assert WorkItem.objects.get(pk=seen.pk).leased_to == cast.ben
    assert _payloads("work.returned") == []


def test_everything_that_a_person_holds_goes_back_and_nobody_elses(account: Account, cast: Cast) -> None:
    other = lock_account(cast.account("A2").pk)
    mine = [_leased(_open(each, cast), cast.ana) for each in (account, other)]
    bens = _leased(_open(account, cast, "review"), cast.ben)
    assert release_work_of(user_id=cast.ana.pk, by=cast.actor("ada"), reason="Disabled.") == 2
    assert not WorkItem.objects.filter(pk__in=[item.pk for item in mine], leased_to__isnull=False).exists()
    assert WorkItem.objects.get(pk=bens.pk).leased_to == cast.ben
    assert release_work_of(user_id=cast.ana.pk, by=cast.actor("ada"), reason="Disabled.") == 0
