"""Work: queues, lists, get next, taking, putting back, taking over."""

from typing import Any, Final

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.locking import lock_account
from accounts.models import WorkItem, WorkKind
from coding_workflow.staff.models import Role, User
from worklist import supervising
from worklist.assignment import KINDS_BY_ROLE, claim_next, claim_this, one_claim_at_a_time, put_back
from worklist.selectors import people_at_work, queues
from worklist.selectors.nothing import why_nothing

from .asking import ApiRequest
from .base import ApiView, versioned
from .coding import ReasonIn
from .evidence import Nothing
from .fields import AskedWhole, Strict, Text, Whole
from .reaching import fetch, note, require_match, said_in_address
from .schema import operation

TAKES: Final = frozenset(KINDS_BY_ROLE)
SEES: Final = frozenset(Role.values) - {Role.ADMINISTRATOR}
SUPERVISOR: Final = frozenset({Role.SUPERVISOR})
_CODE: Final = r"^[a-z0-9][a-z0-9_.-]{0,39}$"


class WorkShape(serializers.Serializer[WorkItem]):
    """Open work on an account. ``version`` rises with every lease; If-Match names it."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    kind = serializers.ChoiceField(WorkKind.choices)
    queue = serializers.CharField(source="queue.code", allow_null=True, default=None)
    coding_type = serializers.CharField()
    why = serializers.CharField()
    rank_at = serializers.DateTimeField(help_text="Orders the queue, earliest first.")
    version = serializers.IntegerField(source="lease_token")
    mine = serializers.BooleanField(help_text="In your hands now.")
    holder = serializers.IntegerField(allow_null=True, help_text="Who has it now.")
    until = serializers.DateTimeField(source="held_until", allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class QueueShape(serializers.Serializer[Any]):
    """A queue that your roles see, added up over your facilities."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    open = serializers.IntegerField()
    oldest_on = serializers.DateField(allow_null=True)
    dollars = serializers.DecimalField(14, 2)


class QueuesShape(serializers.Serializer[Any]):
    """Queues in their order."""

    rows = QueueShape(many=True)


class WorkPage(serializers.Serializer[Any]):
    """A page of a queue."""

    rows = WorkShape(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class NextShape(serializers.Serializer[Any]):
    """What was given; null, with the reasons, when there is nothing for you."""

    work = WorkShape(allow_null=True)
    why = serializers.ListField(child=serializers.CharField())


class WorkAsked(Strict):
    """Which queue, and where its list goes on. Pages have 50 rows."""

    queue = serializers.RegexField(_CODE, help_text="The queue's code.")
    after = AskedWhole(required=False)


class NextIn(Strict):
    """From which queue."""

    queue = Text(max_length=40, required=False, allow_null=True, help_text="A queue's code; without, all that are yours.")


class TakeOverIn(Strict):
    """To whom, and why."""

    to = Whole(required=False, allow_null=True, help_text="A person; without, nobody has it and it is in its queue again.")
    reason = Text(max_length=200)


class Queues(ApiView):
    """The queues."""

    roles = {"GET": SEES}

    @operation("work_queues", "List queues", answer=QueuesShape)
    def get(self, request: ApiRequest) -> Response:
        """Those that your roles see, with what is open in them."""
        rows = [line for line in queues.rail(request.user) if line.code != queues.HELD]
        return Response(QueuesShape({"rows": rows}).data)


class Work(ApiView):
    """One queue's work."""

    roles = {"GET": SEES}

    @operation("work_list", "List the work of a queue", answer=WorkPage, asked=WorkAsked)
    def get(self, request: ApiRequest) -> Response:
        """Open work in rank order."""
        asked = said_in_address(request, WorkAsked)
        if asked["queue"] not in {line.code for line in queues.rail(request.user)} - {queues.HELD}:
            raise Http404
        note(request, "worklist.viewed")
        found = queues.listing(request.user, queues.View(queue=asked["queue"], after=asked.get("after")))
        items = [row.item for row in found.rows if row.item is not None]
        rows = shown(WorkItem.objects.filter(pk__in=[item.pk for item in items]).order_by("rank_at", "pk"), request.user)
        return Response(WorkPage({"rows": rows, "next_after": found.next_after}).data)


class MyWork(ApiView):
    """What is mine."""

    roles = {"GET": TAKES}

    @operation("work_mine", "List my open work", answer=WorkPage)
    def get(self, request: ApiRequest) -> Response:
        """What you have open, then what came back to you."""
        note(request, "worklist.viewed")
        items = [row.item for row in queues.mine_now(request.user) if row.item is not None]
        rows = shown(WorkItem.objects.filter(pk__in=[item.pk for item in items]).order_by("rank_at", "pk"), request.user)
        return Response(WorkPage({"rows": rows, "next_after": None}).data)


class OneWork(ApiView):
    """One piece of work."""

    roles = {"GET": SEES}

    @operation("work_read", "Read a piece of work", answer=WorkShape)
    def get(self, request: ApiRequest, work: int) -> Response:
        """Whose it is, and until when."""
        found = fetch(_rows(), request, work)
        note(request, "work.looked_at", account=found.account)
        return versioned(told(work, request.user), found.lease_token)


class GetNext(ApiView):
    """Get next."""

    roles = {"POST": TAKES}

    @operation("work_next", "Get the next account", body=NextIn, answer=NextShape, example={"queue": "code-inpatient"})
    def post(self, request: ApiRequest) -> Response:
        """Your own open work first, then what came back to you, then by rank; under a lease of 20 minutes. Repeated with its
        Idempotency-Key it gives the same work and claims nothing more."""
        code = self.body(NextIn).get("queue")

        def claim() -> int | None:
            item = claim_next(user=request.user, queue_code=code)
            return item.pk if item else None

        return self.once(claim, lambda key: self._given(key, code))

    def _given(self, key: int | None, code: str | None) -> Response:
        user = self.request.user
        if key is None:
            return Response({"work": None, "why": [str(reason) for reason in _reasons(user, code)]})
        said = told(key, user)
        note(self.request, "work.looked_at", account=WorkItem.objects.select_related("account").get(pk=key).account)
        return versioned({"work": said, "why": []}, said["version"])


class TakeWork(ApiView):
    """Take this one."""

    roles = {"POST": TAKES}

    @operation("work_take", "Take a piece of work", body=Nothing, answer=WorkShape)
    def post(self, request: ApiRequest, work: int) -> Response:
        """Under the conditions of get next; 409 names who has it."""
        note(request, "work.looked_at", account=fetch(_rows(), request, work).account)
        self.body(Nothing)
        return self.once(lambda: claim_this(item_id=work, user=request.user).pk, lambda key: _versioned(key, request.user))


class PutBack(ApiView):
    """Put back."""

    roles = {"POST": TAKES}

    @operation("work_put_back", "Put work back", body=ReasonIn, answer=WorkShape, matches=True)
    def post(self, request: ApiRequest, work: int) -> Response:
        """With the reason; get next does not offer it to you again that day."""
        note(request, "work.looked_at", account=fetch(_rows(), request, work).account)
        said = self.body(ReasonIn)

        def back() -> int:
            one_claim_at_a_time(request.user)
            _lock_matching(request, work)
            put_back(item_id=work, user=request.user, **said)
            return work

        return self.once(back, lambda key: _versioned(key, request.user))


class TakeOver(ApiView):
    """Take over."""

    roles = {"POST": SUPERVISOR}

    @operation("work_take_over", "Move work to another person", body=TakeOverIn, answer=WorkShape, matches=True)
    def post(self, request: ApiRequest, work: int) -> Response:
        """To a person who may have it, or to nobody."""
        found = fetch(_rows(), request, work)
        note(request, "work.looked_at", account=found.account)
        said = self.body(TakeOverIn)
        to = said.get("to")
        receiver = _taker(found, to) if to else None

        def over() -> int:
            _lock_matching(request, work)
            if receiver is None:
                supervising.let_go(item_id=work, by=request.user, reason=said["reason"])
            else:
                supervising.take_over(item_id=work, by=request.user, to=receiver, reason=said["reason"])
            return work

        return self.once(over, lambda key: _versioned(key, request.user))


def shown(items: Any, user: User) -> list[WorkItem]:
    """Work as it is told to a person: a lease that ran out shows nobody."""
    rows = list(items.select_related("queue"))
    for item in rows:
        held = item.leased_to_id is not None and item.leased_until is not None and item.leased_until > timezone.now()
        item.mine = held and item.leased_to_id == user.pk
        item.holder = item.leased_to_id if held else None
        item.held_until = item.leased_until if held else None
    return rows


def told(work: int, user: User) -> dict[str, Any]:
    """One piece of work as it is now."""
    said: dict[str, Any] = WorkShape(shown(WorkItem.objects.filter(pk=work), user)[0]).data
    return said


def _rows() -> Any:
    return WorkItem.objects.select_related("account", "facility", "queue")


def _versioned(work: int | None, user: User) -> Response:
    said = told(work or 0, user)
    return versioned(said, said["version"])


def _lock_matching(request: ApiRequest, work: int) -> None:
    """Claims lock the item together with its account: what is read under the account's lock stays until the end."""
    item = WorkItem.objects.get(pk=work)
    lock_account(item.account_id)
    item.refresh_from_db()
    require_match(request, item.lease_token)


def _taker(item: WorkItem, to: int) -> User:
    found = next((person for person in people_at_work.takers(item.facility) if person.pk == to), None)
    if found is None:
        raise Http404
    return found


def _reasons(user: User, code: str | None) -> Any:
    return why_nothing(user=user, queue_code=code)
