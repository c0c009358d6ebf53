"""ICD-10-CM tabular list, the NCHS XML: codes with the instructional notes where the publisher put them.

The XML stops at six characters where a seventh is to be added and lists the seventh characters at a node above;
the full codes are made here, as the tabular list says, placeholder X included.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from coding_workflow.codesets.codes import ICD_10_CM

from .table import CodeRow, GroupRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

#: The publisher's element and the name under which its notes are kept.
NOTES: Final = {
    "includes": "includes",
    "inclusionTerm": "inclusion_terms",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "notes",
    "sevenChrNote": "seventh_character_note",
}
_SHAPE: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}")
#: S06: "7th characters D and S do not apply to codes in category S06 with 6th character 7 - ..., or 8 - ..."
_NOT_APPLIED: Final = re.compile(r"7th characters? (?P<seventh>.+?) do not apply to codes .*with 6th characters? (?P<sixth>.+)")

Sevenths = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Above:
    """What a node takes from those above it."""

    parent: str
    length: int = 0
    sevenths: Sevenths = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def looks_like(source: SourceFile) -> bool:
    """Whether the file is the tabular XML."""
    return b"<ICD10CM.tabular>" in source.content[:4096]


def read(source: SourceFile) -> ParsedTable:
    """Every category, subcategory and full code, with chapters and blocks. Refuses entities and broken XML."""
    root = _parse(source)
    if root.tag != "ICD10CM.tabular":
        raise Malformed(source.name, 1, "is XML, but not the ICD-10-CM tabular list.")
    groups: list[GroupRow] = []
    rows: list[CodeRow] = []
    for chapter in root.findall("chapter"):
        groups.append(_chapter(chapter))
        for section in chapter.findall("section"):
            groups.append(_section(section, groups[-1].parent or groups[-1].key))
            for category in section.findall("diag"):
                _add_codes(source.name, category, _Above(groups[-1].key), rows)
    require_rows(source.name, rows)
    _require_once(source.name, rows)
    return ParsedTable(ICD_10_CM, tuple(rows), checksum(source.content), source.name, groups=tuple(groups))


def _require_once(name: str, rows: list[CodeRow]) -> None:
    code, times = Counter(row.code for row in rows).most_common(1)[0]
    if times > 1:
        raise Malformed(name, None, f"“{code}” is in the file {times} times.")


def _parse(source: SourceFile) -> Element:
    try:
        root: Element = defusedxml.ElementTree.fromstring(source.content, forbid_dtd=True)
    except ParseError as err:
        raise Malformed(source.name, err.position[0], "is not well-formed XML.") from err
    except DefusedXmlException as err:
        raise Malformed(source.name, None, "declares entities or a document type, which are refused.") from err
    return root


def _chapter(element: Element) -> GroupRow:
    return GroupRow(f"chapter {_text(element, 'name')}", _text(element, "desc"), "", _notes(element))


def _section(element: Element, chapter: str) -> GroupRow:
    return GroupRow(f"block {element.get('id', '')}", _text(element, "desc"), chapter, _notes(element))


def _add_codes(name: str, element: Element, above: _Above, rows: list[CodeRow]) -> None:
    code, attributes = _text(element, "name").replace(".", ""), _notes(element)
    if not _SHAPE.fullmatch(code) or len(code) <= above.length:
        raise Malformed(name, None, f"“{code}” below {above.parent} is not shaped like an ICD-10-CM code.")
    sevenths = attributes.get("seventh_characters") or above.sevenths
    left_out = above.left_out or _left_out(attributes.get("notes", ()))
    below = element.findall("diag")
    expanded = bool(sevenths) and not below and len(code) < 7
    title, terms = _text(element, "desc"), tuple(attributes.get("inclusion_terms", ()))
    rows.append(CodeRow(code, not below and not expanded, title, parent=above.parent, attributes=attributes, terms=terms))
    for child in below:
        _add_codes(name, child, _Above(code, len(code), sevenths, left_out), rows)
    if expanded:
        kept = {key: words for key, words in sevenths.items() if code[5:] + key not in left_out}
        rows.extend(CodeRow(code.ljust(6, "X") + key, True, f"{title}, {kept[key]}", parent=code, terms=terms) for key in kept)


def _left_out(notes: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Sixth and seventh characters that do not go together, as ``7D``."""
    found = next((match for note in notes if (match := _NOT_APPLIED.search(note))), None)
    if not found:
        return ()
    sixths = re.findall(r"(?:^|, or |, )([0-9A-Z]) - ", found["sixth"])
    return tuple(sixth + seventh for sixth in sixths for seventh in re.findall(r"\b[0-9A-Z]\b", found["seventh"]))


def _notes(element: Element) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for child in element:
        if child.tag in NOTES:
            kept.setdefault(NOTES[child.tag], []).extend(_plain(note.text) for note in child.findall("note"))
        elif child.tag == "sevenChrDef":
            kept["seventh_characters"] = {each.get("char", ""): _plain(each.text) for each in child.findall("extension")}
    return kept


def _text(element: Element, tag: str) -> str:
    return _plain(element.findtext(tag))


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())
