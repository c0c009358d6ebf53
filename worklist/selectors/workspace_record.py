"""The record pane: documents by type with badges, and the text of one with the linked passages marked."""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from accounts.models import Account, Deficiency, DeficiencyQuality, DocumentVersion, VersionStatus

from .workspace_codes import Codes, EvidenceLine
from .workspace_versions import Piece, changes


@dataclass(frozen=True, slots=True)
class Badge:
    """A word about a document, and the state whose colour it takes."""

    words: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document in its newest version; ``passages`` counts the passages linked on it."""

    pk: int
    version: int
    kind: str
    title: str
    author: str
    authored_at: datetime.datetime | None
    badges: tuple[Badge, ...]
    passages: int
    chosen: bool
    unread: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text; ``anchor`` and ``label`` name the codes that rest on it, or the one that is only suggested."""

    text: str
    anchor: str = ""
    label: str = ""

    @property
    def suggested(self) -> bool:
        """Whether no code rests on it yet."""
        return self.anchor.startswith("suggestion-")


@dataclass(frozen=True, slots=True)
class Wanting:
    """One quality found wanting in the open document; ``place`` is its form's."""

    pk: int
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The document that is open: its newest version's text in segments, and what was found wanting in it.

    With ``since`` the text is shown in ``pieces``: what is different from that version.
    """

    version: DocumentVersion
    segments: tuple[Segment, ...]
    deficiencies: tuple[Wanting, ...]
    since: int | None = None
    pieces: tuple[Piece, ...] = ()

    @property
    def before(self) -> int | None:
        """The number of the version before this one."""
        return self.version.number - 1 if self.version.number > 1 else None


@dataclass(frozen=True, slots=True)
class Hit:
    """Words found in a document, with their surroundings; ``start`` and ``end`` are code points of its newest text."""

    document: int
    title: str
    start: int
    end: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where words stand: every place counted by document, the first places shown."""

    words: str
    total: int
    counts: tuple[tuple[str, int], ...]
    hits: tuple[Hit, ...]

    @property
    def more(self) -> int:
        """Places that are counted and not shown."""
        return self.total - len(self.hits)


@dataclass(frozen=True, slots=True)
class RecordPane:
    """Everything that the pane shows."""

    documents: tuple[DocumentLine, ...]
    reading: Reading | None
    unread: int = 0
    qualities: tuple[tuple[str, str], ...] = tuple(DeficiencyQuality.choices)


#: Passages shown for one search; beyond, better words help more than a longer list.
MOST_HITS = 40
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the document that they chose, the version to compare it with, what they have read when first, and the
    passages of codes that they are offered."""

    chosen: int | None = None
    since: int | None = None
    read: Mapping[int, datetime.datetime] = field(default_factory=dict)
    offered: tuple[EvidenceLine, ...] = ()


def record_pane(account: Account, codes: Codes, reader: Reader) -> RecordPane:
    """The documents and the chosen one's text; the document with most passages, or the newest, when none is chosen.

    Three queries; one more for a comparison.
    """
    versions = newest_versions(account)
    opened = _opened(versions, codes, reader.chosen)
    lines = tuple(_line(version, account, codes, reader, chosen=version is opened) for version in versions)
    reading = _reading(opened, codes, reader) if opened else None
    return RecordPane(lines, reading, sum(line.unread for line in lines))


def newest_versions(account: Account) -> list[DocumentVersion]:
    """The newest version of each document in force, without its text, in the order of the record. One query."""
    rows = DocumentVersion.objects.in_force().filter(account=account).defer("text").select_related("document", "author")
    return sorted(
        rows.order_by("document_id"), key=lambda row: (row.document.get_type_display(), row.authored_at or row.received_at)
    )


def find(account: Account, words: str) -> Found:
    """Where the words stand in the newest versions, whatever their case and line ends. Two queries; nothing for no words."""
    if not words.strip():
        return Found("", 0, (), ())
    versions = {version.pk: version for version in newest_versions(account)}
    texts = dict(DocumentVersion.objects.filter(pk__in=versions).values_list("pk", "text"))
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
    hits = {pk: [_hit(version, texts[pk], place) for place in wanted.finditer(texts[pk])] for pk, version in versions.items()}
    every = [hit for pk in versions for hit in hits[pk]]
    counts = tuple((version.document.title, len(hits[pk])) for pk, version in versions.items() if hits[pk])
    return Found(words.strip(), len(every), counts, tuple(every[:MOST_HITS]))


def _hit(version: DocumentVersion, text: str, place: "re.Match[str]") -> Hit:
    start, end = place.span()
    before, after = text[max(start - _AROUND, 0) : start], text[end : end + _AROUND]
    return Hit(version.document_id, version.document.title, start, end, before, place.group(), after)


def _opened(versions: list[DocumentVersion], codes: Codes, chosen: int | None) -> DocumentVersion | None:
    named = next((version for version in versions if version.document_id == chosen), None)
    if named is not None or not versions:
        return named
    counts = {version.pk: len(_passages_on(version, codes)) for version in versions}
    return max(versions, key=lambda version: (counts[version.pk], version.document.type.endswith("summary"), version.pk))


def _line(version: DocumentVersion, account: Account, codes: Codes, reader: Reader, *, chosen: bool) -> DocumentLine:
    unread = not chosen and version.pk not in reader.read
    return DocumentLine(
        pk=version.document_id,
        version=version.pk,
        kind=version.document.get_type_display(),
        title=version.document.title,
        author=str(version.author) if version.author else version.author_role.replace("_", " "),
        authored_at=version.authored_at,
        badges=tuple(_badges(version, account, reader, unread=unread)),
        passages=len(_passages_on(version, codes)),
        chosen=chosen,
        unread=unread,
    )


def _badges(version: DocumentVersion, account: Account, reader: Reader, *, unread: bool) -> Iterable[Badge]:
    first = min(reader.read.values(), default=None)
    if unread and first is not None and version.received_at > first:
        yield Badge("New", "mine")
    if not version.is_signed:
        yield Badge(version.get_status_display(), "warn")
    if account.final_coded_at and version.document.first_received_at > account.final_coded_at:
        yield Badge("Late", "hold")
    if version.document.addendum_to_id is not None:
        yield Badge("Addendum")
    if version.number > 1 and version.repeats_id is None:
        yield Badge(f"New version {version.number}")
    if version.status == VersionStatus.ADDENDED:
        yield Badge("Addended", "mine")


def _passages_on(version: DocumentVersion, codes: Codes) -> list[EvidenceLine]:
    return [passage for line in codes.every for passage in line.evidence if passage.version == version.pk]


def _reading(version: DocumentVersion, codes: Codes, reader: Reader) -> Reading:
    # The text was left out of the list; this reads it for the one document that is open.
    version.refresh_from_db(fields=["text"])
    wanting = Deficiency.objects.filter(version=version, resolved_at__isnull=True).order_by("pk")
    found = tuple(_wanting(each) for each in wanting)
    before = _version_before(version, reader.since)
    if before is not None:
        return Reading(version, (), found, before.number, changes(before.text, version.text))
    offered = [each for each in reader.offered if each.version == version.pk]
    return Reading(version, segments(version.text, [*_passages_on(version, codes), *offered]), found)


def _version_before(version: DocumentVersion, since: int | None) -> DocumentVersion | None:
    if since is None or since >= version.number:
        return None
    return DocumentVersion.objects.filter(document=version.document_id, number=since).first()


def _wanting(found: Deficiency) -> Wanting:
    words = f"{found.get_quality_display()}{f': {found.note}' if found.note else ''}"
    return Wanting(found.pk, f"wanting-{found.pk}", words)


def segments(text: str, passages: Iterable[EvidenceLine]) -> tuple[Segment, ...]:
    """The text cut at every passage's start and end, so that passages may overlap. Pure."""
    spans = [each for each in passages if each.start is not None and each.end is not None]
    edges = sorted({0, len(text), *(edge for each in spans for edge in (each.start, each.end))})  # type: ignore[type-var]
    return tuple(_segment(text, spans, start, end) for start, end in pairwise(edges))  # type: ignore[arg-type]


def _segment(text: str, spans: list[EvidenceLine], start: int, end: int) -> Segment:
    over = [each for each in spans if each.start <= start and end <= each.end]  # type: ignore[operator]
    label = ", ".join(dict.fromkeys(each.code for each in over))
    return Segment(text[start:end], over[0].anchor if over else "", label)
