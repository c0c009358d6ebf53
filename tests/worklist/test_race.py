"""Claiming under real threads, in a pair: with the guard removed the race shows, with it it is gone."""

import datetime
import threading
from collections import Counter

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now

from accounts.models import WorkItem
from coding_workflow.staff.models import User
from worklist import assignment
from worklist.assignment import claim_next

from .conftest import grant, qualify

CODERS = 8
#: Of one day of all of them; one in five is abandoned after the claim.
ACCOUNTS = 200


def _hired(hospital, number):
    coder = User.objects.create(username=f"coder{number}", full_name=f"Coder {number}")
    grant(coder, hospital.main, "coder")
    qualify(coder, hospital)
    return coder.pk


def _everyone_claims(hospital, work, barrier_size=CODERS):
    """Eight coders ask at one moment for eight accounts; answers how often each account was handed out."""
    coders = []
    for number in range(CODERS):
        coders.append(_hired(hospital, number))
        work(f"R{number}")
    gate, given = threading.Barrier(barrier_size), []

    def claim(pk):
        try:
            user = User.objects.get(pk=pk)
            gate.wait(10)
            with transaction.atomic():
                item = claim_next(user=user)
            given.append(item.pk if item else None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(pk,)) for pk in coders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return Counter(given)


@pytest.mark.slow
def test_without_the_lock_one_account_goes_to_several_people(committed_db, hospital, work, monkeypatch):
    monkeypatch.setattr(assignment, "_LOCK", "")
    assert max(_everyone_claims(hospital, work).values()) > 1


@pytest.mark.slow
def test_with_the_lock_everyone_gets_an_account_of_their_own(committed_db, hospital, work):
    handed_out = _everyone_claims(hospital, work)
    assert None not in handed_out
    assert set(handed_out.values()) == {1}
    assert len(handed_out) == CODERS
    assert WorkItem.objects.filter(leased_to__isnull=False).count() == CODERS


def _until_nothing_is_left(coders, leaves):
    """All of them claim, code and claim again until there is nothing; answers every account as often as it was given.

    Every fifth claim is abandoned: who had it is gone, here as ``leaves``, and the lease stays.
    """
    gate, given = threading.Barrier(len(coders)), []

    def work_on(pk):
        try:
            gate.wait(10)
            # More than all of them together could rightly get ends it as well.
            for number in range(ACCOUNTS + 1):
                item = claim_next(user=User.objects.get(pk=pk))
                if item is None:
                    return
                given.append(item.pk)
                mine = WorkItem.objects.filter(pk=item.pk)
                if leaves and number % 5 == 0:
                    mine.update(leased_to=leaves)
                else:
                    mine.update(closed_at=Now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work_on, args=(pk,)) for pk in coders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return given


@pytest.fixture
def day(committed_db, hospital, work):
    """Eight coders, somebody who leaves, and two hundred accounts."""
    made = {work(f"D{number}").pk for number in range(ACCOUNTS)}
    coders = [_hired(hospital, number) for number in range(CODERS)]
    return coders, hospital.ana, made


@pytest.mark.slow
def test_in_a_day_of_claims_without_the_lock_an_account_is_given_twice(day, monkeypatch):
    monkeypatch.setattr(assignment, "_LOCK", "")
    coders, _, _ = day
    assert max(Counter(_until_nothing_is_left(coders, None)).values()) > 1


@pytest.mark.slow
def test_a_day_of_claims_gives_each_account_once_and_what_was_abandoned_comes_back_with_the_lease(day):
    coders, gone, made = day
    given = _until_nothing_is_left(coders, gone)
    assert Counter(given) == Counter(made)
    abandoned = set(WorkItem.objects.filter(closed_at__isnull=True).values_list("pk", flat=True))
    assert len(abandoned) >= ACCOUNTS // 5
    assert _until_nothing_is_left(coders, None) == []

    _the_leases_are_over(abandoned)

    assert Counter(_until_nothing_is_left(coders, None)) == Counter(abandoned)
    assert not WorkItem.objects.filter(closed_at__isnull=True).exists()


@pytest.mark.slow
def test_were_a_lease_without_end_what_was_abandoned_would_stay_away(day, monkeypatch):
    coders, gone, _ = day
    _until_nothing_is_left(coders, gone)
    abandoned = set(WorkItem.objects.filter(closed_at__isnull=True).values_list("pk", flat=True))
    _the_leases_are_over(abandoned)
    monkeypatch.setattr(assignment, "FREE", "w.leased_to_id IS NULL")
    assert _until_nothing_is_left(coders, None) == []
    assert abandoned


def _the_leases_are_over(items):
    WorkItem.objects.filter(pk__in=items).update(leased_until=Now() - datetime.timedelta(seconds=1))
