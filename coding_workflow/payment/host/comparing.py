"""A host's own codes against final codes: every difference, list by list. Pure.

What the host does not say is not compared: a list that was not told, POA and dates where it has none of them, the admitting
diagnosis where it names none, a DRG where either side has none. Services (CPT, HCPCS) that came from the chargemaster are the
host's own; only those that a coder assigned must be there.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from accounts.told_codes import SERVICE_SYSTEMS, ToldCode, is_external

from .codes import FinalDiagnosis, FinalProcedure

What = Literal[
    "principal", "lacks", "has", "order", "poa", "beginning", "drg",
    "procedure_lacks", "procedure_has", "principal_procedure", "date", "modifiers",
]  # fmt: skip
WORDS: Final[dict[What, str]] = {
    "principal": "Principal or first-listed diagnosis",
    "lacks": "Diagnosis that patient accounting lacks",
    "has": "Diagnosis only in patient accounting",
    "order": "Order of the diagnoses",
    "poa": "Present on admission",
    "beginning": "Admitting diagnosis or reason for visit",
    "procedure_lacks": "Procedure that patient accounting lacks",
    "procedure_has": "Procedure only in patient accounting",
    "principal_procedure": "Principal procedure",
    "date": "Date of a procedure",
    "modifiers": "Modifiers",
    "drg": "DRG",
}
_OF_PROCEDURES: Final[frozenset[What]] = frozenset(
    {"procedure_lacks", "procedure_has", "principal_procedure", "date", "modifiers"}
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: ours and the host's, empty where a side has none."""

    what: What
    ours: str
    theirs: str

    @property
    def words(self) -> str:
        """What differs, as people read it."""
        return WORDS[self.what]

    @property
    def of_procedures(self) -> bool:
        """Whether the list of procedures differs; else that of diagnoses."""
        return self.what in _OF_PROCEDURES


@dataclass(frozen=True, slots=True)
class OurCodes:
    """What was released, in its order; ``chargemaster`` are service codes of the bill that no coder assigned.

    A bill that is not of a stay (``inpatient``) has no POA and no admitting diagnosis.
    """

    diagnoses: tuple[FinalDiagnosis, ...]
    procedures: tuple[FinalProcedure, ...]
    drg: str = ""
    chargemaster: frozenset[str] = frozenset()
    inpatient: bool = True


@dataclass(frozen=True, slots=True)
class HostCodes:
    """What the host told; None for a list that it did not tell."""

    diagnoses: tuple[ToldCode, ...] | None
    procedures: tuple[ToldCode, ...] | None
    drg: str = ""


def compare(ours: OurCodes, theirs: HostCodes) -> tuple[Difference, ...]:
    """Every difference, diagnoses first; empty where they agree."""
    found: list[Difference] = []
    if theirs.diagnoses is not None:
        found += _diagnoses(ours.diagnoses, theirs.diagnoses)
        found += _of_a_stay(ours.diagnoses, theirs.diagnoses) if ours.inpatient else _reasons(ours.diagnoses, theirs.diagnoses)
        found += _drg(ours.drg, theirs.drg)
    if theirs.procedures is not None:
        found += _procedures(ours.procedures, theirs.procedures)
        found += _services(ours.procedures, theirs.procedures, ours.chargemaster)
    return tuple(found)


def _diagnoses(ours: Sequence[FinalDiagnosis], theirs: Sequence[ToldCode]) -> Iterator[Difference]:
    mine = [one for one in ours if one.kind in {"final", "external"} and not is_external(one.system, one.code)]
    told = [one for one in theirs if one.kind == "diagnosis" and not one.external]
    yield from _list([one.code for one in mine], [one.code for one in told], ordered=True)
    causes = [one.code for one in ours if one.kind in {"final", "external"} and is_external(one.system, one.code)]
    yield from _list(causes, [one.code for one in theirs if one.kind == "diagnosis" and one.external], ordered=False)


def _of_a_stay(ours: Sequence[FinalDiagnosis], theirs: Sequence[ToldCode]) -> Iterator[Difference]:
    yield from _poa(
        {one.code: one.poa for one in ours if one.kind in {"final", "external"}},
        {one.code: one.poa for one in theirs if one.kind == "diagnosis"},
    )
    yield from _beginning(ours, {one.code for one in theirs if one.kind in {"admitting", "reason"}})


def _reasons(ours: Sequence[FinalDiagnosis], theirs: Sequence[ToldCode]) -> Iterator[Difference]:
    """Reasons for the visit, which many systems tell as admitting diagnoses. One that registration alone has, where ours has no
    reason, stands on no bill of an outpatient; nor does ours lack what is one of several."""
    mine = {one.code for one in ours if one.kind in {"admitting", "reason"}}
    reasons = {one.code for one in theirs if one.kind == "reason"}
    admitting = {one.code for one in theirs if one.kind == "admitting"}
    if reasons or (mine and not admitting <= mine):
        yield from _beginning(ours, reasons or admitting)


def _beginning(ours: Sequence[FinalDiagnosis], told: Collection[str]) -> Iterator[Difference]:
    mine, begun = sorted({one.code for one in ours if one.kind in {"admitting", "reason"}}), sorted(told)
    if begun and begun != mine:
        yield Difference("beginning", " ".join(mine), " ".join(begun))


def _list(mine: Sequence[str], told: Sequence[str], *, ordered: bool) -> Iterator[Difference]:
    if ordered and mine[:1] != told[:1]:
        yield Difference("principal", "".join(mine[:1]), "".join(told[:1]))
    # The first code of either side that the other has nowhere is said once, as the principal one.
    first = {*mine[:1], *told[:1]} if ordered and mine[:1] != told[:1] else set()
    yield from (Difference("lacks", code, "") for code in mine if code not in told and code not in first)
    yield from (Difference("has", "", code) for code in told if code not in mine and code not in first)
    both = [code for code in mine if code in told]
    there = [code for code in dict.fromkeys(told) if code in mine]
    if ordered and not first and both != there:
        yield Difference("order", " ".join(both), " ".join(there))


def _poa(mine: dict[str, str], told: dict[str, str]) -> Iterator[Difference]:
    if not any(told.values()):
        return
    for code in mine:
        if code in told and mine[code] != told[code]:
            yield Difference("poa", f"{code} {mine[code] or 'exempt'}", f"{code} {told[code] or 'exempt'}")


def _procedures(ours: Iterable[FinalProcedure], theirs: Iterable[ToldCode]) -> Iterator[Difference]:
    """ICD procedures; the same code may stand several times, once for each time it was done."""
    mine = [one for one in ours if one.system not in SERVICE_SYSTEMS]
    told = [one for one in theirs if one.system not in SERVICE_SYSTEMS]
    yield from _counted([one.code for one in mine], [one.code for one in told])
    if mine and told and mine[0].code != told[0].code and {one.code for one in mine} == {one.code for one in told}:
        yield Difference("principal_procedure", mine[0].code, told[0].code)
    for code in dict.fromkeys(one.code for one in mine):
        days = sorted(str(one.date or "") for one in mine if one.code == code)
        there = sorted(str(one.on or "") for one in told if one.code == code)
        if any(there) and len(days) == len(there) and days != there:
            yield Difference("date", f"{code} {' '.join(days)}", f"{code} {' '.join(there)}")


def _services(ours: Iterable[FinalProcedure], theirs: Iterable[ToldCode], chargemaster: Collection[str]) -> Iterator[Difference]:
    mine = [one for one in ours if one.system in SERVICE_SYSTEMS]
    told = [one for one in theirs if one.system in SERVICE_SYSTEMS]
    if not told:
        return
    expected, counted = Counter(one.code for one in mine), Counter(one.code for one in told)
    # What the chargemaster put on the bill may be told, as often as it likes.
    kept = {code: min(number, expected[code]) if code in chargemaster else number for code, number in counted.items()}
    yield from _counted([one.code for one in mine], [code for code, number in kept.items() for _ in range(number)])
    modified = {one.code: set(one.modifiers) for one in told if one.modifiers}
    for one in mine:
        if one.code in modified and set(one.modifiers) != modified[one.code] and counted[one.code] == expected[one.code] == 1:
            yield Difference("modifiers", " ".join((one.code, *one.modifiers)), " ".join((one.code, *sorted(modified[one.code]))))


def _counted(mine: Sequence[str], told: Sequence[str]) -> Iterator[Difference]:
    lacking, extra = Counter(mine) - Counter(told), Counter(told) - Counter(mine)
    yield from (Difference("procedure_lacks", code, "") for code in sorted(lacking.elements()))
    yield from (Difference("procedure_has", "", code) for code in sorted(extra.elements()))


def _drg(mine: str, told: str) -> Iterator[Difference]:
    if mine and told and mine.lstrip("0") != told.lstrip("0"):
        yield Difference("drg", mine, told)
