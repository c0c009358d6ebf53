"""DFT P03: charges and credits (HL7 chapter 6)."""

from decimal import Decimal
from typing import Final

from coding_workflow.registration.facts import ChargeFacts, RecordMessage

from . import adt, person
from .problem import HL7Problem
from .read import Message, Segment

#: HL7 table 0017: charges and credits are posted; payments and adjustments belong to patient accounting.
_CHARGES: Final = frozenset({"CG"})
_CREDITS: Final = frozenset({"CD", "CR"})
_NOT_OURS: Final = frozenset({"PY", "AJ", "CO"})
#: How senders name the revenue code among the alternates of FT1-7.
_REVENUE_SYSTEMS: Final = frozenset({"NUBC", "UB", "UB04", "REV"})


def record_message(message: Message) -> RecordMessage:
    """Charges as facts. Refuses other trigger events, unknown transaction types and amounts that are none."""
    if message.trigger != "P03":
        raise HL7Problem("hl7.trigger", f"DFT {message.trigger[:3]} is not handled yet.", "MSH", 9)
    lines = list(message.all("FT1"))
    if not lines:
        raise HL7Problem("hl7.segment_missing", "The message has no FT1 segment.", "FT1")
    ours = [line for line in lines if _type(line) not in _NOT_OURS]
    flags = () if len(ours) == len(lines) else ("payments_left_out",)
    return RecordMessage(key=person.key_of(message), charges=tuple(_charge(message, line) for line in ours), flags=flags)


def _type(ft1: Segment) -> str:
    kind = ft1.value(6).upper()
    if kind not in _CHARGES | _CREDITS | _NOT_OURS:
        raise HL7Problem("hl7.transaction_type", "FT1-6 is neither charge, credit, payment nor adjustment.", "FT1", 6)
    return kind


def _charge(message: Message, ft1: Segment) -> ChargeFacts:
    service = ft1.moment(4)
    if service is None or service.deleted:
        raise HL7Problem("hl7.bad_time", "A charge has no service date.", "FT1", 4)
    units = _units(ft1)
    amount = _amount(ft1, units)
    return ChargeFacts(
        source_id=ft1.value(2) or f"{message.control_id}-{ft1.value(1)}",
        code=ft1.value(7),
        description=ft1.value(7, 2) or ft1.value(8) or ft1.value(25, 2),
        amount=-abs(amount) if _type(ft1) in _CREDITS else amount,
        units=units,
        service=service,
        revenue_code=ft1.value(7, 4) if ft1.value(7, 6).upper() in _REVENUE_SYSTEMS else "",
        hcpcs=ft1.value(25).upper(),
        modifiers=tuple(ft1.value(26, repetition=rep).upper() for rep in ft1.repetitions(26)),
        place_of_service=ft1.value(16),
        rendering=person.provider_of(ft1, 20),
        diagnoses=tuple(code for rep in ft1.repetitions(19) if (code := ft1.value(19, repetition=rep).upper().replace(".", ""))),
    )


def _units(ft1: Segment) -> Decimal:
    text = ft1.value(10)
    if not text:
        return Decimal(1)
    units = adt.money(text, "FT1", 10)
    if abs(units) >= Decimal("9999999"):
        raise HL7Problem("hl7.bad_amount", "The quantity is too large.", "FT1", 10)
    return units


def _amount(ft1: Segment, units: Decimal) -> Decimal:
    """FT1-11 is the extended amount; a sender that gives the unit price only (FT1-12) is multiplied."""
    if ft1.value(11):
        return adt.money(ft1.value(11), "FT1", 11)
    if ft1.value(12):
        return (adt.money(ft1.value(12), "FT1", 12) * units).quantize(Decimal("0.01"))
    raise HL7Problem("hl7.bad_amount", "A charge has no amount.", "FT1", 11)
