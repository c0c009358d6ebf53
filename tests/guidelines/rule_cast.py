"""Two administrators and the rule that they write and publish."""

import json
from typing import Any

from accounts.models import Facility
from coding_workflow.guidelines import services
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.testing import RuleTest, tests_from_json
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast

from .lab.rules import definition, stay

WHY = "Asked for by the coding committee."


def second_administrator(cast: Cast) -> User:
    """Cora administers the hospital as well."""
    RoleGrant.objects.get_or_create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    cast.cora.forget_rights()
    return cast.cora


def proofs() -> tuple[RuleTest, ...]:
    speaks = {"name": "infarction", "facts": stay(), "expect": "fires", "subjects": ["I214"]}
    silent = {"name": "pneumonia", "facts": stay(diagnoses=[{"code": "J18.9"}]), "expect": "silent"}
    return tests_from_json(json.dumps([speaks, silent]))


def write(
    cast: Cast, *, key: str = "infarction", by: User | None = None, made: Definition | None = None, **more: Any
) -> RuleVersion:
    given: dict[str, Any] = {"facility": cast.main, "tests": proofs(), "reason": WHY} | more
    return services.write_rule(key=key, definition=made or definition(), by=by or cast.ada, **given)


def publish(version: RuleVersion, by: User) -> RuleVersion:
    return services.publish_rule(version_id=version.pk, by=by, seen=version.seal, reason=WHY)


def active(cast: Cast, second: User, facility: Facility | None = None, **changes: Any) -> RuleVersion:
    """A rule that Ada wrote and the second administrator published."""
    more = {"facility": facility} if facility else {}
    return publish(write(cast, made=definition(**changes), **more), second)
