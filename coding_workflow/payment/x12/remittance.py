"""An 835 remittance (005010X221A1) as frozen values, read whole or not at all."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Final

from .envelope import Segment, Transaction, Unreadable, decode, transactions

GUIDE: Final = "005010X221"
GROUPS: Final = frozenset({"CO", "CR", "OA", "PI", "PR"})
REVERSAL: Final = "22"
DENIED: Final = "4"
_AMOUNT: Final = re.compile(r"-?([0-9]{1,15}(\.[0-9]{1,2})?|\.[0-9]{1,2})", re.ASCII)
_QUANTITY: Final = re.compile(r"-?([0-9]{1,12}(\.[0-9]{1,4})?|\.[0-9]{1,4})", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{8}", re.ASCII)
MOST_CLAIMS: Final = 50_000
#: Elements of MIA and MOA that hold remark codes.
_REMARK_PLACES: Final = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why paid differs from charged: group (CO, PR ...), claim adjustment reason code, amount, quantity."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(slots=True)
class LineRemit:
    """One service line as paid."""

    procedure: str
    charge: Decimal
    paid: Decimal
    revenue_code: str = ""
    adjustments: list[Adjustment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ClaimRemit:
    """One claim as paid. ``claim_number`` is our CLM01, exactly as sent back; status 1-3 processed, 4 denied, 22 reversal."""

    claim_number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing: str
    payer_control_number: str
    adjustments: list[Adjustment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lines: list[LineRemit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """A PLB entry: money moved at provider level (recoupment WO, forwarding balance FB, interest L6 ...)."""

    provider: str
    reason: str
    reference: str
    amount: Decimal


@dataclass(slots=True)
class Payment:
    """One payment (one transaction set): who pays, its trace number, the amount, and the claims it pays."""

    payer: str
    payer_id: str
    payee_npi: str
    trace: str
    amount: Decimal
    method: str
    date: datetime.date
    test: bool
    interchange: str
    claims: list[ClaimRemit] = field(default_factory=list)
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)


def read(raw: bytes) -> list[Payment]:
    """Every payment of the file. Raises Unreadable for anything cut, miscounted or malformed: then nothing is believed."""
    found = [_payment(one) for one in transactions(decode(raw), kind="835", guide=GUIDE)]
    if not found:
        raise Unreadable("The file holds no remittance.")
    return found


def amount(text: str, where: Segment) -> Decimal:
    """Strict decimal text: digits, at most two decimals, an optional minus. Never a float, an exponent or a comma."""
    if _AMOUNT.fullmatch(text) is None:
        raise Unreadable(f"Segment {where.place} ({where.name}) has an amount that is not one.")
    return Decimal(text)


def _payment(transaction: Transaction) -> Payment:
    heading, first = _until_claims(transaction.segments)
    payment = _heading(heading, transaction)
    for segment in chain(first, transaction.segments):
        _READERS.get(segment.name, _skip)(segment, payment)
    return payment


def _until_claims(segments: Iterator[Segment]) -> tuple[list[Segment], list[Segment]]:
    """The segments before the first claim or provider adjustment, and that one."""
    heading: list[Segment] = []
    for segment in segments:
        if segment.name in {"CLP", "PLB"}:
            return heading, [segment]
        heading.append(segment)
    return heading, []


def _heading(segments: list[Segment], transaction: Transaction) -> Payment:
    money, trace = _only(segments, "BPR"), _only(segments, "TRN")
    payer, payee = _party(segments, "PR"), _party(segments, "PE")
    if not trace.get(2).strip():
        raise Unreadable("TRN has no trace number.")
    total = amount(money.get(2), money)
    return Payment(
        payer=payer.get(2),
        payer_id=payer.get(4) or _second_id(segments) or trace.get(3),
        payee_npi=payee.get(4) if payee.get(3) == "XX" else "",
        trace=trace.get(2),
        amount=-total if money.get(3) == "D" else total,
        method=money.get(4),
        date=_day(money.get(16), money),
        test=transaction.test,
        interchange=transaction.interchange,
    )


def _only(segments: Iterable[Segment], name: str) -> Segment:
    found = [one for one in segments if one.name == name]
    if len(found) != 1:
        raise Unreadable(f"The remittance must have exactly one {name}.")
    return found[0]


def _party(segments: Iterable[Segment], role: str) -> Segment:
    found = [one for one in segments if one.name == "N1" and one.get(1) == role]
    if len(found) != 1:
        raise Unreadable(f"The remittance must have exactly one N1*{role}.")
    return found[0]


def _second_id(segments: Iterable[Segment]) -> str:
    return next((one.get(2) for one in segments if one.name == "REF" and one.get(1) == "2U"), "")


def _day(text: str, where: Segment) -> datetime.date:
    try:
        if _DAY.fullmatch(text):
            return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass  # eight digits, but no such day
    raise Unreadable(f"Segment {where.place} ({where.name}) has a date that is not one.")


def _clp(segment: Segment, payment: Payment) -> None:
    if not segment.get(1):
        raise Unreadable(f"Segment {segment.place} (CLP) has no claim number.")
    if len(payment.claims) >= MOST_CLAIMS:
        raise Unreadable(f"A payment of more than {MOST_CLAIMS} claims is not taken in one piece; ask the payer to split it.")
    payment.claims.append(
        ClaimRemit(
            claim_number=segment.get(1),
            status=segment.get(2),
            charge=amount(segment.get(3), segment),
            paid=amount(segment.get(4), segment),
            patient_responsibility=amount(segment.get(5) or "0", segment),
            filing=segment.get(6),
            payer_control_number=segment.get(7),
        )
    )


def _svc(segment: Segment, payment: Payment) -> None:
    _claim(segment, payment).lines.append(
        LineRemit(
            procedure=" ".join(part for part in segment.parts(1)[1:6] if part),
            charge=amount(segment.get(2), segment),
            paid=amount(segment.get(3) or "0", segment),
            revenue_code=segment.get(4),
        )
    )


def _cas(segment: Segment, payment: Payment) -> None:
    """Up to six triples of reason, amount, quantity; more are kept as well, nothing is dropped."""
    target = _target(segment, payment)
    for place in range(2, len(segment.elements), 3):
        reason, money, quantity = (segment.get(place + step) for step in range(3))
        if not (reason or money or quantity):
            continue
        if not reason or (quantity and _QUANTITY.fullmatch(quantity) is None):
            raise Unreadable(f"Segment {segment.place} (CAS) has an adjustment without reason, or a quantity that is none.")
        target.adjustments.append(
            Adjustment(segment.get(1), reason, amount(money, segment), Decimal(quantity) if quantity else None)
        )


def _remarks(segment: Segment, payment: Payment) -> None:
    _claim(segment, payment).remarks += [segment.get(place) for place in _REMARK_PLACES[segment.name] if segment.get(place)]


def _lq(segment: Segment, payment: Payment) -> None:
    if segment.get(1) == "HE":
        _target(segment, payment).remarks.append(segment.get(2))


def _plb(segment: Segment, payment: Payment) -> None:
    for place in range(3, len(segment.elements), 2):
        reason, *reference = segment.parts(place)
        payment.provider_adjustments.append(
            ProviderAdjustment(segment.get(1), reason, "".join(reference[:1]), amount(segment.get(place + 1), segment))
        )


def _skip(segment: Segment, payment: Payment) -> None:
    """Names, dates and references that are not posted."""


def _claim(segment: Segment, payment: Payment) -> ClaimRemit:
    if not payment.claims:
        raise Unreadable(f"Segment {segment.place} ({segment.name}) stands before the first claim.")
    return payment.claims[-1]


def _target(segment: Segment, payment: Payment) -> ClaimRemit | LineRemit:
    claim = _claim(segment, payment)
    return claim.lines[-1] if claim.lines else claim


_READERS: Final = {"CLP": _clp, "SVC": _svc, "CAS": _cas, "MIA": _remarks, "MOA": _remarks, "LQ": _lq, "PLB": _plb}
