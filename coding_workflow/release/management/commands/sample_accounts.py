"""``manage.py sample_accounts``: correct accounts, or accounts with one planted fault, as lines for ``evaluate``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from coding_workflow.guidelines.facts import facts_to_json
from coding_workflow.guidelines.samples import accounts, faulty_accounts


class Command(BaseCommand):
    """Facts of drawn accounts on standard output, one JSON object a line; the same seed prints the same bytes."""

    help = "Print sample accounts as facts for `manage.py evaluate`: correct ones, or with --faults one mistake in each."

    def add_arguments(self, parser: CommandParser) -> None:
        """--count, --seed, --faults."""
        parser.add_argument("--count", type=int, default=100, help="How many accounts.")
        parser.add_argument("--seed", type=int, default=1, help="Another seed draws other accounts.")
        parser.add_argument("--faults", action="store_true", help="Plant one fault in each; the account's id names it.")

    def handle(self, *args: Any, count: int, seed: int, faults: bool, **options: Any) -> None:
        """Print them as they are drawn."""
        for facts in (faulty_accounts if faults else accounts)(count, seed):
            self.stdout.write(facts_to_json(facts))
