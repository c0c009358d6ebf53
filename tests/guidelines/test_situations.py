"""Which reports an operation asks for."""

from .stories import dx, mother, px, without
from .test_stories import SECTION, TUBAL, judged

TEAR = dx("O70.1", "Z37.0:-", "Z3A.39:-")


def _missing(account: dict[str, object]) -> set[str]:
    return {finding.message for finding in judged(account).findings if finding.rule == "documents.required"}


def test_a_tear_repaired_after_a_vaginal_delivery_needs_no_operative_report() -> None:
    delivery = mother(diagnoses=TEAR, procedures=px("10E0XZZ", "0KQM0ZZ"))
    assert _missing(without(delivery, "operative_note")) == set()


def test_the_same_repair_without_a_delivery_and_a_section_do_need_one() -> None:
    repair = mother(diagnoses=TEAR, procedures=px("0KQM0ZZ"))
    assert "Operative report has not been received." in _missing(without(repair, "operative_note"))
    section = mother(diagnoses=TUBAL, procedures=SECTION)
    assert "Operative report has not been received." in _missing(without(section, "operative_note"))
