"""Rules that are a table row: codes that do not stand together, their order, what never stands first, what needs a companion.

Each function registers one rule of the ICD-10-CM Official Guidelines. ``promise`` is what a function's docstring would say; in
the sentence ``{0}`` is the code of the first group and ``{1}`` that of the second. Codes are prefixes without points.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from .case import ICD_10_FROM, Case
from .facts import Diagnosis
from .findings import Severity
from .registry import Found, Judge, OverridePolicy, guideline
from .words import point

Codes = tuple[str, ...]


class Terms(NamedTuple):
    """What the rows have in common beside their codes: how hard the rule is, for whom, and from when on."""

    override: OverridePolicy = "none"
    severity: Severity = "hold"
    classes: frozenset[str] = frozenset()
    starts: datetime.date = ICD_10_FROM
    ends: datetime.date | None = None
    version: int = 1


FIRM = Terms()
REASON = Terms(override="reason")
WARN = Terms(severity="warn")
INFO = Terms(severity="info")


def _keep(id: str, section: str, promise: str, judge: Judge, terms: Terms, codes: Codes) -> None:
    judge.__doc__ = promise
    guideline(id, section, codes=codes, **terms._asdict())(judge)


def apart(id: str, section: str, promise: str, first: Codes, second: Codes, sentence: str, terms: Terms = FIRM) -> None:
    """A code of each group is one too many; each pair found is a finding of its own."""

    def judge(case: Case) -> Iterator[Found]:
        for one in case.those(*first):
            for other in case.those(*second):
                if one != other:
                    yield Found(sentence.format(point(one), point(other)), (one, other))

    _keep(id, section, promise, judge, terms, first)


def ordered(id: str, section: str, promise: str, before: Codes, after: Codes, sentence: str, terms: Terms = FIRM) -> None:
    """The first code of ``before`` stands ahead of the first of ``after``."""

    def judge(case: Case) -> Iterator[Found]:
        early, late = case.position(*before), case.position(*after)
        if early is not None and late is not None and late < early:
            codes = case.diagnoses[early].code, case.diagnoses[late].code
            yield Found(sentence.format(*map(point, codes)), codes)

    _keep(id, section, promise, judge, terms, before)


def not_first(id: str, section: str, promise: str, codes: Codes, sentence: str, terms: Terms = FIRM) -> None:
    """Never principal or first-listed. Silent where the Medicare Code Editor refuses the same principal diagnosis."""

    def judge(case: Case) -> Iterator[Found]:
        if case.principal and case.principal.code.startswith(codes) and not case.principal_refused:
            yield Found(sentence.format(point(case.principal.code)), (case.principal.code,))

    _keep(id, section, promise, judge, terms, codes)


def needs(id: str, section: str, promise: str, codes: Codes, companions: Codes, sentence: str, terms: Terms = FIRM) -> None:
    """None of ``codes`` stands without one of ``companions``."""

    def judge(case: Case) -> Iterator[Found]:
        present = case.has(*codes)
        if present and not case.has(*companions):
            yield Found(sentence.format(point(present)), (present,))

    _keep(id, section, promise, judge, terms, codes)


def present_at_admission(diagnosis: Diagnosis, case: Case) -> bool:
    """Y or W on an inpatient account; outpatient codes carry no indicator and are always of the visit."""
    return not case.inpatient or diagnosis.poa in ("Y", "W")
