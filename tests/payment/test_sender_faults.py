"""The sender's process is killed while it sends: afterwards patient accounting has posted each release once, in order."""

import os
import random
import signal
import socket
import sys
from pathlib import Path

import pytest
from django.db import transaction

from coding_workflow.payment.models import Delivery, Destination
from coding_workflow.payment.services import hand_over
from coding_workflow.release.models import Release
from tests.cast import Cast
from tests.outbox.processes import Program, database_url, wait_until

from .patient_accounting import PatientAccounting, acknowledges
from .stage import coded, release

pytestmark = pytest.mark.processes

_ACCOUNTS, _KILLS, _SEED = 6, 4, 20260930


@pytest.fixture
def host():
    listening = PatientAccounting()
    yield listening
    listening.close()


@pytest.fixture
def sender(committed_db, host: PatientAccounting, tmp_path: Path):
    told = {"DATABASE_URL": database_url(), "FINAL_CODES_HOSTS": host.address, "FINAL_CODES_ANSWER_SECONDS": "3"}
    command = [sys.executable, "manage.py", "send_codes", "--skip-checks"]
    program = Program(command, {**os.environ, **told}, tmp_path / "sender.log")
    yield program
    program.stop()


def _hand_over(cast: Cast, host: PatientAccounting) -> list[str]:
    with transaction.atomic():
        Destination.objects.create(facility=cast.main, name="PA", carrier="mllp", address=host.address)
        rows = [release(cast, coded(cast, f"A{number}")) for number in range(_ACCOUNTS)]
        whole = [Release.objects.select_related("verdict", "account").get(pk=row.pk) for row in rows]
        made = [hand_over(account=row.account, release=row) for row in whole]
    return [each.control_id for each in made if each]


def test_killed_wherever_it_stands_it_posts_each_release_once(cast: Cast, host: PatientAccounting, sender: Program) -> None:
    wanted = _hand_over(cast, host)
    draw, waited = random.Random(_SEED), []

    def takes_its_time(host: PatientAccounting, link: socket.socket, message: bytes) -> None:
        """Posts, and before it answers the sender is gone; or is gone before it posts."""
        if draw.random() < 0.5:
            host.take(message)
        waited.append(message)
        host.closing.wait(1)

    host.behaves = [takes_its_time] * _KILLS
    for number in range(_KILLS):
        sender.start()
        wait_until(lambda wanted=number + 1: len(waited) >= wanted, 60, "the sender sends")
        sender.kill()
    sender.start()
    # Each kill left its message to be tried again after a pause; an operator does not have to do anything.
    wait_until(lambda: not Delivery.objects.exclude(state="acknowledged").exists(), 120, "all are acknowledged")
    assert host.posted == wanted
    assert host.effects == dict.fromkeys(wanted, 1)
    assert len(host.arrived) == _ACCOUNTS + _KILLS, "what was acknowledged was not sent again"


def test_told_to_end_it_finishes_the_message_in_hand(cast: Cast, host: PatientAccounting, sender: Program) -> None:
    wanted = _hand_over(cast, host)

    def ends_the_sender(host: PatientAccounting, link: socket.socket, message: bytes) -> None:
        sender.signal(signal.SIGTERM)
        acknowledges(host, link, message)

    host.behaves = [ends_the_sender]
    sender.start()
    wait_until(sender.ended, 60, "the sender has ended")
    assert host.posted == wanted[:1]
    assert Delivery.objects.filter(state="acknowledged").count() == 1
    assert not Delivery.objects.filter(state="trying").exists()
