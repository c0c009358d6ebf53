"""``create_facility CODE NAME``: the hospital that everything else belongs to."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Facility
from accounts.scope import ALL, scoped

_DIGITS = {"npi": 10, "tax_id": 9}


class Command(BaseCommand):
    """Make a facility, once."""

    help = "Make a facility. Address and numbers are those of its claims."

    def add_arguments(self, parser: CommandParser) -> None:
        """What an 837I needs of the billing provider."""
        parser.add_argument("code", help="Short, such as MAIN; unique.")
        parser.add_argument("name")
        parser.add_argument("--npi", required=True, help="10 digits")
        parser.add_argument("--tax-id", required=True, help="9 digits")
        parser.add_argument("--ccn", default="", help="CMS certification number")
        parser.add_argument("--address", required=True)
        parser.add_argument("--city", required=True)
        parser.add_argument("--state", required=True)
        parser.add_argument("--zip", required=True, help="5 or 9 digits")
        parser.add_argument("--time-zone", default="America/New_York")
        parser.add_argument("--hl7-code", action="append", default=[], help="MSH-4 value of its feeds; may be repeated.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a code in use and numbers of another length."""
        for name, length in _DIGITS.items():
            if not re.fullmatch(rf"\d{{{length}}}", options[name]):
                raise CommandError(f"{name} takes {length} digits.")
        with scoped(ALL):
            facility, made = Facility.objects.get_or_create(code=options["code"], defaults=_values(options))
        if not made:
            raise CommandError(f"Facility {facility.code} exists already.")
        self.stdout.write(f"Facility {facility.code}, {facility.name}, is made. Next: create_administrator.")


def _values(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": options["name"],
        "npi": options["npi"],
        "tax_id": options["tax_id"],
        "ccn": options["ccn"],
        "address_line": options["address"],
        "city": options["city"],
        "state": options["state"].upper(),
        "zip_code": options["zip"],
        "time_zone": options["time_zone"],
        "hl7_codes": options["hl7_code"] or [options["code"]],
    }
