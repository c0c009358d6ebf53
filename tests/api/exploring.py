"""A hospital that a fuzzer asks everything of: one person with every role, a row of every kind, and what is there to be named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from accounts.models import Account, WorkItem
from coding_workflow.coding.models import CodedDiagnosis, Evidence
from coding_workflow.staff.models import Competence, Role, RoleGrant, User
from coding_workflow.wsgi import application
from tests.api import operations
from tests.api.sending import token_of
from tests.cast import Cast
from tests.coding.stage import document, to_code

#: What every answer is held against.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@schemathesis.serializer("application/hl7-v2", "x-application/hl7-v2+er7", "application/edi-x12")
def as_it_is(context: Any, value: Any) -> bytes:
    """A message goes out in its own bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass
class Site:
    """The schema as it is served, a token, and keys of rows by the name that an address gives them."""

    schema: Any
    headers: dict[str, str]
    account: int
    keys: dict[str, int | str]
    #: Operations that were seen to ask for the token, once each.
    guarded: set[str] = field(default_factory=set)

    def operations(self) -> Iterator[Any]:
        """Every operation that the schema describes."""
        for found in self.schema.get_all_operations():
            yield found.ok()

    def aim(self, case: Any) -> None:
        """Let half of the requests reach rows that exist, and name the version that there is."""
        named = case.path_parameters or {}
        if sum(map(ord, "".join(str(value) for value in named.values()))) % 2 == 0:
            return
        known = {"account": self.account, **self.keys, **self._row(case.operation.path)}
        case.path_parameters = {name: str(known.get(name, value)) for name, value in named.items()}
        if "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = f'"{self._version(case.operation.path)}"'

    def _version(self, path: str) -> int:
        if "/work/" in path:
            return WorkItem.objects.values_list("lease_token", flat=True).get(pk=self.keys["work"])
        return Account.objects.values_list("revision", flat=True).get(pk=self.account)

    def _row(self, path: str) -> dict[str, Any]:
        rows = {"documents": "document", "queries": "query", "holds": "hold", "checks": "check"}
        rows |= {"diagnoses": "diagnosis", "procedures": "procedure", "evidence": "evidence"}
        return next(({"row": self.keys[name]} for part, name in rows.items() if f"/{part}/" in path), {})


def open_site(cast: Cast) -> Site:
    """Everything that there is one of, on one account that is being coded."""
    person = everyman(cast)
    account = to_code(cast, "F1")
    version = document(account)
    code = CodedDiagnosis.objects.create(
        facility=cast.main, account=account, system="ICD-10-CM", code="I214", position=1, assigned_by=person, changed_by=person
    )
    passage = Evidence.objects.create(
        facility=cast.main, account=account, diagnosis=code, version=version, linked_by=person
    )  # fmt: skip
    keys: dict[str, int | str] = {"diagnosis": code.pk, "evidence": passage.pk, "document": version.document_id, "number": 1}
    for name in ("release", "claim", "work", "message", "opening", "remittance"):
        keys |= getattr(operations, name)(cast, cast.main)
    keys |= operations.rule(cast, cast.main)
    for name in ("query", "hold", "check", "procedure"):
        keys[name] = getattr(operations, name)(cast, cast.main, account)["row"]
    headers = {"Authorization": f"Bearer {token_of(person, cast.main)[1]}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application, headers=headers)
    return Site(schema, headers, account.pk, keys)


def everyman(cast: Cast) -> User:
    """Holds every role, and codes every type."""
    for role in Role.values:
        RoleGrant.objects.get_or_create(user=cast.ana, facility=cast.main, role=role, ended_at=None)
    cast.ana.forget_rights()
    assert Competence.objects.filter(user=cast.ana).exists()
    return cast.ana


def explore(site: Site, operation: Any, examples: int, *, aimed: bool = True) -> int:
    """Send generated requests to one operation and hold every answer against the schema; answers how many were sent."""
    sent = 0

    def ask(case: Any) -> None:
        nonlocal sent
        sent += 1
        if aimed:
            site.aim(case)
        asked = CHECKS if operation.label in site.guarded else [*CHECKS, checks.ignored_auth]
        response = case.call_and_validate(headers=site.headers, checks=asked)
        if response.status_code < 300:
            site.guarded.add(operation.label)

    _derandomized(ask, operation, examples)()
    return sent


def _derandomized(ask: Callable[[Any], None], operation: Any, examples: int) -> Callable[[], None]:
    quiet = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    made: Callable[[], None] = quiet(given(operation.as_strategy())(ask))
    return made
