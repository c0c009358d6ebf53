"""The encryption of backups: what goes in comes out, and nothing that was changed comes out at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.database.backups import sealing
from coding_workflow.database.backups.problems import BackupProblem

KEYS = sealing.Keys(b"k" * 32, b"s" * 32)
OTHER = sealing.Keys(b"o" * 32, b"s" * 32)


def _sealed(text: bytes, name: str = "a") -> bytes:
    return b"".join(sealing.encrypted([text], KEYS, name))


def _opened(kept: bytes, keys: sealing.Keys = KEYS, name: str = "a", step: int = 1000) -> bytes:
    pieces = (kept[at : at + step] for at in range(0, len(kept), step))
    return b"".join(sealing.decrypted(pieces, keys, name))


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 60))
@settings(max_examples=40)
def test_what_goes_in_comes_out_however_it_is_cut(chunks: list[bytes], step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "CHUNK", 16)
        kept = b"".join(sealing.encrypted(chunks, KEYS, "a"))
        assert _opened(kept, step=step) == b"".join(chunks)


@given(st.data())
@settings(max_examples=40)
def test_no_changed_bit_comes_out(data: st.DataObject) -> None:
    kept = bytearray(_sealed(b"the patients"))
    at = data.draw(st.integers(0, len(kept) - 1))
    kept[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BackupProblem):
        _opened(bytes(kept))


def test_chunks_are_not_cut_off_reordered_or_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "CHUNK", 4)
    kept, size = _sealed(b"aaaabbbbcccc"), 4 + 16
    head, body = kept[:17], kept[17:]
    first, second, third = body[:size], body[size : 2 * size], body[2 * size :]
    assert _opened(head + first + second + third) == b"aaaabbbbcccc"
    for changed in (first + second, second + first + third, first + third, first + second + third + third, b""):
        with pytest.raises(BackupProblem):
            _opened(head + changed)
    with pytest.raises(BackupProblem):
        _opened(kept, name="b")
    with pytest.raises(BackupProblem):
        _opened(kept, keys=OTHER)
    for nothing in (b"", b"PGDMP"):
        with pytest.raises(BackupProblem):
            _opened(nothing)


def test_keys_come_from_words_and_salt_and_short_words_are_refused() -> None:
    words = "twenty characters and more"
    assert sealing.derive(words, b"1" * 16) == sealing.derive(words, b"1" * 16)
    assert sealing.derive(words, b"1" * 16) != sealing.derive(words, b"2" * 16)
    with pytest.raises(BackupProblem, match="at least 20"):
        sealing.derive("short", b"1" * 16)
