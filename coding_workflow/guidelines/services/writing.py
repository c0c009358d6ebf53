"""Writing a rule: drafts, files in and out, and an old version written anew."""

from django.db import transaction

from accounts.clock import now
from accounts.errors import Conflict, Refused
from accounts.models import Facility
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.files import RuleFile, checked_key, from_file
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.guidelines.lab.testing import RuleTest, tests_to_json
from coding_workflow.guidelines.lab.writing import definition_to_json, text_hash
from coding_workflow.guidelines.models import AdminRule, RuleVersion, State
from coding_workflow.guidelines.reading_rows import definition_of, tests_of
from coding_workflow.staff.models import User

from .rights import (
    locked_rule,
    locked_version,
    note,
    one_move_at_a_time,
    reasoned,
    require_administrator,
    require_readable,
    require_seen,
)

_WRITTEN = ("title", "definition", "hash", "tests", "written_by", "written_at", "reason")


@transaction.atomic
def write_rule(
    *,
    key: str,
    facility: Facility | None,
    definition: Definition,
    tests: tuple[RuleTest, ...],
    by: User,
    reason: str,
    seen: str = "",
) -> RuleVersion:
    """Save a draft: the rule's first version, a new one, or the one being written. A draft may still have faults.

    ``seen`` is the ``seal`` of the draft that was opened, empty where there was none. Raises NotAllowed ``rule.role``,
    Refused ``rule.key``, ``rule.reason`` or ``rule.unreadable``, Conflict ``rule.changed`` when somebody else saved meanwhile.
    """
    rule = _rule(key, facility, by)
    return _save(rule, definition, tests, by, reasoned(reason), seen, "rule.written")


def _rule(key: str, facility: Facility | None, by: User) -> AdminRule:
    """The locked rule of that key, made where there is none."""
    require_administrator(by, facility)
    try:
        checked_key(key, "key")
    except DefinitionError as error:
        raise Refused("rule.key", error.message, fix="key") from None
    _refuse_shared(key, facility)
    rule, _ = AdminRule.objects.get_or_create(facility=facility, key=key, defaults={"created_by": by})
    return locked_rule(rule.pk)


def _refuse_shared(key: str, facility: Facility | None) -> None:
    same = AdminRule.objects.filter(key=key)
    taken = same.filter(facility__isnull=False) if facility is None else same.filter(facility__isnull=True)
    if taken.exists():
        raise Refused("rule.key", "This key is used by a rule of another reach; choose another key.", fix="key")


def _save(
    rule: AdminRule,
    definition: Definition,
    tests: tuple[RuleTest, ...],
    by: User,
    reason: str,
    seen: str,
    kind: str,
    **payload: int,
) -> RuleVersion:
    draft = rule.versions.filter(state=State.DRAFT).first()
    if draft is None and seen:
        raise Conflict("rule.changed", "The draft that you opened has moved on; open the rule again.")
    if draft is not None:
        require_seen(draft, seen)
    version = draft or RuleVersion(rule=rule, number=_next(rule))
    version.title, version.definition = definition.title[:200], definition_to_json(definition)
    version.hash, version.tests = text_hash(version.definition), tests_to_json(tests)
    version.written_by, version.written_at, version.reason = by, now(), reason
    _require_readable(version)
    version.save(update_fields=_WRITTEN if draft else None)
    note(version=version, kind=kind, by=by, reason=reason, **payload)
    return version


def _require_readable(version: RuleVersion) -> None:
    """Raise Refused ``rule.unreadable`` for what could not be read again once it is stored, such as a text that is too long."""
    for words, read in (("The rule", definition_of), ("Its tests", tests_of)):
        try:
            read(version)
        except DefinitionError as error:
            raise Refused("rule.unreadable", f"{words} cannot be saved. {error}") from None


def _next(rule: AdminRule) -> int:
    last = rule.versions.order_by("-number").first()
    return last.number + 1 if last else 1


@transaction.atomic
def import_rule(*, text: str, facility: Facility | None, by: User, reason: str) -> RuleVersion:
    """A rule file as a draft; over a draft of the same key it is a Conflict, so that nobody's writing is lost.

    Raises Refused ``rule.file`` with the place that is wrong, and what ``write_rule`` raises.
    """
    try:
        read = from_file(text)
    except DefinitionError as error:
        raise Refused("rule.file", str(error), fix="file") from None
    rule = _rule(read.key, facility, by)
    return _save(rule, read.definition, read.tests, by, reasoned(reason), "", "rule.imported")


@transaction.atomic
def export_rule(*, version_id: int, by: User, reason: str) -> RuleFile:
    """The file of a version; that it left is written down. ``lab.files.to_file`` gives its text.

    Raises NotAllowed ``rule.role``, Refused ``rule.reason`` or ``rule.unreadable``.
    """
    version = locked_version(version_id, by)
    require_readable(version)
    note(version=version, kind="rule.exported", by=by, reason=reasoned(reason))
    return RuleFile(version.rule.key, definition_of(version), tests_of(version))


@transaction.atomic
def roll_back(*, rule_id: int, number: int, by: User, reason: str) -> RuleVersion:
    """Write an earlier version anew as a draft; a second person publishes it, as any other.

    Raises Refused ``rule.unknown`` or ``rule.unreadable``, Conflict ``rule.changed`` while there is a draft.
    """
    one_move_at_a_time()
    rule = locked_rule(rule_id)
    require_administrator(by, rule.facility)
    source = rule.versions.filter(number=number).exclude(state=State.DRAFT).first()
    if source is None:
        raise Refused("rule.unknown", "There is no such earlier version of this rule.")
    require_readable(source)
    words = reasoned(reason)
    return _save(rule, definition_of(source), tests_of(source), by, words, "", "rule.rolled_back", source=number)
