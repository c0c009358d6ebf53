"""Condition 4: COPD, asthma and ventilator associated pneumonia (I.C.10). Respiratory failure is never held for its order
against another condition that equally caused the admission (I.C.10.b.3, II.C)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import WARN, apart, needs, present_at_admission
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

PNEUMONIA = ("J12", "J13", "J14", "J15", "J16", "J17", "J18")
_LOWER_INFECTIONS = (*PNEUMONIA, "J20", "J21", "J22")
#: With moderate, mild and severe persistent and mild intermittent asthma: uncomplicated, exacerbation, status asthmaticus.
#: and of the unspecified kind J45.90-.
_ASTHMA = ("J452", "J453", "J454", "J455", "J4590")


@guideline("respiratory.copd_infection", "I.A.15, I.C.10.a.1", codes=("J44",), override="reason")
def copd_infection(case: Case) -> Iterator[Found]:
    """COPD with a lower respiratory infection present on admission is J44.0, beside the infection."""
    disease = case.has("J441", "J449")
    infections = (each for each in case.diagnoses if each.code.startswith(_LOWER_INFECTIONS) and present_at_admission(each, case))
    infection = next(infections, None)
    if disease and infection and not case.has("J440"):
        message = f"{point(disease)} with {point(infection.code)}: COPD with a lower respiratory infection is J44.0."
        yield Found(message, (disease, infection.code))


needs(
    "respiratory.copd_infection_named",
    "I.A.17",
    "COPD with a lower respiratory infection carries the infection.",
    ("J440",),
    (*_LOWER_INFECTIONS, "J09", "J10", "J11", "J69", "J95851", "U071", "A15", "A3", "A4", "B"),
    "{0} is coded without the infection.",
    WARN,
)
apart(
    "respiratory.copd_once",
    "I.C.10.a.1",
    "COPD that is infected or exacerbated is not also unspecified.",
    ("J449",),
    ("J440", "J441"),
    "{0} is unspecified and {1} says more.",
)


@guideline("respiratory.asthma_once", "I.C.10.a.1", codes=("J45",), version=2)
def asthma_once(case: Case) -> Iterator[Found]:
    """Asthma of one kind is uncomplicated, exacerbated or in status asthmaticus."""
    for kind in _ASTHMA:
        codes = case.those(kind)
        if len(codes) > 1:
            yield Found(f"{point(codes[0])} and {point(codes[1])} are one asthma; one of them is coded.", codes[:2])


@guideline("respiratory.ventilator_pneumonia", "I.C.10.d", codes=("J95851",), override="reason")
def ventilator_pneumonia(case: Case) -> Iterator[Found]:
    """Ventilator associated pneumonia carries no further pneumonia code, unless another one was there at admission."""
    ventilator = next((each for each in case.diagnoses if each.code == "J95851"), None)
    for other in case.diagnoses if ventilator else ():
        if ventilator and other.code.startswith(PNEUMONIA) and other.poa == ventilator.poa:
            yield Found(f"J95.851 is coded without {point(other.code)}, its type.", ("J95851", other.code))
