"""Which circumstances of ``policy.vocabulary.SITUATIONS`` an account is in."""

import datetime
from collections.abc import Sequence

from .facts import Document, Facts, Line, Procedure
from .grouper import GroupingAnswer

EXPIRED = frozenset({"20", "40", "41", "42"})
_THERAPY_REVENUE = ("042", "043", "044")
_THERAPY_MODIFIERS = frozenset({"GP", "GO", "GN"})
#: Approaches (5th character of a PCS code) of surgery: open, endoscopic by incision, and the two mixed ones.
_SURGICAL_APPROACHES = frozenset("04F")
#: After a vaginal delivery (PCS 10E0, 10D07) a tear of perineum or vagina is repaired in the delivery room; its report
#: is the delivery note.
_VAGINAL_DELIVERY, _TEAR_REPAIRS = ("10E0", "10D07"), ("0KQM", "0UQG")


def situations(facts: Facts, codes: Sequence[str], grouping: GroupingAnswer | None) -> frozenset[str]:
    """The circumstances, worked out from facts and DRG alone."""
    drg = grouping.drg if grouping else ""
    holds = {
        "stay_under_48_hours": _short_stay(facts),
        "normal_delivery": drg == "807" or codes[:1] == ("O80",),
        "normal_newborn": drg == "795",
        "expired": facts.discharge_status in EXPIRED,
        "or_procedure": _operated(facts, grouping),
        "procedure_done": bool(facts.procedures),
        "specimen_sent": _specimen_sent(facts),
        "sterilization": "Z302" in codes,
        "condition_code_44": "44" in facts.condition_codes,
        "therapy": any([_is_therapy(line) for line in facts.lines]),
        "left_without_being_seen": "Z5321" in codes,
    }
    return frozenset([name for name, present in holds.items() if present])


def _short_stay(facts: Facts) -> bool:
    if facts.admitted_at and facts.discharged_at:
        return facts.discharged_at - facts.admitted_at < datetime.timedelta(hours=48)
    return bool(facts.admit_date and facts.discharge_date and (facts.discharge_date - facts.admit_date).days < 2)


def _operated(facts: Facts, grouping: GroupingAnswer | None) -> bool:
    """An inpatient OR procedure by a surgical approach (catheter work is reported by its own note), or OR charges."""
    if facts.inpatient:
        done = grouping.or_procedures if grouping else ()
        delivered = any(procedure.code.startswith(_VAGINAL_DELIVERY) for procedure in facts.procedures)
        elsewhere = _TEAR_REPAIRS if delivered else ()
        surgical = (code for code in done if not code.startswith(elsewhere))
        return any(len(code) == 7 and code[0] == "0" and code[4] in _SURGICAL_APPROACHES for code in surgical)
    return any(line.revenue_code.startswith("036") for line in facts.lines)


def _specimen_sent(facts: Facts) -> bool:
    told: tuple[Document | Procedure | Line, ...] = (*(facts.documents or ()), *facts.procedures, *facts.lines)
    return any([each.specimen for each in told])


def _is_therapy(line: Line) -> bool:
    return line.revenue_code.startswith(_THERAPY_REVENUE) or not _THERAPY_MODIFIERS.isdisjoint(line.modifiers)
