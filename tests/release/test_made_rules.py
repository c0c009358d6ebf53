"""Rules made by administrators judge accounts: they hold, are overridden as they allow, and stand on the certificate."""

import json
from dataclasses import replace
from typing import Any

import pytest

from accounts.errors import Refused
from accounts.models import Account, Hold, Step
from coding_workflow.guidelines import services
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.release import services as release
from coding_workflow.release.certificates import replay
from coding_workflow.release.models import Certificate
from coding_workflow.staff.models import User
from tests.cast import Cast
from tests.guidelines.lab.rules import INFARCTION, asks, count, definition, no
from tests.guidelines.rule_cast import WHY, proofs, publish, second_administrator, write

from .stage import code, document, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")
UNLESS = {"all": [INFARCTION, no("documents", asks("type", "is", "procedure_note"))]}


def _rule(cast: Cast, key: str = "infarction", **changes: Any) -> User:
    """An infarction needs its procedure note; Ada wrote it, Cora publishes it."""
    second = second_administrator(cast)
    publish(write(cast, key=key, made=definition(UNLESS, owner="him", fix="documents", **changes)), second)
    return second


def _coded(cast: Cast) -> Account:
    account = ready(cast)
    code(account, cast)
    return account


def _released(cast: Cast, account: Account) -> Certificate:
    account.refresh_from_db()
    done = release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision)
    return Certificate.objects.get(release=done)


def test_an_active_rule_holds_and_its_hold_ends_when_the_record_is_mended(cast: Cast) -> None:
    _rule(cast)
    account = _coded(cast)
    check = finalize(account, cast)
    hold = Hold.objects.get(account=account, resolved_at__isnull=True)
    assert (hold.reason, hold.message, hold.condition) == ("lab.infarction", "I21.4 needs the catheterization report.", 4)
    assert (hold.owner_role, hold.fix, check.ruleset_hash == builtin().hash) == ("him", "documents", False)
    document(account, "procedure_note", "Catheterization of the left anterior descending artery.")
    again = release.run_check(account_id=account.pk)
    assert again is not None and again.verdict == "releasable"
    assert not Hold.objects.filter(account=account, resolved_at__isnull=True).exists()


def test_a_rule_published_after_the_check_stops_the_approval(cast: Cast) -> None:
    account = _coded(cast)
    assert finalize(account, cast).verdict == "releasable"
    _rule(cast)
    with pytest.raises(Refused, match=r"release\.held: I21\.4 needs"):
        _released(cast, account)
    account.refresh_from_db()
    assert account.step == Step.FINAL_CODED


def test_a_rule_of_another_facility_or_in_shadow_holds_nothing(cast: Cast) -> None:
    version = write(cast, made=definition(UNLESS))
    services.start_shadow(version_id=version.pk, by=cast.ada, seen=version.seal, reason=WHY)
    check = finalize(_coded(cast), cast)
    assert (check.verdict, check.ruleset_hash) == ("releasable", builtin().hash)


@pytest.mark.parametrize("allowed", ["none", "reason", "second"])
def test_a_finding_is_overridden_as_its_rule_allows(cast: Cast, allowed: str) -> None:
    _rule(cast, override=allowed)
    account = _coded(cast)
    finalize(account, cast)

    given: dict[str, Any] = {"rule": "lab.infarction", "subjects": ["I214"], "reason": "Treated without catheterization."}
    if allowed == "none":
        with pytest.raises(Refused, match=r"override\.not_allowed"):
            release.override_finding(account_id=account.pk, by=cast.actor("ana"), **given)
        return
    row = release.override_finding(account_id=account.pk, by=cast.actor("ana"), **given)
    if allowed == "second":
        waiting = release.run_check(account_id=account.pk)
        assert waiting is not None and waiting.verdict == "held"
        release.agree_to_override(account_id=account.pk, override_id=row.pk, by=cast.actor("cleo"))
    check = release.run_check(account_id=account.pk)
    assert check is not None and check.verdict == "releasable"
    (finding,) = [finding for finding in check.findings if finding["rule"] == "lab.infarction"]
    assert (finding["severity"], finding["message"].endswith("Treated without catheterization.")) == ("info", True)


def test_the_certificate_is_judged_again_from_itself_after_the_rule_was_changed_and_retired(cast: Cast) -> None:
    second = _rule(cast, override="reason")
    account = _coded(cast)
    finalize(account, cast)
    words = "Treated without catheterization."
    release.override_finding(account_id=account.pk, rule="lab.infarction", subjects=["I214"], reason=words, by=cast.actor("ana"))
    certificate = _released(cast, account)
    (asked,) = json.loads(certificate.text)["made_rules"]["asked"]
    assert (asked["rule"], asked["version"], json.loads(asked["definition"])["when"]["all"][0]["count"]["of"]) == (
        "lab.infarction",
        1,
        "principal",
    )
    changed = publish(write(cast, made=definition(UNLESS, message="Another sentence.")), second)
    assert (replay(certificate).holds_up, replay(certificate).same_rules) == (True, True)
    services.retire_rule(version_id=changed.pk, by=cast.ada, reason=WHY)
    assert (replay(certificate).holds_up, replay(certificate).same_rules) == (True, True)
    assert "lab.infarction" in {finding["rule"] for finding in json.loads(certificate.text)["evaluation"]["findings"]}


def test_a_certificate_whose_rule_was_changed_does_not_hold_up(cast: Cast) -> None:
    _rule(cast, severity="warn")
    account = _coded(cast)
    finalize(account, cast)
    certificate = _released(cast, account)
    certificate.text = certificate.text.replace("needs the catheterization report", "needs nothing at all")
    result = replay(certificate)
    assert (result.intact, result.holds_up) == (False, False)


def test_a_certificate_carries_only_the_rules_that_were_asked_about_its_account(cast: Cast) -> None:
    second = _rule(cast, severity="warn")
    made = definition(count("principal", asks("code", "under", ["J18"])), title="Pneumonia without film")
    swapped = tuple(replace(test, fires=not test.fires, subjects=None) for test in proofs())
    other = write(cast, key="pneumonia", made=made, tests=swapped)
    publish(other, second)
    account = _coded(cast)
    check = finalize(account, cast)
    certificate = _released(cast, account)
    contents = json.loads(certificate.text)
    assert [each["rule"] for each in contents["made_rules"]["asked"]] == ["lab.infarction"]
    assert contents["ruleset"] == check.ruleset_hash
    assert replay(certificate).same_rules


def test_a_certificate_of_before_there_were_such_rules_is_judged_by_the_built_in_ones(cast: Cast) -> None:
    account = _coded(cast)
    finalize(account, cast)
    certificate = _released(cast, account)
    contents = json.loads(certificate.text)
    del contents["made_rules"]
    certificate.text = json.dumps(contents | {"format": 1})
    assert replay(certificate).same_verdict
