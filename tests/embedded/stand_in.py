"""``python -m tests.embedded.stand_in [--demo]``: the supervisor with small programs in place of the application."""

import sys

from coding_workflow.embedded.crew import Crew
from coding_workflow.embedded.duties import Duty, Plan
from coding_workflow.embedded.lock import AlreadyRunning, SupervisorLock
from coding_workflow.embedded.paths import state_dir
from coding_workflow.embedded.screen import Screen
from coding_workflow.embedded.stopping import StopSignals
from coding_workflow.embedded.supervisor import Supervisor

_TABLES = """
import os, psycopg2
link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
with link, link.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS accounts_facility (id int)")
"""
_PAGES = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)
ThreadingHTTPServer(("{host}", {port}), Handler).serve_forever()
"""
_SEED = """
import os, pathlib, psycopg2, sys
sys.stdin.read()
print("12 accounts registered", flush=True)
with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as link:
    link.cursor().execute("INSERT INTO accounts_facility VALUES (1)")
pathlib.Path(os.environ["CODING_STATE_DIR"], "logins").write_text("ana  coder  a password")
"""
# A worker with a child of its own, deaf to SIGTERM: what would become an orphan.
_WORKER = """
import signal, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
time.sleep(600)
"""


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def _web(host: str, port: int) -> Duty:
    return Duty("web", _python(_PAGES.format(host=host, port=port)), patience=3)


def main() -> int:
    """Open the stand-in hospital in CODING_STATE_DIR."""
    signals, screen, state = StopSignals(), Screen(), state_dir()
    signals.install()
    plan = Plan(
        web=_web,
        background=(Duty("worker", _python(_WORKER), patience=3),),
        preparing={"tables": _python(_TABLES)},
        seeding=_python(_SEED),
        filling=_python("print('300 accounts registered')"),
    )
    try:
        with SupervisorLock(state) as lock:
            crew = Crew(state=state, screen=screen, signals=signals)
            demo = "--demo" in sys.argv
            return Supervisor(plan=plan, demo=demo, browser=False, lock=lock, screen=screen, crew=crew).run()
    except AlreadyRunning as other:
        screen.say(f"open already: {other}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
