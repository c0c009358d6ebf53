"""One rule of administrators as its page shows it: read in words, its tests, its versions, and what may be done with it."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.errors import NotAllowed
from accounts.models import Facility
from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.lab import vocabulary
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.differences import Difference, differences
from coding_workflow.guidelines.lab.limits import faults, warnings
from coding_workflow.guidelines.lab.testing import Outcome, run, shortfalls
from coding_workflow.guidelines.models import AdminRule, RuleEvent, RuleVersion, State
from coding_workflow.guidelines.services.rights import WRITING, require_administrator
from coding_workflow.guidelines.words import listed, spoken
from coding_workflow.staff.models import Role, RoleGrant, User
from worklist.lab import places
from worklist.lab.plain import in_words

from .lab import MARKS, tables_today
from .rows import CONDITION_WORDS

NOT_IN_FORCE: Final = frozenset({State.DRAFT, State.SHADOW})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be done now, with the place that mends it where there is one."""

    words: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do with a version: possible when nothing stands against it. ``form`` names its fields and ids."""

    form: str
    words: str
    hint: str
    url: str
    against: tuple[Reason, ...] = ()
    main: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One version in the history of a rule, with who did what to it and why."""

    version: RuleVersion
    mark: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page shows of one version. ``unreadable`` says why hardly anything is known of it; usually empty."""

    version: RuleVersion
    mark: str
    definition: Definition
    sentence: str
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[Outcome, ...]
    warnings: tuple[Reason, ...]
    against: RuleVersion | None
    differences: tuple[Difference, ...]
    unreadable: str = ""


def sheet(rule: AdminRule, version: RuleVersion, versions: list[RuleVersion], against: int | None) -> Sheet:
    """The page of one version, compared with the version asked for, or with the one before it."""
    if why := guidelines.unreadable(version):
        return Sheet(version, MARKS[State(version.state)], guidelines.title_alone(version), "", (), (), (), None, (), why)
    definition = guidelines.definition_of(version)
    other = _compared(version, versions, against)
    return Sheet(
        version=version,
        mark=MARKS[State(version.state)],
        definition=definition,
        sentence=in_words(definition),
        facts=tuple(_facts(rule, definition)),
        outcomes=outcomes_of(version, definition),
        warnings=() if faults(definition) else tuple(Reason(each.message) for each in warnings(definition, tables_today())),
        against=other,
        differences=differences(guidelines.definition_of(other), definition) if other else (),
    )


def outcomes_of(version: RuleVersion, definition: Definition) -> tuple[Outcome, ...]:
    """How the tests go; a rule with faults cannot be run."""
    return () if faults(definition) else run(definition, guidelines.tests_of(version))


def _compared(version: RuleVersion, versions: list[RuleVersion], against: int | None) -> RuleVersion | None:
    """The version asked for, else the one before; one that cannot be read compares with nothing."""
    asked = [each for each in versions if each.number == against and each.pk != version.pk]
    earlier = [each for each in versions if each.number < version.number]
    return next((each for each in (*asked, *earlier) if guidelines.readable_definition(each)), None)


def _facts(rule: AdminRule, definition: Definition) -> list[tuple[str, str]]:
    """The rest of the rule, named; dates are half-open in the engine and said as days here."""
    override = dict(vocabulary.OVERRIDES)[definition.override]
    return [
        ("Message", definition.message or "not written yet"),
        ("Reference", definition.reference or "not written yet"),
        ("Condition", f"{definition.condition}. {CONDITION_WORDS.get(definition.condition, '')}"),
        ("Severity", dict(vocabulary.SEVERITIES)[definition.severity]),
        ("Reach", rule.facility.name if rule.facility else "All facilities"),
        ("Classes", _all(definition.scope.classes)),
        ("Payers", _all(definition.scope.payers)),
        ("Services", _all(definition.scope.services)),
        ("In force for", _dates(definition)),
        ("Owner", spoken(definition.owner)),
        ("Mended at", spoken(definition.fix)),
        ("Override", override if definition.severity == "hold" else "nothing to override: it holds nobody"),
    ]


def _all(words: tuple[str, ...]) -> str:
    return listed([spoken(word) for word in words]) or "all"


def _dates(definition: Definition) -> str:
    said = [f"from {definition.starts:%b %-d, %Y}"] if definition.starts else []
    said += [f"before {definition.ends:%b %-d, %Y}"] if definition.ends else []
    return f"discharges {' and '.join(said)}" if said else "every discharge"


def steps(versions: list[RuleVersion]) -> list[Step]:
    """The versions, newest first, with what happened to each."""
    return [Step(version, MARKS[State(version.state)], tuple(_said(version))) for version in versions]


def _said(version: RuleVersion) -> list[str]:
    acts = [
        ("Written", version.written_by, version.written_at, version.reason),
        ("In shadow", version.shadowed_by, version.shadowed_at, ""),
        ("Published", version.published_by, version.published_at, ""),
        ("Retired", version.retired_by, version.retired_at, version.retired_reason),
    ]
    return [
        f"{verb} by {who} on {localtime(at):%b %-d, %Y}" + (f": {why}" if why else "")
        for verb, who, at, why in acts
        if who and at is not None
    ]


def why_not_administrator(user: User, facility: Facility | None) -> str:
    """Empty for an administrator of the rule's reach, else the sentence of the refusal."""
    try:
        require_administrator(user, facility)
    except NotAllowed as refusal:
        return refusal.sentence
    return ""


def actions(user: User, rule: AdminRule, version: RuleVersion, versions: list[RuleVersion]) -> list[Action]:
    """What there is to do with this version in its state; what cannot be done now says why.

    One that cannot be read can only be retired; writing it anew is beside the title.
    """
    no = why_not_administrator(user, rule.facility)
    refused = (Reason(no),) if no else ()
    if guidelines.unreadable(version):
        return [_retire(version, refused)] if version.state != State.RETIRED else []
    found: list[Action] = []
    if version.state == State.DRAFT:
        found.append(_shadow(rule, version, versions, refused))
    if version.state in NOT_IN_FORCE:
        found.append(_publish(user, rule, version, refused))
    if version.state == State.RETIRED or version.state == State.ACTIVE:
        found.append(_roll_back(rule, version, versions, refused))
    if version.state != State.RETIRED:
        found.append(_retire(version, refused))
    hint = "The rule with its tests, to keep or to take to another facility."
    return [*found, Action("file", "Export as a file", hint, _url("rule_file", version), refused)]


def _url(name: str, version: RuleVersion) -> str:
    return reverse(f"worklist:{name}", args=[version.pk])


def _shadow(rule: AdminRule, version: RuleVersion, versions: list[RuleVersion], refused: tuple[Reason, ...]) -> Action:
    against = [*refused, *_faults(rule, version)]
    running = next((each for each in versions if each.state == State.SHADOW), None)
    if running:
        words = f"Version {running.number} runs in shadow; publish or retire it first."
        against.append(Reason(words, f"{reverse('worklist:rule', args=[rule.pk])}?version={running.number}", "See it"))
    hint = "It runs beside the rules in force and holds nobody; its findings are kept. One person is enough."
    return Action("shadow", "Start shadow", hint, _url("shadow_rule", version), tuple(against))


def _publish(user: User, rule: AdminRule, version: RuleVersion, refused: tuple[Reason, ...]) -> Action:
    against = [*refused, *_faults(rule, version)]
    if wrote(user, version):
        against.append(Reason(f"You wrote it; another administrator publishes it.{_others(user, rule, version)}"))
    definition = guidelines.definition_of(version)
    if not faults(definition):
        url = f"{reverse('worklist:edit_rule', args=[rule.pk])}#tests"
        against += [Reason(each.message, url, "Go to the tests") for each in shortfalls(definition, guidelines.tests_of(version))]
    hint = "It judges accounts from this moment; the version in force before it retires."
    return Action("publish", "Publish", hint, _url("publish_rule", version), tuple(against), main=True)


def _retire(version: RuleVersion, refused: tuple[Reason, ...]) -> Action:
    hint = {
        State.DRAFT: "Give the draft up. It stays in the history.",
        State.SHADOW: "Stop observing. It stays in the history.",
        State.ACTIVE: "Take it out of force. What it holds is freed at the next check.",
    }[State(version.state)]
    words = "Give up this draft" if version.state == State.DRAFT else "Retire"
    return Action("retire", words, hint, _url("retire_rule", version), refused, danger=True)


def _roll_back(rule: AdminRule, version: RuleVersion, versions: list[RuleVersion], refused: tuple[Reason, ...]) -> Action:
    against = list(refused)
    draft = next((each for each in versions if each.state == State.DRAFT), None)
    if draft:
        words = f"Version {draft.number} is being written; publish it or give it up first."
        against.append(Reason(words, f"{reverse('worklist:rule', args=[rule.pk])}?version={draft.number}", "See it"))
    hint = f"Version {version.number} is written anew as a draft; another administrator publishes it."
    return Action("roll-back", "Roll back to this", hint, reverse("worklist:roll_back_rule", args=[version.pk]), tuple(against))


def _faults(rule: AdminRule, version: RuleVersion) -> list[Reason]:
    """Faults with a link to their place in the editor."""
    edit = reverse("worklist:edit_rule", args=[rule.pk])
    found = faults(guidelines.definition_of(version))
    return [Reason(each.message, f"{edit}#{places.id_of(each.place)}", f"Go to {places.words_of(each.place)}") for each in found]


def wrote(user: User, version: RuleVersion) -> bool:
    """Whether the person wrote any of it. One query."""
    events = RuleEvent.objects.filter(version=version, by=user, kind__in=WRITING)
    return version.written_by_id == user.pk or events.exists()


def _others(user: User, rule: AdminRule, version: RuleVersion) -> str:
    """Administrators of the facility who wrote none of it, by name; nothing for a rule of all facilities."""
    if rule.facility_id is None:
        return ""
    authors = RuleEvent.objects.filter(version=version, kind__in=WRITING).values("by")
    grants = RoleGrant.objects.filter(facility=rule.facility_id, role=Role.ADMINISTRATOR, ended_at__isnull=True)
    may = User.objects.filter(Q(pk__in=grants.values("user")) & ~Q(pk__in=authors), is_active=True).exclude(pk=user.pk)
    names = [str(person) for person in may.order_by("full_name")[:5]]
    return (
        f" {listed(names)} can." if names else " Nobody else administers this facility yet: give somebody the role under People."
    )
