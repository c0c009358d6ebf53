"""The people and the hospital that most tests start from."""

import datetime
import functools
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.actors import Actor
from accounts.models import Account, Coverage, Facility, Patient, PatientClass, Payer, PayerKind, Provider
from coding_workflow.staff.models import Competence, Role, RoleGrant, User

SEPTEMBER = datetime.date(2026, 9, 1)


@dataclass
class Cast:
    """One facility with its people; ``other`` is a hospital that none of them may see."""

    main: Facility
    other: Facility
    medicare: Payer
    commercial: Payer
    ana: User
    ben: User
    cleo: User
    bill: User
    ada: User
    cora: User
    dov: User

    def actor(self, name: str) -> Actor:
        """The actor of a person by first name."""
        return Actor.person(getattr(self, name).pk)

    def patient(self, number: str = "M1", **fields: Any) -> Patient:
        """A synthetic patient at MAIN."""
        values = {
            "family_name": "Testcase",
            "given_name": "Pat",
            "birth_date": datetime.date(1957, 2, 3),
            "sex": "F",
            "address_line": "1 Elm St",
            "city": "Springfield",
            "state": "NY",
            "zip_code": "12345",
            **fields,
        }
        return Patient.objects.create(facility=self.main, mrn=number, **values)

    def account(self, number: str = "A1", **fields: Any) -> Account:
        """A registered inpatient account at MAIN with Medicare cover."""
        patient = fields.pop("patient", None) or self.patient(f"M-{number}")
        payer = fields.pop("payer", self.medicare)
        values = {
            "patient_class": "inpatient",
            "admit_date": SEPTEMBER,
            "discharge_date": SEPTEMBER + datetime.timedelta(days=3),
            "discharge_status": "01",
            "admission_type": "1",
            "point_of_origin": "1",
            "type_of_bill": "0111",
            "statement_from": SEPTEMBER,
            "statement_through": SEPTEMBER + datetime.timedelta(days=3),
            "attending": self.provider(),
            **fields,
        }
        account = Account.objects.create(facility=self.main, number=number, patient=patient, **values)
        Coverage.objects.create(facility=self.main, account=account, payer=payer, member_id="1EG4TE5MK73")
        account.refresh_from_db()
        return account

    def provider(self) -> Provider:
        """The attending physician."""
        provider, _ = Provider.objects.get_or_create(
            facility=self.main, source_id="DR1", defaults={"family_name": "Ward", "given_name": "Wanda", "npi": "1234567893"}
        )
        return provider


PASSWORD = "correct horse battery staple"


@functools.cache
def _password_hash() -> str:
    """Argon2 is slow on purpose: once per run is enough."""
    return make_password(PASSWORD)


def _facility(code: str, name: str) -> Facility:
    return Facility.objects.create(
        code=code,
        name=name,
        npi="1234567893",
        ccn="330000",
        tax_id="123456789",
        address_line="1 Hospital Way",
        city="Springfield",
        state="NY",
        zip_code="123450000",
        hl7_codes=[code],
    )


def build_cast() -> Cast:
    """Make the hospital and its people; roles and competence are granted when the staff room has them."""
    main, other = _facility("MAIN", "Main Street Hospital"), _facility("OTHER", "Other Hospital")
    people = {
        name: User.objects.create(username=name, full_name=name.title(), password=_password_hash())
        for name in ("ana", "ben", "cleo", "bill", "ada", "cora", "dov")
    }
    cast = Cast(
        main=main,
        other=other,
        medicare=Payer.objects.create(facility=main, code="MCR", name="Medicare", kind=PayerKind.MEDICARE, electronic_id="00000"),
        commercial=Payer.objects.create(
            facility=main, code="COM", name="Acme Health", kind=PayerKind.COMMERCIAL, electronic_id="11111"
        ),
        **people,
    )
    _grant_roles(cast)
    return cast


_ROLES = {
    "ana": [Role.CODER],
    "ben": [Role.REVIEWER],
    "cleo": [Role.SUPERVISOR],
    "bill": [Role.BILLER],
    "ada": [Role.ADMINISTRATOR],
    "cora": [Role.COMPLIANCE],
    "dov": [],
}


def _grant_roles(cast: Cast) -> None:
    """One role each; Ana is competent for every type of coding, supervised by Cleo."""
    for name, roles in _ROLES.items():
        for role in roles:
            RoleGrant.objects.create(user=getattr(cast, name), facility=cast.main, role=role)
    for coding_type in PatientClass.values:
        Competence.objects.create(
            user=cast.ana,
            facility=cast.main,
            coding_type=coding_type,
            credential="CCS",
            trained_on=datetime.date(2025, 1, 1),
            oriented_on=datetime.date(2025, 2, 1),
            supervision="sampled",
            supervisor=cast.cleo,
            valid_from=datetime.date(2025, 3, 1),
        )
