"""The closed vocabulary of administrators' rules: what a rule may look at, what it may ask of it, and the words for it.

Everything that an editor needs is here: labels, kinds, operators and choices. Where a value is found in the facts is in
``values.py``; a test keeps both equal.
"""

from dataclasses import dataclass
from typing import Final, Literal

from coding_workflow.policy.vocabulary import DOCUMENT_TYPES, OWNER_ROLES, PATIENT_CLASSES, PAYER_KINDS, SITUATIONS

#: ``code`` has hierarchies and ranges; ``word`` a closed list of choices; ``text`` a short open word; ``whole`` a whole
#: number; ``amount`` a decimal number; ``flag`` yes or no; ``date`` a day or instant relative to admission or discharge.
Kind = Literal["code", "word", "text", "whole", "amount", "flag", "date"]
#: What an operator takes: no value, one, a list, or two.
Takes = Literal["nothing", "one", "list", "pair"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One question; ``negative`` ones are true of what is not there."""

    name: str
    label: str
    takes: Takes
    negative: bool = False


_OPERATORS: Final = (
    Operator("is", "is", "one"),
    Operator("is_not", "is not", "one", negative=True),
    Operator("one_of", "is one of", "list"),
    Operator("none_of", "is none of", "list", negative=True),
    Operator("under", "is under", "list"),
    Operator("not_under", "is not under", "list", negative=True),
    Operator("between", "is between", "pair"),
    Operator("at_least", "is at least", "one"),
    Operator("at_most", "is at most", "one"),
    Operator("before", "is before", "one"),
    Operator("after", "is after", "one"),
    Operator("given", "is given", "nothing"),
    Operator("not_given", "is not given", "nothing", negative=True),
)
OPERATORS: Final = {operator.name: operator for operator in _OPERATORS}

_PRESENCE: Final = ("given", "not_given")
OPERATORS_OF: Final[dict[Kind, tuple[str, ...]]] = {
    "code": ("is", "is_not", "one_of", "none_of", "under", "not_under", *_PRESENCE),
    "word": ("is", "is_not", "one_of", "none_of", *_PRESENCE),
    "text": ("is", "is_not", "one_of", "none_of", *_PRESENCE),
    "whole": ("is", "is_not", "at_least", "at_most", "between", *_PRESENCE),
    "amount": ("is", "is_not", "at_least", "at_most", "between", *_PRESENCE),
    "flag": ("is",),
    "date": ("is", "before", "after", "between", *_PRESENCE),
}

#: What a date is measured from: ``{"of": "discharge", "days": -1}`` is the day before discharge.
MOMENTS: Final = ("admission", "discharge")

Choices = tuple[tuple[str, str], ...]


def _choices(*words: str) -> Choices:
    return tuple((word, word.replace("_", " ")) for word in words)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that can be asked of an item or of the account. ``several``: it may hold more than one value.

    ``low`` and ``high`` bound numbers. ``grouped``: it comes from the DRG grouper, so only inpatient accounts have it.
    ``said`` is the phrase around a flag: ``signed`` reads as "is signed", "is not signed". ``pointed`` codes are written
    with their point.
    """

    name: str
    label: str
    kind: Kind
    choices: Choices = ()
    several: bool = False
    low: int = 0
    high: int = 0
    unit: str = ""
    grouped: bool = False
    said: str = ""
    pointed: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """The names of the operators that fit."""
        return OPERATORS_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Collection:
    """Things of which an account has any number; ``single`` ones are there once or not at all."""

    name: str
    label: str
    plural: str
    attributes: dict[str, Attribute]
    single: bool = False


def _named(*attributes: Attribute) -> dict[str, Attribute]:
    return {attribute.name: attribute for attribute in attributes}


_YES_SIGNED: Final = Attribute("signed", "signed", "flag", said="signed")
_CODE: Final = Attribute("code", "code", "code")
_POINTED: Final = Attribute("code", "code", "code", pointed=True)
_POSITION: Final = Attribute("position", "position", "whole", low=1, high=100)
_DATE: Final = Attribute("date", "date", "date")
_MODIFIERS: Final = Attribute("modifiers", "modifiers", "code", several=True)
_LINKED: Final = Attribute("linked", "linked to the record", "flag", said="linked to the record")
_POA: Final = Attribute("poa", "POA indicator", "word", (("Y", "Y"), ("N", "N"), ("U", "U"), ("W", "W"), ("1", "1")))
_DIAGNOSIS: Final = _named(
    _POINTED,
    Attribute("system", "code system", "word", _choices("ICD-10-CM", "ICD-9-CM-DX")),
    _POA,
    _POSITION,
    Attribute("mark", "mark", "word", _choices("CC", "MCC", "HAC"), several=True, grouped=True),
    Attribute("queried", "queried", "flag", said="the subject of a query"),
    _LINKED,
)
_PROCEDURE: Final = _named(
    _CODE,
    Attribute("system", "code system", "word", _choices("ICD-10-PCS", "ICD-9-CM-PX", "HCPCS", "CPT")),
    _DATE,
    _POSITION,
    _MODIFIERS,
    Attribute("specimen", "specimen sent", "flag", said="done with a specimen sent"),
    _LINKED,
)
_LINE: Final = _named(
    _CODE,
    Attribute("revenue_code", "revenue code", "code"),
    _MODIFIERS,
    Attribute("units", "units", "amount", low=0, high=1_000_000),
    _DATE,
    Attribute("charge", "charge", "amount", low=-100_000_000, high=100_000_000),
    Attribute("source", "source", "word", _choices("coder", "chargemaster")),
    _LINKED,
)
_QUALITIES: Final = _choices("legible", "complete", "clear", "consistent", "precise", "reliable")
_DOCUMENT: Final = _named(
    Attribute("type", "type", "word", _choices(*DOCUMENT_TYPES)),
    _YES_SIGNED,
    Attribute("author_role", "author's role", "text"),
    Attribute("deficiencies", "quality found wanting", "word", _QUALITIES, several=True),
    Attribute("authored", "time of authoring", "date"),
    Attribute("signed_on", "time of signing", "date"),
)
_RELATED: Final = _named(
    Attribute("relation", "relation", "text"),
    Attribute("patient_class", "patient class", "word", _choices(*PATIENT_CLASSES)),
    Attribute("same_facility", "same facility", "flag", said="at the same facility"),
    Attribute("acute_hospital", "acute hospital", "flag", said="at an acute hospital"),
    Attribute("combined", "combined", "flag", said="combined with this one"),
    Attribute("service_from", "first day", "date"),
    Attribute("service_through", "last day", "date"),
)
_QUERY: Final = _named(
    Attribute("status", "status", "text"),
    Attribute("subject", "subject", "text"),
    Attribute("codes", "codes asked about", "code", several=True, pointed=True),
)
_CODE_ALONE: Final = _named(_POINTED)

_COLLECTIONS: Final = (
    Collection("diagnoses", "diagnosis", "diagnoses", _DIAGNOSIS),
    Collection("principal", "principal diagnosis", "principal diagnoses", _DIAGNOSIS, single=True),
    Collection("secondary", "secondary diagnosis", "secondary diagnoses", _DIAGNOSIS),
    Collection("external_causes", "external cause", "external causes", _DIAGNOSIS),
    Collection("admitting", "admitting diagnosis", "admitting diagnoses", _CODE_ALONE, single=True),
    Collection("reason_for_visit", "reason for visit", "reasons for visit", _CODE_ALONE),
    Collection("procedures", "procedure", "procedures", _PROCEDURE),
    Collection("principal_procedure", "principal procedure", "principal procedures", _PROCEDURE, single=True),
    Collection("lines", "charge line", "charge lines", _LINE),
    Collection("documents", "document", "documents", _DOCUMENT),
    Collection("related_accounts", "related account", "related accounts", _RELATED),
    Collection("queries", "provider query", "provider queries", _QUERY),
)
COLLECTIONS: Final = {collection.name: collection for collection in _COLLECTIONS}

_SEXES: Final = (("F", "female"), ("M", "male"), ("U", "unknown"), ("X", "other"))
_SUPERVISION: Final = _choices("full_review", "sampled", "independent")
_SITUATIONS: Final = tuple((name, meaning) for name, meaning in SITUATIONS.items())
_FIELDS: Final = (
    Attribute("patient_class", "patient class", "word", _choices(*PATIENT_CLASSES)),
    Attribute("billing_kind", "kind of bill", "word", _choices("facility", "professional")),
    Attribute("place_of_service", "place of service", "code"),
    Attribute("service", "service", "text"),
    Attribute("payer_code", "payer", "text"),
    Attribute("payer_kind", "kind of payer", "word", _choices(*PAYER_KINDS)),
    Attribute("age_years", "age", "whole", low=0, high=130, unit="years"),
    Attribute("age_days", "age in days", "whole", low=0, high=50_000, unit="days"),
    Attribute("sex", "sex", "word", _SEXES),
    Attribute("birth_weight", "birth weight", "whole", low=0, high=15_000, unit="grams"),
    Attribute("length_of_stay", "length of stay", "whole", low=1, high=10_000, unit="days"),
    Attribute("admission_type", "type of admission", "code"),
    Attribute("point_of_origin", "point of origin", "code"),
    Attribute("discharge_status", "discharge status", "code"),
    Attribute("type_of_bill", "type of bill", "code"),
    Attribute("drg", "DRG", "code", grouped=True),
    Attribute("mdc", "MDC", "code", grouped=True),
    Attribute("drg_weight", "DRG weight", "amount", low=0, high=100, grouped=True),
    Attribute("total_charges", "total of charges", "amount", low=-100_000_000, high=1_000_000_000),
    Attribute("number_of_diagnoses", "number of diagnoses", "whole", low=0, high=200),
    Attribute("number_of_procedures", "number of procedures", "whole", low=0, high=200),
    Attribute("number_of_codes", "number of codes", "whole", low=0, high=2_000),
    Attribute("condition_codes", "condition codes", "code", several=True),
    Attribute("occurrence_codes", "occurrence codes", "code", several=True),
    Attribute("value_codes", "value codes", "code", several=True),
    Attribute("situation", "situation", "word", _SITUATIONS, several=True),
    Attribute("coders_competent", "coders' competence", "flag", said="present"),
    Attribute("supervision", "coders' supervision", "word", _SUPERVISION, several=True),
    Attribute("days_since_discharge", "days since discharge", "whole", low=0, high=10_000, unit="days"),
)
FIELDS: Final = {field.name: field for field in _FIELDS}

SEVERITIES: Final = (("hold", "Hold"), ("warn", "Warn"), ("info", "Inform"))
OVERRIDES: Final = (
    ("none", "cannot be overridden"),
    ("reason", "may be overridden with a reason"),
    ("second", "may be overridden with a reason and a second person"),
)
OWNERS: Final = _choices(*OWNER_ROLES)
#: Where a coder or another department mends what was found (``Hold.fix``).
FIXES: Final = _choices(
    "diagnoses",
    "procedures",
    "evidence",
    "charges",
    "pointers",
    "documents",
    "claim_elements",
    "claim_codes",
    "abstract",
    "queries",
    "related_accounts",
    "coder",
)
CLASSES: Final = _choices(*PATIENT_CLASSES)
PAYERS: Final = _choices(*PAYER_KINDS)

#: The only words in braces that a message may hold.
PLACEHOLDERS: Final = {
    "codes": "the codes that the rule found",
    "documents": "the types of the documents that it found",
    "count": "how many things it found",
    "principal": "the principal diagnosis",
    "patient_class": "the patient class",
    "payer": "the kind of payer",
    "service": "the service",
    "age": "the age in years",
    "length_of_stay": "the length of stay in days",
    "discharge_status": "the discharge status",
    "drg": "the DRG",
    "days_since_discharge": "days since discharge",
}
