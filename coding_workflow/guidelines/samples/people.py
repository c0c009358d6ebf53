"""Who is on a sample account: patient, payer, coders, providers. No names, only working ids."""

import datetime

from coding_workflow.guidelines.facts import Coder, Competence, Patient, Payer, Provider

from .drawing import Draw
from .templates import Template

CODER, SECOND_CODER, OWNER = "ana", "pia", "otto"
_PAYER_CODES = {"medicare": "MCR", "medicare_advantage": "MA", "medicaid": "MCD", "commercial": "COM", "self_pay": "SELF"}
#: By age at 65 what people have, as often as it is named.
_OLDER = ("medicare",) * 6 + ("medicare_advantage",) * 3 + ("commercial",)
_YOUNGER = ("commercial",) * 5 + ("medicaid",) * 3 + ("self_pay", "medicare")
#: Valid National Provider Identifiers (Luhn over 80840 and the number), of nobody here.
_NPIS = ("1234567893", "1245319599", "1003000126")
_TRAINED = datetime.date(2025, 1, 15)


def patient(draw: Draw, template: Template, admitted: datetime.date) -> Patient:
    """Born so that the age at admission is one of the template's; a newborn on that day, with a weight."""
    sex = draw.one(template.sexes)
    if template.patient_class == "newborn":
        return Patient(admitted, sex, draw.between(*template.weights))
    years = draw.between(*template.ages)
    return Patient(admitted - datetime.timedelta(days=years * 366 + draw.between(1, 300)), sex)


def age(born: datetime.date, on: datetime.date) -> int:
    """Whole years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def payer(draw: Draw, template: Template, years: int) -> Payer:
    """One that the template allows, as likely as people of that age have it."""
    usual = [kind for kind in (_OLDER if years >= 65 else _YOUNGER) if kind in template.payers]
    kind = draw.one(usual or template.payers)
    return Payer(_PAYER_CODES[kind], kind)


def coder(coder_id: str, kind: str) -> Coder:
    """Somebody supervised, trained and oriented for one type of coding through all of the sample's dates."""
    held = Competence(
        type=kind,
        valid_from=_TRAINED,
        valid_to=datetime.date(2027, 1, 1),
        supervisor="cleo",
        credential="CCS",
        supervision="sampled",
        trained_on=_TRAINED,
        oriented_on=_TRAINED,
    )
    return Coder(coder_id, (held,))


def providers(operated: bool) -> tuple[Provider, ...]:
    """The attending provider, and the operating one where something was done."""
    attending = (Provider("attending", _NPIS[0]),)
    return (*attending, Provider("operating", _NPIS[1])) if operated else attending
