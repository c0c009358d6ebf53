"""Both engines together, and the variables that replace them."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coding_workflow.embedded import environment
from coding_workflow.embedded.engines import needed_engines, running_engines
from coding_workflow.embedded.paths import CHECKOUT, state_dir
from coding_workflow.embedded.system import is_alive, wait_until_gone
from coding_workflow.embedded.valkey import free_port
from coding_workflow.settings.environment import state_dir as settings_state_dir


def test_settings_and_launcher_agree_on_the_state_folder(state: Path) -> None:
    assert settings_state_dir() == state_dir() == state
    assert not state.is_relative_to(CHECKOUT)


def test_the_operators_servers_replace_the_engines(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://coding_app@db.example.org/coding")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://coding_owner@db.example.org/coding")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example.org/0")
    monkeypatch.setenv("SECRET_KEY", "the operator's")
    with running_engines(state) as engines:
        assert engines.database is None
        assert engines.broker is None
        values = engines.environment()
    assert values["DATABASE_URL"] == "postgresql://coding_app@db.example.org/coding"
    assert values["REDIS_URL"] == "redis://broker.example.org/0"
    assert values["SECRET_KEY"] == "the operator's"


def test_one_given_server_leaves_the_other_engine(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker.example.org/0")
    engines = needed_engines(state)
    assert engines.database is not None
    assert engines.broker is None


def test_the_variables_are_for_this_user_alone_and_the_key_is_kept(state: Path) -> None:
    values = environment.common(state, demo=True)
    path = environment.write(state, values)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert environment.read(state) == values
    assert values["BUSINESS_DATE"] == "2026-09-30"
    assert environment.common(state)["SECRET_KEY"] == values["SECRET_KEY"]
    assert "BUSINESS_DATE" not in environment.common(state)


def test_export_lines_can_be_evaluated_by_a_shell() -> None:
    lines = environment.export_lines({"SECRET_KEY": 'it\'s $HOME; "x"'})
    done = subprocess.run(["sh", "-c", f'{lines}; printf %s "$SECRET_KEY"'], capture_output=True, text=True, check=True)
    assert done.stdout == 'it\'s $HOME; "x"'


@pytest.mark.processes
def test_a_command_runs_on_engines_of_its_own_and_its_status_is_handed_on(state: Path) -> None:
    code = (
        "import os, psycopg2, sys; psycopg2.connect(os.environ['DATABASE_URL'])\n"
        "print(os.environ['CODING_STATE_DIR']); sys.exit(7)"
    )
    command = [sys.executable, "-m", "coding_workflow.embedded", "run", "--", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 7, done.stderr
    assert not Path(done.stdout.strip()).exists()


@pytest.mark.processes
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel tells children of their parent's end on Linux only")
def test_killing_the_tests_process_ends_its_engines(state: Path) -> None:
    code = (
        "import sys, time, pathlib; from coding_workflow.embedded.engines import running_engines\n"
        "with running_engines(pathlib.Path(sys.argv[1])) as e: print(e.database.pid, e.broker.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(state)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        pids = [int(word) for word in child.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
        os.kill(child.pid, signal.SIGKILL)
    assert wait_until_gone(lambda: pids, 10)


def test_a_command_beside_a_closed_hospital_says_so_in_a_sentence(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://coding_app@127.0.0.1:{free_port()}/coding_workflow")
    command = [sys.executable, "manage.py", "verify_audit"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The database cannot be reached" in done.stderr
    assert "make demo" in done.stderr
    assert "Traceback" not in done.stderr
