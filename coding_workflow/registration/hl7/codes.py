"""DG1, PR1, DRG and FT1 as an account's codes (HL7 v2.6, 6.5.2 to 6.5.4): what an encoder or patient accounting has.

A message is taken as a snapshot: its list stands in the place of what was told before. Single changes (DG1-21, PR1-20 other
than add) are refused. In an encoder's ADT and in BAR both lists are told together; DFT, and the ADT of patient accounting, tell
only those that they have: many a registration sends diagnoses and never a procedure.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from coding_workflow.registration.facts import CodeFacts, CodesMessage

from . import person
from .problem import HL7Problem
from .read import DELETE, Message, Segment

#: Messages that can tell codes: visits that an encoder's export is built as, bills with diagnoses and procedures, charges.
ADT: Final = frozenset({"A01", "A03", "A04", "A06", "A07", "A08"})
BAR: Final = frozenset({"P01", "P05", "P12"})
#: HL7 table 0052: what was said at the beginning, with R (reason for the visit) as many senders write it; W is not final yet.
_BEGINNING: Final = frozenset({"A", "R"})
_CODED: Final = frozenset({"F", "W", ""})
_WORKING: Final = "W"
#: What is often said in words alone, before anybody codes it.
_IN_WORDS: Final = frozenset({"A", "R", "W"})
#: HL7 table 0206, action codes.
_SINGLE_CHANGES: Final = frozenset({"D", "U", "X"})
#: 6.5.2.15, table 0359: 0 is not included in the ranking.
_UNRANKED: Final = 10_000
#: Medicare's groups alone are compared; an APR-DRG is another thing.
_DRG_NAMES: Final = frozenset({"", "MSDRG", "MS-DRG", "MS", "CMS", "CMSDRG", "DRG"})


def tells_codes(message: Message) -> bool:
    """Whether messages of this type and event can tell codes."""
    events = {"ADT": ADT, "BAR": BAR, "DFT": frozenset({"P03"})}.get(message.type, frozenset())
    return message.trigger in events


def codes_message(message: Message, *, services: bool = False) -> CodesMessage | None:
    """The codes that a message tells; None where it tells none, such as an admission that holds the admitting diagnosis alone.

    ``services``: an encoder's, where the procedures of charges (PR1 of a DFT, FT1-25) are codes too. Without it a DFT tells
    diagnoses alone, and only where each has its place: otherwise they are of a charge, not of the account. Raises HL7Problem
    for single changes, places that are no numbers, a kind of diagnosis that is not known (DG1-6), and a message without an
    account.
    """
    dg1 = list(message.all("DG1"))
    told = _diagnoses(dg1)
    procedures = _procedures(message, services=services)
    if message.type == "DFT" and not services:
        told, procedures = _of_the_account(told), None
    coded = [each for each in told or () if each.kind not in _BEGINNING]
    emptied = told == ()
    if not coded and not emptied and procedures is None:
        return None
    if message.type == "BAR" or (message.type == "ADT" and services):
        # A snapshot of an abstract: what it does not hold the account does not have.
        told, procedures = told or (), procedures or ()
    return CodesMessage(
        key=person.key_of(message),
        diagnoses=told,
        procedures=procedures,
        drg=_drg(message),
        coder=_coder(message, dg1),
        final=not coded or any(each.kind != _WORKING for each in coded),
    )


def _diagnoses(segments: list[Segment]) -> tuple[CodeFacts, ...] | None:
    if not segments:
        return None
    told = [_diagnosis(segment) for segment in segments if not _is_emptied(segment) and not _is_in_words(segment)]
    if not told and not all(_is_emptied(segment) for segment in segments):
        return None
    final = any(each.kind in _CODED and each.kind != _WORKING for each in told)
    # Once there are final ones, what was worked with before is no code of the account.
    return _in_order(each for each in told if not (final and each.kind == _WORKING))


def _is_in_words(dg1: Segment) -> bool:
    return not dg1.value(3) and dg1.value(6).upper() in _IN_WORDS


def _of_the_account(told: tuple[CodeFacts, ...] | None) -> tuple[CodeFacts, ...] | None:
    coded = [each for each in told or () if each.kind not in _BEGINNING]
    return told if coded and all(each.order != _UNRANKED for each in coded) else None


def _diagnosis(dg1: Segment) -> CodeFacts:
    _refuse_single_change(dg1, 21)
    kind = dg1.value(6).upper()
    if kind not in _BEGINNING | _CODED:
        raise HL7Problem("hl7.diagnosis_kind", "DG1-6 is neither A, R, W nor F.", "DG1", 6)
    return CodeFacts(
        segment="DG1", code=_code(dg1), system=dg1.value(3, 3) or dg1.value(2), kind=kind, poa=dg1.value(26).upper(),
        order=_order(dg1, 15),
    )  # fmt: skip


def _procedures(message: Message, *, services: bool) -> tuple[CodeFacts, ...] | None:
    pr1 = [segment for segment in message.all("PR1") if segment.value(3)]
    ft1 = [segment for segment in message.all("FT1") if segment.value(25)] if services else []
    if not pr1 and not ft1:
        return None
    listed = _in_order(_procedure(segment) for segment in pr1 if not _is_emptied(segment))
    return (*listed, *(_service(segment) for segment in ft1))


def _procedure(pr1: Segment) -> CodeFacts:
    _refuse_single_change(pr1, 20)
    return CodeFacts(
        segment="PR1", code=_code(pr1), system=pr1.value(3, 3) or pr1.value(2), on=pr1.moment(5),
        modifiers=_modifiers(pr1, 16), operator=person.provider_of(pr1, 11) or person.provider_of(pr1, 12), order=_order(pr1, 14),
    )  # fmt: skip


def _service(ft1: Segment) -> CodeFacts:
    return CodeFacts(
        segment="FT1", code=ft1.value(25), system=ft1.value(25, 3), on=ft1.moment(4), modifiers=_modifiers(ft1, 26),
        units=ft1.value(10), operator=person.provider_of(ft1, 20),
    )  # fmt: skip


def _code(segment: Segment) -> str:
    code = segment.value(3)
    if not code:
        raise HL7Problem("hl7.no_code", f"A {segment.name} segment holds no code.", segment.name, 3)
    return code


def _is_emptied(segment: Segment) -> bool:
    """One segment of two quotes says that there is none (2.10.4.1)."""
    return segment.value(3) == DELETE


def _refuse_single_change(segment: Segment, field: int) -> None:
    if segment.value(field).upper() in _SINGLE_CHANGES:
        sentence = "The message tells single changes of codes; a feed of codes tells the whole list each time."
        raise HL7Problem("hl7.single_change", sentence, segment.name, field)


def _order(segment: Segment, field: int) -> int:
    text = segment.value(field)
    if not text:
        return _UNRANKED
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise HL7Problem("hl7.order", "The place in the list is no number.", segment.name, field)
    return int(text) or _UNRANKED


def _in_order(facts: Iterable[CodeFacts]) -> tuple[CodeFacts, ...]:
    """By the sender's places; those of the same place as they came."""
    return tuple(sorted(facts, key=lambda each: each.order))


def _modifiers(segment: Segment, field: int) -> tuple[str, ...]:
    found = (segment.value(field, repetition=number).upper() for number in segment.repetitions(field))
    return tuple(each for each in found if each)


def _drg(message: Message) -> str:
    drg = message.first("DRG")
    if drg is None or drg.value(1, 3).upper() not in _DRG_NAMES:
        return ""
    code = drg.value(1)
    return code.zfill(3) if code.isascii() and code.isdigit() and len(code) <= 4 else ""


def _coder(message: Message, dg1: list[Segment]) -> str:
    """EVN-5 (operator), else the one person whom every DG1-16 names."""
    evn = message.first("EVN")
    operator = evn.value(5) if evn else ""
    named = set(_named(dg1))
    return operator or (named.pop() if len(named) == 1 else "")


def _named(dg1: list[Segment]) -> Iterator[str]:
    return (segment.value(16) for segment in dg1 if segment.value(16) not in {"", DELETE})
