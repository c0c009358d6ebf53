"""MLLP blocks and acknowledgements: pure."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.registration.hl7 import ack
from coding_workflow.registration.hl7.mllp import MOST_GARBAGE, BrokenBlock, Deframer, block
from tests.registration import sending

NOW = datetime.datetime(2026, 9, 4, 12, 0, tzinfo=datetime.UTC)
_PLAIN = st.binary(max_size=40).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c", b""))


def _all(pieces: list[bytes]) -> list[bytes]:
    frames = Deframer()
    return [message for piece in pieces for message in frames.take(piece)]


@settings(max_examples=60)
@given(st.lists(_PLAIN, max_size=4), st.lists(st.integers(1, 60), max_size=12))
def test_messages_come_out_however_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"\r\n".join(block(one) for one in messages)
    pieces = []
    for cut in cuts:
        pieces.append(stream[:cut])
        stream = stream[cut:]
    assert _all([*pieces, stream]) == messages


def test_one_byte_at_a_time_and_two_in_one_piece_are_the_same() -> None:
    stream = block(b"one") + block(b"two")
    assert _all([stream]) == _all([bytes([byte]) for byte in stream]) == [b"one", b"two"]


def test_a_start_inside_a_message_drops_what_its_sender_gave_up() -> None:
    assert _all([b"\x0bhalf of it", b"\x0bwhole\x1c\r"]) == [b"whole"]


def test_some_bytes_outside_are_passed_over_and_many_are_not() -> None:
    assert _all([b"\r\n" * 9_000 + b"noise" + block(b"one")]) == [b"one"]
    with pytest.raises(BrokenBlock, match=r"mllp\.no_start"):
        _all([b"GET / HTTP/1.1\r\n" * (MOST_GARBAGE // 10)])


def test_an_end_without_return_breaks_the_stream_after_what_was_whole() -> None:
    found = Deframer().take(block(b"one") + b"\x0bMSH|two\x1cX")
    assert next(found) == b"one"
    with pytest.raises(BrokenBlock, match=r"mllp\.end") as broken:
        next(found)
    assert broken.value.beginning == b"MSH|two"


def test_a_message_over_the_limit_ends_before_it_is_held() -> None:
    frames = Deframer(most=10)
    assert list(frames.take(block(b"x" * 10))) == [b"x" * 10]
    with pytest.raises(BrokenBlock, match=r"mllp\.too_large"):
        list(frames.take(b"\x0b" + b"x" * 11))


def _header(**fields: str) -> ack.Header:
    """The header of an admission with MSH-15 and MSH-16 as given."""
    line = sending.admit("id-7").split(b"\r")[0].decode().split("|")
    line[14], line[15] = fields.get("accept", ""), fields.get("application", "")
    header = ack.header_of("|".join(line).encode())
    assert header is not None
    return header


@pytest.mark.parametrize(
    ("accept", "application", "outcome", "listed_is_well", "expected"),
    [
        ("", "", "well", True, ("AA",)),
        ("", "", "listed", True, ("AA",)),
        ("", "", "listed", False, ("AE",)),
        ("", "", "refused", True, ("AR",)),
        ("AL", "NE", "well", True, ("CA",)),
        ("AL", "NE", "listed", False, ("CA",)),
        ("AL", "NE", "refused", True, ("CR",)),
        ("AL", "AL", "listed", False, ("CA", "AE")),
        ("AL", "AL", "listed", True, ("CA", "AA")),
        ("ER", "", "well", True, ()),
        ("ER", "ER", "listed", False, ("AE",)),
        ("ER", "ER", "refused", False, ("CR",)),
        ("SU", "SU", "well", True, ("CA", "AA")),
        ("NE", "NE", "refused", True, ()),
        ("NE", "AL", "well", True, ("AA",)),
        ("xx", "", "well", True, ("CA",)),
    ],
)
def test_the_codes_follow_what_the_header_asks(accept, application, outcome, listed_is_well, expected) -> None:
    header = _header(accept=accept, application=application)
    assert ack.codes(header, outcome, listed_is_well=listed_is_well) == expected


def test_an_answer_turns_the_parties_round_and_echoes_the_control_id() -> None:
    header = ack.header_of(b"MSH$*!?%$ADT$MAIN*1.2.3$CODING$HERE$20260904$$ADT*A01$ ID|7\xe9 $T$2.3\rPID$")
    assert header is not None
    said = ack.acknowledgement(header, "AA", control_id="ours", now=NOW).split(b"\r")
    assert said[0] == b"MSH$*!?%$CODING$HERE$ADT$MAIN*1.2.3$20260904120000+0000$$ACK*A01*ACK$ours$T$2.3"
    assert said[1] == b"MSA$AA$ID|7\xe9"


def test_an_error_names_place_and_reason_and_nothing_of_the_patient() -> None:
    header = _header()
    reason = ack.Reason("registration.unmapped_disposition", "The disposition | is not known.", "PV1", 36)
    said = ack.acknowledgement(header, "AE", control_id="ours", now=NOW, reason=reason).decode()
    assert "ERR||PV1^1^36|207|E|registration.unmapped_disposition|||The disposition   is not known." in said
    assert said.split("\r")[1] == "MSA|AE|id-7|The disposition   is not known."
    assert "Testcase" not in said


@pytest.mark.parametrize(
    "raw",
    [b"", b"MSH", b"MSH|", b"MSH|^~\\&", b"MSH||||||||||1", b"MSHA^~\\&A", b"PID|1", b"MSH|^~\\&|a|b|c|d|e||ADT^A01||P|2.5"],
)
def test_a_header_that_cannot_be_answered_is_none(raw: bytes) -> None:
    assert ack.header_of(raw) is None
