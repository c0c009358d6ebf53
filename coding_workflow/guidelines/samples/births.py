"""Mothers and newborns. Weeks of gestation, outcome and weight agree with each other."""

from .templates import NOT_MEDICARE, Template, stay

MOTHERS = (
    Template(
        "vaginal delivery",
        (
            stay("O80 Z37.0 Z3A.39 / 10E0XZZ"),
            stay("O70.1 Z37.0 Z3A.39 / 10E0XZZ 0KQM0ZZ"),
            stay("O13.4 O70.1 Z37.0 Z3A.38 / 10E0XZZ 0KQM0ZZ"),
            stay("O24.420 Z37.0 Z3A.39 / 10E0XZZ"),
            stay("O42.02 Z37.0 Z3A.39 / 10E0XZZ"),
            stay("O48.0 Z37.0 Z3A.41 / 10E0XZZ"),
            stay("O60.14X0 Z37.0 Z3A.36 / 10E0XZZ"),
            stay("O69.81X0 Z37.0 Z3A.40 / 10E0XZZ"),
        ),
        service="obstetrics",
        admitting="O80",
        ages=(19, 34),
        sexes="F",
        days=(1, 3),
        statuses=("01",),
        payers=NOT_MEDICARE,
        documents=("delivery_note",),
        most=0,
    ),
    Template(
        "cesarean delivery",
        (
            stay("O34.211 Z37.0 Z3A.39 / 10D00Z1"),
            stay("O34.211 Z30.2 Z37.0 Z3A.39 / 10D00Z1 0UL70ZZ"),
            stay("O30.043 Z37.2 Z3A.37 / 10D00Z1"),
            stay("O32.1XX0 Z37.0 Z3A.39 / 10D00Z1"),
        ),
        service="obstetrics",
        admitting="O34.211",
        ages=(22, 34),
        sexes="F",
        days=(3, 4),
        statuses=("01",),
        payers=NOT_MEDICARE,
        documents=("delivery_note",),
        most=0,
    ),
)


def _newborn(name: str, *variants: str, weights: tuple[int, int], days: tuple[int, int]) -> Template:
    return Template(
        name,
        tuple(stay(text) for text in variants),
        patient_class="newborn",
        service="newborn",
        admitting="Z38.00",
        ages=(0, 0),
        days=days,
        statuses=("01",),
        admission_types=("4",),
        payers=NOT_MEDICARE,
        most=0,
        weights=weights,
    )


NEWBORNS = (
    _newborn(
        "well newborn",
        "Z38.00",
        "Z38.00 Z23 / 3E0234Z",
        "Z38.01 Z23 / 3E0234Z",
        "Z38.00 P59.9 / 6A600ZZ",
        "Z38.00 P92.5",
        "Z38.01 P22.1",
        weights=(2600, 3900),
        days=(1, 3),
    ),
    _newborn("preterm newborn", "Z38.01 P22.0 P07.17 P07.35", weights=(1760, 1980), days=(18, 35)),
    _newborn("late preterm newborn", "Z38.00 P07.18 P07.38", "Z38.01 P07.18 P07.37 P59.0", weights=(2010, 2480), days=(4, 12)),
    _newborn("heavy newborn", "Z38.01 P08.1 Z23 / 3E0234Z", weights=(4010, 4480), days=(2, 3)),
)
