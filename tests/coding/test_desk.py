"""Who may write on an account: one coder at a time, competent, at the coding step. Asked before every change."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts import lifecycle
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkItem
from accounts.services.work import LEASE, close_work
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.staff.models import RoleGrant, User
from tests.cast import SEPTEMBER, Cast

from .stage import FEED, refused, to_code

pytestmark = pytest.mark.usefixtures("coded_db")

#: Every verb of the coder, with what it takes beside the account and the person. All of them ask first.
VERBS: list[tuple[Callable[..., object], dict[str, Any]]] = [
    (coding.assign_diagnosis, {"code": "I21.4"}),
    (coding.assign_procedure, {"code": "02703DZ"}),
    (coding.remove_diagnosis, {"diagnosis_id": 0}),
    (coding.remove_procedure, {"procedure_id": 0}),
    (coding.reorder_diagnoses, {"order": []}),
    (coding.set_poa, {"diagnosis_id": 0, "poa": "Y"}),
    (coding.set_modifiers, {"procedure_id": 0, "modifiers": []}),
    (coding.link_evidence, {"version_id": 0, "diagnosis_id": 0}),
    (coding.unlink_evidence, {"evidence_id": 0}),
    (
        coding.abstract_record,
        {"patient_class": "inpatient", "admit_date": SEPTEMBER, "discharge_date": SEPTEMBER, "discharge_status": "01"},
    ),
    (coding.finalize_coding, {}),
]
EVERY_VERB = pytest.mark.parametrize(("verb", "more"), VERBS, ids=[verb.__name__ for verb, _ in VERBS])


def _assign(account: Account, by: Actor) -> CodedDiagnosis:
    return coding.assign_diagnosis(account_id=account.pk, code="I21.4", by=by)


def _lease(account: Account, user: User, *, over: bool = False) -> None:
    until = Now() - LEASE if over else Now() + LEASE
    WorkItem.objects.filter(account=account, kind="coding").update(leased_to=user, leased_until=until)


@EVERY_VERB
def test_every_verb_asks_for_the_coding_step(cast: Cast, verb: Callable[..., object], more: dict[str, Any]) -> None:
    account = to_code(cast)
    lifecycle.move(account=account, to=Step.FINAL_CODED, by=FEED)
    said = refused("coding.step", lambda: verb(account_id=account.pk, by=cast.actor("ana"), **more))
    assert (said.status, "final coded" in said.sentence) == (409, True)


@EVERY_VERB
def test_every_verb_asks_for_the_role(cast: Cast, verb: Callable[..., object], more: dict[str, Any]) -> None:
    account = to_code(cast)
    assert refused("coding.role", lambda: verb(account_id=account.pk, by=cast.actor("cleo"), **more)).status == 403


@EVERY_VERB
def test_every_verb_asks_whose_work_it_is(cast: Cast, verb: Callable[..., object], more: dict[str, Any]) -> None:
    account = to_code(cast)
    _lease(account, cast.ben)
    said = refused("work.taken", lambda: verb(account_id=account.pk, by=cast.actor("ana"), **more))
    assert (said.status, said.sentence) == (409, "Ben has this account open.")


def test_a_feed_an_inactive_coder_and_one_of_another_facility_are_refused(cast: Cast) -> None:
    account = to_code(cast)
    refused("coding.role", lambda: _assign(account, FEED))
    RoleGrant.objects.create(user=cast.dov, facility=cast.other, role="coder")
    refused("coding.role", lambda: _assign(account, cast.actor("dov")))
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    refused("coding.role", lambda: _assign(account, cast.actor("ana")))


def test_competence_is_asked_for_the_class_and_the_business_date(cast: Cast, settings: Any) -> None:
    account = to_code(cast)
    cast.ana.competences.filter(coding_type="inpatient").update(valid_to=datetime.date(2026, 9, 30))
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    said = refused("coding.competence", lambda: _assign(account, cast.actor("ana")))
    assert (said.status, "inpatient coding" in said.sentence) == (403, True)
    settings.BUSINESS_DATE = datetime.date(2026, 9, 29)
    assert _assign(account, cast.actor("ana")).pk


def test_the_first_change_takes_free_work_and_each_renews_the_lease(cast: Cast) -> None:
    account = to_code(cast)
    _assign(account, cast.actor("ana"))
    item = WorkItem.objects.get(account=account, kind="coding")
    assert item.leased_to == cast.ana
    WorkItem.objects.filter(pk=item.pk).update(leased_until=Now())
    coding.assign_diagnosis(account_id=account.pk, code="I10", by=cast.actor("ana"))
    again = WorkItem.objects.get(pk=item.pk)
    assert again.leased_until is not None and item.leased_until is not None
    assert again.leased_until >= item.leased_until


def test_a_lease_that_ran_out_is_no_hindrance(cast: Cast) -> None:
    account = to_code(cast)
    _lease(account, cast.ben, over=True)
    _assign(account, cast.actor("ana"))
    assert WorkItem.objects.get(account=account, kind="coding").leased_to == cast.ana


def test_without_open_work_nothing_is_coded(cast: Cast) -> None:
    account = to_code(cast)
    close_work(account=lock_account(account.pk), kind="coding", outcome="moved", by=FEED)
    refused("work.none", lambda: _assign(account, cast.actor("ana")))
