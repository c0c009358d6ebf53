"""What accounts of a facility are judged by, read once for a transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from accounts import chain, clock
from accounts.models import Facility
from coding_workflow.codesets.models import TableRelease
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.engine import evaluate, found_by, group_first
from coding_workflow.guidelines.facts import Facts, facts_to_json, sha256
from coding_workflow.guidelines.findings import Evaluation, Finding
from coding_workflow.guidelines.registry import Rule
from coding_workflow.guidelines.ruleset import RuleSet
from coding_workflow.guidelines.selectors import ruleset_for, shadow_rules
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.service_edits import ServiceEdits
from coding_workflow.release.tables import DatabaseTables, service_edits, tables_of


@dataclass(frozen=True)
class Judgement:
    """One judgement with everything it was made from. ``shadow`` is what rules in shadow would have found."""

    facts_text: str
    policy: FacilityPolicy
    evaluation: Evaluation
    shadow: tuple[Finding, ...] = ()

    @cached_property
    def tables_hash(self) -> str:
        """SHA-256 over the labels of the tables that were asked."""
        return hashlib.sha256(chain.canonical(dict(self.evaluation.tables)).encode()).hexdigest()

    @cached_property
    def facts_hash(self) -> str:
        """Hash of the facts that were judged."""
        return sha256(self.facts_text)


class InForce:
    """Rules, policy and tables of a facility at this instant.

    Each is read when it is first asked for and then kept: use one for a single transaction. What is published while it
    runs is not seen; a check that used it leaves the mark of the publication standing.
    """

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        self._asked = False
        self._edits: ServiceEdits | None = None

    @cached_property
    def policy(self) -> FacilityPolicy:
        """The facility's policy of today."""
        return policy_for(self.facility)

    @cached_property
    def ruleset(self) -> RuleSet:
        """The rules that judge."""
        return ruleset_for(self.facility)

    @cached_property
    def shadow(self) -> tuple[Rule, ...]:
        """The rules that only watch."""
        return shadow_rules(self.facility)

    def tables(self, facts: Facts) -> DatabaseTables:
        """The tables that judge an account."""
        first, self._asked = not self._asked, True
        return tables_of(facts) if first else tables_of(facts, self._releases, self._edits)

    @cached_property
    def _releases(self) -> list[TableRelease]:
        """Every release: from the second account on, those of its dates are looked up among them."""
        return list(TableRelease.objects.filter(complete=True))

    @cached_property
    def observes(self) -> bool:
        """Whether the facility only observes today: the gate reports, holds nothing and releases nothing."""
        return self.policy.observes(clock.today(self.facility))

    def judge(self, facts: Facts) -> Judgement:
        """The verdict on these facts, without the rules in shadow."""
        return self._judge(facts, self.tables(facts))

    def _judge(self, facts: Facts, tables: DatabaseTables) -> Judgement:
        return Judgement(facts_to_json(facts), self.policy, evaluate(facts, self.ruleset, tables, self.policy))

    def read_first(self, accounts: Sequence[Facts]) -> None:
        """Before each of these accounts is judged: group their stays, and ask NCCI for the services of all visits at once."""
        group_first(Case(facts, NoTables(), self.policy) for facts in accounts)
        self._edits = service_edits([tables_of(facts, self._releases) for facts in accounts if not facts.inpatient])

    def check(self, facts: Facts) -> Judgement:
        """The verdict, and beside it what the rules in shadow would have found: they ask the tables for themselves, so
        that neither verdict nor certificate knows of them."""
        tables = self.tables(facts)
        judgement = self._judge(facts, tables)
        if not self.shadow:
            return judgement
        return replace(judgement, shadow=found_by(self.shadow, Case(facts, tables, self.policy)))
