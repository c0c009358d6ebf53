"""Sign-on by SAML 2.0, by django-allauth over python3-saml: an extra. Here is what may be asked without its libraries."""

import importlib
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from coding_workflow.staff.sign_on import SAML

MISSING: Final = "SAML_* is set, but the libraries of SAML are not installed: pip install '.[saml]'."
MISMATCH: Final = (
    "SAML_* is set, but lxml and xmlsec do not work together: install both from wheels, or build both: "
    "pip install --force-reinstall '.[saml]'."
)
BOTH: Final = "OIDC_ISSUER and SAML_* are both set: there is one sign-on, so leave one of them out."


def obstacle() -> str:
    """Why SAML cannot be spoken although it is configured; empty when it can, or is not asked for."""
    if not settings.SAML:
        return ""
    if settings.OIDC_ISSUER:
        return BOTH
    try:
        importlib.import_module("onelogin.saml2.auth")
    except ImportError:
        return MISSING
    except Exception:  # xmlsec's own, which cannot be named where it does not load
        return MISMATCH
    return ""


def mounted() -> bool:
    """Whether people sign in by SAML here."""
    return bool(settings.SAML) and not obstacle()


def require() -> None:
    """Raise ImproperlyConfigured rather than start without the sign-on that the environment asks for."""
    if problem := obstacle():
        raise ImproperlyConfigured(problem)


def is_answer(path: str) -> bool:
    """Whether the address is where the identity provider's form is sent."""
    return mounted() and path == reverse("saml_acs", args=[SAML])
