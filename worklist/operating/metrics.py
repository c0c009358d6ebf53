"""The figures in Prometheus' text format. Labels are kinds, processes, feeds and facility codes: never a person or a patient."""

from collections.abc import Iterator

from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .figures import Figures

PREFIX = "coding_workflow"


class _Once(Collector):
    """Figures that were read for one scrape."""

    def __init__(self, read: Figures) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        yield from _outbox(self._read)
        yield from _work(self._read)
        yield from _machine(self._read)


def text(read: Figures) -> bytes:
    """What one scrape gets."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(read))
    return generate_latest(registry)


def _outbox(read: Figures) -> Iterator[Metric]:
    rows = GaugeMetricFamily(f"{PREFIX}_outbox_rows", "Unfinished work for later, by kind and state.", labels=["kind", "state"])
    oldest = GaugeMetricFamily(f"{PREFIX}_outbox_oldest_seconds", "How long the oldest due row has waited.", labels=["kind"])
    for each in read.outbox:
        for state, count in (("waiting", each.waiting), ("leased", each.leased), ("parked", each.parked)):
            rows.add_metric([each.kind, state], count)
        oldest.add_metric([each.kind], each.oldest or 0)
    yield from (rows, oldest)


def _work(read: Figures) -> Iterator[Metric]:
    work = GaugeMetricFamily(f"{PREFIX}_open_work", "Open work of people, by kind.", labels=["kind"])
    for kind, count in read.open_work.items():
        work.add_metric([kind], count)
    silent = GaugeMetricFamily(
        f"{PREFIX}_feed_silent_seconds", "Since a feed sent something for a facility.", labels=["facility", "feed"]
    )
    for feed in read.feeds:
        silent.add_metric([feed.facility, feed.feed], feed.silent)
    yield from (work, silent)
    yield GaugeMetricFamily(f"{PREFIX}_checks_due", "Accounts that wait to be checked again.", value=read.checks_due)
    yield GaugeMetricFamily(f"{PREFIX}_sessions", "Sessions that have not run out.", value=read.sessions)


def _machine(read: Figures) -> Iterator[Metric]:
    beats = GaugeMetricFamily(f"{PREFIX}_process_silent_seconds", "Since a process was last there.", labels=["process"])
    for name, age in read.processes.items():
        if age is not None:
            beats.add_metric([name], age)
    yield beats
    for name, words, value in (
        ("backup_age_seconds", "Since the last backup ended.", read.backup_age),
        ("seal_age_seconds", "Since the history was last sealed, as this machine sees it.", read.seal_age),
        ("database_bytes", "Size of the database.", read.database_bytes),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"{PREFIX}_{name}", words, value=value)
    build = GaugeMetricFamily(f"{PREFIX}_build", "The version that answers.", labels=["version"])
    build.add_metric([settings.APPLICATION_VERSION], 1)
    yield build
