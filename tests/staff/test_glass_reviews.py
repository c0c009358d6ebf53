"""The review of restricted accounts that were opened: by another person, after it is over, once, and kept."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import AccessRecord
from coding_workflow.staff import services
from coding_workflow.staff.models import BreakGlass, BreakGlassReview, Role, RoleGrant, StaffEvent
from tests.cast import Cast
from tests.security.browser import signed_in

REASON = "The payer asks for this record today"


@pytest.fixture
def opening(cast: Cast) -> BreakGlass:
    """Ana opened a restricted account two hours ago, for one hour."""
    return _opened(cast, cast.ana)


def _opened(cast: Cast, user: object, *, ago: int = 120) -> BreakGlass:
    account = cast.account(f"V{BreakGlass.objects.count()}", restricted="VIP")
    at = clock.now() - datetime.timedelta(minutes=ago)
    return BreakGlass.objects.create(
        user=user,
        account=account,
        facility=cast.main,
        reason=REASON,
        opened_at=at,
        expires_at=at + datetime.timedelta(minutes=60),
    )


def test_compliance_reviews_an_opening_once(cast: Cast, opening: BreakGlass) -> None:
    review = services.review_opening(opening=opening, by=cast.cora, outcome="not_justified", words="  No task  of hers. ")
    assert (review.reviewer, review.outcome, review.words) == (cast.cora, "not_justified", "No task of hers.")
    assert StaffEvent.objects.get(kind="restricted.reviewed").payload == {"opening": opening.pk, "outcome": "not_justified"}
    with pytest.raises(Conflict):
        services.review_opening(opening=opening, by=cast.cora, outcome="justified")
    assert BreakGlassReview.objects.get().outcome == "not_justified"


def test_nobody_reviews_their_own_opening_by_any_path(cast: Cast) -> None:
    own = _opened(cast, cast.cora)
    with pytest.raises(NotAllowed, match="own"):
        services.review_opening(opening=own, by=cast.cora, outcome="justified")
    with pytest.raises(DatabaseError, match="own opening"), transaction.atomic():
        BreakGlassReview.objects.create(opening=own, reviewer=cast.cora, outcome="justified")


def test_only_compliance_of_the_facility_reviews(cast: Cast, opening: BreakGlass) -> None:
    RoleGrant.objects.create(user=cast.dov, facility=cast.other, role=Role.COMPLIANCE)
    for person in (cast.cleo, cast.ada, cast.ben, cast.dov):
        with pytest.raises(NotAllowed):
            services.review_opening(opening=opening, by=person, outcome="justified")


def test_what_still_runs_is_not_reviewed(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"glass\.open"):
        services.review_opening(opening=_opened(cast, cast.ana, ago=10), by=cast.cora, outcome="justified")


@pytest.mark.parametrize(("outcome", "words"), [("", ""), ("fine", "x"), ("not_justified", "  "), ("passed_on", "")])
def test_a_review_has_an_outcome_and_words_unless_it_was_justified(
    cast: Cast, opening: BreakGlass, outcome: str, words: str
) -> None:
    with pytest.raises(Refused):
        services.review_opening(opening=opening, by=cast.cora, outcome=outcome, words=words)


@pytest.mark.parametrize("sql", ["UPDATE staff_breakglassreview SET outcome = 'justified'", "DELETE FROM staff_breakglassreview"])
def test_a_review_is_kept(cast: Cast, opening: BreakGlass, sql: str) -> None:
    services.review_opening(opening=opening, by=cast.cora, outcome="not_justified", words="No task of hers")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_time_is_the_installations(cast: Cast, settings: object) -> None:
    settings.BREAK_GLASS_MINUTES = 15
    opened = services.break_glass(user=cast.ana, account=cast.account(restricted="VIP"), reason=REASON)
    assert opened.expires_at - opened.opened_at == datetime.timedelta(minutes=15)
    page = signed_in(cast.ben).get(f"/account/{opened.account_id}/").content.decode()
    assert "open it for 15 minutes" in page


def test_the_page_shows_what_was_seen_and_done_while_it_was_open_and_nothing_of_the_patient(
    cast: Cast, opening: BreakGlass
) -> None:
    inside, outside = opening.opened_at + datetime.timedelta(minutes=5), opening.expires_at + datetime.timedelta(minutes=5)
    for at, kind in ((inside, "history.viewed"), (outside, "claim.viewed")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.utils.timezone.now", lambda at=at: at)
            history.record_access(user_id=cast.ana.pk, kind=kind, account=opening.account)
    running = _opened(cast, cast.ana, ago=5)
    for one in (opening, running):
        with transaction.atomic():
            history.record(account=lock_account(one.account_id), kind="coding.reordered", by=Actor.person(cast.ana.pk))
    page = signed_in(cast.cora).get(reverse("worklist:opening", args=[opening.pk])).content.decode()
    assert "History of the account" in page
    assert "<td>Claim</td>" not in page
    assert "Codes put in another order" not in page  # it was done now, an hour after the end
    page_of_running = signed_in(cast.cora).get(reverse("worklist:opening", args=[running.pk])).content.decode()
    assert "Codes put in another order" in page_of_running
    assert REASON in page
    assert "Testcase" not in page
    assert AccessRecord.objects.filter(kind="opening.viewed", user=cast.cora, account=opening.account).count() == 1


def test_the_list_tells_what_waits_from_what_is_reviewed(cast: Cast, opening: BreakGlass) -> None:
    running, own = _opened(cast, cast.ben, ago=5), _opened(cast, cast.cora)
    cora = signed_in(cast.cora)
    page = cora.get("/staff/openings/").content.decode()
    assert "To review <span" in page
    assert '<span class="chip warn">1</span>' in page
    assert "Open until" in page
    assert "Yours: another person reviews it" in page
    form = {"outcome": "passed_on", "words": ""}
    refused = cora.post(reverse("worklist:review_opening", args=[opening.pk]), form)
    assert refused.status_code == 422
    assert 'value="passed_on" checked' in refused.content.decode()
    done = cora.post(reverse("worklist:review_opening", args=[opening.pk]), form | {"words": "Asked the manager"})
    assert (done.status_code, done["Location"]) == (302, "/staff/openings/")
    assert opening.account.number not in cora.get("/staff/openings/").content.decode()
    assert "Passed on" in cora.get("/staff/openings/?show=reviewed").content.decode()
    assert cora.post(reverse("worklist:review_opening", args=[own.pk]), {"outcome": "justified"}).status_code == 403
    assert cora.post(reverse("worklist:review_opening", args=[running.pk]), {"outcome": "justified"}).status_code == 422
