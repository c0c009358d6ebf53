"""Final codes arrive exactly once, in the order of the releases, whatever the receiver, the sender or the network does."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from accounts import clock
from accounts.errors import Conflict
from accounts.models import Account, Event, Hold, Step
from coding_workflow.payment.models import Delivery, DeliveryState, Destination
from coding_workflow.payment.sender import Sender
from coding_workflow.payment.services import hand_over, send_again
from coding_workflow.release.models import Release
from tests.cast import Cast

from .patient_accounting import (
    Behaviour,
    PatientAccounting,
    acknowledges,
    answers_another,
    hangs_up,
    says,
    says_nothing,
    takes_and_hangs_up,
)
from .stage import coded, release

LATER = 3600


@pytest.fixture
def host(settings) -> Iterator[PatientAccounting]:
    listening = PatientAccounting()
    settings.FINAL_CODES_HOSTS = (listening.address,)
    settings.FINAL_CODES_ANSWER_SECONDS = 0.5
    yield listening
    if not listening.closing.is_set():
        listening.close()


@pytest.fixture
def hand(cast: Cast, host: PatientAccounting) -> Callable[[str], Delivery]:
    """Release an account and write its final codes for the listening host."""
    destination = Destination.objects.create(facility=cast.main, name="PA", carrier="mllp", address=host.address)

    def write(number: str) -> Delivery:
        row = release(cast, coded(cast, number))
        delivery = hand_over(account=row.account, release=Release.objects.select_related("verdict").get(pk=row.pk))
        assert delivery is not None
        assert delivery.destination_id == destination.pk
        return delivery

    return write


def sweep() -> int:
    return Sender(threading.Event()).sweep()


def until_quiet() -> None:
    """Sweep, each time after the longest pause, until nothing is due."""
    with time_machine.travel(clock.now(), tick=True) as traveller:
        for _ in range(12):
            sweep()
            traveller.shift(LATER)


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.problem


def test_acknowledged_codes_bill_the_account_and_are_never_sent_again(cast: Cast, host: PatientAccounting, hand) -> None:
    delivery = hand("A1")
    assert sweep() == 1
    assert sweep() == 0
    assert state(delivery) == (DeliveryState.ACKNOWLEDGED, "")
    assert Account.objects.get(pk=delivery.account_id).step == Step.BILLED
    assert [message.decode() for message in host.arrived] == [delivery.text]
    kinds = Event.objects.filter(account=delivery.account_id).values_list("kind", flat=True)
    assert {"codes.handed_over", "codes.acknowledged"} <= set(kinds)


@pytest.mark.parametrize("badly", [hangs_up, takes_and_hangs_up, says_nothing, answers_another, says("XX")])
def test_without_a_valid_answer_the_same_bytes_go_out_until_there_is_one(host, hand, badly: Behaviour) -> None:
    delivery = hand("A1")
    host.behaves = [badly, badly]
    assert sweep() == 0
    assert state(delivery)[0] == DeliveryState.TRYING
    assert delivery.problem in {"host.no_answer", "host.no_acknowledgement"}
    assert delivery.not_before > clock.now(), "not at once again"
    until_quiet()
    assert state(delivery) == (DeliveryState.ACKNOWLEDGED, "")
    assert host.effects == {delivery.control_id: 1}
    assert len(set(host.arrived)) == 1


def test_a_host_that_is_away_is_tried_again_without_end(cast: Cast, settings, host: PatientAccounting, hand) -> None:
    delivery = hand("A1")
    host.close()
    until_quiet()
    assert state(delivery) == (DeliveryState.TRYING, "host.unreachable")
    assert delivery.attempts >= 10


def test_the_order_of_the_releases_is_kept_while_the_first_waits(host: PatientAccounting, hand) -> None:
    first, second = hand("A1"), hand("A2")
    host.behaves = [hangs_up]
    sweep()
    assert sweep() == 0, "the second does not overtake"
    until_quiet()
    assert host.posted == [first.control_id, second.control_id]
    assert (state(first)[0], state(second)[0]) == (DeliveryState.ACKNOWLEDGED, DeliveryState.ACKNOWLEDGED)


def test_refused_codes_wait_for_a_person_and_the_others_go_on(cast: Cast, host: PatientAccounting, hand) -> None:
    first, second = hand("A1"), hand("A2")
    host.behaves = [says("AR", "Account A1 unknown")]
    until_quiet()
    assert state(first) == (DeliveryState.REFUSED, "host.refused")
    assert first.answer == "Account A1 unknown"
    assert state(second)[0] == DeliveryState.ACKNOWLEDGED
    [hold] = Hold.objects.filter(account=first.account_id, resolved_at__isnull=True, reason="claim.unfit")
    assert "A1" not in hold.message.replace("Its", "")
    assert Account.objects.get(pk=first.account_id).step == Step.RELEASED
    send_again(delivery_id=first.pk, by=cast.actor("bill"))
    with pytest.raises(Conflict, match="waiting to be sent"):
        send_again(delivery_id=first.pk, by=cast.actor("bill"))
    sweep()
    assert state(first)[0] == DeliveryState.ACKNOWLEDGED
    assert not Hold.objects.filter(account=first.account_id, resolved_at__isnull=True, reason="claim.unfit").exists()
    assert Account.objects.get(pk=first.account_id).step == Step.BILLED


def test_an_answer_that_says_faulty_is_asked_for_three_times(host: PatientAccounting, hand) -> None:
    delivery = hand("A1")
    host.behaves = [says("AE", "busy")] * 3
    until_quiet()
    assert state(delivery) == (DeliveryState.REFUSED, "host.refused")
    assert len(host.arrived) == 3


def test_an_address_that_the_installation_no_longer_allows_is_not_reached(settings, host: PatientAccounting, hand) -> None:
    delivery = hand("A1")
    settings.FINAL_CODES_HOSTS = ()
    sweep()
    assert state(delivery) == (DeliveryState.TRYING, "host.not_allowed")
    assert host.arrived == []


def test_while_another_sender_has_the_destination_nothing_is_sent(host: PatientAccounting, hand, other_session) -> None:
    delivery = hand("A1")
    with other_session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"payment.sender:{delivery.destination_id}"])
    assert sweep() == 0
    assert host.arrived == []
    other_session.close()
    assert sweep() == 1


@pytest.fixture
def other_session():
    """A connection of its own to the same database."""
    link = connection.copy()
    yield link
    link.close()


def test_files_are_whole_and_put_again_they_are_the_same_file(cast: Cast, settings, tmp_path: Path) -> None:
    settings.FINAL_CODES_FOLDER = tmp_path
    (tmp_path / "pa").mkdir()
    Destination.objects.create(facility=cast.main, name="PA", carrier="csv_file", address="pa")
    row = release(cast, coded(cast))
    delivery = hand_over(account=row.account, release=Release.objects.select_related("verdict").get(pk=row.pk))
    assert delivery is not None
    assert sweep() == 1
    [file] = (tmp_path / "pa").iterdir()
    assert (file.name, file.read_bytes().decode()) == (f"{delivery.control_id}.csv", delivery.text)
    assert state(delivery)[0] == DeliveryState.ACKNOWLEDGED


def test_a_folder_that_went_away_is_waited_for(cast: Cast, settings, tmp_path: Path) -> None:
    settings.FINAL_CODES_FOLDER = tmp_path
    folder = tmp_path / "pa"
    folder.mkdir()
    Destination.objects.create(facility=cast.main, name="PA", carrier="hl7_file", address="pa")
    row = release(cast, coded(cast))
    delivery = hand_over(account=row.account, release=Release.objects.select_related("verdict").get(pk=row.pk))
    assert delivery is not None
    folder.rmdir()
    sweep()
    assert state(delivery) == (DeliveryState.TRYING, "host.folder")
    folder.mkdir()
    until_quiet()
    assert state(delivery)[0] == DeliveryState.ACKNOWLEDGED


def test_the_listener_of_these_tests_counts_what_it_posts_twice() -> None:
    host = PatientAccounting()
    host.posted.append("other")
    acknowledges(host, _Sink(), b"MSH|^~\\&|||||||BAR^P12|F1|P|2.6\r")  # type: ignore[arg-type]
    acknowledges(host, _Sink(), b"MSH|^~\\&|||||||BAR^P12|F1|P|2.6\r")  # type: ignore[arg-type]
    host.close()
    assert host.effects == {"F1": 1}


class _Sink:
    def sendall(self, _: bytes) -> None:
        pass
