"""``manage.py journey`` beside a running relay and worker: the smoke test of any installation."""

import re
import time

import pytest

from accounts.models import Account, OutboxRow
from coding_workflow.payment.models import Claim
from coding_workflow.release.models import Check
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import administers
from worklist.demo.hospital import open_hospital
from worklist.demo.journey import Journey

from .processes import Hospital, seconds

pytestmark = pytest.mark.processes

#: A word or two of each step, in their order.
STEPS = (
    "Registered from an ADT A01",
    "documents by MDM T02 and",
    "coding work is open",
    "by Get next",
    "holds it",
    "discharge summary arrived",
    "Approved by a supervisor",
    "frequency 1",
    "an 835 was posted once",
    "frequency 7 with the payer's control number",
    "their chain verifies",
    "The journey is complete.",
)


def _steps(printed: str) -> list[str]:
    """Which of the steps were printed, in the order of printing."""
    return [step for line in printed.splitlines() for step in STEPS if step in line]


def test_the_journey_is_travelled_by_relay_and_worker_and_prints_each_step(staffed: Hospital):
    staffed.start_relay()
    staffed.start_worker()
    staffed.wait_for_staff()
    for number in (1, 2):
        travelled = staffed.command("journey")
        assert travelled.returncode == 0, travelled.stdout + travelled.stderr
        assert _steps(travelled.stdout) == list(STEPS), travelled.stdout
        assert Account.objects.filter(facility__code="SMOKE", step="billed").count() == number
    assert list(Claim.objects.order_by("pk").values_list("frequency", flat=True)) == ["1", "7"] * 2
    assert Check.objects.exists()
    assert not OutboxRow.objects.filter(state="parked").exists()
    assert staffed.log("worker").count("succeeded in") > 0, "the worker did none of the work"


@pytest.mark.usefixtures("committed_coded_db")
def test_who_administers_every_facility_still_does_after_a_journey() -> None:
    open_hospital()
    ada, ana = (User.objects.get(username=name) for name in ("ada", "ana"))
    assert administers(ada, None)
    Journey(print, work_here=True)
    assert administers(User.objects.get(pk=ada.pk), None)
    assert not administers(ana, None)


def test_without_a_worker_the_journey_stops_with_a_sentence(staffed: Hospital):
    staffed.start_relay()
    began = time.monotonic()
    stopped = staffed.command("journey", "--patience", "2")
    assert stopped.returncode == 1
    assert re.search(r"The journey stopped: .* did not end within 2 seconds\. .*worker", stopped.stderr), stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert seconds(began) < 60
    assert OutboxRow.objects.filter(state="waiting").exists()
