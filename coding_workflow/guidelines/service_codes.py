"""HCPCS and CPT codes on charge lines and coded procedures."""

from .facts import Line, Procedure

HCPCS_SYSTEMS = frozenset({"HCPCS", "CPT"})


def service_code(service: Line | Procedure) -> str:
    """The HCPCS or CPT code of a charge line or coded procedure."""
    return service.hcpcs if isinstance(service, Line) else service.code


def is_cpt(code: str) -> bool:
    """CPT (Level I) codes start with a digit, HCPCS Level II codes with a letter."""
    return code[:1].isdigit()


def is_surgery(code: str) -> bool:
    """In CPT's surgery section, 10004-69990."""
    return len(code) == 5 and code.isdigit() and "10004" <= code <= "69990"
