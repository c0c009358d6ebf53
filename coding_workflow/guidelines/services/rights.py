"""Who may act on a rule, the lock every act takes, and the line that every act leaves."""

from typing import Final

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import one_at_a_time
from accounts.models import Facility
from coding_workflow.guidelines.models import AdminRule, RuleEvent, RuleVersion
from coding_workflow.guidelines.reading_rows import unreadable
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import administers

#: Kinds of event by which somebody becomes an author of a version.
WRITING: Final = ("rule.written", "rule.imported", "rule.rolled_back")
SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 300


def require_administrator(by: User, facility: Facility | None) -> None:
    """Raise NotAllowed ``rule.role`` unless the person administers the facility; of all facilities, each of them."""
    if not administers(by, facility):
        where = "this facility" if facility else "every facility"
        raise NotAllowed("rule.role", f"Only administrators of {where} write, publish and retire this rule.")


def reasoned(reason: str) -> str:
    """The reason as it is kept. Raises Refused ``rule.reason`` where it says nothing, too much, or cannot be kept."""
    kept = reason.strip()
    if not SHORTEST_REASON <= len(kept) <= LONGEST_REASON:
        raise Refused("rule.reason", f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters.", fix="reason")
    if "\0" in kept:
        raise Refused("rule.reason", "The reason holds a character that cannot be kept; write it again.", fix="reason")
    return kept


def one_move_at_a_time() -> None:
    """Versions of all rules move one after the other: what contradicts another rule is seen, whoever publishes that one.

    Taken before any rule is locked, so that two who move versions never wait for each other.
    """
    one_at_a_time("guidelines.rules")


def locked_version(version_id: int, by: User) -> RuleVersion:
    """The version under its rule's lock, for an administrator of it. Raises Refused ``rule.unknown``, NotAllowed."""
    version = RuleVersion.objects.filter(pk=version_id).only("rule_id").first()
    if version is None:
        raise Refused("rule.unknown", "There is no such version of a rule.")
    rule = locked_rule(version.rule_id)
    require_administrator(by, rule.facility)
    row: RuleVersion = RuleVersion.objects.select_related("rule__facility").get(pk=version_id)
    return row


def locked_rule(rule_id: int) -> AdminRule:
    """The rule's row, locked until the transaction ends: acts on one rule follow each other."""
    rule: AdminRule = AdminRule.objects.select_for_update(of=("self",)).select_related("facility").get(pk=rule_id)
    return rule


def require_seen(version: RuleVersion, seen: str) -> None:
    """Raise Conflict ``rule.changed`` unless the version still says what the person saw (``RuleVersion.seal``)."""
    if version.seal != seen:
        raise Conflict("rule.changed", "Somebody changed this draft since you looked; look at it once more.")


def require_readable(version: RuleVersion) -> None:
    """Raise Refused ``rule.unreadable`` where a stored version was written under another vocabulary."""
    if why := unreadable(version):
        raise Refused("rule.unreadable", f"{why} Write it anew, or retire it.")


def note(*, version: RuleVersion, kind: str, by: User, reason: str, **payload: object) -> RuleEvent:
    """Append what was done."""
    payload = {"number": version.number, "hash": version.hash, **payload}
    return RuleEvent.objects.create(rule=version.rule, version=version, kind=kind, by=by, reason=reason, payload=payload)
