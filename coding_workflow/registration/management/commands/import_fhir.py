"""``manage.py import_fhir``: FHIR R4 resources from files."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from coding_workflow.registration.services import import_fhir
from coding_workflow.registration.services.fhir.taking import ORDER

from ._importing import files, run

_PATTERNS = ("*.ndjson", "*.ndjson.gz", "*.json")
#: What bulk exports lay beside the resources.
_NOT_RESOURCES = frozenset({"manifest", "_generator_metadata"})


class Command(BaseCommand):
    """One line for each resource, then the counts; nothing of a patient is printed."""

    help = "Import FHIR R4 from NDJSON (also .gz) or JSON files, or folders of them. Exits 1 when a resource failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files or folders, the feed's code and the facility it delivers for."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--feed", default="fhir")
        parser.add_argument("--facility", default="", help="Its code; may be left out where there is one facility only.")
        parser.add_argument("--quiet", action="store_true", help="Print only what was not applied.")

    def handle(self, *args: Any, paths: list[Path], feed: str, facility: str, quiet: bool, **options: Any) -> None:
        """Import in the order given; a folder's files so that little has to wait. A manifest is no resource and left out."""
        found = [each for given in paths for each in sorted(files(given, *_PATTERNS), key=_place)]
        every = [path for path in found if path in paths or path.name.partition(".")[0] not in _NOT_RESOURCES]
        run(every, partial(import_fhir, feed=feed, facility=facility), self.stdout, quiet=quiet)


def _place(path: Path) -> tuple[int, str]:
    kind = path.name.partition(".")[0].partition("-")[0]
    return (ORDER.index(kind) if kind in ORDER else len(ORDER)), path.name
