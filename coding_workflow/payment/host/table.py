"""Final codes as comma-separated text: one row for each code, the account's own facts repeated on each. Pure."""

import csv
import datetime
import io
from collections.abc import Iterator
from typing import Final

from .codes import FinalCodes

COLUMNS: Final = (
    "control_id", "account", "visit", "mrn", "release", "released_at", "patient_class", "discharge_status", "admitted",
    "discharged", "drg", "drg_version", "kind", "order", "system", "code", "present_on_admission", "date", "modifiers", "units",
    "diagnoses",
)  # fmt: skip
#: What a spreadsheet would run as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write(codes: FinalCodes, control_id: str) -> str:
    """A header and a row for each code, lines ended by CR LF (RFC 4180); instants with their offset."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    account = _of_account(codes, control_id)
    writer.writerows([_safe(each) for each in (*account, *row)] for row in _rows(codes))
    return out.getvalue()


def _of_account(codes: FinalCodes, control_id: str) -> tuple[str, ...]:
    return (
        control_id, codes.account_number, codes.visit_number, codes.mrn, str(codes.sequence), codes.released_at.isoformat(),
        codes.patient_class, codes.discharge_status, _iso(codes.admitted_at), _iso(codes.discharged_at), codes.drg,
        codes.drg_version,
    )  # fmt: skip


def _rows(codes: FinalCodes) -> Iterator[tuple[str, ...]]:
    order: dict[str, int] = {}
    for one in codes.diagnoses:
        order[one.kind] = order.get(one.kind, 0) + 1
        yield f"diagnosis_{one.kind}", str(order[one.kind]), one.system, one.code, one.poa, "", "", "", ""
    for number, done in enumerate(codes.procedures, start=1):
        yield (
            "procedure",
            str(number),
            done.system,
            done.code,
            "",
            _iso(done.date),
            " ".join(done.modifiers),
            done.units,
            " ".join(done.diagnoses),
        )


def _iso(value: datetime.date | None) -> str:
    return value.isoformat() if value else ""


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
