"""MDM: documents of the record with their text (HL7 chapter 9)."""

from typing import Final

from coding_workflow.registration.facts import DocumentFacts, RecordMessage

from . import person, times
from .problem import HL7Problem
from .read import Message, Segment

#: T02 is a new document with its content; the other events of chapter 9 are not handled yet.
TRIGGERS: Final = frozenset({"T02"})

#: HL7 table 0271, completion status, in the words of ``VersionStatus``. Pre-authenticated is not signed.
_COMPLETION: Final = {"AU": "signed", "LA": "signed", "DI": "dictated"}
_TEXT_TYPES: Final = frozenset({"", "TX", "FT", "ST"})


def record_message(message: Message) -> RecordMessage:
    """A document as facts. Refuses other trigger events and a document without number or type."""
    if message.trigger not in TRIGGERS:
        raise HL7Problem("hl7.trigger", f"MDM {message.trigger[:3]} is not handled yet.", "MSH", 9)
    txa = message.required("TXA")
    text = _text(message)
    return RecordMessage(
        key=person.key_of(message),
        documents=(_document(message, txa, text),),
        flags=() if text else ("document_without_text",),
    )


def _document(message: Message, txa: Segment, text: str) -> DocumentFacts:
    number, kind = txa.value(12), txa.value(2)
    if not number:
        raise HL7Problem("hl7.no_document_number", "The document has no unique number.", "TXA", 12)
    if not kind:
        raise HL7Problem("hl7.no_document_type", "The document has no type.", "TXA", 2)
    status = _COMPLETION.get(txa.value(17).upper(), "unsigned")
    signer = txa.moment(22, 15)
    return DocumentFacts(
        source_id=number,
        type_codes=tuple(code for code in (kind, txa.value(2, 4), txa.value(2, 2)) if code),
        title=txa.value(2, 2) or txa.value(16),
        text=text,
        status=status,
        author=person.provider_of(txa, 9) or person.provider_of(txa, 5) or person.provider_of(txa, 22),
        authored=txa.moment(4) or txa.moment(6),
        signed=_signed(status, signer, txa, message),
    )


def _signed(status: str, signer: times.Moment | None, txa: Segment, message: Message) -> times.Moment | None:
    """TXA-22.15; a sender that leaves it out is taken at the time of the last edit, or of the message."""
    return (signer or txa.moment(8) or message.sent_at) if status == "signed" else None


def _text(message: Message) -> str:
    """The text observations joined line by line; images and references have none."""
    parts = [obx.lines(5) for obx in message.all("OBX") if obx.value(2).upper() in _TEXT_TYPES]
    return "\n".join(parts).strip("\n")
