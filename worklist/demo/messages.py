"""A story as HL7 messages, the way the hospital's systems would send them."""

import datetime
import hashlib
from collections.abc import Iterator

from coding_workflow.registration.hl7 import write

from .names import Person, person_for
from .story import Bill, Paper, Story

_SECTIONS = {"pathology_report": "SP", "radiology_report": "RAD"}
_CLASS_CODES = {"inpatient": "I", "newborn": "I", "emergency": "E", "recurring": "R"}
_PAYERS = {
    "MCR": "Medicare",
    "MCA": "Senior Choice Advantage",
    "MCD": "State Medicaid",
    "COM": "Acme Health",
    "SELF": "Self-pay",
}
_CLINICIANS = {
    "attending": ("D100", "Ward", "Wanda", "1234567893"),
    "emergency_physician": ("D200", "Quick", "Eddie", "1245319599"),
    "surgeon": ("D300", "Cutter", "Carla", "1679576722"),
    "pathologist": ("D400", "Slide", "Sam", ""),
    "radiologist": ("D500", "Ray", "Rita", ""),
    "referrer": ("D600", "Guide", "Gwen", "1043218118"),
}
#: The unit under whose numbers the hospital's physicians bill.
PHYSICIANS = "SPG"


class Sender:
    """Writes one story's messages; control ids follow from the account number and the order."""

    def __init__(self, story: Story, facility: str) -> None:
        self._story, self._facility, self._sent, self._charged = story, facility, 0, 0
        self._person = person_for(story.same_patient_as or story.number, story.sex)

    def registration(self) -> Iterator[bytes]:
        """A01 for beds, A04 for outpatients."""
        event = "A01" if self._story.patient_class in {"inpatient", "newborn"} else "A04"
        yield write.adt(event, self._sending("ADT"), self._patient(), self._visit(discharged=False), self._coverage())

    def discharge(self) -> Iterator[bytes]:
        """A03 with the disposition that patient accounting has."""
        yield write.adt("A03", self._sending("ADT"), self._patient(), self._visit(discharged=True), self._coverage())

    def update(self, **changes: object) -> Iterator[bytes]:
        """A08 with some elements of the visit changed (``disposition``, ``patient_type`` ...)."""
        visit = self._visit(discharged=True, **changes)
        yield write.adt("A08", self._sending("ADT"), self._patient(), visit, self._coverage())

    def cancel_discharge(self) -> Iterator[bytes]:
        """A13: the patient is in house again."""
        yield write.adt("A13", self._sending("ADT"), self._patient(), self._visit(discharged=False))

    def cancel_admission(self) -> Iterator[bytes]:
        """A11: there was no admission."""
        yield write.adt("A11", self._sending("ADT"), self._patient(), self._visit(discharged=False))

    def papers(self, papers: tuple[Paper, ...]) -> Iterator[bytes]:
        """Documents: MDM T02, and ORU R01 for what laboratory and imaging report."""
        for paper in papers:
            if paper.by_laboratory:
                yield write.oru(self._sending("LAB"), self._patient(), self._story.number, [self._report(paper)])
            else:
                yield write.mdm(self._sending("EHR"), self._patient(), self._story.number, self._note(paper))

    def charges(self, bills: tuple[Bill, ...]) -> Iterator[bytes]:
        """One DFT P03 with every charge."""
        if bills:
            lines = [self._charge(number, bill) for number, bill in enumerate(bills, start=self._charged + 1)]
            self._charged += len(bills)
            yield write.dft(self._sending("CHG"), self._patient(), self._story.number, lines)

    def _sending(self, application: str) -> write.Sending:
        self._sent += 1
        digest = hashlib.sha256(f"{self._story.number}:{self._sent}:{application}".encode()).hexdigest()[:10].upper()
        at = self._story.at(0, 8) + datetime.timedelta(minutes=self._sent)
        return write.Sending(facility=self._facility, control_id=digest, sent_at=at, application=application)

    def _patient(self) -> write.Patient:
        who: Person = self._person
        return write.Patient(
            mrn=who.mrn,
            family_name=who.family_name,
            given_name=who.given_name,
            birth_date=self._story.born,
            sex=self._story.sex,
            address_line=who.address_line,
            city="Springfield",
            state="NY",
            zip_code="12345",
        )

    def _visit(self, *, discharged: bool, **changes: object) -> write.Visit:
        story = self._story
        values: dict[str, object] = {
            "account_number": story.number,
            "class_code": story.visit_class or _CLASS_CODES.get(story.patient_class, "O"),
            "patient_type": story.patient_class,
            "service": story.service,
            "admission_type": story.admission_type,
            "point_of_origin": story.point_of_origin,
            "admitted_at": story.at(0, story.hour),
            "attending": _clinician(_attending(story)),
            "operating": _clinician("surgeon") if story.patient_class == "outpatient_surgery" else None,
            "condition_codes": story.condition_codes,
            "occurrence_codes": story.occurrence_codes,
            "value_codes": story.value_codes,
        }
        if story.place_of_service:
            group = {"billing_provider": PHYSICIANS, "referring": _clinician("referrer")}
            values |= {"place_of_service": story.place_of_service, **group}
        if discharged:
            values |= {"discharged_at": story.at(story.days, min(story.hour + 5, 23)), "disposition": story.status}
        return write.Visit(**(values | changes))  # type: ignore[arg-type]

    def _coverage(self) -> list[write.Insurance]:
        member = f"{self._person.mrn}X{self._story.payer}"
        return [write.Insurance(payer_code=self._story.payer, payer_name=_PAYERS[self._story.payer], member_id=member)]

    def _note(self, paper: Paper) -> write.Note:
        at = self._story.at(paper.day, 13)
        return write.Note(
            number=self._number(paper),
            type=paper.type,
            title=paper.title,
            text=paper.text,
            author=_clinician(paper.role),
            authored_at=at,
            signed_at=at + datetime.timedelta(hours=1) if paper.signed else None,
        )

    def _report(self, paper: Paper) -> write.Report:
        at = self._story.at(paper.day, 12)
        return write.Report(
            number=self._number(paper),
            code=paper.type,
            name=paper.title,
            section=_SECTIONS.get(paper.type, "CH"),
            results=[write.Result(code="TXT", name=paper.title, text=paper.text)],
            status="F" if paper.signed else "P",
            collected_at=at,
            reported_at=at + datetime.timedelta(hours=1),
            interpreter=_clinician(paper.role),
        )

    def _number(self, paper: Paper) -> str:
        return f"{self._story.number}-{hashlib.sha256(paper.title.encode()).hexdigest()[:6].upper()}"

    def _charge(self, number: int, bill: Bill) -> write.Charge:
        return write.Charge(
            number=f"{self._story.number}-{number}",
            code=f"C{bill.revenue_code}{bill.hcpcs}" if bill.revenue_code else bill.hcpcs,
            amount=bill.amount,
            service_date=self._story.on(bill.day),
            revenue_code=bill.revenue_code,
            hcpcs=bill.hcpcs,
            modifiers=bill.modifiers,
            units=bill.units,
            description=bill.description,
            diagnoses=bill.linked,
        )


def _attending(story: Story) -> str:
    in_emergency = story.patient_class == "emergency" or story.place_of_service == "23"
    return "emergency_physician" if in_emergency else "attending"


def _clinician(role: str) -> write.Clinician:
    number, family, given, npi = _CLINICIANS.get(role, (f"R{role[:6].upper()}", "Helper", role.replace("_", " ").title(), ""))
    return write.Clinician(id=number, family_name=family, given_name=given, npi=npi, role=role)
