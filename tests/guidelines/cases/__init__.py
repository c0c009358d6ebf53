"""For every built-in rule one account on which it speaks and one, as near as possible, on which it is silent.

``CASES`` is the table that ``test_every_rule`` counts: a registered rule without both fails there.
"""

from . import charges, claims, coding, diagnoses, editor, obstetrics, professional, record
from .case import Told

CASES: dict[str, Told] = {}
for _part in (charges, claims, coding, diagnoses, editor, obstetrics, professional, record):
    _twice = CASES.keys() & _part.CASES.keys()
    assert not _twice, _twice
    CASES |= _part.CASES
