"""Mother and newborn."""

from typing import Any

from tests.guidelines.stories import ADMITTED, dx, mother, newborn, px

from .case import Told, ip

_VAGINAL = px("10E0XZZ")


def mom(codes: str, delivered: bool = True, **changes: Any) -> dict[str, Any]:
    return mother(diagnoses=dx(*codes.split()), procedures=_VAGINAL if delivered else [], **changes)


def baby(codes: str, **changes: Any) -> dict[str, Any]:
    return newborn(diagnoses=dx(*codes.split()), **changes)


_BORN_EARLIER = {"birth_date": "2026-06-08", "sex": "F", "birth_weight_grams": 3300}
_GRAMS_1850 = {"birth_date": ADMITTED, "sex": "F", "birth_weight_grams": 1850}

CASES = {
    "obstetric.normal_delivery": Told(mom("I10 O80 Z37.0:-"), mom("O80 Z37.0:-")),
    "obstetric.outcome_of_delivery": Told(mom("O09.93 O70.1"), mom("O03.9")),
    "obstetric.outcome_without_delivery": Told(mom("O90.0 Z37.0:-", delivered=False), mom("O70.1 Z37.0:-")),
    "obstetric.chapter_first": Told(mom("D62 O70.1 Z37.0:-"), mom("O70.1 D62 Z37.0:-")),
    "obstetric.incidental_pregnancy": Told(ip("S61.211A O99.213 Z33.1"), ip("S61.211A Z33.1")),
    "obstetric.routine_visit": Told(ip("Z34.03 O99.213"), ip("Z34.03 Z3A.30")),
    "obstetric.supervision_at_delivery": Told(mom("O70.1 O09.523 Z37.0:-"), mom("O09.523", delivered=False)),
    "obstetric.hypertensive_disease": Told(mom("O10.12"), mom("O10.12 I11.9")),
    "obstetric.abortion_hemorrhage": Told(ip("O03.6 O72.1"), ip("O70.1 O72.1")),
    "obstetric.weeks_of_abortion": Told(ip("O03.9 Z3A.10"), ip("O20.0 Z3A.10")),
    "obstetric.companion": Told(mom("O70.1 E11.9 Z37.0:-"), mom("O24.12 E11.9 Z37.0:-")),
    "obstetric.single_birth": Told(mom("O30.003 Z37.0:-"), mom("O30.003 Z37.2:-")),
    "obstetric.weeks_once": Told(mom("O70.1 Z3A.38 Z3A.39"), mom("O70.1 Z3A.39")),
    "obstetric.weeks_missing": Told(mom("O70.1 Z37.0:-"), mom("O70.1 Z37.0:- Z3A.39")),
    "obstetric.trimester": Told(mom("O99.211 Z3A.39"), mom("O99.213 Z3A.28")),
    "newborn.birth_record": Told(
        baby("Z38.00:-", patient=_BORN_EARLIER, point_of_origin="6"), baby("Z38.1:-", patient=_BORN_EARLIER, point_of_origin="6")
    ),
    "newborn.birth_place": Told(baby("Z38.00:-", point_of_origin="6"), baby("Z38.00:-")),
    "newborn.birth_record_needed": Told(baby("P22.0"), baby("P22.0", point_of_origin="4", admission_type="1")),
    "newborn.born_once": Told(baby("Z38.00:- Z38.01:-"), baby("Z38.01:-")),
    "newborn.maternal_code": Told(baby("Z38.00:- Z37.0:-"), baby("Z38.00:- P22.0")),
    "newborn.perinatal_on_mother": Told(mom("O70.1 P22.0"), ip("P29.30")),
    "newborn.perinatal_in_adult": Told(ip("I27.20 P27.1"), baby("Z38.00:- P27.1")),
    "newborn.stillbirth_alone": Told(baby("P95 P07.30"), baby("P95")),
    "newborn.weight_before_age": Told(baby("Z38.00:- P07.35 P07.17"), baby("Z38.00:- P07.17 P07.35")),
    "newborn.weight_agrees": Told(baby("Z38.00:- P07.17"), baby("Z38.00:- P07.17", patient=_GRAMS_1850)),
}
