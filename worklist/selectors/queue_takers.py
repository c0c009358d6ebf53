"""Who may take from which queue: role, who the queue is for, what it asks for, and competence for what it takes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from accounts import clock
from accounts.models import Facility, PatientClass, WorkKind
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import competences_in_force
from worklist.assignment import KINDS_BY_ROLE
from worklist.queueing import needs, standard
from worklist.queueing.document import QueueRule, QueueSet
from worklist.queueing.needs import Held

from .people_at_work import facility_roles, takers

#: Kinds that take a competence for the account's type of coding.
_BY_COMPETENCE = frozenset({WorkKind.CODING.value, WorkKind.REVIEW.value})


@dataclass(frozen=True, slots=True)
class Takers:
    """The people who may be given work of a queue today, by name, and that in words."""

    people: tuple[str, ...]
    words: str
    nobody: bool


def takers_of(facility: Facility, queues: QueueSet) -> dict[str, Takers]:
    """For each queue of a set, by its code. Three queries, whatever the set is.

    What somebody coded, has put back or has too much of is a matter of single accounts and not asked here.
    """
    people = takers(facility)
    roles: Mapping[int, set[str]] = defaultdict(set)
    for user_id, role in facility_roles(facility):
        roles[user_id].add(role)
    held = competences(facility, people)
    return {rule.code: _of(rule, people, roles, held) for rule in queues.queues}


def competences(facility: Facility, people: list[User]) -> dict[int, list[Held]]:
    """The competence records in force today, by person. One query."""
    today = clock.today(facility)
    rows = competences_in_force(facility.pk, today).filter(user__in=[person.pk for person in people])
    found: dict[int, list[Held]] = defaultdict(list)
    for user_id, *values in rows.values_list("user_id", "coding_type", "credential", "supervision"):
        found[user_id].append(Held(*values))
    return found


def _of(rule: QueueRule, people: list[User], roles: Mapping[int, set[str]], held: Mapping[int, list[Held]]) -> Takers:
    may = [person for person in people if _may(rule, person.pk, roles[person.pk], held.get(person.pk, []))]
    kind = str(WorkKind(rule.kind).label).lower()
    number = "Nobody may" if not may else "1 person may" if len(may) == 1 else f"{len(may)} people may"
    takes = any(rule.kind in kinds for kinds in KINDS_BY_ROLE.values())
    words = f"{number} take from this queue." if takes else f"Nobody takes {kind} work from queues: it has pages of its own."
    return Takers(tuple(str(person) for person in may), words, nobody=takes and not may)


def _may(rule: QueueRule, person: int, roles: set[str], held: list[Held]) -> bool:
    if not any(rule.kind in KINDS_BY_ROLE.get(role, ()) for role in roles) or (rule.people and person not in rule.people):
        return False
    if rule.kind in _BY_COMPETENCE:
        types = set(standard.classes_of(rule)) or set(PatientClass.values)
        if not types & {each.coding_type for each in held}:
            return False
    return needs.met(rule.needs, held)


def by_nobody(queues: QueueSet, found: Mapping[str, Takers]) -> list[str]:
    """Sentences about queues that name people or ask for something, and from which nobody may take what they get.

    Where nobody works on a kind at all, that is no matter of the queues.
    """
    return [
        f"Nobody may take from {rule.name}{_why(rule)}: its work stays until a supervisor gives it to somebody."
        for rule in queues.queues
        if (rule.people or rule.needs) and found[rule.code].nobody
    ]


def _why(rule: QueueRule) -> str:
    asked = needs.words(rule.needs)
    return f", which asks for {asked}" if asked else ""
