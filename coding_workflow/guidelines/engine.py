"""The engine: facts in, findings out. Pure and deterministic; no database, clock or settings."""

from collections.abc import Iterable

from coding_workflow.policy.rules import FacilityPolicy

from .case import Case
from .facts import Facts, Override
from .findings import Drg, Evaluation, Finding, Made, Status, Verdict
from .registry import Found, Rule
from .ruleset import ENGINE_VERSION, RuleSet
from .tables import RecordingTables, Tables

_ORDER = {"hold": 0, "warn": 1, "info": 2}
_HELD: frozenset[Status] = frozenset({"hold", "not_evaluated"})


def evaluate(facts: Facts, ruleset: RuleSet, tables: Tables, policy: FacilityPolicy) -> Evaluation:
    """Judge one account by all seven conditions.

    ``tables`` answer for the account's date. Never raises for a rule that fails: that rule holds with a finding and the
    others go on. Equal arguments give an equal evaluation, with equal text.
    """
    recorder = RecordingTables(tables)
    return _evaluation(Case(facts, recorder, policy), recorder, ruleset)


def evaluate_all(accounts: Iterable[tuple[Facts, RuleSet, Tables]], policy: FacilityPolicy) -> list[Evaluation]:
    """Judge several accounts, in their order, each as ``evaluate`` does.

    All stays are grouped first: where grouper and rules take turns they push each other out of the processor's caches, and
    grouping takes nearly twice as long. For as many accounts as one holds in memory, some hundreds.
    """
    recorded = [(facts, RecordingTables(tables), ruleset) for facts, ruleset, tables in accounts]
    cases = [(Case(facts, recorder, policy), recorder, ruleset) for facts, recorder, ruleset in recorded]
    group_first(case for case, _, _ in cases)
    return [_evaluation(*each) for each in cases]


def group_first(cases: Iterable[Case]) -> None:
    """Group these before any of them is judged; the process keeps the answers (``grouper.answer``)."""
    for case in cases:
        case.grouping  # noqa: B018 - derived here, and kept


def _evaluation(case: Case, recorder: RecordingTables, ruleset: RuleSet) -> Evaluation:
    facts = case.facts
    asked = ruleset.rules_for(facts, case.words)
    found = _judged(asked, case)
    findings = tuple(sorted((_finding(rule, one, facts.overrides) for rule, one in found), key=_place))
    absent = {rule.condition for rule, one in found if one.not_evaluated}
    conditions = _conditions(findings, absent, facts.discrepancy is not None)
    verdict: Verdict = "held" if any(status in _HELD for status in conditions.values()) else "releasable"
    return Evaluation(
        id=facts.id,
        verdict=verdict,
        ruleset_hash=ruleset.hash,
        engine_version=ENGINE_VERSION,
        tables=_labels(recorder, case),
        drg=_drg(case),
        findings=findings,
        conditions=conditions,
        write_answers=recorder.answers,
        made=Made(ruleset.made, tuple(sorted((rule.id, rule.version, rule.definition) for rule in asked if rule.definition))),
    )


def found_by(rules: Iterable[Rule], case: Case) -> tuple[Finding, ...]:
    """What these rules find on a case by themselves, overrides applied; no verdict and no conditions.

    Rules whose scope does not cover the account find nothing; one that fails holds with a finding, as in ``evaluate``.
    """
    found = _judged((rule for rule in rules if rule.covers(case.facts)), case)
    return tuple(sorted((_finding(rule, one, case.facts.overrides) for rule, one in found), key=_place))


def _judged(rules: Iterable[Rule], case: Case) -> list[tuple[Rule, Found]]:
    """What each rule finds. One that fails finds that it failed: whatever fails must hold the account, never pass it."""
    found: list[tuple[Rule, Found]] = []
    for rule in rules:
        try:
            answers = [*rule.judge(case)]
        except Exception as error:
            answers = [_failed(rule, error)]
        if answers:
            found += [(rule, one) for one in answers]
    return found


def _failed(rule: Rule, error: Exception) -> Found:
    words = f"The rule {rule.id} could not be evaluated ({type(error).__name__})."
    return Found(words, severity="hold", owner="administrator")


def _finding(rule: Rule, found: Found, overrides: tuple[Override, ...]) -> Finding:
    severity, message = found.severity or rule.severity, found.message
    override = _override(rule, found, overrides)
    if override and severity == "hold":
        severity, message = "info", f"{message} Overridden: {override.reason}"
    return Finding(
        rule=rule.id,
        version=rule.version,
        condition=rule.condition,
        severity=severity,
        subjects=found.subjects,
        message=message,
        reference=found.reference or rule.reference,
        fix=found.fix or rule.fix,
        owner=found.owner or rule.owner,
    )


def _override(rule: Rule, found: Found, overrides: tuple[Override, ...]) -> Override | None:
    """The override that the rule allows for exactly these subjects; two persons where it asks for two."""
    if rule.override == "none" or not overrides:
        return None
    fitting = (each for each in overrides if _fits(each, rule, found))
    return next((each for each in fitting if rule.override == "reason" or _two_people(each)), None)


def _fits(override: Override, rule: Rule, found: Found) -> bool:
    """What another version of the rule finds was not overridden."""
    same = override.rule == rule.id and override.subjects == found.subjects
    return same and override.version in (None, rule.version)


def _two_people(override: Override) -> bool:
    return bool(override.second) and override.second != override.by


def _place(finding: Finding) -> tuple[int, int, str, tuple[str, ...], str, str]:
    return finding.condition, _ORDER[finding.severity], finding.rule, finding.subjects, finding.message, finding.owner


def _conditions(findings: tuple[Finding, ...], absent: set[int], has_case: bool) -> dict[int, Status]:
    """Pass, hold or not evaluated for each; 6 also holds while another condition does (no release with a discrepancy).

    Absent facts leave a condition not evaluated, whatever else was found in it.
    """
    holding = {finding.condition for finding in findings if finding.severity == "hold"}
    statuses: dict[int, Status] = {number: "hold" if number in holding else "pass" for number in range(1, 8)}
    statuses |= dict.fromkeys(absent.intersection((1, 2, 3, 4, 5)), "not_evaluated")
    if not has_case:
        statuses[7] = "not_applicable"
    if not _HELD.isdisjoint(statuses.values()):
        statuses[6] = "hold"
    return statuses


def _labels(recorder: RecordingTables, case: Case) -> dict[str, str]:
    labels = recorder.labels()
    if case.grouping:
        labels |= {"mce": case.grouping.version, "msdrg": case.grouping.version}
    return dict(sorted(labels.items()))


def _drg(case: Case) -> Drg | None:
    group = case.grouping
    if group is None:
        return None
    return Drg(group.version, group.drg, group.mdc, group.weight, group.gmlos, group.return_code)
