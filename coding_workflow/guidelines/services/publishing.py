"""Moving a version: shadow by one person, publishing by another than wrote it, retiring with a reason."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.clock import now
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.listeners import tell
from coding_workflow.guidelines.lab.certainty import opposite
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.limits import Fault, faults
from coding_workflow.guidelines.lab.testing import shortfalls
from coding_workflow.guidelines.models import AdminRule, RuleEvent, RuleVersion, State
from coding_workflow.guidelines.reading_rows import definition_of, readable_definition, tests_of, title_alone
from coding_workflow.staff.models import User

from .rights import WRITING, locked_version, note, one_move_at_a_time, reasoned, require_readable, require_seen

_STATES = {State.SHADOW: "runs in shadow already", State.ACTIVE: "is active already", State.RETIRED: "is retired"}


@transaction.atomic
def start_shadow(*, version_id: int, by: User, seen: str, reason: str) -> RuleVersion:
    """Let a draft run beside the rules in force: its findings are kept, nothing is held. One person is enough.

    ``seen`` is the ``seal`` of what the person read. Raises NotAllowed ``rule.role``, Conflict ``rule.state``,
    ``rule.changed`` or ``rule.shadow`` (another version runs), Refused ``rule.fault`` with the first place that is wrong or
    ``rule.unreadable``.
    """
    version, words = _to_move(version_id, by, seen, reason, (State.DRAFT,))
    if version.rule.versions.filter(state=State.SHADOW).exists():
        raise Conflict("rule.shadow", "Another version of this rule runs in shadow; publish or retire it first.")
    _refuse(faults(definition_of(version)))
    version.state, version.shadowed_by, version.shadowed_at = State.SHADOW, by, now()
    version.save(update_fields=["state", "shadowed_by", "shadowed_at"])
    note(version=version, kind="rule.shadowed", by=by, reason=words)
    return version


@transaction.atomic
def publish_rule(*, version_id: int, by: User, seen: str, reason: str) -> RuleVersion:
    """Put a version into force from this instant; the one in force before it is retired with it.

    Raises NotAllowed ``rule.role`` or ``rule.second`` (whoever wrote any of it does not publish it), Conflict ``rule.state``
    or ``rule.changed``, Refused ``rule.unreadable``, ``rule.fault``, ``rule.tests`` (none that speaks, none
    that is silent, or one that fails) or ``rule.contradicts`` (an active rule says the same or the opposite).
    """
    version, words = _to_move(version_id, by, seen, reason, (State.DRAFT, State.SHADOW))
    _refuse_author(version, by)
    definition = definition_of(version)
    _refuse(faults(definition))
    _refuse(shortfalls(definition, tests_of(version)), code="rule.tests")
    _refuse_contradiction(version, definition)
    before = version.rule.versions.filter(state=State.ACTIVE).first()
    if before is not None:
        _retire(before, by, f"Replaced by version {version.number}.")
    version.state, version.published_by, version.published_at = State.ACTIVE, by, now()
    version.save(update_fields=["state", "published_by", "published_at"])
    note(version=version, kind="rule.published", by=by, reason=words)
    _tell(version, by, *([_reach_of(before)] if before else []), definition)
    return version


@transaction.atomic
def retire_rule(*, version_id: int, by: User, reason: str) -> RuleVersion:
    """Take a version out of force, out of shadow, or give a draft up. Holds that it opened close at the next check.

    Raises NotAllowed ``rule.role``, Conflict ``rule.state``, Refused ``rule.reason``.
    """
    words = reasoned(reason)
    one_move_at_a_time()
    version = locked_version(version_id, by)
    if version.state == State.RETIRED:
        raise Conflict("rule.state", f"Version {version.number} is retired.")
    was_active = version.state == State.ACTIVE
    _retire(version, by, words)
    if was_active:
        _tell(version, by, _reach_of(version))
    return version


def _reach_of(version: RuleVersion) -> Definition:
    """What the version judged; one that this release cannot read held every account that it was asked about."""
    return readable_definition(version) or title_alone(version)


def _retire(version: RuleVersion, by: User, words: str) -> None:
    version.state, version.retired_by, version.retired_at, version.retired_reason = State.RETIRED, by, now(), words
    version.save(update_fields=["state", "retired_by", "retired_at", "retired_reason"])
    note(version=version, kind="rule.retired", by=by, reason=words)


def _tell(version: RuleVersion, by: User, *definitions: Definition) -> None:
    """Tell that accounts are judged by other rules from now on, inside the transaction that changes it. Shadow judges nobody."""
    tell("rules_changed", facility=version.rule.facility, definitions=definitions, by=Actor.person(by.pk))


def _to_move(version_id: int, by: User, seen: str, reason: str, states: tuple[State, ...]) -> tuple[RuleVersion, str]:
    words = reasoned(reason)
    one_move_at_a_time()
    version = locked_version(version_id, by)
    if version.state not in states:
        raise Conflict("rule.state", f"Version {version.number} {_STATES[State(version.state)]}.")
    require_seen(version, seen)
    require_readable(version)
    return version, words


def _refuse_author(version: RuleVersion, by: User) -> None:
    wrote = RuleEvent.objects.filter(version=version, by=by, kind__in=WRITING)
    if version.written_by_id == by.pk or wrote.exists():
        raise NotAllowed("rule.second", "Another administrator publishes what you wrote.")


def _refuse(found: tuple[Fault, ...], code: str = "rule.fault") -> None:
    if found:
        raise Refused(code, str(found[0]), fix=found[0].place)


def _refuse_contradiction(version: RuleVersion, definition: Definition) -> None:
    """Two active rules that hold in exactly opposite cases hold everything; two that say the same say it twice."""
    for other in _others(version):
        theirs = readable_definition(other)
        if theirs is None or theirs.scope != definition.scope or "hold" not in {theirs.severity, definition.severity}:
            continue
        if theirs.when == definition.when:
            raise Refused("rule.contradicts", f"The active rule “{other.title}” asks the same of the same accounts.")
        if theirs.severity == definition.severity and opposite(theirs.when, definition.when):
            raise Refused("rule.contradicts", f"Together with the active rule “{other.title}” this holds every account.")


def _others(version: RuleVersion) -> Iterator[RuleVersion]:
    rule: AdminRule = version.rule
    reach = Q() if rule.facility_id is None else Q(rule__facility=rule.facility_id) | Q(rule__facility__isnull=True)
    rows = RuleVersion.objects.filter(reach, state=State.ACTIVE).exclude(rule=rule)
    return rows.order_by("pk").iterator()
