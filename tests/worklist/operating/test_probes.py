"""What machines are told: alive, ready or degraded, figures for whoever has the token; strangers learn nothing."""

import datetime

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from accounts import clock
from accounts.models import OutboxRow
from coding_workflow.database.models import Backup
from coding_workflow.outbox import heartbeats
from worklist.models import FeedHeard
from worklist.operating import readiness
from worklist.operating.figures import figures

TOKEN = "a-token-of-the-monitoring"
BEARER = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def fresh(settings, monkeypatch):
    """No answer of another test, no wait for a broker."""
    settings.METRICS_TOKEN = TOKEN
    readiness.probe.forget()
    heartbeats._written.clear()
    monkeypatch.setattr(readiness, "broker_answers", lambda: True)
    yield
    readiness.probe.forget()
    heartbeats._written.clear()


def _lost(process: str, seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_heartbeat SET seen_at = clock_timestamp() - make_interval(secs => %s) WHERE process = %s",
            [seconds, process],
        )


@pytest.mark.django_db
def test_livez_asks_nothing(django_assert_num_queries):
    client = Client()
    client.cookies["session"] = "x" * 32
    with django_assert_num_queries(0):
        answer = client.get("/livez", HTTP_HOST="10.1.2.3")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
def test_probes_are_answered_without_https_and_whatever_host_they_ask_for(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["coding.example.org"]
    for path in ("/livez", "/readyz"):
        assert Client().get(path, HTTP_HOST="10.1.2.3:8000").status_code == 200
        assert Client().post(path).status_code == 405
    assert Client().get("/livez/").status_code == 400


@pytest.mark.django_db
def test_it_is_ready_with_relay_and_broker_and_degraded_without_either(settings, monkeypatch):
    assert Client().get("/readyz").content == b"degraded\n"
    heartbeats.beat(heartbeats.RELAY)
    readiness.probe.forget()
    assert Client().get("/readyz").content == b"ready\n"
    _lost(heartbeats.RELAY, 61)
    readiness.probe.forget()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"degraded\n")
    settings.READY_NEEDS_RELAY = True
    assert Client().get("/readyz").status_code == 503
    _lost(heartbeats.RELAY, 1)
    monkeypatch.setattr(readiness, "broker_answers", lambda: False)
    readiness.probe.forget()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"degraded\n")


@pytest.mark.django_db
def test_a_migration_that_is_missing_makes_it_not_ready(monkeypatch):
    real = readiness.MigrationLoader(None).disk_migrations
    later = {**real, ("accounts", "9999_of_tomorrow"): None}
    monkeypatch.setattr(readiness, "MigrationLoader", lambda _: type("Loader", (), {"disk_migrations": later}))
    answer = Client().get("/readyz", **BEARER)
    assert answer.status_code == 503
    assert answer.json() == {
        "word": "not ready", "database": True, "migrations": False, "relay": False, "broker": True
    }  # fmt: skip
    # A newer version has migrated already: the old one beside it still serves.
    monkeypatch.setattr(
        readiness, "MigrationLoader", lambda _: type("Loader", (), {"disk_migrations": dict(list(real.items())[1:])})
    )
    readiness.probe.forget()
    assert Client().get("/readyz").status_code == 200


def test_a_database_that_is_away_makes_it_not_ready_and_strangers_learn_no_more(monkeypatch):
    def away(_):
        raise OperationalError('connection to server at "10.0.0.5", user "coding_app" failed')

    monkeypatch.setattr(readiness, "scoped", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    assert Client().get("/readyz", HTTP_AUTHORIZATION="Bearer x").content == b"not ready\n"
    assert Client().get("/readyz", **BEARER).json()["database"] is False


@pytest.mark.django_db
def test_probes_ask_the_database_once_a_second_at_most(django_assert_num_queries):
    Client().get("/readyz")
    with django_assert_num_queries(0):
        Client().get("/readyz")


def test_a_broker_that_hangs_is_given_up_soon(settings, monkeypatch):
    monkeypatch.undo()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert readiness.broker_answers() is False


def test_metrics_are_off_without_a_token_and_closed_with_another(settings):
    for header in ({}, {"HTTP_AUTHORIZATION": "Bearer other"}, {"HTTP_AUTHORIZATION": TOKEN}, {"HTTP_AUTHORIZATION": "Bearer ü"}):
        assert Client().get("/metrics", **header).status_code == 401
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", **BEARER).status_code == 404
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def _row(account, kind: str, state: str, minutes: int = 0) -> None:
    due = clock.now() - datetime.timedelta(minutes=minutes)
    OutboxRow.objects.create(
        kind=kind, key=str(OutboxRow.objects.count()), account=account, facility=account.facility, state=state, not_before=due
    )


def _samples(name: str) -> dict[tuple[str, ...], float]:
    answer = Client().get("/metrics", **BEARER)
    assert answer.status_code == 200
    families = {family.name: family for family in text_string_to_metric_families(answer.content.decode())}
    return {tuple(sample.labels.values()): sample.value for sample in families[f"coding_workflow_{name}"].samples}


def test_metrics_tell_the_figures_and_name_nobody(hospital):
    account = hospital.account("A777")
    _row(account, "release.check", "waiting", minutes=5)
    _row(account, "release.check", "waiting", minutes=-5)
    _row(account, "payment.make_claims", "parked")
    _row(account, "payment.make_claims", "done")
    FeedHeard.objects.create(
        facility=hospital.main, feed="adt", last_message=1, heard_at=clock.now() - datetime.timedelta(hours=3)
    )
    Backup.objects.using("default").create(began_at=clock.now(), how="dump", name="backup-1", bytes=5)
    heartbeats.beat(heartbeats.CLOCK)
    rows = _samples("outbox_rows")
    assert rows[("release.check", "waiting")] == 2
    assert rows[("payment.make_claims", "parked")] == 1
    assert 290 < _samples("outbox_oldest_seconds")[("release.check",)] < 3000
    assert _samples("feed_silent_seconds")[("MAIN", "adt")] >= 3 * 3600
    assert set(_samples("process_silent_seconds")) == {("clock",)}
    assert _samples("backup_age_seconds")[()] < 3000
    text = Client().get("/metrics", **BEARER).content.decode()
    for word in ("Testcase", "A777", "M-A777", "ana", hospital.main.name):
        assert word not in text


def test_the_figures_cost_a_fixed_number_of_questions(hospital, django_assert_num_queries):
    account = hospital.account("A1")
    for place in range(5):
        _row(account, f"release.kind_{'abcde'[place]}", "waiting")
        FeedHeard.objects.create(facility=hospital.main, feed=f"f{place}", last_message=place, heard_at=clock.now())
    with django_assert_num_queries(6):
        assert len(figures().outbox) == 5
