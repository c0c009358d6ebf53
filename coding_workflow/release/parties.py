"""Who stands on a bill beside the patient, as a release certifies it: payer, who bills, and the clinicians."""

from typing import Any, Final

from accounts.models import Account, Provider

#: Place on the bill to what is said of it, each by its name; empty where the rows do not say.
Parties = dict[str, dict[str, str]]
PAYER, BILLING_PROVIDER = "payer", "billing_provider"
_ROLES: Final = {"facility": ("attending", "operating"), "professional": ("rendering", "referring", "supervising")}
#: Who rendered a line, where it is somebody of its own: with the feed's number of the clinician.
OF_LINE: Final = "line_rendering"


def parties_of(account: Account) -> Parties:
    """The parties of an account's bill as their rows are now. Rows are shared: they may change after a release."""
    named = {role: getattr(account, role) for role in _ROLES[account.billing_kind]}
    found = {role: _clinician(one) for role, one in named.items() if one is not None}
    found |= {f"{OF_LINE} {one.source_id}": _clinician(one) for one in _of_lines(account)}
    return {PAYER: _payer(account), BILLING_PROVIDER: _billing_provider(account), **found}


def _clinician(one: Provider) -> dict[str, str]:
    return {"name": str(one), "npi": one.npi}


def _of_lines(account: Account) -> list[Provider]:
    if not account.is_professional:
        return []
    charges = account.charges.filter(voided_at__isnull=True, rendering__isnull=False)
    return list(Provider.objects.filter(pk__in=charges.values("rendering")).order_by("source_id"))


def _payer(account: Account) -> dict[str, str]:
    primary: Any = account.primary_coverage()
    if primary is None:
        return {}
    payer = primary.payer
    return {"code": payer.code, "kind": payer.kind, "name": payer.name, "id": payer.electronic_id}


def _billing_provider(account: Account) -> dict[str, str]:
    """A unit bills for physicians under its own name, and of a hospital's account under its number alone."""
    facility, unit = account.facility, account.unit
    own_name = unit.name if unit and account.is_professional else facility.name
    return {"name": own_name, "npi": unit.npi if unit else facility.npi, "tax_id": facility.tax_id}
