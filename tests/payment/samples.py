"""One good claim, one good envelope and one good remittance, to be changed a little by each test."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from coding_workflow.payment.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    ClaimPayer,
    Diagnosis,
    Envelope,
    Occurrence,
    Practitioner,
    Procedure,
    Receiver,
    ServiceLine,
    Submitter,
    Subscriber,
    Value,
)

SHARED = Path(__file__).parents[3] / "shared" / "data" / "x12"
ENVELOPE = Envelope("SUB01", "CLR01", 7, 7, 1, datetime.datetime(2026, 9, 30, 8, 0), True)
ADDRESS = Address("1 Main St", "Springfield", "IL", "627010001")
PROVIDER = BillingProvider("Main Hospital", "1234567893", "282N00000X", "123456789", ADDRESS)
PATIENT = Subscriber("Miller", "Zoe", "", "1EG4TE5MK73", "", datetime.date(1957, 2, 3), "F", ADDRESS)
MEDICARE = ClaimPayer("Medicare", "00123", "MA", medicare=True)


def shared(*parts: str) -> bytes:
    """A sample of the shared data; the test is skipped where the data is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data is not here: x12/{'/'.join(parts)}")
    return path.read_bytes()


def inpatient(**changes: Any) -> Claim:
    """A Medicare stay of three days with two procedures."""
    fields: dict[str, Any] = {
        "number": "C0000000001",
        "submitter": Submitter("Main Hospital", "SUB01", "Billing Office", "5550100000"),
        "receiver": Receiver("Clearinghouse", "CLR01"),
        "provider": PROVIDER,
        "subscriber": PATIENT,
        "payer": MEDICARE,
        "inpatient": True,
        "type_of_bill": "0111",
        "total": Decimal("1500.50"),
        "statement_from": datetime.date(2026, 5, 1),
        "statement_through": datetime.date(2026, 5, 4),
        "principal": Diagnosis("I214", "Y"),
        "lines": (
            ServiceLine("0120", Decimal(1000), Decimal(3)),
            ServiceLine("0481", Decimal("500.50"), Decimal(1), "C1874", ("LT",), datetime.date(2026, 5, 2)),
        ),
        "attending": Practitioner("House", "Gregory", "1245319599", "207R00000X"),
        "operating": Practitioner("Cutter", "Ann", "1245319599"),
        "admitted_at": datetime.datetime(2026, 5, 1, 10, 5),
        "discharged_at": datetime.datetime(2026, 5, 4, 12, 0),
        "admission_type": "1",
        "point_of_origin": "1",
        "patient_status": "01",
        "admitting_diagnosis": "R079",
        "other_diagnoses": (Diagnosis("I2510", "Y"), Diagnosis("Z7984", "", poa_exempt=True)),
        "external_causes": (Diagnosis("W19XXXA", "Y"),),
        "procedures": (
            Procedure("027034Z", datetime.date(2026, 5, 2)),
            Procedure("4A023N7", datetime.date(2026, 5, 2)),
        ),
        "drg": "322",
        "occurrences": (Occurrence("11", datetime.date(2026, 5, 1)),),
        "values": (Value("80", Decimal(3)),),
        "conditions": ("17",),
        "medical_record_number": "MRN1",
    }
    return Claim(**{**fields, **changes})


def emergency(**changes: Any) -> Claim:
    """A commercial emergency visit of one day."""
    day = datetime.date(2026, 5, 1)
    fields: dict[str, Any] = {
        "payer": ClaimPayer("Commercial Plan", "60054", "CI"),
        "inpatient": False,
        "type_of_bill": "0131",
        "total": Decimal(812),
        "statement_from": day,
        "statement_through": day,
        "principal": Diagnosis("S61211A"),
        "other_diagnoses": (),
        "external_causes": (Diagnosis("W260XXA"),),
        "procedures": (),
        "drg": "",
        "values": (),
        "operating": None,
        "admitting_diagnosis": "",
        "reason_for_visit": ("S61211A",),
        "lines": (ServiceLine("0450", Decimal(812), Decimal(1), "99283", ("25",), day),),
    }
    return inpatient(**{**fields, **changes})


REMITTANCE = [
    "ISA*00*          *00*          *ZZ*PAYER01        *ZZ*SUB01          *260920*0800*^*00501*000000021*0*P*:",
    "GS*HP*PAYER01*SUB01*20260920*0800*21*X*005010X221A1",
    "ST*835*0001",
    "BPR*I*1290.40*C*ACH*CCP*01*111000025*DA*33*1234567890**01*111000025*DA*22*20260921",
    "TRN*1*TRACE-77*1234567890",
    "N1*PR*MEDICARE*XV*00123",
    "N3*1 PAYER WAY",
    "N4*BALTIMORE*MD*212440000",
    "N1*PE*MAIN HOSPITAL*XX*1234567893",
    "LX*1",
    "CLP*C0000000001*1*1500.50*1200.40*100*MA*ICN0001*11*1",
    "CAS*CO*45*200.10",
    "CAS*PR*1*100",
    "MOA***MA01*N130",
    "CLP*C0000000002*1*300*90*60*MA*ICN0002*13*1",
    "SVC*HC:99283:25*200*90*0450*1",
    "CAS*CO*45*50**253*10",
    "CAS*PR*2*50",
    "LQ*HE*N59",
    "SVC*HC:71046*100*0*0320*1",
    "CAS*CO*97*90",
    "CAS*PR*3*10",
    "CLP*C0000000003*4*80*0*0*MA*ICN0003*13*1",
    "CAS*CO*50*80",
    "SE*23*0001",
    "GE*1*21",
    "IEA*1*000000021",
]


def remittance(segments: list[str] | None = None) -> bytes:
    """A remittance as bytes, one segment per line."""
    return "".join(f"{segment}~\n" for segment in (segments or REMITTANCE)).encode()
