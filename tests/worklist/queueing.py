"""Queues for the tests: a set that differs from the standard one, and publishing it."""

from dataclasses import replace
from typing import Any

from accounts.models import Facility, WorkItem
from coding_workflow.guidelines.lab.definition import Asked, Clause
from coding_workflow.outbox.services import drain
from coding_workflow.staff.models import RoleGrant, User
from tests.cast import Cast
from worklist.models import QueueSetVersion
from worklist.queueing import proposing, services
from worklist.queueing.document import QueueRule, QueueSet

DEAR = Asked("total_charges", "at_least", 5_000)
LONG = Asked("length_of_stay", "at_least", 4)


def rule(code: str = "dear", *when: Clause, **fields: Any) -> QueueRule:
    """A queue of coding work."""
    return QueueRule(code, fields.pop("name", code.title()), "coding", when, **fields)


def with_first(queues: QueueSet, *rules: QueueRule) -> QueueSet:
    """The set with more queues before the others."""
    return replace(queues, queues=(*rules, *queues.queues))


def without(queues: QueueSet, code: str) -> QueueSet:
    """The set without one of its queues."""
    return replace(queues, queues=tuple(each for each in queues.queues if each.code != code))


def publish(facility: Facility, by: User, queues: QueueSet, reason: str = "Asked for by the lead") -> QueueSetVersion:
    """Kept, proposed and published by somebody else; open work has moved."""
    _, base = services.base_of(facility)
    services.keep_draft(facility=facility, by=by, queues=queues, base=base)
    version = put_in_force(facility, by, reason)
    drain()
    return version


def put_in_force(facility: Facility, by: User, reason: str = "Asked for by the lead") -> QueueSetVersion:
    """A person's draft, proposed by them and published by a supervisor whom no test names."""
    made = proposing.propose(facility=facility, by=by, reason=reason)
    return proposing.publish_proposal(proposal_id=made.pk, by=second_person(facility), seen=made.hash)


def second_person(facility: Facility) -> User:
    """Sol, a supervisor of the facility who publishes what others propose."""
    sol, _ = User.objects.get_or_create(username=f"sol-{facility.code.lower()}", defaults={"full_name": "Sol Reyes"})
    RoleGrant.objects.get_or_create(user=sol, facility=facility, role="supervisor", ended_at=None)
    return sol


def change(cast: Cast, *rules: QueueRule, **fields: Any) -> QueueSetVersion:
    """Publish what is in force with more queues before the others, and with other limits."""
    queues, _ = services.base_of(cast.main)
    return publish(cast.main, cast.cleo, replace(with_first(queues, *rules), **fields))


def queue_of(item: WorkItem) -> str:
    """The code of the queue that an item is in now."""
    return WorkItem.objects.select_related("queue").get(pk=item.pk).queue.code
