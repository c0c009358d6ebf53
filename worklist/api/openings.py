"""Restricted accounts: opening one with a reason, and compliance's list and review of what was opened."""

from typing import Any, Final

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import NotAllowed
from accounts.models import Account
from coding_workflow.staff import services
from coding_workflow.staff.access import require_proof
from coding_workflow.staff.models import BreakGlass, BreakGlassReview, GlassOutcome, Role
from coding_workflow.staff.selectors import opening_at, openings_at
from coding_workflow.staff.services.glass import LONGEST_REASON, SHORTEST_REASON, WORKING
from worklist.selectors.looks import of_opening

from .asking import ApiRequest
from .base import ApiView
from .fields import AskedFlag, Strict, Text, Whole
from .paging import USUAL, PageAsked, page_of
from .reaching import note, said_in_address
from .schema import operation

COMPLIANCE: Final = frozenset({Role.COMPLIANCE})


class ReviewShape(serializers.Serializer[BreakGlassReview]):
    """What compliance found, once."""

    reviewer = serializers.CharField(source="reviewer.full_name")
    outcome = serializers.ChoiceField(GlassOutcome.choices)
    words = serializers.CharField()
    at = serializers.DateTimeField()


class OpeningShape(serializers.Serializer[BreakGlass]):
    """A restricted account opened by one person until ``expires_at``; nothing of the patient."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    facility = serializers.CharField(source="facility.code")
    person = serializers.CharField(source="user.full_name")
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    review = ReviewShape(allow_null=True, default=None)


class LookShape(serializers.Serializer[Any]):
    """One look at the account or one act on it while it was open to the person."""

    at = serializers.DateTimeField()
    words = serializers.CharField()


class WholeOpeningShape(OpeningShape):
    """An opening with what the person saw and did by it, oldest first, at most 500 of each."""

    looks = LookShape(many=True)
    acts = LookShape(many=True)


class OpenIn(Strict):
    """Why the account is opened, and for how long."""

    reason = Text(min_length=SHORTEST_REASON, max_length=LONGEST_REASON, help_text="Compliance reads it; nothing of the patient.")
    minutes = Whole(required=False, max_value=24 * 60, help_text="At most BREAK_GLASS_MINUTES, which it is unless said.")


class ReviewIn(Strict):
    """The judgement of an opening."""

    outcome = serializers.ChoiceField(GlassOutcome.choices)
    words = Text(max_length=500, allow_blank=True, default="", help_text="Needed for whatever is not justified.")


class OpeningsAsked(PageAsked):
    """Which openings are listed."""

    reviewed = AskedFlag(
        default=False, help_text="Those with a judgement; else those that wait for one, running ones among them."
    )


OpeningsPage = page_of("OpeningsPage", OpeningShape)


class _Proven(ApiView):
    """An act of a person who is there: by session, and who asks proved a short time ago who they are."""

    def _prove(self) -> None:
        if self.request.auth is not None:
            raise NotAllowed("glass.token", "No token does this: sign in, and do it there or by the session.")
        require_proof(self.request._request)


class OpenAccount(_Proven):
    """Break the glass."""

    roles = {"POST": frozenset(WORKING)}

    @operation(
        "openings_open", "Open a restricted account with a reason", body=OpenIn, answer=OpeningShape, status=201,
        example={"reason": "The payer asks for this record today", "minutes": 30},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """By session, not by token. For you alone and for a time, with every token and session of yours; while it is open the
        same again answers the one there is. Compliance reviews it."""
        found = Account.objects.filter(facility_id__in=request.user.facility_ids(), pk=account).first()
        if found is None:
            raise Http404
        said = self.body(OpenIn)
        self._prove()
        return self.once(lambda: int(services.break_glass(user=request.user, account=found, **said).pk), _told, 201)


class Openings(ApiView):
    """The list."""

    roles = {"GET": COMPLIANCE}

    @operation("openings_list", "List openings of restricted accounts", answer=OpeningsPage, asked=OpeningsAsked)
    def get(self, request: ApiRequest) -> Response:
        """At your facilities, newest first."""
        asked = said_in_address(request, OpeningsAsked)
        note(request, "openings.viewed")
        limit = asked.get("limit", USUAL)
        found = openings_at(request.user, reviewed=asked["reviewed"], before=asked.get("after"), limit=limit + 1)
        shown = found[:limit]
        more = shown[-1].pk if len(found) > limit else None
        return Response({"rows": [OpeningShape(one).data for one in shown], "next_after": more})


class OneOpening(ApiView):
    """One opening."""

    roles = {"GET": COMPLIANCE}

    @operation("openings_read", "Read an opening", answer=WholeOpeningShape)
    def get(self, request: ApiRequest, opening: int) -> Response:
        """With what the person saw of the account and did to it while it was open."""
        found = opening_at(request.user, opening)
        note(request, "opening.viewed", account=found.account)
        seen, done = of_opening(found)
        looks = [{"at": each.row.at, "words": each.words} for each in seen]
        acts = [{"at": each.at, "words": each.sentence} for each in done]
        return Response(
            {**OpeningShape(found).data, "looks": LookShape(looks, many=True).data, "acts": LookShape(acts, many=True).data}
        )


class ReviewOpening(_Proven):
    """Judge an opening."""

    roles = {"POST": COMPLIANCE}

    @operation("openings_review", "Review an opening", body=ReviewIn, answer=OpeningShape)
    def post(self, request: ApiRequest, opening: int) -> Response:
        """Once, after it has run out, and never your own."""
        found = opening_at(request.user, opening)
        note(request, "opening.viewed", account=found.account)
        said = self.body(ReviewIn)
        self._prove()

        def review() -> int:
            services.review_opening(opening=found, by=request.user, **said)
            return found.pk

        return self.once(review, _told)


def _told(key: int | None) -> Response:
    rows = BreakGlass.objects.select_related("user", "facility", "review__reviewer")
    return Response(OpeningShape(rows.get(pk=key or 0)).data)
