"""The rules in force, and the rules that administrators look at."""

from collections.abc import Collection
from functools import lru_cache

from django.db.models import F, Q, QuerySet

from accounts.models import Facility

from .lab.compiling import compile_text
from .lab.definition import Definition
from .models import AdminRule, RuleEvent, RuleVersion, State
from .reading_rows import definition_of, readable_definition, readable_tests, tests_of, title_alone, unreadable
from .registry import Rule
from .ruleset import RuleSet, builtin

__all__ = [
    "active_definitions",
    "active_rules",
    "definition_of",
    "history_of",
    "readable_definition",
    "readable_tests",
    "rules_at",
    "ruleset_for",
    "ruleset_with_shadow",
    "shadow_rules",
    "tests_of",
    "title_alone",
    "unreadable",
    "versions_of",
]

#: Key, number and hash of versions. What left draft never changes, so these name its text.
_Named = tuple[tuple[str, int, str], ...]


def ruleset_for(facility: Facility | None) -> RuleSet:
    """Built-in edits with the active rules of the facility and of all facilities; without facility those of all alone.

    One query; compiled once in a process.
    """
    named = _named(facility, State.ACTIVE)
    return _ruleset(named) if named else builtin()


def ruleset_with_shadow(facility: Facility | None) -> RuleSet:
    """The rule set as it would be if everything that runs in shadow were published. Two queries."""
    coming = _named(facility, State.SHADOW)
    keys = {key for key, _, _ in coming}
    return _ruleset((*(each for each in _named(facility, State.ACTIVE) if each[0] not in keys), *coming))


def shadow_rules(facility: Facility) -> tuple[Rule, ...]:
    """The rules that run in shadow at the facility, its own and those of all facilities. One query."""
    return _rules(_named(facility, State.SHADOW))


def active_rules(facility: Facility) -> tuple[Rule, ...]:
    """The active rules that administrators made, without the built-in ones. One query."""
    return _rules(_named(facility, State.ACTIVE))


def active_definitions(facility: Facility) -> list[Definition]:
    """What the active rules say that administrators made, the facility's own and those of all; one that cannot be read is
    left out. One query."""
    reach = Q(rule__facility=facility) | Q(rule__facility__isnull=True)
    versions = RuleVersion.objects.filter(reach, state=State.ACTIVE).order_by("rule__key").only("definition")
    return [found for found in map(readable_definition, versions) if found is not None]


def _named(facility: Facility | None, state: State) -> _Named:
    everywhere = Q(rule__facility__isnull=True)
    reach = everywhere | Q(rule__facility=facility) if facility else everywhere
    return tuple(RuleVersion.objects.filter(reach, state=state).order_by("rule__key").values_list("rule__key", "number", "hash"))


@lru_cache(maxsize=64)
def _ruleset(named: _Named) -> RuleSet:
    return RuleSet([*builtin().rules, *_rules(named)])


@lru_cache(maxsize=128)
def _rules(named: _Named) -> tuple[Rule, ...]:
    if not named:
        return ()
    hashes = [hashed for _, _, hashed in named]
    texts = dict(RuleVersion.objects.filter(hash__in=hashes).values_list("hash", "definition"))
    return tuple(compile_text(key, number, texts[hashed]) for key, number, hashed in named)


def rules_at(facility_ids: Collection[int]) -> QuerySet[AdminRule]:
    """The rules of these facilities and of all facilities, by key."""
    return AdminRule.objects.filter(Q(facility__in=facility_ids) | Q(facility__isnull=True)).select_related("facility")


def versions_of(rule: AdminRule) -> QuerySet[RuleVersion]:
    """The versions of a rule, newest first; the text and the tests of each are read when they are asked for."""
    people = ("written_by", "shadowed_by", "published_by", "retired_by")
    return rule.versions.select_related(*people).defer("definition", "tests").order_by(F("number").desc())


def history_of(rule: AdminRule) -> QuerySet[RuleEvent]:
    """Everything that was done about a rule, newest first."""
    return rule.events.select_related("by")
