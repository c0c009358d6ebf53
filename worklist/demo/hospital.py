"""The demo hospital itself: facility, payers, queues, people, policy."""

import datetime
from dataclasses import dataclass
from typing import Final

from accounts import clock
from accounts.models import ChargemasterEntry, Facility, PatientClass, Payer, PayerKind, Unit
from coding_workflow.policy.rules import AutoRelease, Downstream, FacilityPolicy, Scope, StepTarget
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.services import create_person, record_competence, set_password
from worklist.services import ensure_queues

from .messages import PHYSICIANS
from .rules import make_rules

PASSWORD: Final = "Springfield-demo-2026"  # noqa: S105 - printed at the end of make demo
_YEAR_START: Final = datetime.date(2025, 10, 1)


#: By when accounts leave the steps at this hospital, in days after discharge.
_TARGETS: Final = (
    StepTarget("coding", 7, Scope(("inpatient", "newborn"))),
    StepTarget("coding", 5),
    StepTarget("query", 14),
    StepTarget("held", 10),
    StepTarget("approval", 8),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the demo's people."""

    username: str
    full_name: str
    roles: tuple[str, ...]
    says: str


#: Everyone signs in with the demo's password.
TEAM: Final = (
    Member("cleo", "Cleo Park", (Role.SUPERVISOR,), "Supervisor: release board, approvals"),
    Member("sol", "Sol Reyes", (Role.SUPERVISOR,), "Supervisor, accountable for auto-release"),
    Member("ana", "Ana Silva", (Role.CODER,), "Coder, every type of coding"),
    Member("dev", "Dev Patel", (Role.CODER,), "Coder, emergency and ancillary"),
    Member("mia", "Mia Chen", (Role.CODER,), "Coder, inpatient and newborn"),
    Member("lee", "Lee Brandt", (Role.CODER,), "Coder whose inpatient competence has ended"),
    Member("ben", "Ben Okafor", (Role.REVIEWER,), "Reviewer"),
    Member("bill", "Bill Novak", (Role.BILLER,), "Biller: claims, remittances, discrepancies"),
    Member("ada", "Ada Lind", (Role.ADMINISTRATOR,), "Administrator: people, code tables"),
    Member("zoe", "Zoe Marsh", (Role.ADMINISTRATOR,), "Second administrator"),
    Member("cora", "Cora Webb", (Role.COMPLIANCE,), "Compliance: history, who looked"),
)

_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "ana": tuple(PatientClass.values),
    "dev": (PatientClass.EMERGENCY, PatientClass.ANCILLARY, PatientClass.CLINIC, PatientClass.RECURRING),
    "mia": (PatientClass.INPATIENT, PatientClass.NEWBORN),
    "lee": (PatientClass.INPATIENT,),
}

_PAYERS: Final = (
    ("MCR", "Medicare", PayerKind.MEDICARE, "13202"),
    ("MCA", "Senior Choice Advantage", PayerKind.MEDICARE_ADVANTAGE, "H1234"),
    ("MCD", "State Medicaid", PayerKind.MEDICAID, "NYMCD"),
    ("COM", "Acme Health", PayerKind.COMMERCIAL, "ACME1"),
    ("SELF", "Self-pay", PayerKind.SELF_PAY, ""),
)

#: Revenue code, HCPCS or CPT number, own words.
_CHARGEMASTER: Final = (
    ("0300", "85025", "Blood count"),
    ("0300", "84443", "Thyroid test"),
    ("0300", "85610", "Clotting test"),
    ("0260", "96374", "Intravenous push"),
    ("0275", "C1785", "Pacemaker, dual chamber"),
    ("0275", "C1898", "Pacemaker lead"),
    ("0320", "73562", "Knee film"),
    ("0420", "97110", "Therapeutic exercise"),
    ("0730", "93005", "Electrocardiogram"),
    ("0762", "G0378", "Observation hour"),
)


def open_hospital(*, code: str = "MAIN", name: str = "Springfield General Hospital", prefix: str = "") -> Facility:
    """Make the facility with everything it needs; once. ``prefix`` stands before sign-in names.

    Only the demo's own people get the demo's password; others cannot sign in until an administrator lets them.
    """
    facility = Facility.objects.create(
        code=code,
        name=name,
        npi="1234567893",
        ccn="330999",
        tax_id="141234567",
        address_line="100 Hospital Way",
        city="Springfield",
        state="NY",
        zip_code="123450001",
        hl7_codes=[code],
    )
    for payer, title, kind, electronic_id in _PAYERS:
        Payer.objects.create(facility=facility, code=payer, name=title, kind=kind, electronic_id=electronic_id)
    Unit.objects.create(
        facility=facility, code=PHYSICIANS, name="Springfield Physicians Group", npi="1998765436", taxonomy="193200000X"
    )
    ensure_queues(facility)
    _hire(facility, prefix)
    _chargemaster(facility, prefix)
    _publish(facility, prefix)
    return facility


def _chargemaster(facility: Facility, prefix: str) -> None:
    """Entries whose codes go on claims as they are; Ana owns them (decisions.md 3)."""
    owner = User.objects.get(username=f"{prefix}ana")
    for revenue_code, hcpcs, words in _CHARGEMASTER:
        ChargemasterEntry.objects.create(
            facility=facility,
            code=f"C{revenue_code}{hcpcs}",
            description=words,
            revenue_code=revenue_code,
            hcpcs=hcpcs,
            owner=owner,
            valid_from=_YEAR_START,
        )


def _hire(facility: Facility, prefix: str) -> None:
    people = {member.username: _person(facility, member, prefix) for member in TEAM}
    for username, types in _TYPES.items():
        for coding_type in types:
            record_competence(
                by=None,
                person=people[username],
                facility=facility,
                coding_type=coding_type,
                credential=_credential(coding_type),
                trained_on=datetime.date(2024, 5, 1),
                oriented_on=datetime.date(2025, 9, 1),
                supervision="sampled",
                supervisor=people["cleo"],
                valid_from=_YEAR_START,
                valid_to=_next_year(),
            )


def _credential(coding_type: str) -> str:
    """Of hospital stays, of outpatients, of physicians' fees."""
    if coding_type == PatientClass.PROFESSIONAL:
        return "CPC"
    return "CCS" if coding_type in {PatientClass.INPATIENT, PatientClass.NEWBORN} else "COC"


def _next_year() -> datetime.date:
    """A year from the business date: competence and declarations run out some day, as they should."""
    return clock.today() + datetime.timedelta(days=365)


def _person(facility: Facility, member: Member, prefix: str) -> User:
    person, _ = create_person(
        by=None, facility=facility, username=prefix + member.username, full_name=member.full_name, roles=member.roles
    )
    if not prefix:
        set_password(by=None, person=person, password=PASSWORD)
    return person


def demo_policy(prefix: str = "") -> FacilityPolicy:
    """The standard policy; tables that this hospital has no licence or file for are declared validated downstream.

    Clean emergency and ancillary accounts are released by policy (decisions.md 18), Sol Reyes accountable. Coders of clinic
    visits are offered codes from the record's words.
    """
    reason = "Not in the demo's open packages; the claim scrubber of the clearinghouse checks it."
    expires = _next_year()
    tables = ("CPT", "HCPCS", "HCPCS-MODIFIER", "NCCI-PTP", "MUE", "POA-EXEMPT")
    declared = tuple(Downstream(table, f"{prefix}ada", reason, expires) for table in tables)
    clean = AutoRelease(f"{prefix}sol", Scope(("emergency", "ancillary")))
    return FacilityPolicy(
        title="Springfield General, from 2026-05-01",
        required_documents=STANDARD.required_documents,
        required_tables=STANDARD.required_tables,
        evidence=STANDARD.evidence,
        downstream=declared,
        bill_holds=STANDARD.bill_holds,
        auto_release=(clean,),
        unsigned=STANDARD.unsigned,
        select_modifiers=STANDARD.select_modifiers,
        suggestions_for=("clinic",),
        targets=_TARGETS,
    )


def _publish(facility: Facility, prefix: str) -> None:
    """Ada writes the policy and the rules, Zoe publishes them."""
    ada, zoe = (User.objects.get(username=prefix + name) for name in ("ada", "zoe"))
    publish_policy(facility=facility, policy=demo_policy(prefix), by=ada, second=zoe, effective_from=datetime.date(2026, 5, 1))
    make_rules(facility, ada, zoe)
