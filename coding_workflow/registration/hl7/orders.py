"""ORM O01, OMG O19, OML O21: orders and what became of them (HL7 chapter 4)."""

from collections.abc import Iterator
from typing import Final

from coding_workflow.registration.facts import OrderFacts, ProviderFacts, RecordMessage

from . import person, times
from .problem import HL7Problem
from .read import Message, Segment

#: Message type to its trigger event.
TRIGGERS: Final = {"ORM": "O01", "OMG": "O19", "OML": "O21"}

#: ORC-1, HL7 table 0119: what the message does to the order, in the words of ``OrderStatus``. Others leave ORC-5 to say it.
_CONTROLS: Final = {
    **dict.fromkeys(("CA", "OC", "CR", "UA"), "cancelled"),
    **dict.fromkeys(("DC", "OD", "DR", "RP", "RQ"), "discontinued"),
    **dict.fromkeys(("HD", "OH", "HR"), "held"),
    **dict.fromkeys(("RL", "OE", "OR"), "active"),
}
#: Orders that begin with this message; then ORC-9 is when the order was given.
_NEW: Final = frozenset({"NW", "RO", "SN", "PA", "CH"})
#: ORC-5, HL7 table 0038.
_STATES: Final = {
    **dict.fromkeys(("A", "IP", "SC"), "active"),
    "CA": "cancelled",
    "CM": "completed",
    "DC": "discontinued",
    "RP": "discontinued",
    "HD": "held",
}
_NOTHING: Final = frozenset({"NA", "ER", "UC", "UD", "UH", "UM", "UN", "UR", "UX", "DE"})
#: What may stand beside ORC for what is ordered: the field of its code.
_ORDERED: Final = {"OBR": 4, "RXO": 1, "RQD": 3, "ODS": 3, "ODT": 2}


def record_message(message: Message) -> RecordMessage:
    """Orders as facts. Refuses other trigger events, a message without ORC, and an order without any number."""
    if message.trigger != TRIGGERS.get(message.type):
        raise HL7Problem("hl7.trigger", f"{message.type[:3]} {message.trigger[:3]} is not handled.", "MSH", 9)
    groups = list(_groups(message))
    if not groups:
        raise HL7Problem("hl7.segment_missing", "The message has no ORC segment.", "ORC")
    told = [group for group in groups if group[0].value(1).upper() not in _NOTHING]
    flags = ["charges_in_order_left_out"] if message.first("FT1") else []
    if len(told) < len(groups):
        flags.append("order_request_not_done")
    return RecordMessage(
        key=person.key_of(message), orders=tuple(_order(orc, detail) for orc, detail in told), flags=tuple(flags)
    )


def _groups(message: Message) -> Iterator[tuple[Segment, Segment | None]]:
    """Each ORC with the first segment after it that says what is ordered."""
    orc: Segment | None = None
    detail: Segment | None = None
    for segment in message.segments:
        if segment.name == "ORC":
            if orc is not None:
                yield orc, detail
            orc, detail = segment, None
        elif segment.name in _ORDERED and orc is not None and detail is None:
            detail = segment
    if orc is not None:
        yield orc, detail


def _order(orc: Segment, detail: Segment | None) -> OrderFacts:
    control = orc.value(1).upper()
    orderer = person.provider_of(orc, 12) or (person.provider_of(detail, 16) if detail and detail.name == "OBR" else None)
    field = _ORDERED[detail.name] if detail else 0
    return OrderFacts(
        source_id=_number(orc, detail),
        status=_CONTROLS.get(control) or _STATES.get(orc.value(5).upper()) or ("active" if control in _NEW else None),
        codes=tuple(code for code in (detail.value(field), detail.value(field, 4)) if code) if detail else (),
        description=(detail.value(field, 2) or detail.value(field, 5)) if detail else "",
        ordered=_given(orc, detail, control),
        ordered_by=orderer,
        authenticated=_authenticated(orc, orderer, control),
    )


def _number(orc: Segment, detail: Segment | None) -> str:
    """The placer's number (ORC-2, OBR-2); a sender without one gives the filler's (ORC-3) or the group's (ORC-4)."""
    obr = detail if detail is not None and detail.name == "OBR" else None
    placer = orc.value(2) or (obr.value(2) if obr else "")
    other = orc.value(3) or (obr.value(3) if obr else "") or orc.value(4) or orc.value(4, 1, 1)
    if not (placer or other):
        raise HL7Problem("hl7.no_order_number", "The order has neither a placer's nor a filler's number.", "ORC", 2)
    return placer or other


def _given(orc: Segment, detail: Segment | None, control: str) -> times.Moment | None:
    """When it was given: ORC-15; of a new order ORC-9, else OBR-6. Of a later message ORC-9 is the time of that."""
    told = orc.moment(15)
    if told is None and control in _NEW:
        told = orc.moment(9) or (detail.moment(6) if detail is not None and detail.name == "OBR" else None)
    return None if told is None or told.deleted else told


def _authenticated(orc: Segment, orderer: ProviderFacts | None, control: str) -> bool | None:
    """Entered (ORC-10) or verified (ORC-11) by who orders (ORC-12). Only a new order can say that it is not."""
    if orderer is None:
        return None
    signers = {found.source_id for found in (person.provider_of(orc, 10), person.provider_of(orc, 11)) if found}
    if orderer.source_id in signers:
        return True
    return False if control in _NEW else None
