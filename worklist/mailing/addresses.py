"""Where mail may go: addresses of the domains that the installation names, and whom a step of the ladder is for."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.errors import Refused
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.staff.models import Role, User

from .models import ProviderEmail, QueryMailSetting

_SHAPE: Final = EmailValidator()


def installed() -> bool:
    """Whether the installation names a server, a sender and at least one domain."""
    return bool(settings.EMAIL_HOST and settings.QUERY_MAIL_FROM and settings.QUERY_MAIL_DOMAINS)


def allowed(address: str) -> bool:
    """Whether mail may go there today. Those of people come from sign-on as well, where nobody asked for their form."""
    return _is_address(address) and address.rpartition("@")[2].lower() in settings.QUERY_MAIL_DOMAINS


def _is_address(text: str) -> bool:
    try:
        _SHAPE(text)
    except ValidationError:
        return False
    return True


def checked(address: str, *, fix: str = "email") -> str:
    """The address as it is kept. Raises Refused ``mail.address`` or ``mail.domain``."""
    plain = address.strip()
    if not _is_address(plain):
        raise Refused("mail.address", "This is no e-mail address, such as name@hospital.org.", fix=fix)
    if not allowed(plain):
        named = ", ".join(settings.QUERY_MAIL_DOMAINS) or "none"
        raise Refused("mail.domain", f"Mail goes only to the installation's domains (QUERY_MAIL_DOMAINS): {named}.", fix=fix)
    return plain


def recipients(query: ProviderQuery, desk: str, setting: QueryMailSetting) -> list[str]:
    """Who is told at a desk of the ladder; nobody where no address of an allowed domain is known. One query at most."""
    return sorted({address for address in _of_desk(query, desk, setting) if allowed(address)})


def _of_desk(query: ProviderQuery, desk: str, setting: QueryMailSetting) -> Iterable[str]:
    if desk == "provider":
        return ProviderEmail.objects.filter(provider=query.provider_id).values_list("email", flat=True)
    if desk == "physician_advisor":
        return [setting.advisor]
    return User.objects.holding(Role.SUPERVISOR, query.facility_id).values_list("email", flat=True)
