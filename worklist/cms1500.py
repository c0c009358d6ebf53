"""A professional claim as a biller reads it: the items of a CMS-1500, read back from the 837 text that was made.

Pure. The text is the truth of what went out; nothing here looks at the account, which may have changed since.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from .ub04 import Code, day, segments

_ISA_LENGTH: Final = 106
#: NM1-1 -> the item, and the item of the number beside the name.
_NAMES: Final = {
    "85": ("33 Billing provider", "33a NPI"),
    "IL": ("2 Patient", "1a Member id"),
    "PR": ("11c Payer", "11d Payer id"),
    "DN": ("17 Referring provider", "17b NPI"),
    "82": ("31 Rendering provider", "24J NPI"),
    "DQ": ("17 Supervising provider", "17c NPI"),
}
_REFERENCES: Final = {"F8": "22 Payer control number", "EA": "26a Medical record number", "EI": "25 Tax number"}
_DATES: Final = {"435": "18 Admission", "096": "18 Discharge"}
_CLAIM_ONLY: Final = frozenset({"CLM", "DTP", "HI", "SV1", "LX"})


@dataclass(frozen=True, slots=True)
class Line:
    """One service line, item 24. ``pointers`` are letters; the renderer is empty where it is the claim's own."""

    number: int
    hcpcs: str
    modifiers: str
    units: str
    charge: Decimal
    place: str
    pointers: str
    date: str = ""
    rendering: str = ""


@dataclass(slots=True)
class Cms1500:
    """The form: boxes by their item, diagnoses by their letter, and service lines."""

    boxes: dict[str, str] = field(default_factory=dict)
    diagnoses: list[Code] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def read(text: str, number: str) -> Cms1500:
    """The claim of that number (CLM01) in the file; an empty form when it is not there."""
    form, inside = Cms1500(), False
    component = text[_ISA_LENGTH - 2 : _ISA_LENGTH - 1] or ":"
    for parts in segments(text):
        if inside and parts[0] in {"CLM", "HL", "SE"}:
            break  # the next claim, subscriber or the end of the set
        inside = inside or (parts[0] == "CLM" and _at(parts, 1) == number)
        if inside or parts[0] not in _CLAIM_ONLY:
            _take(form, parts, component)
    if form.boxes.get("26 Claim number") != number:
        return Cms1500()
    form.boxes = dict(sorted(form.boxes.items(), key=_item))
    return form


def _item(box: tuple[str, str]) -> tuple[int, str]:
    place = box[0].split(" ")[0]
    return int("".join(mark for mark in place if mark.isdigit())), box[0]


def _at(parts: list[str], place: int) -> str:
    return parts[place] if len(parts) > place else ""


def _take(form: Cms1500, parts: list[str], component: str) -> None:
    match parts[0]:
        case "NM1":
            _name(form, parts)
        case "CLM":
            _claim(form, parts, component)
        case "DMG":
            form.boxes |= {"3 Birth date": day(_at(parts, 2)), "3 Sex": _at(parts, 3)}
        case "REF" if _at(parts, 1) in _REFERENCES:
            form.boxes[_REFERENCES[parts[1]]] = _at(parts, 2)
        case "DTP":
            _date(form, parts)
        case "HI":
            for one in parts[1:]:
                form.diagnoses.append(Code(f"21{_letter(len(form.diagnoses) + 1)}", _at(one.split(component), 1)))
        case "SV1":
            form.lines.append(_line(form, parts, component))


def _name(form: Cms1500, parts: list[str]) -> None:
    if _at(parts, 1) not in _NAMES:
        return
    whole = ", ".join(part for part in (_at(parts, 3), _at(parts, 4)) if part)
    if form.lines:
        form.lines[-1] = replace(form.lines[-1], rendering=f"{whole} {_at(parts, 9)}".strip())
        return
    place, beside = _NAMES[parts[1]]
    form.boxes |= {place: whole, beside: _at(parts, 9)}


def _claim(form: Cms1500, parts: list[str], component: str) -> None:
    kind = _at(parts, 5).split(component)
    form.boxes |= {
        "26 Claim number": _at(parts, 1),
        "24B Place of service": kind[0],
        "22 Frequency": kind[-1],
        "28 Total charge": f"${Decimal(_at(parts, 2) or 0):,.2f}",
    }


def _date(form: Cms1500, parts: list[str]) -> None:
    if _at(parts, 1) in _DATES:
        form.boxes[_DATES[parts[1]]] = day(_at(parts, 3))
    elif _at(parts, 1) == "472" and form.lines:
        form.lines[-1] = replace(form.lines[-1], date=day(_at(parts, 3)))


def _line(form: Cms1500, parts: list[str], component: str) -> Line:
    procedure = _at(parts, 1).split(component)
    pointers = (int(each) for each in _at(parts, 7).split(component) if each.isdigit())
    return Line(
        number=len(form.lines) + 1,
        hcpcs=_at(procedure, 1),
        modifiers=" ".join(one for one in procedure[2:6] if one),
        units=_at(parts, 4),
        charge=Decimal(_at(parts, 2) or 0),
        place=_at(parts, 5) or form.boxes.get("24B Place of service", ""),
        pointers="".join(map(_letter, pointers)),
    )


def _letter(number: int) -> str:
    """1 is A, 12 is L, as on the paper form."""
    return chr(ord("A") + number - 1) if 1 <= number <= 12 else "?"
