"""The hospital's own sign-on by OpenID Connect, and who may still sign in with a password here (docs/sign-on.md)."""

import json

from .environment import env, env_flag

#: Empty: there is no sign-on, everybody has a local account.
OIDC_ISSUER = env("OIDC_ISSUER").rstrip("/")
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET")
OIDC_NAME = env("OIDC_NAME", "the hospital's sign-on")
OIDC_SCOPES = env("OIDC_SCOPES", "openid profile").split()

#: The claim whose value is the user name here: it connects a person that an administrator added, at the first sign-on.
OIDC_MATCH_CLAIM = env("OIDC_MATCH_CLAIM")
#: Groups to roles as JSON: {"coding-coders": ["MAIN:coder"]}. What it names follows the groups at each sign-on.
OIDC_GROUPS_CLAIM = env("OIDC_GROUPS_CLAIM", "groups")
OIDC_ROLES: dict[str, list[str]] = json.loads(env("OIDC_ROLES") or "{}")
#: Add whoever has a group with a role and is not known yet, under the user name of OIDC_USERNAME_CLAIM.
OIDC_ADMIT = env_flag("OIDC_ADMIT")
OIDC_USERNAME_CLAIM = env("OIDC_USERNAME_CLAIM", "preferred_username")
#: Values of ``amr`` or ``acr`` that say a second factor was used there; without them our own is asked for.
OIDC_SECOND_FACTOR = frozenset(env("OIDC_SECOND_FACTOR").split())
#: A session begun there ends after so long: the sign-on is asked again whether the person still works here.
OIDC_SESSION_SECONDS = int(env("OIDC_SESSION_SECONDS", str(4 * 60 * 60)))

#: User names that may still sign in with a password while there is a sign-on; empty means all.
LOCAL_ACCOUNTS = frozenset(name for name in env("LOCAL_ACCOUNTS").lower().split(",") if name)

SOCIALACCOUNT_ADAPTER = "coding_workflow.staff.sign_on.adapter.SignOnAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
