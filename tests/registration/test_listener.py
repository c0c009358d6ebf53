"""The listener with real sockets: kept and committed before it is answered, in order, within its limits."""

import asyncio
import ssl
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from accounts.models import Account
from coding_workflow.registration.hl7.mllp import block
from coding_workflow.registration.listener import server, talking
from coding_workflow.registration.listener.server import Listener
from coding_workflow.registration.models import Feed, FeedState, InboundMessage
from tests.cast import Cast
from tests.registration import sending
from tests.registration.engine import Sender, answer_code, with_listener
from tests.registration.feeds import certificate_files, mllp_feed


def test_a_message_is_committed_before_it_is_answered_and_acts_once(committed_db: str, cast: Cast) -> None:
    feed = mllp_feed(cast)

    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        answers = [await one.ask(message) for message in (sending.admit(), sending.admit(), sending.discharge())]
        assert [answer_code(said) for said in answers] == ["AA", "AA", "AA"]
        assert "MSA|AA|c-a03" in answers[2]
        assert "Testcase" not in "".join(answers)

    with_listener(talk, feed)
    assert dict(InboundMessage.objects.values_list("control_id", "times_received")) == {"c-a01": 2, "c-a03": 1}
    assert Account.objects.get().step != "registered"
    state = FeedState.objects.get()
    assert (state.state, state.refused) == ("stopped", 0)


def test_two_in_one_packet_bytes_one_by_one_and_noise_are_all_one_stream(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        await one.send(b"\r\nnoise" + block(sending.admit()) + block(sending.summary()))
        assert [answer_code(await one.answer()) for _ in range(2)] == ["AA", "AA"]
        for byte in block(sending.charge()):
            await one.send(bytes([byte]))
        assert answer_code(await one.answer()) == "AA"

    with_listener(talk, mllp_feed(cast))
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}


def test_several_connections_share_one_order_and_lose_nothing(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        senders = [await Sender.to(listener.port) for _ in range(4)]
        sent = [sending.admit(), sending.discharge(), sending.summary(), sending.charge()]
        assert {answer_code(said) for said in await asyncio.gather(*map(Sender.ask, senders, sent))} == {"AA"}

    with_listener(talk, mllp_feed(cast))
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}


@pytest.mark.parametrize(("said", "code"), [("AA", "AA"), ("AE", "AE")])
def test_what_is_kept_and_listed_is_answered_as_the_feed_says(committed_db: str, cast: Cast, said: str, code: str) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        await one.ask(sending.admit())
        answer = await one.ask(sending.discharge(disposition="ZZ"))
        assert answer_code(answer) == code
        assert ("ERR||PV1^1^36|" in answer) is (code == "AE")

    with_listener(talk, mllp_feed(cast, answer_listed=said))
    assert InboundMessage.objects.get(status="failed").code == "registration.unmapped_disposition"


def test_what_cannot_be_kept_is_refused_and_the_connection_goes_on(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        bodies = [b"", b"MSH", b"MSH|^~\\&", b"no message"]
        assert [answer_code(await one.ask(body)) for body in bodies] == ["AR"] * 4
        assert answer_code(await one.ask(sending.admit())) == "AA"

    with_listener(talk, mllp_feed(cast))
    assert InboundMessage.objects.count() == 1
    assert FeedState.objects.get().refused == 4


def test_without_the_database_nobody_is_answered_and_the_message_comes_again(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        with patch("coding_workflow.registration.listener.receiving.deliver", side_effect=OperationalError):
            assert await one.ask(sending.admit()) == ""
        again = await Sender.to(listener.port)
        assert answer_code(await again.ask(sending.admit())) == "AA"

    with_listener(talk, mllp_feed(cast))
    assert InboundMessage.objects.get().times_received == 1


def test_a_defect_of_ours_is_listed_and_the_feed_goes_on(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        with patch("coding_workflow.registration.services.inbound.attempt", side_effect=ZeroDivisionError):
            assert answer_code(await one.ask(sending.admit())) == "AA"
        assert answer_code(await one.ask(sending.summary())) == "AA"

    with_listener(talk, mllp_feed(cast))
    statuses = dict(InboundMessage.objects.values_list("control_id", "code"))
    assert statuses == {"c-a01": "registration.defect", "c-mdm": "registration.no_account_yet"}


def test_slow_silent_broken_and_unknown_senders_are_let_go(committed_db: str, cast: Cast) -> None:
    feed = mllp_feed(cast)

    async def talk(listener: Listener) -> None:
        slow = await Sender.to(listener.port)
        await slow.send(b"\x0bMSH|")
        assert await slow.answer() == ""
        broken = await Sender.to(listener.port)
        await broken.send(b"\x0b" + sending.admit() + b"\x1cX")
        assert answer_code(await broken.answer()) == "AR"
        assert await broken.answer() == ""
        await _follow(listener, feed, idle_seconds=0)
        assert await (await Sender.to(listener.port)).ask(sending.admit()) == ""
        await _follow(listener, feed, idle_seconds=60, allowed=["10.0.0.0/8"])
        assert await (await Sender.to(listener.port)).ask(sending.admit()) == ""

    with patch.object(talking.Conversation.__init__, "__kwdefaults__", {"message_seconds": 0.1}):
        with_listener(talk, feed)
    assert FeedState.objects.get().problem == "127.0.0.1 tried to connect and is not among the allowed senders."


def test_tls_is_offered_by_the_installations_certificate_and_may_ask_for_the_senders(
    committed_db: str, cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    certificate, key = certificate_files(tmp_path)
    settings.MLLP_TLS_CERTIFICATE, settings.MLLP_TLS_KEY, settings.MLLP_TLS_CLIENT_CA = certificate, key, certificate

    async def talk(listener: Listener) -> None:
        known = ssl.create_default_context(cafile=certificate)
        stranger = await Sender.to(listener.port, ssl=known, server_hostname="localhost")
        assert await stranger.ask(sending.admit()) == ""
        assert await (await Sender.to(listener.port)).ask(sending.admit()) == ""
        known.load_cert_chain(certificate, key)
        sender = await Sender.to(listener.port, ssl=known, server_hostname="localhost")
        assert answer_code(await sender.ask(sending.admit())) == "AA"

    with_listener(talk, mllp_feed(cast, tls=True))


def test_more_connections_than_allowed_are_turned_away(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        first = [await Sender.to(listener.port) for _ in range(2)]
        assert [answer_code(await one.ask(sending.admit())) for one in first] == ["AA", "AA"]
        assert await (await Sender.to(listener.port)).answer() == ""
        first[0].writer.close()
        while answer_code(await (await Sender.to(listener.port)).ask(sending.summary())) != "AA":
            await asyncio.sleep(0.02)

    with patch.object(server, "MOST_CONNECTIONS", 2):
        with_listener(talk, mllp_feed(cast))


def test_a_stop_finishes_the_message_in_hand(committed_db: str, cast: Cast) -> None:
    async def talk(listener: Listener) -> None:
        one = await Sender.to(listener.port)
        idle = await Sender.to(listener.port)
        await one.ask(sending.admit())
        receive = listener._receive

        async def stopping(message: bytes):
            listener.stop()
            await asyncio.sleep(0.05)
            return await receive(message)

        for talk_ in listener._open.values():
            talk_._receive = stopping
        assert answer_code(await one.ask(sending.summary())) == "AA"
        assert await one.answer() == await idle.answer() == ""

    with_listener(talk, mllp_feed(cast))
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}


def test_a_port_that_is_taken_is_said_and_waited_for(committed_db: str, cast: Cast) -> None:
    feed = mllp_feed(cast)

    async def play() -> None:
        other = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", feed.port)
        listener = Listener(feed.code, beat_seconds=0.02)
        running = asyncio.create_task(listener.run())
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(_state_is, "trouble"):
                await asyncio.sleep(0.02)
            other.close()
            await other.wait_closed()
            while not listener.port:
                await asyncio.sleep(0.02)
        listener.stop()
        await running

    connection.close()
    asyncio.run(play())
    assert FeedState.objects.get().state == "stopped"


async def _follow(listener: Listener, feed: Feed, **values: object) -> None:
    """Change the feed and wait until its listener has heard of it."""
    await asyncio.to_thread(_set, feed, **values)
    while listener._door is None or listener._door.idle_seconds != values["idle_seconds"]:
        await asyncio.sleep(0.01)


def _set(feed: Feed, **values: object) -> None:
    try:
        Feed.objects.filter(pk=feed.pk).update(**values)
    finally:
        connection.close()


def _state_is(state: str) -> bool:
    try:
        return FeedState.objects.filter(state=state, said__startswith="Port ").exists()
    finally:
        connection.close()
