"""Who gets which work."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Event, WorkItem
from coding_workflow.coding.models import FinalCoding
from coding_workflow.staff.models import BreakGlass, User
from worklist.assignment import claim_next, claim_this, put_back, renew
from worklist.supervising import take_over

from .conftest import grant, qualify


def _fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def _lapse(item: WorkItem) -> None:
    long_ago = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    WorkItem.objects.filter(pk=item.pk).update(leased_until=long_ago)


def test_the_earliest_rank_comes_first(hospital, work):
    late = work("A1", discharge_date=datetime.date(2026, 9, 20))
    early = work("A2", discharge_date=datetime.date(2026, 9, 10))
    assert claim_next(user=hospital.ana).pk == early.pk
    assert late.leased_to_id is None


def test_own_open_work_comes_back_before_anything_else(hospital, work):
    mine = work("A1", discharge_date=datetime.date(2026, 9, 20))
    claim_this(item_id=mine.pk, user=hospital.ana)
    work("A2", discharge_date=datetime.date(2026, 9, 2))
    assert claim_next(user=hospital.ana).pk == mine.pk


def test_returned_work_comes_before_rank_and_only_to_its_person(hospital, work):
    work("A1", discharge_date=datetime.date(2026, 9, 2))
    back = work("A2", returned_to=hospital.ana, discharge_date=datetime.date(2026, 9, 20))
    qualify(hospital.dov, hospital)
    grant(hospital.dov, hospital.main, "coder")
    assert claim_next(user=hospital.dov).pk != back.pk
    assert claim_next(user=hospital.dov).pk != back.pk
    assert claim_next(user=hospital.ana).pk == back.pk


def test_returned_work_of_a_disabled_person_goes_to_others(hospital, work):
    back = work("A1", returned_to=hospital.dov)
    User.objects.filter(pk=hospital.dov.pk).update(is_active=False)
    assert claim_next(user=hospital.ana).pk == back.pk


def test_a_lease_that_ran_out_can_be_claimed_by_another(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    qualify(hospital.dov, hospital)
    grant(hospital.dov, hospital.main, "coder")
    assert claim_next(user=hospital.dov) is None
    _lapse(item)
    assert claim_next(user=hospital.dov).pk == item.pk


def test_without_competence_in_date_there_is_nothing(hospital, work):
    work("A1", patient_class="observation")
    assert claim_next(user=hospital.ana) is None
    qualify(hospital.ana, hospital, "observation", valid_to=datetime.date(2026, 9, 30))
    assert claim_next(user=hospital.ana) is None


def test_competence_on_its_last_day_still_counts(hospital, work):
    item = work("A1", patient_class="observation")
    qualify(hospital.ana, hospital, "observation", valid_to=datetime.date(2026, 10, 1))
    assert claim_next(user=hospital.ana).pk == item.pk


def test_another_role_or_facility_gets_nothing(hospital, work):
    work("A1")
    qualify(hospital.bill, hospital)
    assert claim_next(user=hospital.bill) is None
    grant(hospital.dov, hospital.other, "coder")
    assert claim_next(user=hospital.dov) is None


def test_a_restricted_account_is_never_handed_out_unless_opened_with_a_reason(hospital, work):
    item = work("A1", restricted="employee")
    assert claim_next(user=hospital.ana) is None
    moment = datetime.datetime.now(datetime.UTC)
    BreakGlass.objects.create(
        user=hospital.ana, facility=hospital.main, account=item.account, reason="assigned", opened_at=moment,
        expires_at=moment + datetime.timedelta(hours=1),
    )  # fmt: skip
    assert claim_next(user=_fresh(hospital.ana)).pk == item.pk


def test_nobody_reviews_what_they_coded(hospital, work):
    item = work("A1", kind="review")
    FinalCoding.objects.create(facility=hospital.main, account=item.account, revision=1, coder=hospital.ben)
    assert claim_next(user=hospital.ben) is None
    grant(hospital.ana, hospital.main, "reviewer")
    assert claim_next(user=hospital.ana).pk == item.pk


def test_releases_are_offered_only_from_their_own_queue(hospital, work):
    item = work("A1", kind="release")
    assert claim_next(user=hospital.cleo) is None
    assert claim_next(user=hospital.cleo, queue_code="release").pk == item.pk


def test_a_named_queue_limits_the_choice(hospital, work):
    qualify(hospital.ana, hospital, "emergency")
    work("A1", discharge_date=datetime.date(2026, 9, 2))
    wanted = work("A2", patient_class="emergency", discharge_date=datetime.date(2026, 9, 25))
    assert claim_next(user=hospital.ana, queue_code="code-emergency").pk == wanted.pk


def test_each_claim_is_an_event_on_the_account(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    event = Event.objects.filter(account=item.account).latest("sequence")
    assert (event.kind, event.actor) == ("work.claimed", str(hospital.ana.pk))


@pytest.mark.parametrize("queue", [None, "code-inpatient"])
def test_get_next_costs_four_queries(queue, hospital, work):
    for number in range(5):
        work(f"A{number}")
    ana = _fresh(hospital.ana)
    with CaptureQueriesContext(connection) as captured:
        assert claim_next(user=ana, queue_code=queue) is not None
    # Roles, facilities (of the named queue, with it), the claim (in one message with the person's own lock), its event.
    assert len(captured) == 4


def test_a_queue_of_another_facility_or_of_no_name_gives_nothing(hospital, work):
    work("A1")
    assert claim_next(user=hospital.ana, queue_code="no-such-queue") is None
    grant(hospital.ana, hospital.other, "coder")
    assert claim_next(user=_fresh(hospital.ana), queue_code="no-such-queue") is None
    assert claim_next(user=_fresh(hospital.ana), queue_code="code-inpatient") is not None


def test_what_was_opened_with_a_reason_is_handed_out_only_until_that_ends(hospital, work):
    item = work("A1", restricted="employee")
    moment = datetime.datetime.now(datetime.UTC)
    BreakGlass.objects.create(
        user=hospital.ana, facility=hospital.main, account=item.account, reason="assigned",
        opened_at=moment - datetime.timedelta(hours=2), expires_at=moment - datetime.timedelta(hours=1),
    )  # fmt: skip
    assert claim_next(user=_fresh(hospital.ana)) is None


def test_put_back_needs_words_and_is_not_offered_again_that_day(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    with pytest.raises(Refused, match="no_reason"):
        put_back(item_id=item.pk, user=hospital.ana, reason=" ")
    put_back(item_id=item.pk, user=hospital.ana, reason="I know the patient")
    item.refresh_from_db()
    assert item.leased_to_id is None
    assert claim_next(user=hospital.ana) is None
    with pytest.raises(Conflict):
        put_back(item_id=item.pk, user=hospital.ana, reason="again")


def test_renewing_takes_the_token_of_the_present_lease(hospital, work):
    work("A1")
    item = claim_next(user=hospital.ana)
    _lapse(item)
    renew(item_id=item.pk, user=hospital.ana, token=item.lease_token)
    item.refresh_from_db()
    assert item.leased_until > datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=19)
    with pytest.raises(Refused):
        renew(item_id=item.pk, user=hospital.ana, token=item.lease_token - 1)


def test_taking_what_another_has_names_who_has_it(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    qualify(hospital.dov, hospital)
    grant(hospital.dov, hospital.main, "coder")
    with pytest.raises(Conflict, match="Ana has this account open"):
        claim_this(item_id=item.pk, user=hospital.dov)


def test_only_a_supervisor_takes_over_and_the_receiver_must_be_fit(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    with pytest.raises(NotAllowed):
        take_over(item_id=item.pk, by=hospital.ana)
    grant(hospital.dov, hospital.main, "coder")
    with pytest.raises(NotAllowed), transaction.atomic():
        take_over(item_id=item.pk, by=hospital.cleo, to=hospital.dov)
    qualify(hospital.dov, hospital)
    assert take_over(item_id=item.pk, by=hospital.cleo, to=hospital.dov).leased_to_id == hospital.dov.pk
    assert Event.objects.filter(account=item.account, kind="work.taken_over").count() == 1
