"""The API: what it reads and writes, its tokens, and where webhooks may go."""

from .environment import env

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["worklist.api.rendering.Json"],
    "DEFAULT_PARSER_CLASSES": ["worklist.api.parsing.StrictJson"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["worklist.api.signing_in.ByToken", "worklist.api.signing_in.BySession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "worklist.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "worklist.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Coding Workflow",
    "VERSION": "1.0.0",
    "DESCRIPTION": "The API of the coding workflow: accounts from registration to payment. docs/api.md tells how it is used.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["worklist.api.schema.complete"],
}

#: Requests of one token in a minute, and days without use after which it no longer works.
API_TOKEN_REQUESTS_A_MINUTE = int(env("API_TOKEN_REQUESTS_A_MINUTE", "600"))
API_TOKEN_IDLE_DAYS = int(env("API_TOKEN_IDLE_DAYS", "90"))

# Webhooks go to named hosts over https, and to public addresses unless a network is named here (CIDR, comma separated).
WEBHOOK_HOSTS = [host.strip().lower() for host in env("WEBHOOK_HOSTS").split(",") if host.strip()]
WEBHOOK_NETWORKS = [network.strip() for network in env("WEBHOOK_NETWORKS").split(",") if network.strip()]
#: Certificates of a hospital's own authority; the system's where it is empty.
WEBHOOK_CA_FILE = env("WEBHOOK_CA_FILE")
