"""Clean accounts that policy releases by itself: of its classes and payers only, a supervisor answering for each."""

import dataclasses

import pytest

from accounts.locking import lock_account
from accounts.models import Account, Event, Step, WorkItem
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.guidelines import registry, ruleset
from coding_workflow.policy.rules import AutoRelease, Scope
from coding_workflow.release.models import Certificate, Check, Release
from coding_workflow.release.services.automation import check_and_release, release_clean
from coding_workflow.release.services.checking import run_check
from coding_workflow.staff.models import RoleGrant, User
from tests.cast import Cast
from tests.tables import trusting

from .stage import code, ready

pytestmark = pytest.mark.usefixtures("coded_db")
MINE = Scope(("inpatient",), ("medicare",))


def _finalized(cast: Cast, scope: Scope | None = MINE, *, clean: bool = True) -> Account:
    """Coded and finalized by Ana under a policy that releases accounts of ``scope``, Cleo accountable."""
    rows = (AutoRelease("cleo", scope),) if scope else ()
    account = ready(cast, dataclasses.replace(trusting(), auto_release=rows))
    if clean:
        code(account, cast)
    else:
        coding.assign_diagnosis(account_id=account.pk, code="I21.4", poa="Y", by=cast.actor("ana"))
    coding.finalize_coding(account_id=account.pk, by=cast.actor("ana"))
    return account


def _check(account: Account) -> Check:
    check = check_and_release(account_id=account.pk)
    assert check is not None
    account.refresh_from_db()
    return check


def _waits_for_a_person(account: Account) -> bool:
    assert not Release.objects.exists()
    return account.step == Step.FINAL_CODED


def test_a_clean_account_of_the_policys_scope_is_released_and_certified(cast: Cast) -> None:
    account = _finalized(cast)
    check = _check(account)
    row = Release.objects.get(account=account)
    assert account.step == Step.RELEASED
    assert (row.verdict, row.approved_by, row.policy) == (check, cast.cleo, check.policy_hash)
    assert '"by_policy":true' in Certificate.objects.get(release=row).text
    event = Event.objects.get(account=account, kind="release.approved")
    assert (event.actor_kind, event.actor) == ("policy", "auto_release")
    assert not WorkItem.objects.filter(account=account, closed_at__isnull=True).exists()


def test_what_changed_since_the_check_is_judged_and_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = _finalized(cast)
    check = run_check(account_id=account.pk)
    assert check is not None
    assert check.verdict == "releasable"
    # A rule published between the check and the release, as seen by the second judgement.
    holding = registry.Rule("test.published", lambda case: [registry.Found("Not any more.")], 4, "A rule of now")
    rules = ruleset.RuleSet([*ruleset.builtin().rules, holding])
    monkeypatch.setattr("coding_workflow.release.in_force.ruleset_for", lambda facility: rules)
    release_clean(account_id=account.pk, check=check)
    assert not Release.objects.exists()
    newest = Check.objects.order_by("-pk")[0]
    assert (newest.verdict, newest.pk > check.pk) == ("held", True)
    account.refresh_from_db()
    assert account.step == Step.CODING, "what the coder must mend goes back to the coder"


def test_a_second_run_does_nothing(cast: Cast) -> None:
    account = _finalized(cast)
    _check(account)
    events = Event.objects.count()
    assert check_and_release(account_id=account.pk) is None
    assert (Release.objects.count(), Event.objects.count()) == (1, events)


@pytest.mark.parametrize(
    "scope",
    [Scope(("emergency",), ("medicare",)), Scope(("inpatient",), ("commercial",)), None],
    ids=["class", "payer", "none"],
)
def test_a_clean_account_outside_the_scope_waits_for_a_person(cast: Cast, scope: Scope | None) -> None:
    account = _finalized(cast, scope)
    assert _check(account).verdict == "releasable"
    assert _waits_for_a_person(account)
    assert WorkItem.objects.filter(account=account, kind="release", closed_at__isnull=True).exists()


def test_what_the_check_holds_is_not_released(cast: Cast) -> None:
    account = _finalized(cast, clean=False)
    assert _check(account).verdict == "held"
    assert not Release.objects.exists()
    assert account.step == Step.CODING


def test_what_a_person_holds_is_released_only_after_they_resolve_it(cast: Cast) -> None:
    account = _finalized(cast)
    hold = place_hold(
        account=lock_account(account.pk),
        source="person",
        key="k",
        reason="query.outstanding",
        message="A query is outstanding.",
        owner_role="provider",
        by=cast.actor("ana"),
    )
    _check(account)
    assert _waits_for_a_person(account)
    resolve_hold(account=lock_account(account.pk), hold=hold, by=cast.actor("ana"), resolution="Answered.")
    _check(account)
    assert account.step == Step.RELEASED


def test_an_accountable_supervisor_who_coded_it_does_not_answer_for_it(cast: Cast) -> None:
    account = _finalized(cast)
    CodedDiagnosis.objects.filter(account=account, code="I10").update(changed_by=cast.cleo)
    assert _check(account).verdict == "releasable"
    assert _waits_for_a_person(account)


def test_who_is_no_supervisor_any_more_answers_for_nothing(cast: Cast) -> None:
    account = _finalized(cast)
    User.objects.filter(pk=cast.cleo.pk).update(is_active=False)
    _check(account)
    assert _waits_for_a_person(account)


def test_a_supervisor_of_another_facility_answers_for_nothing_here(cast: Cast) -> None:
    account = _finalized(cast)
    User.objects.filter(username="cleo").update(username="was-cleo")
    User.objects.filter(username="dov").update(username="cleo")
    RoleGrant.objects.create(user=cast.dov, facility=cast.other, role="supervisor")
    _check(account)
    assert _waits_for_a_person(account)
