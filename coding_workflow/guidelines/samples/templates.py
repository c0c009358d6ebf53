"""How a sample account is written down: codes in the order of the Official Guidelines, with what goes with them."""

from dataclasses import dataclass

#: Everyone but self-pay may be drawn by age; a template may narrow it.
ANY_PAYER = ("medicare", "medicare_advantage", "medicaid", "commercial", "self_pay")
NOT_MEDICARE = ("medicaid", "commercial", "self_pay")


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnosis code without point and its present-on-admission indicator (``Y`` where nothing is written)."""

    code: str
    poa: str = "Y"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge line: ``0450:99283-25*1`` is revenue code, HCPCS code, modifiers and units; ``!`` sends a specimen."""

    revenue_code: str
    hcpcs: str = ""
    modifiers: tuple[str, ...] = ()
    units: int = 1
    specimen: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """One way the account may be coded. ``specimens`` are the procedures that send tissue to pathology."""

    diagnoses: tuple[Code, ...]
    procedures: tuple[str, ...] = ()
    specimens: frozenset[str] = frozenset()
    charges: tuple[Charge, ...] = ()
    causes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of account. ``taken`` names the comorbidity groups that would not go with its codes.

    ``ages`` are years, ``days`` midnights of the stay, ``most`` the comorbidity codes that it may carry.
    """

    name: str
    variants: tuple[Variant, ...]
    patient_class: str = "inpatient"
    service: str = "medicine"
    admitting: str = "R5381"
    ages: tuple[int, int] = (30, 88)
    sexes: str = "MF"
    days: tuple[int, int] = (2, 8)
    statuses: tuple[str, ...] = ("01", "01", "01", "06", "03")
    admission_types: tuple[str, ...] = ("1",)
    payers: tuple[str, ...] = ANY_PAYER
    taken: frozenset[str] = frozenset()
    documents: tuple[str, ...] = ()
    most: int = 8
    short: bool = False
    weights: tuple[int, int] = (2600, 3900)


def codes(text: str) -> tuple[Code, ...]:
    """``J18.9 D62:N`` as codes in this order."""
    split = (word.partition(":") for word in text.split())
    return tuple(Code(code.replace(".", ""), poa or "Y") for code, _, poa in split)


def charge(text: str) -> Charge:
    """One charge line as ``Charge`` describes it."""
    revenue_code, _, rest = text.rstrip("!").partition(":")
    coded, _, units = rest.partition("*")
    hcpcs, *modifiers = coded.split("-")
    return Charge(revenue_code, hcpcs, tuple(modifiers), int(units or 1), text.endswith("!"))


def _parts(text: str) -> list[str]:
    return [*text.split("/"), "", ""][:3]


def stay(text: str) -> Variant:
    """``diagnoses / procedures / external causes``; a procedure that ends with ``!`` sends a specimen."""
    diagnoses, procedures, causes = _parts(text)
    specimens = frozenset(word.rstrip("!") for word in procedures.split() if word.endswith("!"))
    done = tuple(word.rstrip("!") for word in procedures.split())
    return Variant(codes(diagnoses), done, specimens, causes=codes(causes))


def visit(text: str) -> Variant:
    """``diagnoses / charge lines / external causes``."""
    diagnoses, charges, causes = _parts(text)
    return Variant(codes(diagnoses), charges=tuple(charge(word) for word in charges.split()), causes=codes(causes))


def groups(text: str) -> frozenset[str]:
    """Names of comorbidity groups."""
    return frozenset(text.split())
