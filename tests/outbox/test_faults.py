"""Real processes are killed and stopped while they work: afterwards every row had its effect exactly once."""

import random
import signal
import statistics
import time

import pytest

from accounts.models import OutboxRow

from .handlers import effects
from .processes import LEASE_SECONDS, Ground, end_other_sessions, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture
def ground(committed_db, cast, tmp_path):
    ground = Ground(tmp_path)
    try:
        ground.start()
        yield ground
    finally:
        ground.stop()


@pytest.fixture
def ask_many(ask):
    """Ask for several pieces of work of some milliseconds each; answers the ids of their rows as text."""

    def write(count, *, pause=30, start=0):
        return [str(ask(key=str(start + number), payload={"pause": pause}).pk) for number in range(count)]

    return write


def unfinished():
    return OutboxRow.objects.filter(state__in=("waiting", "leased")).count()


def settle(rows, seconds=60):
    """Wait until nothing is unfinished, then show that each row was done, with one effect."""
    took = wait_until(lambda: unfinished() == 0, seconds, "all rows finished")
    assert effects() == dict.fromkeys(rows, 1)
    assert not OutboxRow.objects.exclude(state="done").exists()
    return took


def test_work_is_done_soon_after_its_commit(ground, ask_many):
    settle(ask_many(1, pause=0))
    delays = []
    for number in range(10):
        rows = ask_many(1, pause=0, start=100 + number)
        delays.append(wait_until(lambda wanted=rows[0]: wanted in effects(), 5, "one row"))
    assert statistics.median(delays) < 1, f"the bell was not heard; seconds: {delays}"


def test_killing_the_worker_doubles_and_loses_nothing(ground, ask_many):
    rows = ask_many(100)
    for _ in range(3):
        wait_until(lambda: OutboxRow.objects.filter(state="leased").exists() or not unfinished(), 20, "a run")
        ground.worker.kill()
        ground.worker.start()
    settle(rows)


def test_killing_one_process_of_the_worker_starts_its_row_again_in_time(ground, ask_many):
    rows = ask_many(4, pause=1000)
    wait_until(lambda: OutboxRow.objects.filter(state="leased").count() == 2, 20, "two runs")
    ground.worker.kill_a_child()
    settle(rows)
    assert OutboxRow.objects.filter(attempts=2).count() == 1


def test_a_process_that_was_stopped_past_its_lease_writes_nothing(committed_db, ask, tmp_path):
    # Without Celery, whose time limit would end the late process before it can try to write.
    ground, row = Ground(tmp_path), ask(payload={"pause": 1500})
    late, prompt = ground.new_runner("late", row.pk), ground.new_runner("prompt", row.pk)
    try:
        late.start()
        wait_until(lambda: OutboxRow.objects.filter(state="leased").exists(), 30, "the late run")
        late.signal(signal.SIGSTOP)
        time.sleep(LEASE_SECONDS + 0.5)
        prompt.start()
        wait_until(lambda: unfinished() == 0, 30, "the prompt run")
        late.signal(signal.SIGCONT)
        wait_until(late.ended, 10, "the late run's end")
        assert "outbox.stale_lease" in late.log
        assert effects() == {str(row.pk): 1}
        assert OutboxRow.objects.get().fence == 2
    finally:
        ground.stop()


def test_killing_the_relay_delays_and_loses_nothing(ground, ask_many):
    rows = ask_many(40)
    wait_until(lambda: bool(effects()), 20, "a first effect")
    ground.relay.kill()
    rows += ask_many(40, start=40)
    ground.relay.start()
    settle(rows)


def test_two_relays_are_no_worse_than_one(ground, ask_many):
    second = ground.new_relay("second-relay")
    second.start()
    wait_until(lambda: "relay.listening" in second.log, 60, "the second relay")
    settle(ask_many(100, pause=5))


def test_killing_the_broker_with_work_queued_loses_nothing(ground, ask_many):
    rows = ask_many(100)
    wait_until(lambda: ground.messages() > 20, 20, "messages in the queue")
    ground.broker.kill()
    rows += ask_many(20, start=100)
    ground.start_broker()
    settle(rows)
    assert "relay.broker_back" in ground.relay.log


def test_with_the_broker_hung_asking_is_as_quick_as_ever_and_nothing_is_lost(ground, ask_many):
    settle(ask_many(1))
    quick = _seconds_per_request(ask_many, start=1000)
    ground.broker.signal(signal.SIGSTOP)
    hung = _seconds_per_request(ask_many, start=2000)
    wait_until(lambda: "relay.broker_unreachable" in ground.relay.log, 10, "the relay says so")
    assert hung < 2 * quick + 0.01
    ground.broker.signal(signal.SIGCONT)
    wait_until(lambda: unfinished() == 0, 60, "all rows finished")
    assert set(effects().values()) == {1}
    assert len(effects()) == 101


def _seconds_per_request(ask_many, start):
    durations = []
    for number in range(50):
        began = time.monotonic()
        ask_many(1, pause=0, start=start + number)
        durations.append(time.monotonic() - began)
    return statistics.median(durations)


def test_relay_and_worker_outlive_the_loss_of_their_database_connections(ground, ask_many):
    rows = ask_many(60)
    wait_until(lambda: bool(effects()), 20, "a first effect")
    assert end_other_sessions() >= 3
    rows += ask_many(20, start=60)
    settle(rows)
    assert ground.relay.log.count("relay.listening") == 2


def test_a_row_that_kills_its_process_is_parked_and_the_others_flow(ground, ask, ask_many):
    poison = ask("test.poison")
    rows = ask_many(40)
    wait_until(lambda: len(effects()) == len(rows), 30, "the healthy rows")
    wait_until(lambda: unfinished() == 0, 60, "the poison parked")
    poison.refresh_from_db()
    assert (poison.state, poison.error, poison.attempts) == ("parked", "outbox.worker_lost", 5)
    assert effects() == dict.fromkeys(rows, 1)


@pytest.mark.slow
def test_a_storm_of_faults_leaves_each_effect_exactly_once(ground, ask_many):
    seed = int(time.time())
    print(f"seed {seed}")
    rng, rows = random.Random(seed), []
    for strike in range(12):
        rows += ask_many(25, start=25 * strike)
        time.sleep(rng.uniform(0.2, 1.2))
        rng.choice(_FAULTS)(ground)
    took = settle(rows, seconds=90)
    print(f"{len(rows)} rows, settled {took:.1f} s after the last fault")


def _restart_worker(ground):
    ground.worker.kill()
    ground.worker.start()


def _restart_relay(ground):
    ground.relay.kill()
    ground.relay.start()


def _restart_broker(ground):
    ground.broker.kill()
    ground.start_broker()


def _hang_broker(ground):
    ground.broker.signal(signal.SIGSTOP)
    time.sleep(1.5)
    ground.broker.signal(signal.SIGCONT)


def _hang_worker(ground):
    ground.worker.signal(signal.SIGSTOP)
    time.sleep(LEASE_SECONDS + 0.5)
    ground.worker.signal(signal.SIGCONT)


_FAULTS = (
    _restart_worker,
    _restart_relay,
    _restart_broker,
    _hang_broker,
    _hang_worker,
    lambda ground: ground.worker.kill_a_child(),
)
