"""From a draft to a version: kept as typed, proposed with a reason, published by another person, all of it written down."""

import datetime
import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from coding_workflow.policy import files, selectors, services
from coding_workflow.policy.models import PolicyDraft, PolicyEvent, PolicyProposal, PolicyVersion
from coding_workflow.policy.reading import PolicyInvalid
from coding_workflow.policy.rules import AutoRelease, BillHold, Downstream, Scope
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import RoleGrant
from tests.policy.full import FULL

TODAY = datetime.date(2026, 9, 30)
WHY = "Decided by the committee"


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.BUSINESS_DATE = TODAY


def _days(days: int):
    return replace(STANDARD, bill_holds=(BillHold(days),))


def _drafted(cast, policy=None, base: int = 0, by=None) -> PolicyDraft:
    plain = json.loads((policy or _days(5)).to_json())
    return services.keep_draft(facility=cast.main, by=by or cast.ada, plain=plain, base=base)


def _proposed(cast, policy=None, base: int = 0, day: datetime.date = TODAY) -> PolicyProposal:
    _drafted(cast, policy, base)
    return services.propose(facility=cast.main, by=cast.ada, reason=WHY, effective_from=day)


def _published(cast, policy=None, base: int = 0, day: datetime.date = TODAY) -> PolicyVersion:
    proposal = _proposed(cast, policy, base, day)
    return services.publish_proposal(proposal_id=proposal.pk, by=cast.cora, seen=proposal.hash)


def _refused(code: str, verb, **given):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        verb(**given)
    assert refusal.value.code == code
    return refusal.value


def test_a_draft_goes_to_a_second_person_and_into_force(cast):
    version = _published(cast)
    assert (version.number, version.written_by, version.published_by) == (1, cast.ada, cast.cora)
    assert selectors.policy_for(cast.main) == _days(5)
    assert not PolicyDraft.objects.exists()
    kinds = list(PolicyEvent.objects.order_by("pk").values_list("kind", "by__username", "number"))
    assert kinds == [("policy.proposed", "ada", None), ("policy.published", "cora", 1)]
    assert version.proposal.reason == WHY


def test_a_draft_is_kept_right_or_wrong_and_proposes_only_what_is_right(cast):
    plain = json.loads(STANDARD.to_json()) | {"bill_holds": [{"days": "soon"}]}
    services.keep_draft(facility=cast.main, by=cast.ada, plain=plain, base=0)
    assert selectors.plain_of(PolicyDraft.objects.get().document)["bill_holds"] == [{"days": "soon"}]
    refusal = _refused("policy.fault", services.propose, facility=cast.main, by=cast.ada, reason=WHY, effective_from=TODAY)
    assert refusal.fix == "bill_holds[0].days"
    assert PolicyDraft.objects.exists()


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        (replace(STANDARD, downstream=(Downstream("CPT", "ana", "r", TODAY),)), "downstream[0].declared_by"),
        (replace(STANDARD, auto_release=(AutoRelease("ada", Scope(("clinic",))),)), "auto_release[0].accountable_supervisor"),
    ],
)
def test_who_is_named_must_hold_the_role(cast, policy, place):
    _drafted(cast, policy)
    refusal = _refused("policy.fault", services.propose, facility=cast.main, by=cast.ada, reason=WHY, effective_from=TODAY)
    assert refusal.fix == place


def test_who_lost_the_role_meanwhile_stops_the_publishing(cast):
    proposal = _proposed(cast, FULL)
    RoleGrant.objects.filter(user=cast.cleo).update(ended_at="2026-09-30T12:00Z")
    _refused("policy.fault", services.publish_proposal, proposal_id=proposal.pk, by=cast.cora, seen=proposal.hash)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "no"}, "policy.reason"),
        ({"effective_from": TODAY - datetime.timedelta(days=1)}, "policy.day"),
        ({"effective_from": TODAY + datetime.timedelta(days=400)}, "policy.day"),
    ],
)
def test_a_proposal_has_a_reason_and_a_day_to_come(cast, changes, code):
    _drafted(cast)
    given = {"facility": cast.main, "by": cast.ada, "reason": WHY, "effective_from": TODAY} | changes
    _refused(code, services.propose, **given)


def test_nothing_is_proposed_that_changes_nothing_or_was_overtaken(cast):
    given = {"facility": cast.main, "by": cast.ada, "reason": WHY, "effective_from": TODAY}
    _refused("policy.no_draft", services.propose, **given)
    _drafted(cast, STANDARD)
    _refused("policy.same", services.propose, **given)
    _published(cast)
    _drafted(cast, _days(7), base=0)
    _refused("policy.moved_on", services.propose, **given)


def test_one_proposal_waits_at_a_time(cast):
    _proposed(cast)
    _drafted(cast, _days(7))
    _refused("policy.waiting", services.propose, facility=cast.main, by=cast.ada, reason=WHY, effective_from=TODAY)


def test_only_another_person_with_the_role_publishes_what_they_read(cast):
    proposal = _proposed(cast)
    given = {"proposal_id": proposal.pk, "seen": proposal.hash}
    _refused("policy.second", services.publish_proposal, by=cast.ada, **given)
    with pytest.raises(NotAllowed):
        services.publish_proposal(by=cast.cleo, **given)
    _refused("policy.changed", services.publish_proposal, by=cast.cora, proposal_id=proposal.pk, seen="0" * 64)
    services.publish_proposal(by=cast.cora, **given)
    _refused("policy.settled", services.publish_proposal, by=cast.cora, **given)
    assert PolicyVersion.objects.count() == 1


def test_a_proposal_that_was_overtaken_is_not_published(cast):
    proposal = _proposed(cast)
    services.publish_policy(facility=cast.main, policy=_days(9), by=cast.ada, second=cast.cora, effective_from=TODAY)
    _refused("policy.moved_on", services.publish_proposal, proposal_id=proposal.pk, by=cast.cora, seen=proposal.hash)


def test_a_day_that_passed_while_it_waited_becomes_today(cast, settings):
    proposal = _proposed(cast)
    settings.BUSINESS_DATE = TODAY + datetime.timedelta(days=3)
    version = services.publish_proposal(proposal_id=proposal.pk, by=cast.cora, seen=proposal.hash)
    assert version.effective_from == TODAY + datetime.timedelta(days=3)


def test_a_proposal_is_sent_back_or_withdrawn_with_words(cast):
    first = _proposed(cast)
    _refused("policy.second", services.return_proposal, proposal_id=first.pk, by=cast.ada, reason=WHY)
    _refused("policy.reason", services.return_proposal, proposal_id=first.pk, by=cast.cora, reason=" ")
    services.return_proposal(proposal_id=first.pk, by=cast.cora, reason="Newborns are missing")
    second = _proposed(cast)
    with pytest.raises(NotAllowed):
        services.withdraw_proposal(proposal_id=second.pk, by=cast.cora, reason=WHY)
    services.withdraw_proposal(proposal_id=second.pk, by=cast.ada, reason="Another row is needed")
    states = list(PolicyProposal.objects.order_by("pk").values_list("state", "answer"))
    assert states == [("returned", "Newborns are missing"), ("withdrawn", "Another row is needed")]
    _refused("policy.settled", services.withdraw_proposal, proposal_id=second.pk, by=cast.ada, reason=WHY)


def test_an_earlier_version_comes_back_through_a_draft_and_two_people(cast):
    _published(cast, _days(5))
    _published(cast, _days(7), base=1)
    first = PolicyVersion.objects.get(number=1)
    services.take_up(version=first, by=cast.ada, reason="It was better")
    proposal = services.propose(facility=cast.main, by=cast.ada, reason="It was better", effective_from=TODAY)
    back = services.publish_proposal(proposal_id=proposal.pk, by=cast.cora, seen=proposal.hash)
    assert (back.number, back.hash) == (3, first.hash)
    assert PolicyEvent.objects.filter(kind="policy.rolled_back", number=1).exists()


def test_nothing_typed_is_lost_to_a_version_or_a_file(cast):
    version = _published(cast)
    _drafted(cast, _days(8), base=1)
    _refused("policy.draft", services.take_up, version=version, by=cast.ada, reason=WHY)
    text = files.to_file(STANDARD)
    _refused("policy.draft", services.import_policy, facility=cast.main, text=text, by=cast.ada, reason=WHY)


def test_a_version_that_begins_later_is_what_the_next_one_changes(cast):
    later = TODAY + datetime.timedelta(days=30)
    _published(cast, _days(5), day=later)
    assert selectors.policy_for(cast.main) == STANDARD
    assert selectors.newest_policy(cast.main) == _days(5)
    assert selectors.to_come(cast.main, TODAY).number == 1


def test_a_file_goes_out_and_comes_in_as_a_draft(cast):
    version = _published(cast, FULL)
    text = services.export_policy(facility=cast.main, version=version, by=cast.ada, reason="For version control")
    assert json.loads(text)["sha256"] == FULL.hash
    assert files.from_file(text) == FULL
    services.import_policy(facility=cast.main, text=text, by=cast.ada, reason=WHY)
    assert selectors.draft_of(cast.main, cast.ada).base == 1
    kinds = set(PolicyEvent.objects.values_list("kind", flat=True))
    assert {"policy.exported", "policy.imported"} <= kinds


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text.replace('"format": 1', '"format": 2'), "format"),
        (lambda text: text.replace('"days": 4', '"days": 5', 1), "sha256"),
        (lambda text: text.replace('"days": 4', '"days": 400', 1), "bill_holds[0].days"),
        (lambda text: text.replace('"policy"', '"policies"'), "policies"),
        (lambda text: "[]", "format"),
        (lambda text: text[:-9], ""),
    ],
)
def test_a_file_that_is_no_policy_is_refused_with_the_place(cast, change, place):
    with pytest.raises(PolicyInvalid) as refusal:
        files.from_file(change(files.to_file(STANDARD)))
    assert refusal.value.faults[0].place == place
    _refused(
        "policy.file",
        services.import_policy,
        facility=cast.main,
        text=change(files.to_file(STANDARD)),
        by=cast.ada,
        reason=WHY,
    )


def test_only_administrators_write(cast):
    for verb in (
        lambda: _drafted(cast, by=cast.cora),
        lambda: services.propose(facility=cast.main, by=cast.cleo, reason=WHY, effective_from=TODAY),
        lambda: services.import_policy(facility=cast.main, text="", by=cast.cora, reason=WHY),
        lambda: services.export_policy(facility=cast.main, version=None, by=cast.ana, reason=WHY),
        lambda: services.keep_draft(facility=cast.other, by=cast.ada, plain={}, base=0),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            verb()


def test_a_policy_that_is_too_long_is_not_kept(cast):
    _refused("policy.too_long", services.keep_draft, facility=cast.main, by=cast.ada, plain="x" * 300_000, base=0)


def test_plain_sql_changes_no_proposal_and_no_event(cast):
    proposal = _proposed(cast)
    for statement, words in (
        (f"UPDATE policy_policyproposal SET reason = 'Another' WHERE id = {proposal.pk}", "is not changed"),
        (f"UPDATE policy_policyproposal SET document = '{{}}' WHERE id = {proposal.pk}", "hash of a proposal"),
        ("DELETE FROM policy_policyproposal", r"permission denied|is refused"),
        ("UPDATE policy_policyevent SET reason = ''", r"permission denied|is refused"),
    ):
        with pytest.raises(Exception, match=words), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_database_wants_a_second_person_and_the_same_text(cast):
    proposal = _proposed(cast)
    other = services.publish_policy(facility=cast.main, policy=_days(9), by=cast.ada, second=cast.cora, effective_from=TODAY)
    ended = {"state": "published", "settled_at": "2026-09-30T12:00Z"}
    with pytest.raises(IntegrityError, match="not what was proposed"), transaction.atomic():
        PolicyProposal.objects.filter(pk=proposal.pk).update(**ended, settled_by=cast.cora, version=other)
    with pytest.raises(IntegrityError, match="policy_proposal_two_people"), transaction.atomic():
        PolicyProposal.objects.filter(pk=proposal.pk).update(
            state="returned", settled_at=ended["settled_at"], settled_by=cast.ada
        )


def test_compliance_publishes_but_writes_nothing(cast):
    with pytest.raises(NotAllowed):
        services.publish_policy(facility=cast.main, policy=_days(5), by=cast.cora, second=cast.ada, effective_from=TODAY)
    with pytest.raises(Conflict):
        services.propose(facility=cast.main, by=cast.ada, reason=WHY, effective_from=TODAY)
