"""The rules that judge accounts as administrators see them: built-in edits and the department's own, filtered."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Prefetch
from django.urls import reverse

from accounts import clock
from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.lab.vocabulary import OVERRIDES, SEVERITIES
from coding_workflow.guidelines.models import AdminRule, RuleVersion, State
from coding_workflow.guidelines.registry import Rule
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.release.selectors import RuleRecord, records_of
from coding_workflow.release.tables import DatabaseTables, tables_in_force
from coding_workflow.staff.models import User

from .rows import CONDITION_WORDS

#: The conditions that a rule may belong to.
CONDITIONS: Final = tuple((str(number), f"{number}. {words}") for number, words in CONDITION_WORDS.items() if number)
BUILT_IN, OWN = "built-in", "own"
KINDS: Final = ((BUILT_IN, "Built in"), (OWN, "Our own"))
STATES: Final = tuple(State.choices)
#: What rules did is shown of so many days.
LATELY: Final = datetime.timedelta(days=30)
#: How a state looks; the word stands beside the colour.
MARKS: Final = {State.ACTIVE: "ok", State.SHADOW: "mine", State.DRAFT: "warn", State.RETIRED: ""}
#: Of several versions of a rule the list shows the one that says most about it today.
_ORDER: Final = (State.ACTIVE, State.SHADOW, State.DRAFT, State.RETIRED)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule. ``states`` are (value, words, mark) of its versions that are not over, none for a built-in one.

    ``url`` is empty for a built-in one. Of one that cannot be read the condition is 0 and the severity empty.
    """

    id: str
    says: str
    condition: int
    severity: str
    reference: str
    override: str
    kind: str
    states: tuple[tuple[str, str, str], ...] = ()
    reach: str = ""
    url: str = ""
    record: RuleRecord | None = None

    @property
    def condition_words(self) -> str:
        """The condition of release in words."""
        return CONDITION_WORDS[self.condition] if self.condition else ""

    @property
    def severity_words(self) -> str:
        """What it does to the account."""
        return dict(SEVERITIES)[self.severity] if self.severity else ""

    @property
    def override_words(self) -> str:
        """What it takes to go past it; empty where nothing does, or where it holds nobody."""
        return dict(OVERRIDES)[self.override].removeprefix("may be overridden ") if self.override != "none" else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; an empty value asks for nothing."""

    words: str = ""
    condition: str = ""
    severity: str = ""
    state: str = ""
    kind: str = ""

    def fits(self, line: Line) -> bool:
        """Whether the rule is to be shown. A built-in edit is always active."""
        values = {value for value, _, _ in line.states} or {State.ACTIVE.value}
        return (
            self.condition in {"", str(line.condition)}
            and self.severity in {"", line.severity}
            and self.kind in {"", line.kind}
            and (self.state in values if self.state else True)
            and all(word in f"{line.id} {line.says} {line.reference}".lower() for word in self.words.lower().split())
        )


def rules(user: User, wanted: Wanted) -> list[Line]:
    """The rules that fit: the department's own first, then the built-in edits by condition and id. Six queries."""
    lines = [*own(user), *(_built_in(rule) for rule in builtin().rules)]
    shown = sorted(filter(wanted.fits, lines), key=lambda line: (line.kind != OWN, line.condition, line.id))
    return [replace(line, record=record) for line, record in zip(shown, lately(user, [line.id for line in shown]), strict=True)]


def lately(user: User, ids: list[str]) -> list[RuleRecord]:
    """What each of these rules did in the last 30 days at the person's facilities. Three queries."""
    now = clock.now()
    return records_of(facility_ids=user.facility_ids(), rules=ids, starts=now - LATELY, ends=now)


def own(user: User) -> list[Line]:
    """The rules that administrators made, at the person's facilities and at all. Three queries, and one text for each rule."""
    named = Prefetch("versions", RuleVersion.objects.only("rule", "number", "title", "state"))
    found = [rule for rule in guidelines.rules_at(user.facility_ids()).prefetch_related(named) if rule.versions.all()]
    shown = [shown_version(rule.versions.all()).pk for rule in found]
    texts = RuleVersion.objects.defer("tests").in_bulk(shown)
    return [_own(rule, texts[pk], list(rule.versions.all())) for rule, pk in zip(found, shown, strict=True)]


def tables_today() -> DatabaseTables:
    """The code tables of today, in which the codes of a rule are looked up."""
    return tables_in_force(clock.today())


def shown_version(versions: Iterable[RuleVersion]) -> RuleVersion:
    """The version that says most about a rule: in force, else observed, written, or the last of those that are over."""
    return min(versions, key=lambda version: (_ORDER.index(State(version.state)), -version.number))


def _own(rule: AdminRule, shown: RuleVersion, versions: list[RuleVersion]) -> Line:
    definition = guidelines.readable_definition(shown)
    if definition is None:
        return _unreadable(rule, shown)
    living = [version for version in versions if version.state != State.RETIRED] or [shown]
    return Line(
        id=f"lab.{rule.key}",
        says=definition.title,
        condition=definition.condition,
        severity=definition.severity,
        reference=definition.reference,
        override=definition.override,
        kind=OWN,
        states=tuple((each.state, State(each.state).label, MARKS[State(each.state)]) for each in living),
        reach=rule.facility.code if rule.facility else "All facilities",
        url=reverse("worklist:rule", args=[rule.pk]),
    )


def _unreadable(rule: AdminRule, version: RuleVersion) -> Line:
    """A rule whose stored text is no rule: listed as such, so that it is retired or written anew and the others are found."""
    return Line(
        id=f"lab.{rule.key}",
        says=f"{version.title} (version {version.number} cannot be read)",
        condition=0,
        severity="",
        reference="",
        override="none",
        kind=OWN,
        states=((version.state, State(version.state).label, MARKS[State(version.state)]),),
        reach=rule.facility.code if rule.facility else "All facilities",
        url=reverse("worklist:rule", args=[rule.pk]),
    )


def _built_in(rule: Rule) -> Line:
    says = (rule.judge.__doc__ or rule.reference).strip().splitlines()[0]
    return Line(rule.id, says, rule.condition, rule.severity, rule.reference, rule.override, BUILT_IN)
