"""The plain cases that generated accounts tell, of every class."""

from .case import Case
from .emergency import EMERGENCY
from .inpatient import INPATIENT
from .outpatient import OUTPATIENT

__all__ = ["CASES", "Case"]

CASES: tuple[Case, ...] = (*EMERGENCY, *OUTPATIENT, *INPATIENT)
