"""Backup and restore: what is restored verifies and is granted; what was changed, or would overwrite, is refused."""

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from pytest_django import DjangoDbBlocker, Settings

from accounts import clock, history, seals
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Event
from accounts.scope import ALL, scoped
from coding_workflow.database.backups import BackupProblem, back_up, read_manifest, record_elsewhere, restore
from coding_workflow.database.backups.restoring import verify
from coding_workflow.database.models import Backup
from tests import databases
from tests.cast import build_cast
from tests.security.browser import signed_in
from worklist.demo.hospital import open_hospital
from worklist.demo.player import Player
from worklist.demo.stories import stays

WORDS = "only for tests, 24 characters"
NAME = "Zqxcanary"


@pytest.fixture(scope="module")
def hospital(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A committed hospital with a history that is sealed, and backups of it (plain, encrypted) in the folder answered."""
    from django.conf import settings  # noqa: PLC0415 - pytest's settings fixture does not live as long

    home = tmp_path_factory.mktemp("backups")
    before, settings.AUDIT_SEAL_DIR = settings.AUDIT_SEAL_DIR, str(home / "live-seals")
    try:
        with django_db_blocker.unblock(), databases.private_database(f"{databases.PREFIX}_backed_up"):
            cast = build_cast()
            cast.account("A1", patient=cast.patient("M1", family_name=NAME))
            signed_in(cast.ana)
            _happens(), _happens()
            seals.seal(home / "live-seals", at=clock.now())
            plain, _ = back_up(home / "plain")
            sealed, _ = back_up(home / "sealed", key=WORDS)
            record_elsewhere("pgbackrest, full")
            rows = list(Backup.objects.values_list("how", "name", "encrypted"))
        plain.rename(home / "p"), sealed.rename(home / "s")
        (home / "rows.json").write_text(json.dumps(rows))
        yield home
    finally:
        settings.AUDIT_SEAL_DIR = before


def _happens(kind: str = "account.noted") -> None:
    """One more event of the account."""
    with scoped(ALL):
        history.record(account=lock_account(Account.objects.get(number="A1").pk), kind=kind, by=Actor.system("test"))


@contextmanager
def _empty_database(settings: Settings, folder: Path) -> Iterator[None]:
    settings.AUDIT_SEAL_DIR = str(folder / "seals")
    before, name = databases.current_name(), f"{databases.PREFIX}_restored"
    databases.create_database(name)
    databases.point_at(name)
    try:
        yield
    finally:
        databases.point_at(before)
        databases.drop_database(name)


@pytest.fixture
def empty(hospital: Path, django_db_blocker: DjangoDbBlocker, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """An empty database that the connections point at, and a folder where no seals are."""
    with django_db_blocker.unblock(), _empty_database(settings, tmp_path):
        yield tmp_path


def _tables() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        return int(cursor.fetchone()[0])


def _copy(folder: Path, to: Path) -> Path:
    for path in [each for each in folder.rglob("*") if each.is_file()]:
        target = to / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return to


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_backup_is_closed_to_others_and_says_what_it_holds(hospital: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (hospital / "p").rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE((hospital / "p").stat().st_mode) == 0o700
    found = read_manifest(hospital / "p")
    assert [each.name.split("/")[0] for each in found.files] == ["seals", "database.dump"]
    assert "accounts.0003_history" in found.migrations
    assert not found.encrypted
    rows = json.loads((hospital / "rows.json").read_text())
    assert [(how, encrypted) for how, _, encrypted in rows] == [("elsewhere", None), ("dump", True), ("dump", False)]
    assert rows[1][1].startswith("backup-2")


def test_what_is_restored_verifies_has_its_grants_and_no_sessions(hospital: Path, empty: Path) -> None:
    restore(hospital / "p")
    verify()
    with scoped(ALL):
        account = Account.objects.select_related("patient").get(number="A1")
        assert account.patient.family_name == NAME
        assert account.event_sequence == Event.objects.filter(account=account).count() > 0
    for sql in ("UPDATE accounts_event SET kind = 'a.b'", "CREATE TABLE mine (id int)", "SELECT * FROM pg_authid"):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(sql)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
    # And it goes on from there: the guards are back, the chain grows.
    _happens()
    verify()


def test_a_history_that_was_changed_before_the_backup_does_not_verify(hospital: Path, empty: Path) -> None:
    restore(hospital / "p")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_event SET kind = 'a.b' WHERE id = (SELECT max(id) FROM accounts_event)")
    with pytest.raises(CommandError, match="flaw"):
        verify()


def test_an_encrypted_backup_shows_nothing_and_is_restored_with_its_key_only(hospital: Path, empty: Path) -> None:
    kept = b"".join(path.read_bytes() for path in (hospital / "s").rglob("*") if path.is_file())
    assert NAME.encode() not in kept
    assert b"PGDMP" not in kept
    assert b"PGDMP" in (hospital / "p" / "database.dump").read_bytes()
    for key in ("", WORDS + "!", "short"):
        with pytest.raises(BackupProblem, match="BACKUP_KEY"):
            restore(hospital / "s", key=key)
    assert _tables() == 0
    restore(hospital / "s", key=WORDS)
    verify()


@pytest.mark.parametrize("which", ["p", "s"])
@pytest.mark.parametrize("name", ["database.dump", "seals"])
def test_a_changed_byte_is_refused_and_nothing_is_loaded(hospital: Path, empty: Path, which: str, name: str) -> None:
    folder = _copy(hospital / which, empty / "copy")
    path = folder / name if name == "database.dump" else next((folder / name).iterdir())
    _flip(path, path.stat().st_size // 2)
    with pytest.raises(BackupProblem, match="was changed"):
        restore(folder, key=WORDS)
    assert _tables() == 0


def test_a_changed_byte_with_its_sum_corrected_is_found_by_the_key(hospital: Path, empty: Path) -> None:
    folder = _copy(hospital / "s", empty / "copy")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0]["bytes"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupProblem, match="manifest was changed"):
        restore(folder, key=WORDS)
    assert _tables() == 0


def test_a_dump_that_stops_in_the_middle_leaves_the_database_empty(hospital: Path, empty: Path) -> None:
    folder = _copy(hospital / "p", empty / "copy")
    dump, manifest = folder / "database.dump", json.loads((folder / "manifest.json").read_text())
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 2 // 3])
    from coding_workflow.database.backups.manifest import blocks, digest  # noqa: PLC0415

    manifest["files"][-1] |= {"bytes": dump.stat().st_size, "sha256": digest(blocks(dump))}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupProblem, match="could not be loaded"):
        restore(folder)
    assert _tables() == 0


@pytest.mark.parametrize("name", ["", "database.dump", "manifest.json"])
def test_a_folder_that_is_no_whole_backup_is_refused(hospital: Path, empty: Path, name: str) -> None:
    folder = _copy(hospital / "p", empty / "copy")
    if name:
        (folder / name).unlink()
    with pytest.raises(BackupProblem):
        restore(folder if name else empty / "nowhere")
    assert _tables() == 0


@pytest.mark.parametrize("outside", ["../outside", "/etc/hostname"])
def test_a_manifest_that_names_files_elsewhere_is_refused(hospital: Path, empty: Path, outside: str) -> None:
    folder = _copy(hospital / "p", empty / "copy")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0]["name"] = outside
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupProblem, match="missing"):
        restore(folder)


def test_a_backup_of_a_newer_version_is_refused(hospital: Path, empty: Path) -> None:
    folder = _copy(hospital / "p", empty / "copy")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["migrations"].append("accounts.9999_of_tomorrow")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupProblem, match="newer version"):
        restore(folder)
    assert _tables() == 0


def test_nothing_is_restored_over_what_is_there(hospital: Path, committed_db: str) -> None:
    with pytest.raises(BackupProblem, match="not empty"):
        restore(hospital / "p")
    assert not Account.objects.exists()


def test_seals_that_are_there_are_left_and_tell_what_the_backup_lacks(hospital: Path, empty: Path) -> None:
    live = _copy(hospital / "live-seals", empty / "seals")
    newest = next(live.iterdir())
    restore(hospital / "p")
    assert newest.read_bytes() == next((hospital / "live-seals").iterdir()).read_bytes()
    verify()
    _happens()
    seals.seal(live, at=clock.now())
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_event DISABLE TRIGGER USER; ALTER TABLE accounts_account DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_event WHERE id = (SELECT max(id) FROM accounts_event)")
    with pytest.raises(CommandError):
        verify()


def test_the_commands_say_what_matters(
    hospital: Path, empty: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BACKUP_KEY = ""
    call_command("restore", str(hospital / "p"))
    assert "All sessions have ended" in capsys.readouterr().out
    call_command("backup", to=empty / "again")
    said = capsys.readouterr().out
    assert "NOT ENCRYPTED" in said
    assert "SECRET_KEY" in said
    assert NAME not in said
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(hospital / "p"))


def test_a_dump_that_fails_leaves_no_half_backup(hospital: Path, empty: Path, settings: Settings) -> None:
    settings.BACKUP_KEY = ""
    with pytest.raises(CommandError, match="no tables"):
        call_command("backup", to=empty / "never")
    assert list((empty / "never").iterdir()) == []


def _empty_code_tables() -> None:
    """A certificate holds up by its own contents; the tables would only make this slow."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE tablename IN ('codesets_code', 'codesets_indexword', 'codesets_pairedit')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER; TRUNCATE {table}")


@pytest.mark.once
def test_released_accounts_are_restored_with_certificates_that_hold_up(
    committed_coded_db: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AUDIT_SEAL_DIR = str(tmp_path / "live-seals")
    Player(open_hospital()).play(stays.nstemi())
    seals.seal(tmp_path / "live-seals", at=clock.now())
    _empty_code_tables()
    folder, _ = back_up(tmp_path / "kept", key=WORDS)
    with _empty_database(settings, tmp_path):
        restore(folder, key=WORDS)
        capsys.readouterr()
        verify()
        said = capsys.readouterr().out
    assert "every chain verifies" in said
    assert said.count(": holds up") >= 1
