"""Seals outside the database: what was cut off or changed afterwards is named."""

import datetime
from pathlib import Path

import pytest
from django.db import connections, transaction

from accounts import history, seals
from accounts.chain import Flaw
from accounts.locking import lock_account
from accounts.models import Account
from tests.cast import Cast

AT = datetime.datetime(2026, 9, 30, 23, 59, tzinfo=datetime.UTC)
MIDNIGHT = AT + datetime.timedelta(minutes=1)
FIRST, SECOND = "seals-2026-09-30.jsonl", "seals-2026-10-01.jsonl"


@pytest.fixture
def account(cast: Cast) -> Account:
    return lock_account(cast.account().pk)


def _events(account: Account, cast: Cast, number: int = 1) -> None:
    for _ in range(number):
        history.record(account=account, kind="test.happened", by=cast.actor("ana"))


def _seal_three(account: Account, cast: Cast, folder: Path) -> None:
    """Two lines on one day and one on the next, each for one event."""
    for at in (AT, AT, MIDNIGHT):
        _events(account, cast)
        seals.seal(folder, at=at)


def _change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_a_seal_covers_each_account_once_and_verifies(account: Account, cast: Cast, tmp_path: Path) -> None:
    other = lock_account(cast.account("A2").pk)
    _events(account, cast, 3)
    _events(other, cast, 2)
    assert seals.seal(tmp_path / "made" / "for it", at=AT) == 2
    assert seals.verify_seals(tmp_path / "made" / "for it") == []


def test_nothing_new_is_no_line(account: Account, cast: Cast, tmp_path: Path) -> None:
    assert seals.seal(tmp_path, at=AT) == 0
    assert list(tmp_path.iterdir()) == []
    _events(account, cast)
    assert seals.seal(tmp_path, at=AT) == 1
    assert seals.seal(tmp_path, at=MIDNIGHT) == 0
    assert [path.name for path in tmp_path.iterdir()] == [FIRST]


def test_a_bounded_seal_leaves_the_rest_to_the_next(account: Account, cast: Cast, tmp_path: Path) -> None:
    _events(account, cast, 3)
    assert [seals.seal(tmp_path, at=AT, most=2) for _ in range(3)] == [1, 1, 0]


def test_each_day_has_its_file_and_the_chain_runs_across(account: Account, cast: Cast, tmp_path: Path) -> None:
    _seal_three(account, cast, tmp_path)
    assert [len((tmp_path / name).read_text().splitlines()) for name in (FIRST, SECOND)] == [2, 1]
    assert seals.verify_seals(tmp_path) == []
    (tmp_path / FIRST).unlink()
    assert seals.verify_seals(tmp_path) == [Flaw(0, 1, f"{SECOND}: the line before it was changed or is missing")]


def test_a_clock_set_back_goes_on_in_the_newest_file(account: Account, cast: Cast, tmp_path: Path) -> None:
    _events(account, cast)
    seals.seal(tmp_path, at=MIDNIGHT)
    _events(account, cast)
    seals.seal(tmp_path, at=AT)
    assert [path.name for path in tmp_path.iterdir()] == [SECOND]
    assert seals.verify_seals(tmp_path) == []


def test_a_tail_that_was_cut_off_is_named(cast: Cast, committed_db: str, tmp_path: Path) -> None:
    """The chain alone cannot tell: the owner takes the last event away and sets the account's head back."""
    with transaction.atomic():
        account = lock_account(cast.account().pk)
        _seal_three(account, cast, tmp_path)
    with connections["owner"].cursor() as cursor:
        for table in ("accounts_event", "accounts_account"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_event WHERE account_id = %s AND sequence = 3", [account.pk])
        cursor.execute(
            "UPDATE accounts_account SET event_sequence = 2, event_head = (SELECT hash FROM accounts_event"
            " WHERE account_id = %s AND sequence = 2) WHERE id = %s",
            [account.pk, account.pk],
        )
    account.refresh_from_db()
    assert history.verify_account(account) == []
    assert seals.verify_seals(tmp_path) == [Flaw(account.pk, 3, f"sealed {MIDNIGHT.isoformat()}, no longer there")]


@pytest.mark.parametrize(("name", "number", "place"), [(FIRST, 1, (FIRST, 2)), (FIRST, 2, (SECOND, 1))])
def test_a_changed_line_is_named_by_the_one_after_it(
    account: Account, cast: Cast, tmp_path: Path, name: str, number: int, place: tuple[str, int]
) -> None:
    _seal_three(account, cast, tmp_path)
    lines = (tmp_path / name).read_text().splitlines(keepends=True)
    _change(tmp_path / name, lines[number - 1], lines[number - 1].replace('"last_event":', '"last_event":1'))
    file, line = place
    assert seals.verify_seals(tmp_path) == [Flaw(0, line, f"{file}: the line before it was changed or is missing")]


def test_a_line_that_cannot_be_read_is_named_and_stops_sealing(account: Account, cast: Cast, tmp_path: Path) -> None:
    _seal_three(account, cast, tmp_path)
    _change(tmp_path / SECOND, '"heads"', "heads")
    assert seals.verify_seals(tmp_path) == [Flaw(0, 1, f"{SECOND}: cannot be read")]
    _events(account, cast)
    with pytest.raises(ValueError, match="cannot be read"):
        seals.seal(tmp_path, at=MIDNIGHT)


@pytest.mark.parametrize("at", [AT, MIDNIGHT])
def test_an_interrupted_line_is_no_seal_and_the_next_covers_it(
    account: Account, cast: Cast, tmp_path: Path, at: datetime.datetime
) -> None:
    _events(account, cast)
    seals.seal(tmp_path, at=AT)
    _events(account, cast)
    with (tmp_path / (FIRST if at is AT else SECOND)).open("ab") as file:
        file.write(b'{"at":"2026-09-30T23:5')
    assert seals.verify_seals(tmp_path) == []
    assert seals.seal(tmp_path, at=at) == 1
    assert seals.verify_seals(tmp_path) == []
    assert seals.seal(tmp_path, at=at) == 0


def test_a_line_longer_than_a_block_is_read_from_the_end(
    account: Account, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "_BLOCK", 7)
    _seal_three(account, cast, tmp_path)
    assert seals.seal(tmp_path, at=MIDNIGHT) == 0
    assert seals.verify_seals(tmp_path) == []
