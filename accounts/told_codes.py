"""Codes as another system says them, in plain rows. Pure: whose they are and what becomes of them is decided elsewhere."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Kind = Literal["admitting", "reason", "diagnosis", "procedure"]
KINDS: Final[tuple[Kind, ...]] = ("admitting", "reason", "diagnosis", "procedure")

#: How a code of each system is written, without its point. ICD: the publishers' own tables; CPT category II and III end in
#: F, T, U, A or M.
SHAPES: Final[dict[str, re.Pattern[str]]] = {
    "ICD-10-CM": re.compile(r"[A-Z][0-9][0-9A-Z]([0-9A-Z]{0,4})", re.ASCII),
    "ICD-9-CM-DX": re.compile(r"([0-9]{3}|V[0-9]{2}|E[0-9]{3})[0-9]{0,2}", re.ASCII),
    "ICD-10-PCS": re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII),
    "ICD-9-CM-PX": re.compile(r"[0-9]{2,4}", re.ASCII),
    "CPT": re.compile(r"[0-9]{4}[0-9FTUAM]", re.ASCII),
    "HCPCS": re.compile(r"[A-V][0-9]{4}", re.ASCII),
}
DIAGNOSIS_SYSTEMS: Final = frozenset({"ICD-10-CM", "ICD-9-CM-DX"})
SERVICE_SYSTEMS: Final = frozenset({"CPT", "HCPCS"})
#: More than any bill holds; a longer list is a defect of the sender.
MOST_CODES: Final = 200


@dataclass(frozen=True, slots=True)
class ToldCode:
    """One code without point, in the place where the sender has it. ``on`` is the day of a procedure; ``units`` are text.

    ``poa`` is Y, N, U, W or empty; ``provider`` the key of who performed it.
    """

    kind: Kind
    system: str
    code: str
    poa: str = ""
    on: datetime.date | None = None
    modifiers: tuple[str, ...] = ()
    units: str = ""
    provider: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For a JSON column; ``from_dict`` gives it back."""
        return asdict(self) | {"on": self.on.isoformat() if self.on else "", "modifiers": list(self.modifiers)}

    @property
    def external(self) -> bool:
        """Whether it is an external cause by its chapter: V00-Y99 of ICD-10-CM, E codes of ICD-9-CM."""
        return is_external(self.system, self.code)


def from_dict(row: dict[str, Any]) -> ToldCode:
    """A code as ``as_dict`` wrote it."""
    on = datetime.date.fromisoformat(row["on"]) if row["on"] else None
    return ToldCode(**{**row, "on": on, "modifiers": tuple(row["modifiers"])})


def is_external(system: str, code: str) -> bool:
    """Whether a diagnosis code is an external cause of morbidity by its chapter."""
    return code[:1] in ("VWXY" if system == "ICD-10-CM" else "E") and system in DIAGNOSIS_SYSTEMS


def plain(code: str) -> str:
    """A code as it is kept: capitals, without point and blanks around."""
    return code.strip().upper().replace(".", "")


def fits(system: str, code: str) -> bool:
    """Whether a plain code is written as codes of the system are; whether it exists is the tables' to say."""
    shape = SHAPES.get(system)
    return shape is not None and shape.fullmatch(code) is not None


def digest(codes: Iterable[ToldCode], drg: str) -> str:
    """SHA-256 of what a list of codes says."""
    return hashlib.sha256(json.dumps([[each.as_dict() for each in codes], drg]).encode()).hexdigest()
