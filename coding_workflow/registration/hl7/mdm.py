"""MDM: documents of the record and what becomes of them (HL7 v2.5.1 chapter 9.5).

T01 new, T03 status changed, T05 addendum, T07 edited, T09 replacement come without content; T02, T04, T06, T08, T10 are the
same with it. T11 cancels. An addendum and a replacement carry a number of their own, and their parent's in TXA-13.
"""

from typing import Final

from coding_workflow.registration.facts import DocumentFacts, RecordMessage

from . import person, times
from .problem import HL7Problem
from .read import Message, Segment

_CONTENT: Final = frozenset({"T02", "T04", "T06", "T08", "T10"})
_CANCEL: Final = "T11"
TRIGGERS: Final = _CONTENT | {"T01", "T03", "T05", "T07", "T09", _CANCEL}
_RELATIONS: Final = {"T05": "addendum", "T06": "addendum", "T09": "replacement", "T10": "replacement"}
#: TXA-19, HL7 table 0273: cancelled, and obsolete.
_GONE: Final = frozenset({"CA", "OB"})

#: HL7 table 0271, completion status, in the words of ``VersionStatus``. Pre-authenticated is not signed.
_COMPLETION: Final = {"AU": "signed", "LA": "signed", "DI": "dictated"}
_TEXT_TYPES: Final = frozenset({"", "TX", "FT", "ST"})


def record_message(message: Message) -> RecordMessage:
    """A document as facts. Refuses other trigger events, a document without number or type, and one that belongs to another
    without naming it."""
    if message.trigger not in TRIGGERS:
        raise HL7Problem("hl7.trigger", f"MDM {message.trigger[:3]} is not handled.", "MSH", 9)
    txa = message.required("TXA")
    text = _text(message) if message.trigger in _CONTENT else None
    return RecordMessage(
        key=person.key_of(message),
        documents=(_document(message, txa, text),),
        flags=() if text or message.trigger == _CANCEL else ("document_without_text",),
    )


def _document(message: Message, txa: Segment, text: str | None) -> DocumentFacts:
    number, kind = txa.value(12), txa.value(2)
    if not number:
        raise HL7Problem("hl7.no_document_number", "The document has no unique number.", "TXA", 12)
    if not kind and message.trigger != _CANCEL:
        raise HL7Problem("hl7.no_document_type", "The document has no type.", "TXA", 2)
    status = _status(message, txa)
    signer = txa.moment(22, 15)
    parent, relation = _parent(message, txa, number)
    return DocumentFacts(
        source_id=number,
        type_codes=tuple(code for code in (kind, txa.value(2, 4), txa.value(2, 2)) if code),
        title=txa.value(2, 2) or txa.value(16),
        text=text,
        status=status,
        author=person.provider_of(txa, 9) or person.provider_of(txa, 5) or person.provider_of(txa, 22),
        authored=txa.moment(4) or txa.moment(6),
        signed=_signed(status, signer, txa, message),
        parent=parent,
        relation=relation,
    )


def _status(message: Message, txa: Segment) -> str:
    if message.trigger == _CANCEL or txa.value(19).upper() in _GONE:
        return "cancelled"
    return _COMPLETION.get(txa.value(17).upper(), "unsigned")


def _parent(message: Message, txa: Segment, number: str) -> tuple[str, str]:
    """The parent's number and what this document is to it."""
    relation = _RELATIONS.get(message.trigger, "")
    parent = txa.value(13) if relation else ""
    if relation and not parent:
        raise HL7Problem("hl7.no_parent_document", "An addendum or a replacement does not name its document.", "TXA", 13)
    if parent == number:
        # The sender keeps one number for the whole: what comes is the document's next state.
        return "", ""
    return parent, relation


def _signed(status: str, signer: times.Moment | None, txa: Segment, message: Message) -> times.Moment | None:
    """TXA-22.15; a sender that leaves it out is taken at the time of the last edit, or of the message."""
    return (signer or txa.moment(8) or message.sent_at) if status == "signed" else None


def _text(message: Message) -> str:
    """The text observations joined line by line; images and references have none."""
    parts = [obx.lines(5) for obx in message.all("OBX") if obx.value(2).upper() in _TEXT_TYPES]
    return "\n".join(parts).strip("\n")
