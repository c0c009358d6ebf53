"""``manage.py verify_lists``: what lists are ordered by, and the counters, against the accounts themselves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import listing
from accounts.scope import ALL, scoped
from worklist import counts
from worklist.models import Counter


class Command(BaseCommand):
    """Name what differs, and count it anew. Exit code 1 when something does."""

    help = "Verify the columns that lists are ordered and filtered by, and every counter."

    def handle(self, *args: Any, **options: Any) -> None:
        with scoped(ALL):
            found = [f"{each.kind} {each.pk}" for each in listing.differences()]
            found += self._counters()
        for words in found:
            self.stdout.write(f"{words} is not what the account says")
        if found:
            raise CommandError(f"{len(found)} difference(s).")
        self.stdout.write("Lists and counters say what the accounts say.")

    def _counters(self) -> list[str]:
        """What the relay has not counted yet is counted first, then everything. The change of a counter is its difference."""
        with transaction.atomic():
            counts.refresh_changed()
            before = _numbers()
            counts.refresh()
            after = _numbers()
        differing = [place for place in sorted(before.keys() | after.keys()) if before.get(place) != after.get(place)]
        return [f"counter {board} {key} of facility {facility}" for facility, board, key in differing]


def _numbers() -> dict[tuple[int, str, str], tuple[Any, ...]]:
    rows = Counter.objects.values_list("facility_id", "board", "key", "open", "oldest_on", "dollars")
    # A counter that was never needed and one at 0 say the same.
    return {row[:3]: row[3:] for row in rows if row[3]}
