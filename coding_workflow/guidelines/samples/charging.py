"""Charge lines and procedures of a sample account."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from coding_workflow.guidelines.facts import Document, Line, Procedure
from coding_workflow.guidelines.service_codes import is_surgery

from . import people, records
from .drawing import Draw
from .templates import Charge, Template, Variant
from .times import Times

#: Modifiers that only a coder may assign.
_CODERS_MODIFIERS = frozenset({"25", "59"})
_TEARS_AFTER_DELIVERY = ("0KQM", "0UQG")


def surgical(code: str) -> bool:
    """Done in the operating room by a surgical approach, or a cesarean section: there is an operative note."""
    open_or_scope = code.startswith("0") and code[4] in "04F" and not code.startswith(_TEARS_AFTER_DELIVERY)
    return open_or_scope or code.startswith("10D00")


def procedures(draw: Draw, variant: Variant, held: Sequence[Document], when: Times) -> tuple[Procedure, ...]:
    """Each with its date in the stay and a passage of its report; sometimes another coder assigned them."""
    types = [document.type for document in held]
    assigned = people.SECOND_CODER if draw.chance(10) else None
    done_on = when.admitted + datetime.timedelta(days=draw.between(0, min(1, when.nights)))
    return tuple(
        Procedure(
            code=code,
            date=done_on,
            evidence=(records.passage(draw, _report(code, types)),),
            coder=assigned,
            specimen=True if code in variant.specimens else None,
        )
        for code in variant.procedures
    )


def _report(code: str, types: Sequence[str]) -> str:
    if surgical(code):
        return "operative_note"
    return "delivery_note" if "delivery_note" in types else "procedure_note"


def stay_lines(draw: Draw, template: Template, variant: Variant, when: Times) -> tuple[Line, ...]:
    """Room, pharmacy, laboratory, and the operating room where one was used. Nothing of it carries a HCPCS code."""
    room = {"newborn": "0171", "psychiatry": "0124"}.get(template.service, "0120")
    used = [(room, max(when.nights, 1)), ("0250", 1), ("0300", 1)]
    used += [("0360", 1)] if any(surgical(code) for code in variant.procedures) else []
    return tuple(
        Line(revenue_code=revenue, units=Decimal(units), date=when.admitted, charge=_price(draw), source="chargemaster")
        for revenue, units in used
    )


def visit_lines(draw: Draw, template: Template, variant: Variant, held: Sequence[Document], when: Times) -> tuple[Line, ...]:
    """The charges of a visit, or of each treatment day of a recurring account."""
    days = [when.admitted]
    if template.patient_class == "recurring":
        days = [when.admitted + datetime.timedelta(days=7 * week + draw.between(0, 6)) for week in range(4)]
    return tuple(_line(draw, each, held, day) for day in days for each in variant.charges)


def _line(draw: Draw, each: Charge, held: Sequence[Document], day: datetime.date) -> Line:
    by_coder = is_surgery(each.hcpcs) or bool(_CODERS_MODIFIERS & set(each.modifiers))
    by_chargemaster = bool(each.hcpcs) and not by_coder
    return Line(
        revenue_code=each.revenue_code,
        hcpcs=each.hcpcs,
        modifiers=each.modifiers,
        units=Decimal(each.units),
        date=day,
        charge=_price(draw),
        source="coder" if by_coder else "chargemaster",
        owner=people.OWNER if by_chargemaster else None,
        evidence=(records.passage(draw, _note(each.hcpcs, held)),) if by_coder else (),
        specimen=True if each.specimen else None,
    )


def _note(hcpcs: str, held: Sequence[Document]) -> str:
    """The report of surgery, where there is one; else the note of the visit."""
    types = [document.type for document in held]
    reports = ["operative_note", "procedure_note"] if is_surgery(hcpcs) else []
    notes = [kind for kind in types if kind.endswith("_note")]
    return next(kind for kind in (*reports, *notes) if kind in types)


def _price(draw: Draw) -> Decimal:
    return Decimal(draw.between(1500, 90000)) / 100
