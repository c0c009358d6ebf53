"""An institutional claim as a biller reads it: the form locators of a UB-04, read back from the 837 text that was made.

Pure. The text is the truth of what went out; nothing here looks at the account, which may have changed since.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

_ISA_LENGTH: Final = 106
_DIAGNOSIS: Final = {
    "ABK": "67 Principal", "BK": "67 Principal", "ABF": "67 Other", "BF": "67 Other", "ABJ": "69 Admitting", "BJ": "69 Admitting",
    "APR": "70 Reason for visit", "PR": "70 Reason for visit", "ABN": "72 External cause", "BN": "72 External cause",
}  # fmt: skip
_PROCEDURE: Final = frozenset({"BBR", "BR", "BBQ", "BQ"})


@dataclass(frozen=True, slots=True)
class Code:
    """A code with what stands beside it: POA indicator, date or amount."""

    place: str
    code: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One service line, FL 42 to 47."""

    number: int
    revenue_code: str
    hcpcs: str
    modifiers: str
    date: str
    units: str
    charge: Decimal


@dataclass(slots=True)
class Ub04:
    """The form: boxes by their locator, codes, and service lines."""

    boxes: dict[str, str] = field(default_factory=dict)
    diagnoses: list[Code] = field(default_factory=list)
    procedures: list[Code] = field(default_factory=list)
    others: list[Code] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def segments(text: str) -> list[list[str]]:
    """The elements of every segment; delimiters are those that the ISA declares. A text without ISA has none."""
    flat = text.replace("\r", "").replace("\n", "")
    if not flat.startswith("ISA") or len(flat) < _ISA_LENGTH:
        return []
    element, end = flat[3], flat[_ISA_LENGTH - 1]
    return [part.split(element) for part in flat.split(end) if part]


def read(text: str, number: str) -> Ub04:
    """The claim of that number (CLM01) in the file; an empty form when it is not there."""
    form, inside = Ub04(), False
    component = text[_ISA_LENGTH - 2 : _ISA_LENGTH - 1] or ":"
    for parts in segments(text):
        if inside and parts[0] in {"CLM", "HL", "SE"}:
            break  # the next claim, subscriber or the end of the set
        inside = inside or (parts[0] == "CLM" and _at(parts, 1) == number)
        if inside or parts[0] not in {"CLM", "CL1", "DTP", "HI", "SV2"}:
            _take(form, parts, component)
    if form.boxes.get("3a Claim number") != number:
        return Ub04()
    form.boxes = dict(sorted(form.boxes.items(), key=_locator))
    return form


def _locator(box: tuple[str, str]) -> tuple[int, str]:
    place = box[0].split(" ")[0]
    return int(place.rstrip("ab")), place


def _at(parts: list[str], place: int) -> str:
    return parts[place] if len(parts) > place else ""


def _take(form: Ub04, parts: list[str], component: str) -> None:
    match parts[0]:
        case "NM1":
            _name(form, parts)
        case "CLM":
            _claim(form, parts, component)
        case "CL1":
            form.boxes |= {
                "14 Admission type": _at(parts, 1),
                "15 Point of origin": _at(parts, 2),
                "17 Discharge status": _at(parts, 3),
            }
        case "DMG":
            form.boxes |= {"10 Birth date": day(_at(parts, 2)), "11 Sex": _at(parts, 3)}
        case "REF":
            _reference(form, parts)
        case "DTP":
            _date(form, parts)
        case "HI":
            for one in parts[1:]:
                _code(form, one.split(component))
        case "SV2":
            form.lines.append(_line(len(form.lines) + 1, parts, component))


def _name(form: Ub04, parts: list[str]) -> None:
    places = {"85": "1 Billing provider", "PR": "50 Payer", "IL": "8 Patient", "71": "76 Attending", "72": "77 Operating"}
    place = places.get(_at(parts, 1))
    if place is None:
        return
    whole = ", ".join(part for part in (_at(parts, 3), _at(parts, 4)) if part)
    form.boxes[place] = whole
    if _at(parts, 9):
        form.boxes["60 Member id" if parts[1] == "IL" else f"{place} id"] = _at(parts, 9)


def _claim(form: Ub04, parts: list[str], component: str) -> None:
    kind = _at(parts, 5).split(component)
    form.boxes |= {
        "3a Claim number": _at(parts, 1),
        "4 Type of bill": f"0{kind[0]}{kind[-1]}",
        "47 Total charges": f"${Decimal(_at(parts, 2) or 0):,.2f}",
    }


def _reference(form: Ub04, parts: list[str]) -> None:
    places = {"F8": "64 Payer control number", "EA": "3b Medical record number", "EI": "5 Tax number"}
    if _at(parts, 1) in places:
        form.boxes[places[parts[1]]] = _at(parts, 2)


def _date(form: Ub04, parts: list[str]) -> None:
    match _at(parts, 1):
        case "434":
            form.boxes["6 Statement covers"] = " to ".join(day(one) for one in _at(parts, 3).split("-"))
        case "435":
            form.boxes["12 Admission"] = day(_at(parts, 3)[:8])
        case "472" if form.lines:
            last = form.lines[-1]
            form.lines[-1] = Line(
                last.number, last.revenue_code, last.hcpcs, last.modifiers, day(_at(parts, 3)), last.units, last.charge
            )


def _code(form: Ub04, parts: list[str]) -> None:
    kind, code = parts[0], _at(parts, 1)
    if kind in _DIAGNOSIS:
        form.diagnoses.append(Code(_DIAGNOSIS[kind], code, _at(parts, 8)))
    elif kind in _PROCEDURE:
        form.procedures.append(Code("74", code, day(_at(parts, 3))))
    elif kind == "DR":
        form.boxes["71 DRG"] = code
    else:
        form.others += list(_other(kind, code, parts))


def _other(kind: str, code: str, parts: list[str]) -> Iterator[Code]:
    if kind == "BG":
        yield Code("18 Condition", code)
    if kind == "BH":
        yield Code("31 Occurrence", code, day(_at(parts, 3)))
    if kind == "BE":
        yield Code("39 Value", code, _at(parts, 4))


def _line(number: int, parts: list[str], component: str) -> Line:
    procedure = _at(parts, 2).split(component)
    return Line(
        number=number,
        revenue_code=_at(parts, 1),
        hcpcs=_at(procedure, 1),
        modifiers=" ".join(one for one in procedure[2:6] if one),
        date="",
        units=_at(parts, 5),
        charge=Decimal(_at(parts, 3) or 0),
    )


def day(text: str) -> str:
    """CCYYMMDD as a date that people read; other text as it is."""
    try:
        return f"{datetime.datetime.strptime(text[:8], '%Y%m%d').date():%m/%d/%Y}"  # noqa: DTZ007 - a date without a zone
    except ValueError:
        return text
