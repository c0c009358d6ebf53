"""Messages with codes, as encoders and patient accounting send them, in plain text: our own writer is not asked."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from tests.registration import sending

Segment = tuple[str, Mapping[int, str]]


def dg1(code: str, kind: str = "F", place: int | str = "", poa: str = "", system: str = "I10", **more: str) -> Segment:
    """A diagnosis; ``coder`` is DG1-16, ``action`` DG1-21."""
    named = {16: more.get("coder", ""), 21: more.get("action", "")}
    return "DG1", {1: "1", 3: f"{code}^^{system}", 6: kind, 15: str(place), 26: poa, **named}


def pr1(code: str, day: str = "20260902", place: int | str = "", system: str = "I10P", modifiers: str = "") -> Segment:
    """A procedure by the ward's physician."""
    return "PR1", {1: "1", 3: f"{code}^^{system}", 5: day, 11: "DR1^Ward^Wanda", 14: str(place), 16: modifiers}


DRG: Segment = ("DRG", {1: "193^^MSDRG"})
#: An encoder's final codes of the stay of ``sending``: admitting, principal, secondary, an external cause; two procedures.
ABSTRACT: Sequence[Segment] = (
    dg1("R07.9", "A"), dg1("E11.9", place=2, poa="Y"), dg1("J18.9", place=1, poa="Y"), dg1("W19.XXXA", place=3, poa="N"), DRG,
    pr1("5A1945Z", place=2), pr1("0BH17EZ", place=1),
)  # fmt: skip


def message(kind: str, minute: int, segments: Sequence[Segment], **said: Any) -> bytes:
    """A message of so many minutes after the discharge with these segments behind its visit.

    ``control_id``, ``account``, ``mrn`` and ``operator`` (EVN-5) may be said; ``visit`` are further fields of PV1.
    """
    at = (sending.DISCHARGED + datetime.timedelta(minutes=minute)).strftime("%Y%m%d%H%M%S%z")
    account = said.get("account", "A100")
    lines = [
        f"MSH|^~\\&|ENC|MAIN|CW|MAIN|{at}||{kind}|{said.get('control_id') or f'e-{minute}'}|P|2.6",
        _written("EVN", {1: kind.partition("^")[2], 2: at, 5: said.get("operator", "")}),
        _written("PID", {1: "1", 3: f"{said.get('mrn', 'M100')}^^^MRN^MR", 5: "Testcase^Pat", 18: account}),
        _written("PV1", {1: "1", 2: "I", 19: account, **said.get("visit", {})}),
        *(_written(*segment) for segment in segments),
    ]
    return "\r".join(lines).encode() + b"\r"


def final(minute: int = 30, segments: Sequence[Segment] = ABSTRACT, kind: str = "BAR^P12", **said: Any) -> bytes:
    """The whole abstract."""
    return message(kind, minute, segments, **said)


def _written(name: str, fields: Mapping[int, str]) -> str:
    return name + "".join(f"|{fields.get(number, '')}" for number in range(1, max(fields) + 1))
