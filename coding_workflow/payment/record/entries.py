"""The entries of an account's record, room by room; each row under the same name in every export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import Account, ChargeLine, Coverage, Document, DocumentVersion, Encounter, Provider
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import CodedDiagnosis, CodedItem, CodedProcedure, DiagnosisRole, ProviderQuery
from coding_workflow.coding.selectors import code_date, pointers_in_force
from coding_workflow.payment.fhir import coded
from coding_workflow.payment.fhir.trail import person
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing import people, records, visits
from coding_workflow.registration.fhir.writing.parts import Namer, entry, time

from . import claims
from .facts import charge_facts, coverage_facts, patient_facts, provider_facts, state_of, visit_facts

#: Lists of codes that a line can be for.
POINTED: Final = frozenset({DiagnosisRole.DIAGNOSIS, DiagnosisRole.EXTERNAL_CAUSE})


@dataclass(frozen=True, slots=True)
class Refs:
    """References that most entries hold. ``encounter`` is the account's first."""

    namer: Namer
    patient: Resource
    account: Resource
    facility: Resource
    encounter: Resource

    def document(self, key: int) -> Resource:
        """A document of the record."""
        return self.namer.reference("Document", key)


class Entries:
    """Reads what an account has and writes it, resource by resource."""

    def __init__(self, account: Account, namer: Namer) -> None:
        self.account, self.namer = account, namer
        self.zone = ZoneInfo(account.facility.time_zone)
        self.coverages = list(Coverage.objects.filter(account=account).select_related("payer").order_by("rank"))
        self.encounters: list[Encounter | None] = list(account.encounters.order_by("started_at", "pk")) or [None]
        self.refs = Refs(
            namer=namer,
            patient=namer.reference("Patient", account.patient_id, str(account.patient)),
            account=namer.reference("Account", account.pk),
            facility=namer.reference("Organization", "facility", account.facility.name, self._facility_number()),
            encounter=namer.reference("Encounter", self._visit_key(self.encounters[0])),
        )

    def _facility_number(self) -> Resource:
        return self.namer.number("facility", self.account.facility.code)

    def _provider(self) -> Resource:
        """Who provides the visit: of a professional account the unit that bills for its physicians, where there is one."""
        unit = self.account.unit
        if unit is None or not self.account.is_professional:
            return self.refs.facility
        return self.namer.reference("Organization", claims.place_key(unit), unit.name, self.namer.number("unit", unit.code))

    def _visit_key(self, encounter: Encounter | None) -> str:
        """An encounter that two accounts share is written once for each: it names one account that is billed."""
        return f"{self.account.pk}-{encounter.pk if encounter else 0}"

    def _named(self, resource: Resource, kind: str, key: object) -> Resource:
        name = self.namer.id(kind, key)
        return entry({"id": name, **resource}, kind, name)

    def frame(self, diagnoses: Sequence[CodedDiagnosis], procedures: Sequence[CodedProcedure]) -> Iterator[Resource]:
        """Who, where, who pays, and the visits."""
        account, namer = self.account, self.namer
        yield self._named(people.patient(patient_facts(account.patient, self.zone), namer), "Patient", account.patient_id)
        yield self._named(claims.place(account.facility, None, namer), "Organization", "facility")
        if account.unit is not None:
            unit = {**claims.place(account.facility, account.unit, namer), "partOf": self.refs.facility}
            yield self._named(unit, "Organization", claims.place_key(account.unit))
        yield from self._practitioners([row.provider_id for row in procedures if row.provider_id])
        yield from self._cover()
        for each in self.encounters:
            yield self._encounter(each, diagnoses if each is self.encounters[0] else ())

    def _practitioners(self, others: Sequence[int]) -> Iterator[Resource]:
        """Every clinician that the record names, once."""
        account = self.account
        authors = DocumentVersion.objects.filter(document__account=account, author__isnull=False).values("author_id")
        asked = ProviderQuery.objects.filter(account=account, provider__isnull=False).values("provider_id")
        rendered = ChargeLine.objects.filter(account=account, rendering__isnull=False).values("rendering_id")
        on_bill = [one.pk for _, one in claims.clinicians(account)]
        keys = {key for key in (account.attending_id, account.operating_id, *on_bill, *others) if key is not None}
        found = Provider.objects.filter(pk__in=keys) | Provider.objects.filter(pk__in=authors)
        found |= Provider.objects.filter(pk__in=rendered)
        for one in (found | Provider.objects.filter(pk__in=asked)).distinct().order_by("pk"):
            facts = provider_facts(one)
            if facts is not None:
                name = self.namer.id("Practitioner", one.source_id)
                yield entry(people.practitioner(facts, self.namer, one.taxonomy), "Practitioner", name)

    def _cover(self) -> Iterator[Resource]:
        visit = visit_facts(self.account, None, self.zone, alone=True)
        first, last = time(visit.admitted)[:10], time(visit.discharged)[:10]
        references = [self.namer.reference("Coverage", each.pk) for each in self.coverages]
        for key in {each.payer_id: each for each in self.coverages}.values():
            yield self._named(claims.payer(key, self.namer), "Organization", f"payer-{key.payer_id}")
        for each in self.coverages:
            payor = self.namer.reference("Organization", f"payer-{each.payer_id}", each.payer.name)
            facts = coverage_facts(each)
            yield self._named(people.coverage(facts, self.refs.patient, payor, first, last), "Coverage", each.pk)
        billed = visits.account(
            self.account.number,
            self.namer,
            patient=self.refs.patient,
            facility=self.refs.facility,
            coverages=references,
            first=first,
            last=last,
        )
        yield self._named(billed, "Account", self.account.pk)

    def _encounter(self, row: Encounter | None, diagnoses: Sequence[CodedDiagnosis]) -> Resource:
        facts = visit_facts(self.account, row, self.zone, alone=len(self.encounters) == 1)
        places = {role: 0 for role in DiagnosisRole.values}
        uses = []
        for each in diagnoses:
            places[each.role] += 1
            uses.append(coded.use(self.namer.reference("Condition", each.pk), each.role, places[each.role]))
        resource = visits.encounter(
            facts,
            state_of(self.account),
            self.namer,
            patient=self.refs.patient,
            account=self.refs.account,
            facility=self._provider(),
            diagnoses=uses,
        )
        return self._named(resource, "Encounter", self._visit_key(row))

    def codes(self, diagnoses: Sequence[CodedDiagnosis], procedures: Sequence[CodedProcedure]) -> Iterator[Resource]:
        """The codes in force."""
        titles = self._titles([*diagnoses, *procedures])
        at = {"patient": self.refs.patient, "encounter": self.refs.encounter}
        for row in diagnoses:
            yield self._named(coded.condition(self._code(row, titles), row.poa, **at), "Condition", row.pk)
        for done in procedures:
            facts = provider_facts(done.provider)
            resource = coded.procedure(
                self._code(done, titles),
                performed=done.performed_on,
                performer=people.clinician(facts, self.namer) if facts else None,
                modifiers=done.modifiers,
                **at,
            )
            yield self._named(resource, "Procedure", done.pk)

    def _code(self, row: CodedItem, titles: dict[tuple[str, str], str]) -> coded.Code:
        passages = tuple(
            coded.Passage(self.refs.document(each.version.document_id), each.quote)
            for each in row.passages  # type: ignore[attr-defined]
        )
        by = person(row.assigned_by.username, row.assigned_by.full_name)
        return coded.Code(row.system, row.code, titles.get((row.system, row.code), ""), by, row.assigned_at, passages)

    def _titles(self, rows: Sequence[CodedItem]) -> dict[tuple[str, str], str]:
        """Of the ICD codes; those of CPT are not ours to hand out."""
        on = code_date(self.account)
        found: dict[tuple[str, str], str] = {}
        if on is None:
            return found
        for system in {row.system for row in rows if row.system.startswith("ICD")}:
            known = codesets.lookup_many(system, [row.code for row in rows if row.system == system], on)
            found |= {(system, code): one.title for code, one in known.items()}
        return found

    def charges(self, diagnoses: Sequence[CodedDiagnosis]) -> Iterator[Resource]:
        """The ledger, voided lines as entered in error, lines that a coder pointed with the codes they are for."""
        conditions = {row.code: self.namer.reference("Condition", row.pk) for row in diagnoses if row.role in POINTED}
        pointers = pointers_in_force(self.account.pk) if self.account.is_professional else {}
        rows = ChargeLine.objects.filter(account=self.account).select_related("entry", "rendering").order_by("pk")
        for row in rows.iterator(chunk_size=1000):
            resource = records.charge(
                charge_facts(row, self.zone),
                self.namer,
                patient=self.refs.patient,
                encounter=self.refs.encounter,
                account=self.refs.account,
                voided=row.voided_at is not None,
                pointed=[conditions[code] for code in pointers.get(row.pk, ()) if code in conditions],
            )
            yield self._named(resource, "ChargeItem", row.pk)

    def documents(self) -> Iterator[tuple[int, tuple[tuple[str, int], ...], bool]]:
        """Of each document the newest version, what it replaces or adds to, and whether it was replaced; replaced ones first."""
        rows = Document.objects.filter(account=self.account).prefetch_related("replaces")
        newest = {
            row.document_id: row.pk
            for row in DocumentVersion.objects.filter(document__account=self.account).defer("text").order_by("number")
        }
        for row in sorted(rows, key=lambda each: (each.replaced_by_id is None, each.pk)):
            relates = [("replaces", each.pk) for each in row.replaces.all()]
            relates += [("appends", row.addendum_to_id)] if row.addendum_to_id else []
            if row.pk in newest:
                yield newest[row.pk], tuple(relates), row.replaced_by_id is not None
