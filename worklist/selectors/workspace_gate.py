"""The gate pane: the seven conditions with their findings, each with one place that mends it, and the open holds."""

import datetime
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from accounts.models import Account, Hold, HoldSource, OutboxRow, OutboxState, OwnerRole, Step
from coding_workflow.coding.selectors import CodedRecord
from coding_workflow.guidelines.findings import Evaluation, Finding
from coding_workflow.guidelines.lab.compiling import PREFIX
from coding_workflow.guidelines.registry import OverridePolicy
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.release.models import Check, CheckDue, Override, Verdict
from coding_workflow.release.services.checking import Judgement, judge
from coding_workflow.staff.models import Role

from .rows import CONDITION_WORDS
from .workspace_codes import Codes, Titles

STATE_WORDS: Final = {"pass": "Pass", "hold": "Hold", "not_evaluated": "Not evaluated", "not_applicable": "Not applicable"}
#: A condition's mark: passed is not the same as not asked.
_MARKS: Final = {"pass": "pass", "hold": "hold", "not_evaluated": "warn", "not_applicable": "none"}
_OWNERS: Final = dict(OwnerRole.choices)

#: The place that mends a finding: an anchor of the page and its words.
_PLACES: Final[dict[str, tuple[str, str]]] = {
    "diagnoses": ("#diagnoses", "Go to the diagnoses"),
    "codes": ("#diagnoses", "Go to the diagnoses"),
    "procedures": ("#procedures", "Go to the procedures"),
    "evidence": ("#link-form", "Link a passage"),
    "documents": ("#documents", "Go to the documents"),
    "abstract": ("#abstract", "Record what the record says"),
    "claim_elements": ("#abstract", "Compare the claim elements"),
    "claim_codes": ("#claim-codes", "Enter the codes of the claim"),
    "charges": ("#charges", "Go to the charges"),
    "pointers": ("#charges", "Point the line to its diagnoses"),
    "providers": ("#abstract", "See who is on the bill"),
    "holds": ("#holds", "Go to the holds"),
    "queries": ("#queries", "Go to the queries"),
    "coder": ("#foot", "See who has the account"),
}
#: Places on another page.
_PAGES: Final[dict[str, tuple[str, str]]] = {
    "tables": ("codesets:search", "See which code tables are loaded"),
    "policy": ("worklist:process", "See the facility's policy"),
    "case": ("worklist:claims", "Open the discrepancy"),
    "discrepancy": ("worklist:claims", "Open the discrepancy"),
    "claims": ("worklist:claims", "Go to the claims"),
}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding as a coder reads it; ``override`` is the form's subjects, empty when the rule allows none.

    ``two``: the rule asks for two people; ``asked`` is the override that waits for the second one.
    """

    rule: str
    severity: str
    message: str
    reference: str
    owner: str
    url: str
    go: str
    place: str
    override: str
    two: bool = False
    asked: Override | None = None


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One of the seven; ``open`` shows its findings at once because something in it is the coder's to do."""

    number: int
    words: str
    mark: str
    state: str
    findings: tuple[FindingLine, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class HoldLine:
    """An open hold: who owns it, since when, when it is expected to clear, and whether this person may resolve it."""

    pk: int
    place: str
    message: str
    owner: str
    opened_at: datetime.datetime
    began: datetime.date | None
    expected: datetime.date | None
    blocking: bool
    by_check: bool
    resolvable: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says: a live preview while coding, else the newest verdict of record.

    ``due``: what it was judged by has changed since; approving judges again in any case.
    """

    preview: bool
    checking: bool
    due: CheckDue | None
    checked_at: datetime.datetime | None
    stale: bool
    verdict: str
    conditions: tuple[ConditionLine, ...]
    holds: tuple[HoldLine, ...]
    drg: dict[str, str] | None
    needed: frozenset[str]
    holding: tuple[FindingLine, ...]
    coders: tuple[FindingLine, ...]
    owners: tuple[tuple[str, str], ...] = tuple(OwnerRole.choices)

    @property
    def approvable(self) -> bool:
        """Whether approving would be tried: passed, up to date, and nothing holds."""
        passed = self.verdict == Verdict.RELEASABLE and not (self.preview or self.stale or self.checking)
        return passed and not any(hold.blocking for hold in self.holds)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The judgement that a request works with, made once: ``live`` while coding, else ``kept``."""

    live: Evaluation | None
    kept: Check | None

    @property
    def titles(self) -> Titles:
        """Titles of codes that the judgement has read."""
        if self.live is None:
            return {}
        answers = self.live.answers["codes"].items()
        return {tuple(key.split(" ", 1)): answer["title"] for key, answer in answers if answer}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, whichever judgement they come from."""
        if self.live is not None:
            return self.live.findings
        return tuple(_finding(each) for each in self.kept.findings) if self.kept else ()


def verdicts(account: Account, written: CodedRecord, judgement: Judgement | None = None) -> Verdicts:
    """Judge an account that is being coded (or use the judgement at hand); otherwise read its newest check."""
    if account.step == Step.CODING:
        return Verdicts((judgement or judge(account, written)).evaluation, None)
    newest = Check.objects.filter(account=account).defer("facts", "tables").order_by("-pk").first()
    return Verdicts(None, newest)


def is_checking(account: Account) -> bool:
    """Whether a check of the account waits or runs. One query."""
    rows = OutboxRow.objects.filter(kind="release.check", account=account)
    return rows.filter(state__in=(OutboxState.WAITING, OutboxState.LEASED)).exists()


def gate_pane(account: Account, said: Verdicts, codes: Codes, roles: Collection[str]) -> Gate:
    """The pane, from a judgement already made. Two queries; one more at a final-coded account."""
    findings = [(finding, _line(number, finding, codes, account)) for number, finding in enumerate(said.findings)]
    statuses = _statuses(said)
    holding = [(finding, line) for finding, line in findings if finding.severity == "hold"]
    return Gate(
        preview=said.live is not None,
        checking=account.step == Step.FINAL_CODED and is_checking(account),
        due=CheckDue.objects.filter(account=account).first() if account.step == Step.FINAL_CODED else None,
        checked_at=said.kept.checked_at if said.kept else None,
        stale=bool(said.kept and account.step == Step.FINAL_CODED and said.kept.revision != account.revision),
        verdict=said.live.verdict if said.live else said.kept.verdict if said.kept else "",
        conditions=tuple(_condition(number, statuses, findings) for number in range(1, 8)),
        holds=tuple(_hold(hold, roles) for hold in _open_holds(account)),
        drg=_drg(said),
        needed=frozenset(code for finding, _ in holding if finding.fix == "evidence" for code in finding.subjects),
        holding=tuple(line for _, line in holding),
        coders=tuple(line for finding, line in holding if finding.owner == OwnerRole.CODING),
    )


def may_resolve(hold: Hold, roles: Collection[str]) -> bool:
    """Who ends a hold by hand: what a person placed, coders and supervisors; what policy or a feed placed, supervisors.

    What the check opened, the check clears.
    """
    if hold.source == HoldSource.CHECK:
        return False
    return Role.SUPERVISOR in roles or (hold.source == HoldSource.PERSON and Role.CODER in roles)


def coders_own(evaluation: Evaluation) -> list[Finding]:
    """What holds and is the coder's to mend (decisions.md 16)."""
    return [finding for finding in evaluation.holding if finding.owner == OwnerRole.CODING]


def _statuses(said: Verdicts) -> Mapping[int, str]:
    if said.live is not None:
        return said.live.conditions
    if said.kept is None:
        return dict.fromkeys(range(1, 8), "not_evaluated")
    return {int(number): status for number, status in said.kept.conditions.items()}


def _condition(number: int, statuses: Mapping[int, str], findings: Iterable[tuple[Finding, FindingLine]]) -> ConditionLine:
    mine = [(finding, line) for finding, line in findings if finding.condition == number]
    status = statuses.get(number, "not_evaluated")
    needs_coder = any(finding.severity == "hold" and finding.owner == OwnerRole.CODING for finding, _ in mine)
    words = "Needs you" if needs_coder else STATE_WORDS[status]
    lines = tuple(line for _, line in mine)
    return ConditionLine(number, CONDITION_WORDS[number], _MARKS[status], words, lines, open=needs_coder)


def _line(number: int, finding: Finding, codes: Codes, account: Account) -> FindingLine:
    (url, go), policy = _place(finding, codes), _override_policy(finding, account)
    return FindingLine(
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        reference=finding.reference,
        owner=_OWNERS.get(finding.owner, finding.owner.replace("_", " ")),
        url=url,
        go=go,
        place=f"finding-{number}",
        override=json.dumps(list(finding.subjects)) if policy != "none" else "",
        two=policy == "second",
        asked=_asked(finding, account) if policy == "second" else None,
    )


def _override_policy(finding: Finding, account: Account) -> OverridePolicy:
    if finding.severity != "hold":
        return "none"
    try:
        rules = ruleset_for(account.facility) if finding.rule.startswith(PREFIX) else builtin()
        return rules.rule(finding.rule).override
    except KeyError:
        # A verdict of record may name a rule that a later rule set no longer has.
        return "none"


def _asked(finding: Finding, account: Account) -> Override | None:
    """The override of exactly this finding that waits for a second person."""
    rows = Override.objects.waiting().filter(account=account, rule=finding.rule, version=finding.version)
    same = (row for row in rows.select_related("by") if row.subjects == list(finding.subjects))
    return next(same, None)


def _place(finding: Finding, codes: Codes) -> tuple[str, str]:
    """One link: the very code the finding names, else the part of the page, else another page."""
    if finding.fix in {"diagnoses", "procedures", "evidence"}:
        rows = {line.plain: line for line in codes.every}
        named = next((rows[subject] for subject in finding.subjects if subject in rows), None)
        if named is not None:
            return f"#{named.anchor}", f"Go to {named.code}"
    if finding.fix in _PAGES:
        view, words = _PAGES[finding.fix]
        try:
            return reverse(view), words
        except NoReverseMatch:
            return "#holds", "Go to the holds"
    return _PLACES.get(finding.fix, ("#abstract", "Compare the claim elements"))


def _finding(kept: Mapping[str, Any]) -> Finding:
    return Finding(**{**kept, "subjects": tuple(kept.get("subjects", ()))})


def _open_holds(account: Account) -> Iterable[Hold]:
    return Hold.objects.filter(account=account, resolved_at__isnull=True).order_by("condition", "pk")


def _hold(hold: Hold, roles: Collection[str]) -> HoldLine:
    return HoldLine(
        pk=hold.pk,
        place=f"hold-{hold.pk}",
        message=hold.message,
        owner=hold.get_owner_role_display(),
        opened_at=hold.opened_at,
        began=hold.since,
        expected=hold.expected_clear_on,
        blocking=hold.blocking,
        by_check=hold.source == HoldSource.CHECK,
        resolvable=may_resolve(hold, roles),
    )


def _drg(said: Verdicts) -> dict[str, str] | None:
    if said.live is not None:
        return said.live.drg.as_dict() if said.live.drg else None
    return said.kept.drg if said.kept else None
