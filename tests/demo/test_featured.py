"""The told stories through the real services: what the gate says about each, what it must not say, and what mends it."""

from dataclasses import replace

import pytest

from accounts.models import WorkItem
from accounts.scope import ALL, scoped
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.coding.selectors import code_date, diagnoses_in_force, procedures_in_force
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.payment.models import Claim
from coding_workflow.release.services import approve_release
from coding_workflow.staff.models import User
from worklist.demo.stories import featured
from worklist.demo.story import Dx
from worklist.demo.turns import Recoded

from .conftest import Stage
from .fixes import FIXES

# The gate says the same beside any server; tests/journey travels on both.
pytestmark = pytest.mark.once

TOLD = featured()
CLEAN = ("S01", "S07", "S12", "S18", "S25", "S39", "S42", "S44")
STEPS = {
    "S01": "paid",
    "S18": "billed",
    "S24": "coding",
    "S25": "billed",
    "S28": "final_coded",
    "S30": "closed",
    "S31": "registered",
    "S32": "registered",
    "S33": "cancelled",
    "S34": "coding",
    "S35": "coding",
    "S41": "discharged",
    "S43": "coding",
    "S44": "final_coded",
    "S52": "paid",
    "S45": "coding",
}


@pytest.mark.parametrize("at", range(len(TOLD)), ids=[f"{story.number}-{story.until.name}" for story in TOLD])
def test_the_gate_holds_exactly_the_planted_conditions(stage: Stage, at: int) -> None:
    story, outcome = stage.outcomes[at]
    assert outcome.holding == story.expect, outcome.messages
    assert story.expect_rules <= outcome.rules


@pytest.mark.parametrize("number", CLEAN)
def test_what_is_right_is_releasable(stage: Stage, number: str) -> None:
    outcome = next(outcome for story, outcome in stage.outcomes if story.number == number)
    assert outcome.verdict == "releasable"


def test_sequence_that_is_judgement_and_coverage_of_another_payer_hold_no_codes(stage: Stage) -> None:
    for number in ("S04", "S07", "S11", "S12"):
        outcome = next(outcome for story, outcome in stage.outcomes if story.number == number)
        assert 4 not in outcome.holding, outcome.messages


def test_each_account_stands_at_the_step_its_story_ends_at(stage: Stage) -> None:
    found = {story.number: outcome.step for story, outcome in stage.outcomes if story.number in STEPS}
    assert found == STEPS


def test_no_sentence_tells_that_a_code_pays_more(stage: Stage) -> None:
    words = " ".join(message for _, outcome in stage.outcomes for message in outcome.messages).lower()
    assert "weight" not in words.replace("birth weight", "") and "higher drg" not in words and "reimburse" not in words
    combination = next(outcome for story, outcome in stage.outcomes if story.number == "S02")
    assert not any("DRG" in message for message in combination.messages)


@pytest.mark.parametrize("number", sorted(FIXES))
def test_mended_it_becomes_releasable(stage: Stage, number: str) -> None:
    story = stage.story(number)
    stage.player.take(story, *FIXES[number])
    outcome = stage.outcome(story)
    assert (outcome.holding, outcome.verdict) == (frozenset(), "releasable"), outcome.messages


def test_a_mended_account_is_released_by_the_supervisor_and_not_by_its_coder(stage: Stage) -> None:
    story = stage.story("S42")
    account = stage.account("S42")
    with scoped(ALL), pytest.raises(Exception, match="supervisor"):
        approve_release(account_id=account.pk, by=stage.player.person("ana"), revision=account.revision)
    stage.player.approve(story)
    assert stage.account("S42").step in {"released", "billed"}


def test_a_hospital_acquired_condition_of_unknown_origin_asks_for_a_query(stage: Stage) -> None:
    story = stage.story("S07")
    unknown = (
        Dx("L03.115", "Cellulitis of the right lower limb", "Y"),
        Dx("L89.153", "Pressure ulcer of sacral region, stage 3", "U"),
        Dx("I10", "Hypertension", "Y"),
    )
    stage.player.take(story, Recoded("Look at the ulcer again.", unknown))
    outcome = stage.outcome(story)
    assert outcome.holding == {4, 6} and "poa.unknown" in outcome.rules


def test_severe_sepsis_before_its_infection_is_held(stage: Stage) -> None:
    story = stage.story("S38")  # a plain pneumonia: two more codes make the trap
    trap = (
        Dx("R65.20", "Pneumonia, organism unspecified", "Y"),
        Dx("A41.9", "Pneumonia, organism unspecified", "Y"),
        Dx("J18.9", "Pneumonia, organism unspecified", "Y"),
    )
    stage.player.take(story, Recoded("Trap.", trap))
    outcome = stage.outcome(story)
    assert 4 in outcome.holding and {"infection.severe_sepsis", "mce.unacceptable_pdx"} <= outcome.rules


def test_every_code_is_billable_on_its_date(stage: Stage) -> None:
    checked = 0
    with scoped(ALL):
        for number in sorted({story.number for story in TOLD} - {"S28"}):
            account = stage.account(number)
            on = code_date(account) or stage.story(number).discharged  # a discharge that was cancelled
            for row in (*diagnoses_in_force(account.pk), *procedures_in_force(account.pk)):
                if row.system in {"ICD-10-CM", "ICD-10-PCS"}:
                    entry = codesets.lookup(row.system, row.code, on)
                    assert entry is not None and entry.billable, (number, row.code, on)
                    checked += 1
    assert checked > 100


def test_tables_after_the_year_are_not_loaded_and_the_account_is_not_judged_by_the_old_ones(stage: Stage) -> None:
    account = stage.account("S28")
    assert codesets.loaded("ICD-10-CM", account.discharge_date) is None
    outcome = stage.outcome(stage.story("S28"))
    assert outcome.step == "final_coded"
    assert "ICD-10-CM for discharges on Oct 2, 2026 is not loaded." in outcome.messages


def test_the_child_is_tied_to_its_mother_and_the_colleague_is_restricted(stage: Stage) -> None:
    assert stage.account("S09").mother_id == stage.account("S08").pk
    assert stage.account("S29").restricted == "employee"
    with scoped(ALL):
        assert {stage.account(number).patient_id for number in ("S14", "S14E", "S15")} == {stage.account("S14").patient_id}


def test_returned_work_goes_to_the_coder_who_finalized(stage: Stage) -> None:
    with scoped(ALL):
        item = WorkItem.objects.get(account=stage.account("S35"), kind="coding", closed_at__isnull=True)
        assert item.returned_to == User.objects.get(username="ana")


def test_answered_queries_bring_their_accounts_back_to_the_coder_who_asked(stage: Stage) -> None:
    with scoped(ALL):
        found = {query.account.number: query for query in ProviderQuery.objects.select_related("account", "addendum__document")}
        assert {number: query.status for number, query in found.items()} == {
            "S06": "sent",
            "S43": "answered",
            "S44": "closed",
            "S45": "draft",
        }
        assert found["S44"].addendum is not None and found["S44"].addendum.document.type == "query_response"
        item = WorkItem.objects.get(account=stage.account("S43"), kind="coding", closed_at__isnull=True)
        assert (item.returned_to, item.leased_to) == (User.objects.get(username="ana"), None)
        waits = WorkItem.objects.get(account=stage.account("S06"), kind="query", closed_at__isnull=True)
        assert waits.queue is not None and waits.queue.code == "query"


def test_the_overpayment_went_out_again_as_a_replacement(stage: Stage) -> None:
    with scoped(ALL):
        claims = Claim.objects.filter(account=stage.account("S25")).order_by("pk")
        assert [claim.frequency for claim in claims] == ["1", "7"]


def test_a_decision_without_the_physicians_concurrence_or_made_too_late_does_not_count(stage: Stage) -> None:
    decided = next(paper for paper in stage.story("S17").papers if paper.type == "ur_decision")
    for number, paper in (("S17X", replace(decided, role="case_manager")), ("S17Y", replace(decided, day=2))):
        story = stage.story("S17")
        papers = (*(each for each in story.papers if each.type != "ur_decision"), replace(paper, late=False))
        story = replace(story, number=number, papers=papers)
        stage.player.play(story)
        outcome = stage.outcome(story)
        assert outcome.holding == {3, 6} and "documents.condition_code_44" in outcome.rules, outcome.messages


def test_the_hospital_has_a_rule_in_force_one_in_shadow_and_one_being_written(stage: Stage) -> None:
    with scoped(ALL):
        rows = RuleVersion.objects.filter(rule__facility=stage.facility).values_list("rule__key", "state")
        assert dict(rows) == {"stroke_scale": "active", "catheterization_report": "shadow", "long_stay": "draft"}
        stroke = ruleset_for(stage.facility).rule("lab.stroke_scale")
    assert all(stroke.id not in outcome.rules for _, outcome in stage.outcomes)
