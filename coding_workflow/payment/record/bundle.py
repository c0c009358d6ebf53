"""The record of an account as a Bundle. Documents are fetched one by one as it is sent; the rest is gathered at once."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from accounts import clock
from accounts.errors import Refused
from accounts.models import Account, DocumentVersion
from accounts.scope import scoped
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure
from coding_workflow.coding.selectors import diagnoses_in_force, procedures_in_force
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing import parts, records
from coding_workflow.registration.fhir.writing.parts import Namer

from .claims import claims_in
from .entries import Entries, Refs
from .facts import document_facts, namer_of
from .trail import trail

#: As many as our own reader takes of one Bundle; a larger record is written in parts by ``manage.py fhir_export``.
MOST_ENTRIES: Final = 10_000
#: A part of a record ends when it has so many bytes; a unit that is read has at most 20 MB.
PART_BYTES: Final = 12_000_000
_JOINED: Final = ("facility", "patient", "unit", "attending", "operating", "rendering", "referring", "supervising")


@dataclass(frozen=True, slots=True)
class Record:
    """One account's record, to be streamed once. ``count`` are its entries."""

    account: Account
    made_at: str
    ready: tuple[Resource, ...]
    documents: tuple[tuple[int, tuple[tuple[str, int], ...], bool], ...]
    namer: Namer
    refs: Refs

    @property
    def count(self) -> int:
        """How many entries it has."""
        return len(self.ready) + len(self.documents)

    def whole(self) -> Iterable[bytes]:
        """One Bundle piece by piece; the words of one document are in memory at a time."""
        return parts.stream(self._head(), self._entries())

    def in_parts(self) -> Iterator[Iterable[bytes]]:
        """Several Bundles under the same identifier, each of at most ``MOST_ENTRIES`` and about ``PART_BYTES``."""
        held: list[Resource] = []
        size = 0
        for each in self._entries():
            length = len(parts.line(each))
            if held and (len(held) >= MOST_ENTRIES or size + length > PART_BYTES):
                yield parts.stream(self._head(), held)
                held, size = [], 0
            held.append(each)
            size += length
        yield parts.stream(self._head(), held)

    def _head(self) -> Resource:
        number = self.namer.number("account", self.account.number)
        head: Resource = {"resourceType": "Bundle", "identifier": number, "type": "collection", "timestamp": self.made_at}
        if self.account.restricted:
            head["meta"] = {"security": [parts.coding(systems.CONFIDENTIALITY, "R", "restricted")]}
        return head

    def _entries(self) -> Iterator[Resource]:
        return itertools.chain(self.ready, (self._document(*each) for each in self.documents))

    def _document(self, version: int, relates: tuple[tuple[str, int], ...], replaced: bool) -> Resource:
        """Fetched when its turn comes, which may be after the request's transaction; a version never changes."""
        with scoped([self.account.facility_id]):
            row = DocumentVersion.objects.select_related("document", "author").get(pk=version)
        name = self.namer.id("Document", row.document_id)
        resource = records.document(
            document_facts(row, ZoneInfo(self.account.facility.time_zone)),
            self.namer,
            patient=self.refs.patient,
            encounter=self.refs.encounter,
            facility=self.refs.facility,
            relates=[(code, self.refs.document(key)) for code, key in relates],
            replaced=replaced,
        )
        return parts.entry({"id": name, **resource}, "DocumentReference", name)


def record_of(account_id: int, *, bounded: bool = True) -> Record:
    """Gather an account's record. Who may see it is the caller's to ask, and to write down.

    Raises Refused ``fhir.too_many_entries`` over ``MOST_ENTRIES`` when ``bounded``.
    """
    account = Account.objects.select_related(*_JOINED).get(pk=account_id)
    namer = namer_of(account.facility)
    diagnoses, procedures = _codes(account)
    entries = Entries(account, namer)
    gathered = itertools.chain(
        entries.frame(diagnoses, procedures),
        entries.codes(diagnoses, procedures),
        trail(account, namer, entries.refs, [*diagnoses, *procedures]),
        claims_in(account, entries.coverages, namer),
        entries.charges(diagnoses),
    )
    # One too many says enough: the rest of a ledger that is refused is not read.
    ready = tuple(itertools.islice(gathered, MOST_ENTRIES + 1 if bounded else None))
    record = Record(account, parts.stamp(clock.now()), ready, tuple(entries.documents()), namer, entries.refs)
    if bounded and record.count > MOST_ENTRIES:
        raise Refused(
            "fhir.too_many_entries",
            f"The record has more than {MOST_ENTRIES:,} entries; the command fhir_export writes it in parts.",
        )
    return record


def _codes(account: Account) -> tuple[list[CodedDiagnosis], list[CodedProcedure]]:
    joined = ("assigned_by", "changed_by")
    return list(diagnoses_in_force(account.pk).select_related(*joined)), list(
        procedures_in_force(account.pk).select_related(*joined, "provider")
    )
