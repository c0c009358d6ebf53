"""One account under judgement: its facts, its tables, its policy, and what several rules derive from them."""

import datetime
from collections.abc import Iterable
from functools import lru_cache

from accounts.stay import length_of_stay, line_date
from coding_workflow.policy.rules import FacilityPolicy

from .anchoring import EDITS, tokens, words_of
from .derived import derived
from .facts import Coder, Diagnosis, Document, Facts, Line, Procedure
from .grouper import GroupingAnswer, GroupingClaim
from .service_codes import HCPCS_SYSTEMS
from .situations import situations
from .support import Supported, supported
from .tables import NotesAnswer, Tables, UnitsAnswer

#: First day of ICD-10 in the United States (45 CFR 162.1002).
ICD_10_FROM = datetime.date(2015, 10, 1)


NO_NOTES = NotesAnswer()

#: Edits by which the Medicare Code Editor refuses a principal diagnosis.
PRINCIPAL_EDITS = frozenset({"E_CODE_AS_PDX", "MANIFESTATION_AS_PDX", "UNACCEPTABLE_PDX", "INVALID_CODE"})


@lru_cache(maxsize=100_000)
def beginnings(code: str) -> tuple[str, ...]:
    """``I10`` as ``I``, ``I1``, ``I10``."""
    return tuple(code[:length] for length in range(1, len(code) + 1))


class Case:
    """What every rule is given. Nothing here changes after it was made."""

    def __init__(self, facts: Facts, tables: Tables, policy: FacilityPolicy) -> None:
        self.facts, self.tables, self.policy = facts, tables, policy
        self.inpatient = facts.inpatient
        self.payer_kind = facts.payer.kind
        self.diagnoses: tuple[Diagnosis, ...] = facts.diagnoses or ()
        self.principal: Diagnosis | None = self.diagnoses[0] if self.diagnoses else None
        self.secondary = self.diagnoses[1:]
        self.submitted = self.diagnoses + facts.external_causes
        self.codes = tuple(diagnosis.code for diagnosis in self.submitted)

    def has(self, *prefixes: str) -> str:
        """The first submitted diagnosis code that starts with one of these, or an empty text."""
        if self.beginnings.isdisjoint(prefixes):
            return ""
        return next(code for code in self.codes if code.startswith(prefixes))

    def those(self, *prefixes: str) -> tuple[str, ...]:
        """Every submitted diagnosis code that starts with one of these, once, in order."""
        return tuple(dict.fromkeys(code for code in self.codes if code.startswith(prefixes)))

    def position(self, *prefixes: str) -> int | None:
        """Where the first such code stands among the diagnoses, from 0."""
        if self.beginnings.isdisjoint(prefixes):
            return None
        return next((at for at, diagnosis in enumerate(self.diagnoses) if diagnosis.code.startswith(prefixes)), None)

    @derived
    def beginnings(self) -> frozenset[str]:
        """Every beginning of every submitted diagnosis code: most rules ask for codes that an account does not have."""
        return frozenset().union(*map(beginnings, self.codes))

    @derived
    def siblings(self) -> tuple[str, ...]:
        """The submitted diagnosis codes, each once, that share their category with another one. Most accounts have few."""
        found: dict[str, dict[str, None]] = {}
        for code in self.codes:
            found.setdefault(code[:3], {})[code] = None
        return tuple(code for codes in found.values() if len(codes) > 1 for code in codes)

    @derived
    def notes(self) -> dict[str, NotesAnswer]:
        """Submitted ICD-10-CM code -> its instructional notes; empty where they are not loaded."""
        if not self.icd_10 or not self.is_loaded("ICD-10-CM-NOTES"):
            return {}
        return {code: self.tables.notes(code) or NO_NOTES for code in self.codes}

    @derived
    def tables_date(self) -> datetime.date | None:
        """The date that chooses the account's tables; worked out once, since each line asks."""
        return self.facts.tables_date

    @derived
    def icd_10(self) -> bool:
        """Coded in ICD-10; false for accounts whose date lies before 2015-10-01."""
        return self.tables_date is None or self.tables_date >= ICD_10_FROM

    @property
    def diagnosis_system(self) -> str:
        """The table that diagnoses come from."""
        return "ICD-10-CM" if self.icd_10 else "ICD-9-CM-DX"

    @property
    def procedure_system(self) -> str:
        """The table that inpatient procedures come from."""
        return "ICD-10-PCS" if self.icd_10 else "ICD-9-CM-PX"

    @derived
    def judged_on(self) -> datetime.date:
        """The day of the judgement, given as a fact; the discharge date where it was not given."""
        return self.facts.judged_on or self.tables_date or datetime.date.max

    @derived
    def age(self) -> int | None:
        """Whole years at admission (at discharge where admission is not given)."""
        born, on = self.facts.patient.birth_date, self.facts.admit_date or self.tables_date
        if born is None or on is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    @derived
    def length_of_stay(self) -> int | None:
        """Midnights between admission and discharge; same day is 1."""
        if self.facts.admit_date is None or self.facts.discharge_date is None:
            return None
        return length_of_stay(self.facts.admit_date, self.facts.discharge_date)

    @derived
    def grouping(self) -> GroupingAnswer | None:
        """DRG and MCE answer of an inpatient account; None where there is none, also where the grouper refuses."""
        claim = self._claim()
        try:
            return self.tables.grouping(claim) if claim else None
        except (RuntimeError, ValueError, IndexError):
            # Not a pass: the rule tables.msdrg holds an inpatient account without an answer.
            return None

    def _claim(self) -> GroupingClaim | None:
        facts = self.facts
        if not self.inpatient or not self.icd_10 or not self.submitted or self.tables_date is None:
            return None
        return GroupingClaim(
            discharge_date=self.tables_date,
            version=facts.grouper_version or "",
            age=self.age,
            sex=facts.patient.sex,
            discharge_status=facts.discharge_status,
            poa_exempt_hospital=facts.poa_exempt_hospital,
            admitting_diagnosis=facts.admitting_diagnosis,
            diagnoses=tuple((each.code, each.poa) for each in self.submitted),
            procedures=tuple(each.code for each in facts.procedures if each.system == "ICD-10-PCS"),
        )

    @derived
    def principal_refused(self) -> bool:
        """Whether the Medicare Code Editor already refuses the principal diagnosis, so that a guideline need not say it again."""
        edits = self.grouping.mce if self.grouping else ()
        return any(edit in PRINCIPAL_EDITS and self.principal and subject == self.principal.code for edit, subject in edits)

    @derived
    def editor(self) -> dict[str, list[str]]:
        """Edit of the Medicare Code Editor -> what it is about, as often as the editor counts it."""
        found: dict[str, list[str]] = {}
        for edit, subject in self.grouping.mce if self.grouping else ():
            found.setdefault(edit, []).append(subject)
        return found

    @derived
    def complications(self) -> dict[str, str]:
        """Secondary code -> ``CC`` or ``MCC``."""
        return dict(self.grouping.severities) if self.grouping else {}

    @derived
    def hospital_acquired(self) -> dict[str, str]:
        """Secondary code on a hospital-acquired condition list -> whether its criteria are met."""
        return dict(self.grouping.hacs) if self.grouping else {}

    @derived
    def situations(self) -> frozenset[str]:
        """The circumstances that policy rows depend on (``policy.vocabulary.SITUATIONS``)."""
        return situations(self.facts, self.codes, self.grouping)

    @derived
    def words(self) -> frozenset[str] | None:
        """Codes, types of documents and edits of the editor, by which rules are found (``anchoring``)."""
        words = words_of(self.facts)
        return words.union([EDITS + name for name in self.editor]) if words and self.editor else words

    @derived
    def tokens(self) -> frozenset[str] | None:
        """The beginnings of these words."""
        return None if self.words is None else frozenset().union(*map(tokens, self.words))

    @derived
    def documents(self) -> dict[str, Document]:
        """Documents of the record by id."""
        return {document.id: document for document in self.facts.documents or ()}

    @derived
    def received(self) -> frozenset[str]:
        """The types of document in the record."""
        return frozenset(document.type for document in self.facts.documents or ())

    @derived
    def received_signed(self) -> frozenset[str]:
        """The types of which one is signed."""
        return frozenset(document.type for document in self.facts.documents or () if document.signed)

    @derived
    def coders(self) -> dict[str, Coder]:
        """Everyone whose competence is known, by id."""
        known = {coder.id: coder for coder in self.facts.coders}
        return known | ({self.facts.coder.id: self.facts.coder} if self.facts.coder else {})

    def assigners(self, items: Iterable[Diagnosis | Procedure | Line]) -> set[str]:
        """Who assigned these: the coder of each, else the account's."""
        account = self.facts.coder.id if self.facts.coder else ""
        return {item.coder or account for item in items} - {""}

    def is_loaded(self, system: str, on: datetime.date | None = None) -> bool:
        """Whether a release of the table covers the account's date, or the day of a service (``service_day``)."""
        return self.tables.loaded(system, on) is not None

    def service_day(self, service: Line | Procedure) -> datetime.date | None:
        """The day that chooses the tables of a service, where it is another than the account's; else None."""
        return self._days[service.date]

    @derived
    def _days(self) -> dict[datetime.date | None, datetime.date | None]:
        """Day of a service -> the day that chooses its tables; worked out once, since every table asks."""
        dates = {line.date for line in self.facts.lines} | {procedure.date for procedure in self.facts.procedures}
        chosen = {date: line_date(self.tables_date, date, inpatient=self.inpatient) for date in dates}
        return {date: None if on == self.tables_date else on for date, on in chosen.items()}

    @derived
    def service_days(self) -> tuple[datetime.date | None, ...]:
        """The days on which tables by day of service are asked, the account's own as None; that one alone without services."""
        return tuple(sorted({self.service_day(service) for service in self.services}, key=str)) or (None,)

    @derived
    def modified(self) -> tuple[Line, ...]:
        """Charge lines with a code and a modifier."""
        return tuple(line for line in self.facts.lines if line.hcpcs and line.modifiers)

    @derived
    def services(self) -> tuple[Line | Procedure, ...]:
        """Everything coded in HCPCS or CPT: charge lines with a code, then coded procedures not on a line."""
        lines = tuple(line for line in self.facts.lines if line.hcpcs)
        on_lines = {line.hcpcs for line in lines}
        loose = (each for each in self.facts.procedures if each.system in HCPCS_SYSTEMS and each.code not in on_lines)
        return (*lines, *loose)

    @derived
    def charged(self) -> dict[tuple[str, datetime.date | None, str], list[Line]]:
        """HCPCS code, day of service and, on a professional bill, who rendered it -> its lines."""
        found: dict[tuple[str, datetime.date | None, str], list[Line]] = {}
        for line in self.facts.lines:
            if line.hcpcs:
                found.setdefault((line.hcpcs, line.date, line.rendering), []).append(line)
        return found

    @derived
    def limited(self) -> tuple[tuple[str, list[Line], UnitsAnswer], ...]:
        """Code, its lines of one day, and the published limit of its units; only codes that have one."""
        asked = [(code, lines, self.service_day(lines[0])) for (code, *_), lines in self.charged.items()]
        limits = [(code, lines, self.tables.unit_limit(code, on)) for code, lines, on in asked if self.is_loaded("MUE", on)]
        return tuple((code, lines, limit) for code, lines, limit in limits if limit is not None)

    @derived
    def supported(self) -> tuple[Supported, ...]:
        """Every code that the record must support, with the kinds of support asked of it."""
        return tuple(supported(self.facts, self.documents, self.complications, self.hospital_acquired))
