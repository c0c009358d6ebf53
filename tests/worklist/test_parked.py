"""Parked work: listed in words, tried again once, and only by those who may."""

import pytest

from accounts import clock
from accounts.models import Event, OutboxRow
from coding_workflow.outbox.registry import kinds
from tests.security.browser import signed_in
from worklist.selectors.parked import WORDS


@pytest.fixture
def cleo(hospital):
    return signed_in(hospital.cleo)


@pytest.fixture
def parked(hospital):
    """A check that failed five times."""
    account = hospital.account("P1")
    return OutboxRow.objects.create(
        facility=hospital.main, account=account, kind="release.check", key=str(account.pk), state="parked", attempts=5,
        error="KeyError in checking.py:41", not_before=clock.now(), finished_at=clock.now(),
    )  # fmt: skip


def test_the_list_says_in_words_what_failed_and_keeps_the_code_for_support(cleo, parked):
    page = cleo.get("/parked/").content.decode()
    for words in ("Check the account", "P1", "It failed 5 times.", "KeyError in checking.py:41"):
        assert words in page


def test_trying_again_brings_it_back_once_and_the_history_says_who(cleo, parked, hospital):
    assert cleo.post(f"/parked/{parked.pk}/again/").headers["Location"] == "/parked/"
    parked.refresh_from_db()
    assert (parked.state, parked.attempts) == ("waiting", 0)
    assert Event.objects.get(account=parked.account, kind="outbox.requeued").actor == str(hospital.cleo.pk)
    second = cleo.post(f"/parked/{parked.pk}/again/")
    assert second.status_code == 409
    assert "not parked" in second.content.decode()
    assert "Nothing is parked." in second.content.decode()


def test_work_of_the_system_itself_is_the_administrators(cleo, parked, hospital):
    OutboxRow.objects.filter(pk=parked.pk).update(facility=None, account=None)
    assert "Nothing is parked." in cleo.get("/parked/").content.decode()
    assert cleo.post(f"/parked/{parked.pk}/again/").status_code == 404
    ada = signed_in(hospital.ada)
    assert "Check the account" in ada.get("/parked/").content.decode()
    assert ada.post(f"/parked/{parked.pk}/again/").status_code == 302


def test_every_kind_of_work_has_its_words():
    ours = {kind for kind in kinds() if not kind.startswith("test")}
    assert ours == set(WORDS)
