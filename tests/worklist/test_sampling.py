"""The daily sample of what policy released by itself: the same for everybody, as large as the policy says, looked at once."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account, Event
from coding_workflow.policy.rules import AutoRelease, Scope
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release.models import Release
from tests.security.browser import signed_in
from worklist import sampling
from worklist.models import SampleLook

from .conftest import grant
from .rows import released

BY_POLICY = "a" * 64


@pytest.fixture
def sampled(hospital):
    """Three accounts that policy released and one that a person did; two of each day are looked at."""
    policy = replace(STANDARD, auto_release=(AutoRelease("cleo", Scope(("inpatient",)), 2),))
    day = datetime.date(2026, 9, 1)
    publish_policy(facility=hospital.main, policy=policy, by=hospital.ada, second=hospital.cora, effective_from=day)
    for number in ("P1", "P2", "P3"):
        released(hospital, number, BY_POLICY)
    released(hospital, "PERSON")
    return hospital


def _look(cast, number: str, by=None, *, right: bool = True, words: str = ""):
    release = Release.objects.get(account__number=number)
    return sampling.look_at(release=release, by=by or cast.cleo, right=right, words=words)


def _drawn(cast) -> list[str]:
    return [each.number for each in sampling.sample(cast.main)]


def test_as_many_are_drawn_as_the_policy_says_and_always_the_same(sampled):
    assert len(_drawn(sampled)) == 2
    assert _drawn(sampled) == _drawn(sampled)
    assert "PERSON" not in _drawn(sampled)


def test_what_was_looked_at_stays_whatever_the_policy_says_now(sampled):
    first = _drawn(sampled)[0]
    _look(sampled, first)
    publish_policy(
        facility=sampled.main, policy=STANDARD, by=sampled.ada, second=sampled.cora, effective_from=datetime.date(2026, 9, 2)
    )
    assert _drawn(sampled) == [first]


def test_what_was_found_is_kept_once_and_in_the_history(sampled):
    number = _drawn(sampled)[0]
    with pytest.raises(Refused) as refusal:
        _look(sampled, number, right=False, words="no")
    assert refusal.value.code == "sample.words"
    _look(sampled, number, right=False, words="The laterality is wrong")
    event = Event.objects.get(kind="release.sample_looked")
    assert '"right":false' in event.payload
    assert "laterality" not in event.payload
    with pytest.raises(Conflict):
        _look(sampled, number)
    assert next(each for each in sampling.sample(sampled.main) if each.number == number).right is False


def test_who_coded_it_or_does_not_supervise_does_not_look(sampled):
    grant(sampled.ana, sampled.main, "supervisor")
    for person in (sampled.ana, sampled.ben):
        with pytest.raises(NotAllowed), transaction.atomic():
            _look(sampled, "P1", person)
    with pytest.raises(Refused) as refusal:
        _look(sampled, "PERSON")
    assert refusal.value.code == "sample.not_by_policy"


def test_the_page_shows_it_and_takes_what_was_found(sampled):
    cleo, address = signed_in(sampled.cleo), reverse("worklist:policy_sample", args=[sampled.main.pk])
    number = _drawn(sampled)[0]
    assert "2 to look at" in cleo.get(address).content.decode()
    form = {"release": Release.objects.get(account__number=number).pk}
    look = reverse("worklist:look_at_sample", args=[sampled.main.pk])
    wrong = cleo.post(look, form | {"right": "no", "words": "x"})
    assert wrong.status_code == 422
    assert "Say what is wrong" in wrong.content.decode()
    assert cleo.post(look, form | {"right": "yes"}).status_code == 302
    assert SampleLook.objects.get().by == sampled.cleo
    assert "1 to look at" in signed_in(sampled.cora).get(address).content.decode()
    assert "Daily sample" in cleo.get("/process/").content.decode()
    assert "Daily sample" not in signed_in(sampled.ana).get("/process/").content.decode()


def test_a_restricted_account_is_not_on_the_page(sampled):
    number = _drawn(sampled)[0]
    address = reverse("worklist:policy_sample", args=[sampled.main.pk])
    assert f">{number}</a>" in signed_in(sampled.cleo).get(address).content.decode()
    Account.objects.filter(number=number).update(restricted="VIP")
    assert f">{number}</a>" not in signed_in(sampled.cleo).get(address).content.decode()


def test_a_look_is_never_changed(sampled):
    _look(sampled, "P1")
    with pytest.raises(Exception, match=r"permission denied|is refused"), transaction.atomic():
        connection.cursor().execute('UPDATE worklist_samplelook SET "right" = false')
