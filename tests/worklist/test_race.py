"""Claiming under real threads, in a pair: with the guard removed the race shows, with it it is gone."""

import threading
from collections import Counter

import pytest
from django.db import connections, transaction

from accounts.models import WorkItem
from coding_workflow.staff.models import User
from worklist import assignment
from worklist.assignment import claim_next

from .conftest import grant, qualify

CODERS = 8


def _everyone_claims(hospital, work, barrier_size=CODERS):
    """Eight coders ask at one moment for eight accounts; answers how often each account was handed out."""
    coders = []
    for number in range(CODERS):
        coder = User.objects.create(username=f"coder{number}", full_name=f"Coder {number}")
        grant(coder, hospital.main, "coder")
        qualify(coder, hospital)
        coders.append(coder.pk)
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
