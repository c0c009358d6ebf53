"""A finding that its rule lets people override: with a reason, for exactly its subjects, by who may."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, Event, Hold, OutboxRow, Step
from coding_workflow.coding import services as coding
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.release import services as release
from coding_workflow.release.models import Check, Override
from coding_workflow.release.services import overriding
from tests.cast import Cast

from .stage import code, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")
RULE = "icd10cm.excludes1"
REASON = "The two conditions are unrelated."


@pytest.fixture
def account(cast: Cast) -> Account:
    return cast.account()


def _override(account: Account, by: Actor, **more: Any) -> Override:
    values: dict[str, Any] = {"rule": RULE, "subjects": ["F458", "G4763"], "reason": REASON, **more}
    return release.override_finding(account_id=account.pk, by=by, **values)


def _refused(code: str, account: Account, by: Actor, **more: Any) -> None:
    with pytest.raises(Refused) as refusal:
        _override(account, by, **more)
    assert refusal.value.code == code
    assert not Override.objects.exists() and not Event.objects.exists()


def _excluded(cast: Cast) -> Account:
    """A clean account but for bruxism beside sleep-related bruxism, which exclude each other."""
    account = ready(cast)
    code(account, cast)
    version = account.documents.get(type="discharge_summary").versions.get()
    for text in ("F45.8", "G47.63"):
        row = coding.assign_diagnosis(account_id=account.pk, code=text, poa="Y", by=cast.actor("ana"))
        coding.link_evidence(account_id=account.pk, version_id=version.pk, diagnosis_id=row.pk, by=cast.actor("ana"))
    return account


def _finding(check: Check) -> dict[str, Any]:
    [finding] = [finding for finding in check.findings if finding["rule"] == RULE]
    return finding


def test_an_overridden_finding_informs_and_the_account_is_releasable(cast: Cast) -> None:
    account = _excluded(cast)
    held = finalize(account, cast)
    assert (held.verdict, _finding(held)["severity"]) == ("held", "hold")
    before = Account.objects.get(pk=account.pk).revision
    row = _override(account, cast.actor("ana"), subjects=_finding(held)["subjects"])
    assert Account.objects.get(pk=account.pk).revision > before
    assert (row.by, row.reason, row.second) == (cast.ana, REASON, None)
    assert Event.objects.filter(kind="release.overridden", account=account).count() == 1
    again = finalize(account, cast)
    assert (again.verdict, _finding(again)["severity"]) == ("releasable", "info")
    assert REASON in _finding(again)["message"]
    assert not Hold.objects.filter(account=account, resolved_at__isnull=True).exists()


@pytest.mark.parametrize("subjects", [["F458"], ["G4763", "F458", "I10"], []])
def test_an_override_of_other_subjects_changes_nothing(cast: Cast, subjects: Sequence[str]) -> None:
    account = _excluded(cast)
    assert set(_finding(finalize(account, cast))["subjects"]) == {"F458", "G4763"}
    _override(account, cast.actor("ana"), subjects=subjects)
    assert finalize(account, cast).verdict == "held"


def test_an_override_of_a_final_coded_account_asks_for_a_check(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    finalize(account, cast)
    OutboxRow.objects.all().delete()
    _override(account, cast.actor("cleo"))
    assert Account.objects.get(pk=account.pk).step == Step.FINAL_CODED
    assert OutboxRow.objects.filter(kind="release.check", account=account, state="waiting").count() == 1


@pytest.mark.parametrize("name", ["ben", "bill", "ada", "dov"])
def test_only_a_coder_or_supervisor_of_the_facility_overrides(account: Account, cast: Cast, name: str) -> None:
    _refused("override.role", account, cast.actor(name))


def test_a_feed_and_an_inactive_person_do_not_override(account: Account, cast: Cast) -> None:
    _refused("override.role", account, Actor.feed("TEST"))
    type(cast.cleo).objects.filter(pk=cast.cleo.pk).update(is_active=False)
    _refused("override.role", account, cast.actor("cleo"))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rule": "no.such_rule"}, "override.unknown"),
        ({"rule": "mce.invalid_code"}, "override.not_allowed"),
        ({"rule": "evidence.shown"}, "override.not_allowed"),
        ({"reason": "Because."}, "override.reason"),
        ({"reason": "  short    "}, "override.reason"),
    ],
)
def test_what_cannot_be_overridden_is_refused(account: Account, cast: Cast, more: dict[str, Any], code: str) -> None:
    _refused(code, account, cast.actor("ana"), **more)


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """No built-in rule asks for two people yet, so one is made to."""
    changed = RuleSet(dataclasses.replace(rule, override="second") if rule.id == RULE else rule for rule in builtin().rules)
    monkeypatch.setattr(overriding, "ruleset_for", lambda facility: changed)


def _agree(row: Override, by: Actor) -> Override:
    return release.agree_to_override(account_id=row.account_id, override_id=row.pk, by=by)


def _not_agreed(code: str, row: Override, by: Actor) -> None:
    with pytest.raises(Refused) as refusal:
        _agree(row, by)
    assert refusal.value.code == code
    row.refresh_from_db()
    assert row.second is None


@pytest.mark.usefixtures("by_two")
def test_a_rule_that_asks_for_two_people_waits_for_another_one(account: Account, cast: Cast) -> None:
    row = _override(account, cast.actor("ana"))
    assert Event.objects.filter(kind="release.override_asked").count() == 1
    _not_agreed("override.second", row, cast.actor("ana"))
    _not_agreed("override.role", row, cast.actor("dov"))
    _not_agreed("override.role", row, Actor.feed("TEST"))
    before = Account.objects.get(pk=account.pk).revision
    assert _agree(row, cast.actor("cleo")).second == cast.cleo
    assert Account.objects.get(pk=account.pk).revision > before
    assert Event.objects.filter(kind="release.overridden", account=account).count() == 1
    with pytest.raises(Refused, match="waits for nobody"):
        _agree(row, cast.actor("cleo"))


@pytest.mark.usefixtures("by_two")
def test_nobody_agrees_to_what_another_version_of_the_rule_found(account: Account, cast: Cast) -> None:
    row = _override(account, cast.actor("ana"))
    Override.objects.filter(pk=row.pk).update(version=99)
    _not_agreed("override.changed", row, cast.actor("cleo"))


def test_an_override_that_needs_no_second_person_takes_none(account: Account, cast: Cast) -> None:
    _not_agreed("override.changed", _override(account, cast.actor("ana")), cast.actor("cleo"))


@pytest.mark.usefixtures("by_two")
def test_an_override_of_another_account_is_not_found(account: Account, cast: Cast) -> None:
    row, other = _override(account, cast.actor("ana")), cast.account("A2")
    with pytest.raises(Refused, match="waits for nobody"):
        release.agree_to_override(account_id=other.pk, override_id=row.pk, by=cast.actor("cleo"))
