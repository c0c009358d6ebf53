"""ADT trigger events (HL7 v2.5.1 chapter 3): which are applied, and which change nothing that this system keeps."""

from typing import Final

#: Registers an account that is not known, updates one that is: A01 admit, A04 register, A05 pre-admit, A06 outpatient becomes
#: inpatient, A07 inpatient becomes outpatient (3.3.1, .4 to .7).
REGISTERS: Final = frozenset({"A01", "A04", "A05", "A06", "A07"})
#: Brings a known account up to date: A02 transfer, A08 update, A12 cancel transfer (PV1-3 is where the patient is again), A54
#: and A55 attending doctor changed and not changed (3.3.2, .8, .12, .54, .55).
UPDATES: Final = frozenset({"A02", "A08", "A12", "A54", "A55"})
#: A11 cancels an admission, A38 a pre-admission (3.3.11, .38).
CANCELS: Final = frozenset({"A11", "A38"})
DISCHARGES: Final = frozenset({"A03"})
CANCELS_DISCHARGE: Final = frozenset({"A13"})
#: Leave of absence (3.3.21, .22, .52, .53), in the words of ``LeaveKind``.
LEAVES: Final = {"A21": "left", "A22": "returned", "A52": "left_cancelled", "A53": "return_cancelled"}
#: Deletes a patient's visit (3.3.23).
DELETES: Final = frozenset({"A23"})
VISIT: Final = REGISTERS | UPDATES | CANCELS | DISCHARGES | CANCELS_DISCHARGE | DELETES | frozenset(LEAVES)

#: A28 adds, A31 updates a person, with or without accounts (3.3.28, .31).
PERSON: Final = frozenset({"A28", "A31"})

#: Merges the patient's numbers: MRG-1 into PID-3 (A18 3.3.18, A34 3.3.34, A36 3.3.36, A40 3.3.40).
MERGES_PATIENT: Final = frozenset({"A18", "A34", "A36", "A40"})
#: Merges accounts: MRG-3 into PID-18 (A18, A35 3.3.35, A36, A41 3.3.41).
MERGES_ACCOUNT: Final = frozenset({"A18", "A35", "A36", "A41"})
#: Which prior numbers an event cannot do without; A18 takes either. MRG-1 patient, MRG-3 account, MRG-5 visit.
NEEDS: Final[dict[str, tuple[int, ...]]] = {
    "A18": (),
    "A34": (1,),
    "A35": (3,),
    "A36": (1, 3),
    "A40": (1,),
    "A41": (3,),
    "A42": (5,),
    "A44": (1, 3),
    "A45": (3, 5),
}
MERGES: Final = frozenset(NEEDS)

#: Kept and set aside by itself, with the reason: nothing has happened yet, or it is about beds, allergies and places on the way.
NOT_NEEDED: Final[dict[str, str]] = {
    **dict.fromkeys(("A09", "A10", "A32", "A33"), "Where a patient is on the way is not kept here."),
    **dict.fromkeys(
        ("A14", "A15", "A16", "A25", "A26", "A27"), "What is only planned, or no longer planned, changes no account."
    ),
    **dict.fromkeys(("A17", "A20"), "Beds are not kept here."),
    "A60": "Allergies are not kept here.",
}
