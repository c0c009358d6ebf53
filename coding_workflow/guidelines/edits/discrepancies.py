"""Conditions 6 and 7: what is open on the account, charges against codes, and the case behind a corrected claim."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import listed

#: Device procedures (CPT) -> the device codes (HCPCS) of which one of each group is charged with them.
PULSE_GENERATORS = ("C1785", "C1786", "C2619", "C2620", "C2621")
LEADS = ("C1779", "C1898", "C1899", "C1900")
DEFIBRILLATORS = ("C1721", "C1722", "C1882")
DEVICES = {
    "33206": (PULSE_GENERATORS, LEADS),
    "33207": (PULSE_GENERATORS, LEADS),
    "33208": (PULSE_GENERATORS, LEADS),
    "33249": (DEFIBRILLATORS, (*LEADS, "C1777", "C1895", "C1896")),
}


@rule("discrepancy.open_hold", condition=6, reference="Release condition 6", looks_at=("open_holds",), fix="holds")
def open_hold(case: Case) -> Iterator[Found]:
    """A hold placed by a person, policy or feed stands until somebody resolves it."""
    for hold in case.facts.open_holds:
        yield Found(hold.message, (hold.key,), owner=hold.owner)


@rule(
    "charges.device",
    condition=6,
    reference="IOCE edit 92",
    classes=OUTPATIENT_CLASSES,
    looks_at=("lines", "procedures"),
    owner="charge",
    fix="charges",
)
def device(case: Case) -> Iterator[Found]:
    """A device-intensive procedure is billed with its device."""
    charged = {line.hcpcs for line in case.facts.lines}
    performed = charged | {each.code for each in case.facts.procedures}
    for code in sorted(performed & DEVICES.keys()):
        missing = [group for group in DEVICES[code] if not charged & set(group)]
        if missing:
            needed = listed([f"one of {', '.join(group)}" for group in missing])
            yield Found(f"{code} is coded and its device is not charged: {needed}.", (code,))


@rule(
    "charges.coded_not_charged",
    condition=6,
    reference="Release condition 6",
    classes=VISIT_CLASSES,
    looks_at=("lines", "procedures"),
    owner="charge",
    fix="charges",
)
def coded_not_charged(case: Case) -> Iterator[Found]:
    """A service that the coder found in the record has a charge."""
    bare = {line.hcpcs for line in case.facts.lines if line.hcpcs and line.charge is None and not line.revenue_code}
    charged = {line.hcpcs for line in case.facts.lines} - bare
    loose = {each.code for each in case.facts.procedures if each.system in ("HCPCS", "CPT")} - charged
    for code in sorted(bare | loose):
        yield Found(f"{code} is coded and not charged.", (code,))


@rule(
    "case.complete",
    condition=7,
    reference="Release condition 7; 42 CFR 401.305",
    looks_at=("discrepancy",),
    owner="compliance",
    fix="case",
)
def complete(case: Case) -> Iterator[Found]:
    """A corrected claim goes out with its root cause, the correction, and what prevents it from coming back."""
    discrepancy = case.facts.discrepancy
    if discrepancy is None:
        return
    steps = (
        ("root cause", discrepancy.root_cause),
        ("correction", discrepancy.correction),
        ("prevention", discrepancy.prevention),
    )
    for step, written in steps:
        if not written:
            yield Found(f"The discrepancy case has no {step} yet.", (discrepancy.id, step))
    if discrepancy.validation_query is False:
        yield Found("A documented diagnosis is removed only after a clinical validation query.", (discrepancy.id, "validation"))
