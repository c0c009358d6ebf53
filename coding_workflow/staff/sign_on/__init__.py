"""The hospital's own sign-on: who comes from there, what it says about them, and how the sign-on ends their sessions."""

from typing import Final

#: What the provider is called in addresses, and in the rows that connect people to it: by OpenID Connect, by SAML.
OIDC: Final = "hospital"
SAML: Final = "saml"
#: Marks a session that began there.
SESSION: Final = "sign_on"
#: Marks such a session whose second factor was used there.
SECOND_FACTOR: Final = "sign_on_second_factor"


class OutOfReach(Exception):
    """The sign-on does not answer as it should."""
