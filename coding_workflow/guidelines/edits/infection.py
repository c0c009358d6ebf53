"""Condition 4: sepsis (I.C.1.d)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

SEPSIS = ("A40", "A41", "A021", "A227", "A267", "A327", "A427", "A5486", "B007", "B377")
#: What a sepsis code may rightly stand behind: obstetric, newborn and postprocedural sepsis have their own first code.
_OWN_FIRST_CODE = ("O", "P36", "T80", "T81", "T82", "T83", "T84", "T85", "T86", "T88", "K68")
_LOCAL = ("J09", "J10", "J11", "J12", "J13", "J14", "J15", "J16", "J17", "J18", "J20", "J69", "J86", "N10", "N12", "N30", "N34")
LOCAL_INFECTIONS = (*_LOCAL, "N390", "L02", "L03", "K35", "K57", "K61", "K65", "K81", "K830", "M00", "M86", "G00", "I33")


@rule("infection.sepsis_first", condition=4, reference="ICD-10-CM Official Guidelines I.C.1.d.4", classes=INPATIENT_CLASSES)
def sepsis_first(case: Case) -> Iterator[Found]:
    """Sepsis and a localized infection, both present on admission: the systemic infection is sequenced first."""
    at = case.position(*SEPSIS)
    if not at or case.principal is None or case.has(*_OWN_FIRST_CODE):
        return
    sepsis, local = case.diagnoses[at], case.principal
    if local.code.startswith(LOCAL_INFECTIONS) and sepsis.poa in ("Y", "W") and local.poa in ("Y", "W"):
        message = (
            f"{point(sepsis.code)} and {point(local.code)} were both present on admission; the systemic infection comes first."
        )
        yield Found(message, (sepsis.code, local.code))


@rule("infection.severe_sepsis", condition=4, reference="ICD-10-CM Official Guidelines I.C.1.d.1.b, I.C.1.d.2")
def severe_sepsis(case: Case) -> Iterator[Found]:
    """R65.2- follows the code of the systemic infection and never stands without one."""
    severe, systemic = case.position("R652"), case.position(*SEPSIS, *_OWN_FIRST_CODE)
    if severe is None:
        return
    code = case.diagnoses[severe].code
    if systemic is None:
        yield Found(f"{point(code)} needs the code of the underlying systemic infection before it.", (code,))
    elif severe < systemic:
        yield Found(f"{point(code)} is sequenced after {point(case.diagnoses[systemic].code)}.", (code,))
