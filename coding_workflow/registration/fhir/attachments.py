"""What an attachment says: text where it is text, else why it cannot be read here. Nothing is fetched, whatever its address."""

import base64
import binascii
import codecs
import hashlib
from dataclasses import dataclass
from typing import Final

from coding_workflow.registration.problem import Unreadable

from .elements import Resource, text
from .words import plain

_PLAIN: Final = frozenset({"text/plain"})
_MARKUP: Final = frozenset({"text/html", "application/xhtml+xml"})
_CHARSETS: Final = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})


@dataclass(frozen=True, slots=True)
class Words:
    """The text of an attachment; empty with the reason (a flag) where it cannot be read here."""

    text: str = ""
    why_not: str = ""


def words_of(attachment: Resource, place: str, binary: Resource | None = None) -> Words:
    """The words of an ``Attachment`` with its data inline, or in the Binary that its address names.

    Refuses data that is not base64 or does not match its own hash, and text that is not in its character set.
    """
    coded = text(binary, "data") if binary else text(attachment, "data")
    if not coded:
        return Words(why_not="attachment_elsewhere" if attachment.get("url") else "attachment_without_data")
    content = _decoded(coded, place)
    _check_hash(attachment, content, place)
    kind, charset = _kind(text(binary, "contentType") if binary else text(attachment, "contentType"))
    if kind not in _PLAIN | _MARKUP:
        return Words(why_not="not_readable_text")
    written = _text(content, charset, place)
    return Words(plain(written) if kind in _MARKUP else written)


def binary_key(attachment: Resource) -> str:
    """The address, where it may name a Binary that came by the same feed; addresses elsewhere are not followed."""
    address = text(attachment, "url")
    return address if address.startswith(("Binary/", "urn:uuid:", "#")) or "/Binary/" in address else ""


def _decoded(coded: str, place: str) -> bytes:
    try:
        return base64.b64decode("".join(coded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("fhir.attachment", "The attachment's data is not base64.", f"{place}.data") from None


def _check_hash(attachment: Resource, content: bytes, place: str) -> None:
    said = text(attachment, "hash")
    if said and said != base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode():
        raise Unreadable("fhir.attachment", "The attachment does not match its own hash.", f"{place}.hash")


def _kind(content_type: str) -> tuple[str, str]:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    said = next((part.partition("=")[2].strip(' "') for part in parameters if part.startswith("charset")), "")
    return kind, said or "utf-8"


def _text(content: bytes, charset: str, place: str) -> str:
    if charset not in _CHARSETS:
        raise Unreadable("fhir.attachment", "The attachment's character set is not supported.", f"{place}.contentType")
    try:
        written = codecs.decode(content, charset)
    except UnicodeDecodeError:
        raise Unreadable("fhir.attachment", "The attachment's bytes do not fit its character set.", f"{place}.data") from None
    if "\x00" in written:
        raise Unreadable("fhir.letters", "The attachment holds the character U+0000.", f"{place}.data")
    return written.removeprefix("\ufeff")
