"""One run in a database of its own: fill, serve, measure, tell."""

import json
import os
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections

from coding_workflow.database.services import provision

from . import crowd, feeds, machine, rechecks, report, suggestions
from .arithmetic import summarise
from .figure import Figure
from .figures import Catalogue
from .hospital import Hospital, open_hospital
from .rounds import measure
from .web import running_web


def run(options: Namespace, folder: Path) -> int:
    """Measure what ``options`` names in the database of the environment; 2 for a name that is no figure."""
    clock = _Clock()
    call_command("collectstatic", interactive=False, verbosity=0)
    provision(verbosity=0)
    clock.say("tables are there")
    try:
        hospital = _hospital(options, folder, clock)
        with running_web(folder / "web.log", dict(os.environ), options.web) as port:
            clock.say("web server answers")
            catalogue = Catalogue(hospital, port)
            try:
                return _measured(options, catalogue, port, folder, clock)
            finally:
                catalogue.close()
    finally:
        connections.close_all()


def _hospital(options: Namespace, folder: Path, clock: "_Clock") -> Hospital:
    """What a kept folder has, or a new one; what was claimed in an earlier run is free again."""
    known = folder / "hospital.json"
    if options.keep and known.exists():
        hospital = Hospital.read(json.loads(known.read_text()))
        hospital.hand_back()
        clock.say("the kept accounts are there")
        return hospital
    hospital = open_hospital(accounts=options.accounts, say=clock.say)
    if options.keep:
        known.write_text(json.dumps(hospital.written()))
    return hospital


def _measured(options: Namespace, catalogue: Catalogue, port: int, folder: Path, clock: "_Clock") -> int:
    chosen, quality = _chosen(catalogue.all(), options.names), suggestions.remarks(options.names)
    if not chosen and (quality or "feeds" in options.names):
        print("\n".join([*quality, *feeds.remarks(catalogue.hospital.facility, options.names, options.messages)]))
        return 0
    if not chosen:
        print("No such figure. There are: " + ", ".join(figure.name for figure in catalogue.all()))
        return 2
    described, before = machine.described(), machine.moment()
    found = measure(chosen, null=catalogue.null, floors=catalogue.floors, seconds=options.seconds)
    stolen = machine.stolen_since(before)
    clock.say("measured; counting queries and buffers")
    lines = [report.Line(each, summarise(found[each.name]), each.cost() if each.cost else None) for each in chosen]
    _tell(lines, catalogue.hospital.rows, described, stolen)
    print("\n".join([*quality, *feeds.remarks(catalogue.hospital.facility, options.names, options.messages)]))
    kept = {"machine": described, "stolen": stolen, "rows": catalogue.hospital.rows, "figures": [x.as_dict() for x in lines]}
    if options.crowd:
        bounds = {"coders": options.crowd, "claims": options.claims, "seconds": options.crowd_seconds, "web": options.web}
        kept["crowd"] = crowd.run(catalogue.hospital, port, **bounds, say=clock.say)
    if options.bulk:
        wanted = {"accounts": options.bulk, "pairs_wanted": options.pairs}
        kept["bulk"] = rechecks.run(catalogue.hospital, port, folder, **wanted, say=clock.say)
    if options.json:
        Path(options.json).write_text(json.dumps(kept, indent=1) + "\n")
    clock.say("done")
    return 0


def _chosen(figures: Sequence[Figure], names: Sequence[str]) -> list[Figure]:
    """Those whose name begins with one of the names; all when there are none."""
    return [figure for figure in figures if not names or any(figure.name.lower().startswith(name.lower()) for name in names)]


def _tell(lines: Sequence[report.Line], rows: dict[str, int], described: dict[str, Any], stolen: float) -> None:
    print("\nRows: " + ", ".join(f"{table} {number:,}" for table, number in rows.items()) + "\n")
    print(report.table(lines) + "\n")
    for remark in report.remarks(lines, described, stolen):
        print(remark)


class _Clock:
    """Says what was done and after how many seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f}s  {words}", flush=True)
