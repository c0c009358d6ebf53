"""Condition 4: modifiers that do not go with the code, the payer or one another."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import is_surgery

from .correct_coding import SEPARATE_SERVICE
from .outpatient import MEDICARE, VISITS

#: Modifiers of evaluation and management, which no procedure carries.
_OF_VISITS = frozenset({"24", "25", "57"})
#: Therapy by its revenue code and the modifier of its discipline: physical, occupational, speech.
_DISCIPLINES = {"042": "GP", "043": "GO", "044": "GN"}
_BILATERAL, _SIDES = "50", frozenset({"RT", "LT"})


@rule(
    "modifier.of_visits",
    condition=4,
    reference="CPT modifiers 24, 25, 57, 59; NCCI Policy Manual, chapter I, E",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    modified=True,
)
def of_visits(case: Case) -> Iterator[Found]:
    """24, 25 and 57 go with visits, 59 and X{EPSU} with procedures."""
    for line in case.modified:
        wrong = _OF_VISITS if is_surgery(line.hcpcs) else SEPARATE_SERVICE if line.hcpcs in VISITS else frozenset()
        for modifier in sorted(wrong & {*line.modifiers}):
            kind = "a procedure" if is_surgery(line.hcpcs) else "a visit"
            yield Found(f"Modifier {modifier} does not go with {line.hcpcs}, which is {kind}.", (line.hcpcs, modifier))


@rule(
    "modifier.bilateral",
    condition=4,
    reference="IOCE edit 17; CPT modifier 50",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    modified=True,
)
def bilateral(case: Case) -> Iterator[Found]:
    """Both sides are modifier 50 on one line, not beside RT or LT, and one unit where Medicare is billed."""
    for line in case.modified:
        if _BILATERAL not in line.modifiers:
            continue
        if _SIDES & {*line.modifiers}:
            yield Found(f"Modifier 50 on {line.hcpcs} says both sides; RT or LT is not added.", (line.hcpcs, _BILATERAL))
        elif case.payer_kind in MEDICARE and line.units != 1:
            yield Found(f"{line.hcpcs} with modifier 50 is one unit.", (line.hcpcs, _BILATERAL))


@rule(
    "modifier.once",
    condition=4,
    reference="IOCE edit 22",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    modified=True,
)
def once(case: Case) -> Iterator[Found]:
    """A modifier stands once on a line."""
    for line in case.modified:
        for modifier in sorted({each for each in line.modifiers if line.modifiers.count(each) > 1}):
            yield Found(f"Modifier {modifier} is on {line.hcpcs} more than once.", (line.hcpcs, modifier))


@rule(
    "modifier.therapy",
    condition=4,
    reference="Medicare Claims Processing Manual, chapter 5, 20.1",
    classes=VISIT_CLASSES,
    payers=("medicare",),
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def therapy(case: Case) -> Iterator[Found]:
    """Physical medicine (CPT 97010-97799) under a therapy revenue code names its discipline: GP, GO or GN."""
    for line in case.facts.lines:
        discipline = _DISCIPLINES.get(line.revenue_code[:3], "")
        if discipline and "97010" <= line.hcpcs <= "97799" and discipline not in line.modifiers:
            yield Found(f"{line.hcpcs} under {line.revenue_code} needs modifier {discipline}.", (line.hcpcs, discipline))


@rule(
    "modifier.screening",
    condition=4,
    reference="Medicare Claims Processing Manual, chapter 18, 60.2; 45 CFR 147.130",
    severity="warn",
    classes=VISIT_CLASSES,
    looks_at=("lines", "payer"),
    fix="charges",
    starts=datetime.date(2011, 1, 1),
    modified=True,
)
def screening(case: Case) -> Iterator[Found]:
    """A screening that became a procedure is PT for Medicare and 33 for commercial payers."""
    wrong = {"medicare": "33", "commercial": "PT"}.get(case.payer_kind)
    for line in case.modified:
        if wrong and wrong in line.modifiers:
            right = "PT" if wrong == "33" else "33"
            yield Found(f"Modifier {wrong} on {line.hcpcs} is for another payer; here it is {right}.", (line.hcpcs, wrong))
