"""ORU R01: laboratory, pathology and radiology results, one document for each order (HL7 chapter 7)."""

from collections.abc import Iterator
from typing import Final

from coding_workflow.registration.facts import DocumentFacts, RecordMessage

from . import person
from .problem import HL7Problem
from .read import Message, Segment

#: HL7 table 0123, result status, in the words of ``VersionStatus``.
_STATUS: Final = {"F": "signed", "C": "signed", "X": "cancelled"}
_NO_RESULT_YET: Final = frozenset({"O", "I", "Y", "Z"})
_TEXT_TYPES: Final = frozenset({"TX", "FT"})

#: HL7 table 0074, diagnostic service section.
_PATHOLOGY: Final = frozenset({"SP", "CP"})
_RADIOLOGY: Final = frozenset({"RAD", "RX", "CT", "NMR", "NMS", "RUS", "OUS", "VUS", "CUS", "XRC"})
_NOT_LABORATORY: Final = frozenset({"AU", "EC", "EN", "ICU", "NRS", "PF", "PHR", "PHY", "PT", "RC", "RT", "OTH"})
#: LOINC codes of whole reports, for senders that leave OBR-24 empty.
_REPORTS: Final = {"11526-1": "pathology_report", "60567-5": "pathology_report", "22637-3": "pathology_report",
                   "18748-4": "radiology_report", "18782-3": "radiology_report"}  # fmt: skip


def record_message(message: Message) -> RecordMessage:
    """Results as documents. Refuses other trigger events and a message without any order."""
    if message.trigger != "R01":
        raise HL7Problem("hl7.trigger", "Only ORU R01 is handled.", "MSH", 9)
    groups = list(_groups(message))
    if not groups:
        raise HL7Problem("hl7.segment_missing", "The message has no OBR segment.", "OBR")
    ready = [group for group in groups if group[0].value(25).upper() not in _NO_RESULT_YET]
    documents = tuple(_document(message, obr, results) for obr, results in ready)
    flags = () if len(ready) == len(groups) else ("order_without_result",)
    return RecordMessage(key=person.key_of(message), documents=documents, flags=flags)


def _groups(message: Message) -> Iterator[tuple[Segment, list[Segment]]]:
    """Each OBR with its OBX and NTE."""
    order: Segment | None = None
    results: list[Segment] = []
    for segment in message.segments:
        if segment.name == "OBR":
            if order is not None:
                yield order, results
            order, results = segment, []
        elif segment.name in {"OBX", "NTE"} and order is not None:
            results.append(segment)
    if order is not None:
        yield order, results


def _document(message: Message, obr: Segment, results: list[Segment]) -> DocumentFacts:
    number = obr.value(3) or obr.value(2) or f"{message.control_id}-{obr.value(1)}"
    status = _STATUS.get(obr.value(25).upper(), "unsigned")
    reported = obr.moment(22) or message.sent_at
    return DocumentFacts(
        source_id=f"result:{number}",
        type_codes=_type_codes(obr, results),
        title=obr.value(4, 2) or obr.value(4, 5) or obr.value(4, 1),
        text="\n".join(_lines(results)).strip("\n"),
        status=status,
        author=person.provider_of(obr, 32),
        authored=obr.moment(7) or reported,
        signed=reported if status == "signed" else None,
    )


def _type_codes(obr: Segment, results: list[Segment]) -> tuple[str, ...]:
    section, code = obr.value(24).upper(), obr.value(4)
    first = next((obx.value(3) for obx in results if obx.name == "OBX"), "")
    report = _REPORTS.get(code) or _REPORTS.get(first)
    return tuple(part for part in (section, code, _by_section(section, report)) if part)


def _by_section(section: str, report: str | None) -> str:
    if section in _PATHOLOGY:
        return "pathology_report"
    if section in _RADIOLOGY:
        return "radiology_report"
    if section in _NOT_LABORATORY:
        return "other"
    return report or "laboratory_result"


def _lines(results: list[Segment]) -> Iterator[str]:
    """Reports as written; measured results as a line: name, value, unit, reference range, flag, status."""
    heading = ""
    for segment in results:
        if segment.name == "NTE":
            yield segment.lines(3)
        elif segment.value(2).upper() in _TEXT_TYPES:
            name = segment.value(3, 2) or segment.value(3)
            if name != heading:
                yield f"{name}:"
            heading = name
            yield segment.lines(5)
        else:
            heading = ""
            yield _measured(segment)


def _measured(obx: Segment) -> str:
    value = " / ".join(obx.value(5, 2, repetition=rep) or obx.value(5, repetition=rep) for rep in obx.repetitions(5))
    parts = [f"{obx.value(3, 2) or obx.value(3)}: {value}", obx.value(6)]
    if obx.value(7):
        parts.append(f"(reference {obx.value(7)})")
    if obx.value(8) not in {"", "N"}:
        parts.append(f"[{obx.value(8)}]")
    if obx.value(11).upper() in {"P", "C"}:
        parts.append("preliminary" if obx.value(11).upper() == "P" else "corrected")
    return " ".join(part for part in parts if part)
