"""What a change of the codes did to the group, in neutral words. Pure.

The page carries the codes that it shows (``coded``) and posts them with each action; the answer compares. Nothing is kept
in the session.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .workspace_codes import Codes

_LONGEST: Final = 4_000
_MOST_WORDS: Final = 3
_NONE: Final = "none"
#: ``D J96.01 Y``: kind, code as displayed, POA.
_LINE: Final = re.compile(r"([DP]) ([A-Z0-9.]{3,8}) ?([YNUW]?)")
Drg = Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Coded:
    """A group and the codes that made it: diagnoses in order with their POA, procedures."""

    drg: str
    diagnoses: tuple[tuple[str, str], ...]
    procedures: tuple[str, ...]


def coded_now(codes: Codes, drg: Drg) -> str:
    """The group and the codes that count for it, as text for the page to send back."""
    now = _now(codes, drg)
    lines = [f"D {code} {poa}".strip() for code, poa in now.diagnoses] + [f"P {code}" for code in now.procedures]
    return ";".join([now.drg or _NONE, *lines])


def what_it_did(before: str, codes: Codes, drg: Drg) -> str:
    """``292 → 291: J96.01 added``, ``Still 292: I10 removed``; empty when no code changed or nothing came along."""
    was, now = _read(before), _now(codes, drg)
    words = _changes(was, now) if was else []
    if was is None or not words:
        return ""
    said = ", ".join(words[:_MOST_WORDS]) + (f" and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else "")
    if was.drg == now.drg:
        return f"Still {now.drg}: {said}" if now.drg else f"No group yet: {said}"
    return f"{was.drg or 'No group'} → {now.drg or 'no group'}: {said}"


def _now(codes: Codes, drg: Drg) -> Coded:
    diagnoses = tuple((line.code, line.poa) for line in codes.lists[0].lines)
    return Coded(drg["drg"] if drg else "", diagnoses, tuple(line.code for line in codes.procedures))


def _read(text: str) -> Coded | None:
    drg, *lines = text[:_LONGEST].split(";")
    found = [match.groups() for line in lines if (match := _LINE.fullmatch(line))]
    if len(found) != len(lines) or not (drg.isdigit() or drg == _NONE):
        return None
    diagnoses = tuple((code, poa) for kind, code, poa in found if kind == "D")
    return Coded("" if drg == _NONE else drg, diagnoses, tuple(code for kind, code, _ in found if kind == "P"))


def _changes(was: Coded, now: Coded) -> list[str]:
    before, after = dict(was.diagnoses), dict(now.diagnoses)
    codes_before, codes_after = [*before, *was.procedures], [*after, *now.procedures]
    words = [f"{code} removed" for code in codes_before if code not in codes_after]
    words += [f"{code} added" for code in codes_after if code not in codes_before]
    words += [
        f"POA of {code} {before[code] or 'blank'} to {poa or 'blank'}"
        for code, poa in after.items()
        if code in before and before[code] != poa
    ]
    stayed = [code for code in before if code in after]
    if stayed != [code for code in after if code in before]:
        words.append(f"{next(iter(after))} first" if next(iter(after)) != next(iter(before)) else "order changed")
    return words
