"""The hospital's own sign-on by SAML 2.0, where there is no OpenID Connect: the extra ``saml`` (docs/sign-on.md)."""

import json

from .environment import env, env_flag

#: Where the identity provider says what it is: an address or a file with its metadata, or entity id, address and certificate.
SAML_METADATA_URL = env("SAML_METADATA_URL")
SAML_METADATA_FILE = env("SAML_METADATA_FILE")
SAML_IDP_ENTITY_ID = env("SAML_IDP_ENTITY_ID")
SAML_SSO_URL = env("SAML_SSO_URL")
SAML_SLO_URL = env("SAML_SLO_URL")
SAML_CERTIFICATE = env("SAML_CERTIFICATE")
#: Nothing of SAML is imported or mounted without one of them.
SAML = any((SAML_METADATA_URL, SAML_METADATA_FILE, SAML_IDP_ENTITY_ID, SAML_SSO_URL, SAML_CERTIFICATE))

#: What this application is called there; the address of its own metadata where it is empty.
SAML_ENTITY_ID = env("SAML_ENTITY_ID")
SAML_NAME = env("SAML_NAME", "the hospital's sign-on")

#: The attribute that says who a person is for good; without it the NameID, which must not change then.
SAML_SUBJECT_ATTRIBUTE = env("SAML_SUBJECT_ATTRIBUTE")
#: The rules of admission, as for OpenID Connect (sign_on.py).
SAML_MATCH_ATTRIBUTE = env("SAML_MATCH_ATTRIBUTE")
SAML_GROUPS_ATTRIBUTE = env("SAML_GROUPS_ATTRIBUTE", "groups")
SAML_ROLES: dict[str, list[str]] = json.loads(env("SAML_ROLES") or "{}")
SAML_ADMIT = env_flag("SAML_ADMIT")
SAML_USERNAME_ATTRIBUTE = env("SAML_USERNAME_ATTRIBUTE", "uid")
#: Values of AuthnContextClassRef, or of the attribute authnmethodsreferences, that say a second factor was used there.
SAML_SECOND_FACTOR = frozenset(env("SAML_SECOND_FACTOR").split())
SAML_SESSION_SECONDS = int(env("SAML_SESSION_SECONDS", str(4 * 60 * 60)))
