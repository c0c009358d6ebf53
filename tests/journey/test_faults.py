"""The hospital's processes are killed and stopped while accounts are checked: afterwards each was checked and billed once.

That no work is lost or doubled whatever its kind is shown in tests/outbox/test_faults.py; here it is the checks themselves,
with what follows from them, and the pages.
"""

import datetime
import json
import os
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis
from django.db.models.functions import Now

from accounts.models import Account, Event, Hold, OutboxRow
from accounts.scope import scoped
from coding_workflow.coding import services as coding
from coding_workflow.embedded.programs import Program
from coding_workflow.embedded.valkey import Valkey
from coding_workflow.payment.models import Claim
from coding_workflow.release.models import Check, Release
from tests.outbox.processes import wait_until
from worklist.demo.hospital import PASSWORD, open_hospital
from worklist.demo.player import Player
from worklist.demo.stories import stays, visits
from worklist.demo.story import Story, Until

from .processes import Hospital, collect_static
from .visitor import Visitor

pytestmark = [pytest.mark.processes, pytest.mark.slow]

#: Long enough for a check on a busy machine, short enough to wait for.
LEASE_SECONDS = 8
CLEAN, HELD = 14, 10


class Ward:
    """A hospital on a broker that can be killed, and accounts that are coded but not finalized."""

    def __init__(self, folder: Path) -> None:
        self.broker = Valkey(folder / "broker", durable=False)
        self.broker.start()
        self.hospital = Hospital(
            folder, broker=self.broker.url(), OUTBOX_LEASE_SECONDS=str(LEASE_SECONDS), OUTBOX_RING_AGAIN_SECONDS="2"
        )
        self.player = Player(open_hospital())

    def coded(self, stories: list[Story]) -> list[Account]:
        """Play the stories until only finalizing is left to do."""
        return [self._coded(story) for story in stories]

    def _coded(self, story: Story) -> Account:
        account = self.player.play(replace(story, until=Until.CODING))
        with scoped([account.facility_id]):
            coding.abstract_record(
                account_id=account.pk,
                by=self.player.person("ana"),
                patient_class=story.patient_class,
                admit_date=story.admitted,
                discharge_date=story.discharged,
                discharge_status=story.status,
            )
        return account

    def finalize(self, accounts: list[Account]) -> None:
        """Declare them final coded: each commit asks for a check."""
        for account in accounts:
            with scoped([account.facility_id]):
                coding.finalize_coding(account_id=account.pk, by=self.player.person("ana"))

    def queued(self) -> int:
        """Messages in the broker that no worker has."""
        with redis.Redis.from_url(self.broker.url()) as client:
            return int(client.llen("interactive"))  # type: ignore[arg-type]

    def close(self) -> None:
        """End everything."""
        self.hospital.close()
        self.broker.kill()


@pytest.fixture
def ward(committed_coded_db: str, tmp_path: Path) -> Iterator[Ward]:
    """No relay, worker or web yet."""
    made = Ward(tmp_path)
    try:
        yield made
    finally:
        made.close()


def _several(story: Story, count: int, letter: str) -> list[Story]:
    day = datetime.date(2026, 9, 1)
    return [story.moved_to(day + datetime.timedelta(days=place % 9), f"{letter}{place:02}") for place in range(count)]


def _due() -> int:
    rows = OutboxRow.objects.filter(state__in=("waiting", "leased"), not_before__lte=Now())
    return rows.count()


def _stop_amid_a_check(worker: Program) -> None:
    """Stop the worker while it has a check under its lease."""

    def caught() -> bool:
        os.killpg(worker.pid, signal.SIGSTOP)
        if OutboxRow.objects.filter(state="leased", kind="release.check").exists():
            return True
        os.killpg(worker.pid, signal.SIGCONT)
        return False

    wait_until(caught, 60, "a check to be caught")


def test_kills_of_worker_relay_and_broker_leave_one_check_of_each_account(ward: Ward):
    clean, held = _several(visits.kitchen_knife(), CLEAN, "C"), _several(stays.summary_missing(), HELD, "H")
    accounts = ward.coded([story for pair in zip(clean, held, strict=False) for story in pair] + clean[HELD:])
    assert len(accounts) == CLEAN + HELD
    relay, worker = ward.hospital.start_relay(), ward.hospital.start_worker()
    ward.hospital.wait_for_staff()

    ward.finalize(accounts[:8])
    _stop_amid_a_check(worker)
    worker.end_group()
    caught = set(OutboxRow.objects.filter(state="leased", kind="release.check").values_list("pk", flat=True))

    ward.finalize(accounts[8:16])
    wait_until(lambda: ward.queued() > 0, 30, "messages in the queue")
    ward.broker.kill()
    relay.end_group()
    ward.finalize(accounts[16:])

    ward.broker.start()
    ward.hospital.start_relay()
    ward.hospital.start_worker()
    wait_until(lambda: _due() == 0, 90, "all work done")
    assert OutboxRow.objects.filter(pk__in=caught, attempts__gte=2, state="done").count() == len(caught) > 0
    _expect_each_once(accounts)


def _expect_each_once(accounts: list[Account]) -> None:
    assert not OutboxRow.objects.filter(state="parked").exists()
    keys = [account.pk for account in accounts]
    inputs = ("account_id", "revision", "ruleset_hash", "tables_hash", "policy_hash", "facts_hash")
    assert set(Counter(Check.objects.values_list(*inputs)).values()) == {1}
    events = Event.objects.filter(kind="release.checked").values_list("account_id", "payload")
    checked = Counter((account, json.loads(payload)["check"]) for account, payload in events)
    assert checked == Counter(Check.objects.values_list("account_id", "pk"))
    # One finalizing, one revision, one set of rules and tables: one check.
    assert Counter(Check.objects.values_list("account_id", flat=True)) == Counter(keys)
    verdicts = dict(Check.objects.values_list("account__number", "verdict"))
    assert Counter(verdicts.values()) == {"releasable": CLEAN, "held": HELD}
    released = [account.pk for account in accounts if account.number.startswith("C")]
    assert sorted(Release.objects.values_list("account_id", flat=True)) == sorted(released)
    assert sorted(Claim.objects.values_list("account_id", flat=True)) == sorted(released)
    holds = Counter(Hold.objects.filter(resolved_at__isnull=True).values_list("account_id", "key"))
    assert set(holds.values()) == {1}
    assert {account for account, _ in holds} == set(keys) - set(released)


def test_with_the_broker_hung_pages_answer_as_before_and_finalizing_works(ward: Ward, tmp_path: Path):
    [account] = ward.coded(_several(stays.summary_missing(), 1, "H"))
    ward.hospital.environment["STATIC_ROOT"] = str(collect_static(tmp_path / "static"))
    relay, web = ward.hospital.start_relay(), ward.hospital.start_web()
    worker = ward.hospital.start_worker()
    ward.hospital.wait_for_staff()
    ward.hospital.wait_for_web()
    ana = Visitor(ward.hospital.address)
    ana.sign_in("ana", PASSWORD)
    assert ana.post("/next/").endswith(f"/account/{account.pk}/")

    pages = ("/", f"/account/{account.pk}/")
    before = _typical(lambda: [ana.get(page) for page in pages])
    assert ward.broker.pid is not None
    # The control: were sockets to the broker not seen at all, none of the web's would be.
    assert _sockets_to(ward.broker, relay) + _sockets_to(ward.broker, worker) > 0
    os.kill(ward.broker.pid, signal.SIGSTOP)
    hung = _typical(lambda: [ana.get(page) for page in pages])
    ana.post(f"/account/{account.pk}/finalize/", do="finalize", revision=str(_fresh(account).revision))
    assert _fresh(account).step == "final_coded"
    assert not Check.objects.exists()
    assert _sockets_to(ward.broker, web) == 0
    assert hung < 3 * before + 0.2, f"{before:.3f} s before, {hung:.3f} s with the broker hung"

    os.kill(ward.broker.pid, signal.SIGCONT)
    wait_until(Check.objects.exists, 60, "the check")


def _typical(visit: Callable[[], object]) -> float:
    visit()
    durations = []
    for _ in range(7):
        began = time.monotonic()
        visit()
        durations.append(time.monotonic() - began)
    return statistics.median(durations)


def _fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def _sockets_to(broker: Valkey, program: Program) -> int:
    """Connections that a program and its children have to the broker."""
    port = urlsplit(broker.url()).port
    leader = psutil.Process(program.pid)
    return sum(
        bool(link.raddr) and link.raddr.port == port
        for process in [leader, *leader.children(recursive=True)]
        for link in process.net_connections(kind="inet")
    )
