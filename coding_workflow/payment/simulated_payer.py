"""The demo's payer: answers claims with a valid 835. It decides nothing real; it exists for the demo, the journey and tests.

Pure: it takes what was billed and returns bytes, which go through ``post_remittance`` like any payer's file.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from .x12.segments import composite, segment
from .x12.values import COMPONENT, ELEMENT, REPETITION, TERMINATOR, day, fold, number

#: What the simulated contract pays of a charge; the rest is a contractual adjustment (CO-45).
RATE: Final = Decimal("0.62")
_PATIENT: Final = segment("NM1", "QC", "1", "SIMULATED")
_GUIDE: Final = "005010X221A1"


@dataclass(frozen=True, slots=True)
class Bill:
    """One claim as the payer sees it. ``replaces`` is the claim it corrects, with what was paid for that."""

    number: str
    charge: Decimal
    denied: bool = False
    replaces: "Bill | None" = None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid."""

    name: str
    npi: str


def control_number(bill: Bill) -> str:
    """The simulated payer's own number of a claim."""
    return f"ICN{bill.number.lstrip('C')}"


def allowed(bill: Bill) -> Decimal:
    """Dollars that the simulated contract pays for the claim."""
    return Decimal(0) if bill.denied else (bill.charge * RATE).quantize(Decimal("0.01"), ROUND_HALF_UP)


def answer(
    bills: Sequence[Bill], *, payee: Payee, payer: str, payer_id: str, paid_on: datetime.date, trace: str, test: bool = True
) -> bytes:
    """An 835 for the bills: paid less CO-45, or denied with CO-50; a replacement first takes back what was paid before.

    When it takes back more than it pays, the difference is a forwarding balance (PLB FB) and the payment is zero.
    """
    body = [each for bill in bills for each in _claim(bill)]
    total = sum((_net(bill) for bill in bills), Decimal(0))
    forwarded = [segment("PLB", payee.npi, f"{paid_on.year}1231", composite("FB", trace), number(total))] if total < 0 else []
    heading = _heading(max(total, Decimal(0)), payee, payer, payer_id, paid_on, trace)
    return _wrap([*heading, *body, *forwarded], paid_on, test)


def _net(bill: Bill) -> Decimal:
    return allowed(bill) - (allowed(bill.replaces) if bill.replaces else Decimal(0))


def _claim(bill: Bill) -> list[str]:
    before = _reversal(bill.replaces) if bill.replaces else []
    paid, control = allowed(bill), control_number(bill)
    status, reason = ("4", "50") if bill.denied else ("1", "45")
    found = [segment("CLP", bill.number, status, number(bill.charge), number(paid), "0", "ZZ", control, "11", "1")]
    if bill.charge != paid:
        found.append(segment("CAS", "CO", reason, number(bill.charge - paid)))
    return [*before, *found, _PATIENT]


def _reversal(bill: Bill) -> list[str]:
    paid = allowed(bill)
    found = [segment("CLP", bill.number, "22", number(-bill.charge), number(-paid), "0", "ZZ", control_number(bill), "11", "1")]
    if bill.charge != paid:
        found.append(segment("CAS", "CO", "45", number(paid - bill.charge)))
    return [*found, _PATIENT]


def _heading(total: Decimal, payee: Payee, payer: str, payer_id: str, paid_on: datetime.date, trace: str) -> list[str]:
    method = ["I", number(total), "C", "ACH" if total else "NON", "CCP", "01", "111000025", "DA", "1", "1999999999", ""]
    method += ["01", "111000025", "DA", "2", day(paid_on)]
    return [
        segment("BPR", *method),
        segment("TRN", "1", trace, "1999999999"),
        segment("N1", "PR", fold(payer)[:60], "XV", payer_id),
        segment("N3", "1 SIMULATION WAY"),
        segment("N4", "NOWHERE", "NY", "100010000"),
        segment("PER", "BL", "SIMULATED PAYER", "TE", "5550100000"),
        segment("N1", "PE", fold(payee.name)[:60], "XX", payee.npi),
        segment("LX", "1"),
    ]


def _wrap(body: list[str], on: datetime.date, test: bool) -> bytes:
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{'SIMPAYER':<15}", "ZZ", f"{'PROVIDER':<15}"]
    isa += [f"{on:%y%m%d}", "0800", REPETITION, "00501", "000000001", "0", "T" if test else "P", COMPONENT]
    head = [
        ELEMENT.join(isa) + TERMINATOR,
        segment("GS", "HP", "SIMPAYER", "PROVIDER", day(on), "0800", "1", "X", _GUIDE),
        segment("ST", "835", "0001"),
    ]
    tail = [segment("SE", str(len(body) + 2), "0001"), segment("GE", "1", "1"), segment("IEA", "1", "000000001")]
    return "\n".join([*head, *body, *tail, ""]).encode("ascii")
