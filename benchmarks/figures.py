"""What is measured. A figure does one thing once and answers how long it took; what must be undone is not timed."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import cycle
from typing import Final
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test import Client as InProcess
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import WorkItem
from accounts.scope import scoped
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.coding.services import finalize_coding
from coding_workflow.release.services import run_check
from coding_workflow.staff.models import User
from worklist import counts
from worklist.assignment import claim_next
from worklist.demo.journey import Journey

from . import costs
from .engine import Judging
from .figure import Figure
from .hospital import Hospital, session_of
from .lists import lists
from .spent import Spent, timed
from .web import BadAnswer, Client

#: What a figure stands on: for a page the signed-in null view, for a service an empty scoped transaction.
PAGE, SERVICE = "signed-in null", "transaction"
#: Of the addresses of one figure at most so many are tried for queries and buffers; the dearest is told.
_TRIED: Final = 24
#: Accounts that change in a second of a busy hospital, and how: work that is closed, and opened again the next time.
_CHANGED: Final = 20
_CHANGE: Final = "UPDATE accounts_workitem SET closed_at = CASE WHEN closed_at IS NULL THEN now() END WHERE id = ANY(%s)"
_SEARCHES: Final = ("heart failure", "I21", "fracture left wrist", "type 2 diabetes with neuropathy", "pnuemonia", "sepsis")


class Catalogue:
    """Every figure of one hospital, and the three that the others are compared with."""

    def __init__(self, hospital: Hospital, port: int) -> None:
        self.hospital, self._port = hospital, port
        self._facilities = [hospital.facility.pk]
        self._due = cycle(hospital.coded)
        self._open = cycle(hospital.open)
        self._coders = User.objects.in_bulk({coder for _, coder in hospital.open})
        self._codes, self._letters = cycle(self._first_codes()), cycle("YYYYNNNN")
        self._judging = Judging(hospital.facility)
        self._anyone = Client(port)
        self._clients = {person.pk: self._signed_in(person) for person in self._people}

    @property
    def _people(self) -> tuple[User, ...]:
        return self.hospital.coder, self.hospital.supervisor, self.hospital.claimant, *self._coders.values()

    def _first_codes(self) -> list[tuple[int, str]]:
        """Of each account being coded its coder, and where the first diagnosis is changed."""
        with scoped(self._facilities):
            rows = {
                pk: CodedDiagnosis.objects.filter(account=pk, superseded_at__isnull=True).order_by("position").first()
                for pk, _ in self.hospital.open
            }
        return [
            (coder, reverse("worklist:change_diagnosis", args=[pk, row.pk]))
            for pk, coder in self.hospital.open
            if (row := rows[pk]) is not None
        ]

    @cached_property
    def null(self) -> Figure:
        """What the other figures are told as multiples of. Listed too: against itself it shows the noise of the run."""
        return Figure("null view", "two bytes for anybody: the noise of this run", self._null, "null view")

    @cached_property
    def floors(self) -> dict[str, Figure]:
        """By name."""
        signed_in = self._page(PAGE, "session, person, rights, scope", self.hospital.coder, "/bench/signed-in/")
        empty = Figure(SERVICE, "an empty scoped transaction in process", lambda: timed(self._transaction), "null view")
        return {self.null.name: self.null, PAGE: signed_in, SERVICE: empty, **self._judging.floors}

    def all(self) -> list[Figure]:
        """In the order of the table."""
        basis = [self.floors[name] for name in (self.null.name, PAGE, SERVICE)]
        return [*basis, *self._pages(), *self._services(), *self._judging.figures()]

    def close(self) -> None:
        """Hang up everybody."""
        for client in (self._anyone, *self._clients.values()):
            client.close()

    # ------------------------------------------------------------------ pages

    def _pages(self) -> list[Figure]:
        coder = self.hospital.coder
        accounts = [reverse("worklist:account", args=[pk]) for pk in self.hospital.accounts]
        being_coded = [reverse("worklist:account", args=[pk]) for pk, _ in self.hospital.open]
        searches = [f"{reverse('codesets:search')}?{urlencode({'q': words})}" for words in _SEARCHES]
        board = reverse("worklist:board")
        return [
            *(self._page(name, words, coder, *addresses) for name, words, addresses in lists()),
            self._page("account page", "record, codes, gate", coder, *accounts),
            self._page("workspace, preview", "being coded: the gate is judged in the request", coder, *being_coded),
            Figure(
                "workspace, save",
                "one present-on-admission letter, the parts that changed",
                self._save_by_form,
                PAGE,
                cost=lambda: costs.repeated(self._saved_in_process),
            ),
            self._page("account history", "events, chain verified", coder, *[f"{each}history/" for each in accounts]),
            self._page("release board", "verdicts, wall, waterfall", self.hospital.supervisor, board),
            self._page("code search", "six searches in turn", coder, *searches),
            Figure(
                "get next",
                "the form on My work",
                self._claim_by_form,
                PAGE,
                cost=lambda: costs.repeated(lambda: self._in_process(self.hospital.claimant).post(reverse("worklist:get_next"))),
                before=self.hospital.hand_back,
                rate=1,
            ),
        ]

    def _page(self, name: str, words: str, person: User, *addresses: str) -> Figure:
        turns = cycle(addresses)
        return Figure(
            name,
            words,
            lambda: self._clients[person.pk].get(next(turns)),
            "null view" if name == PAGE else PAGE,
            cost=lambda: costs.dearest([partial(self._in_process(person).get, address) for address in _spread(addresses)]),
        )

    def _null(self) -> Spent:
        return self._anyone.get("/bench/null/")

    def _save_by_form(self) -> Spent:
        coder, address = next(self._codes)
        return self._clients[coder].post(address, {"do": "poa", "poa": next(self._letters)}, expect=200, fragment=True)

    def _saved_in_process(self) -> None:
        coder, address = next(self._codes)
        client = self._in_process(self._coders[coder])
        answer = client.post(address, {"do": "poa", "poa": next(self._letters)}, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            raise BadAnswer(f"{address} answered {answer.status_code}, not 200")

    def _claim_by_form(self) -> Spent:
        took = self._clients[self.hospital.claimant.pk].post(reverse("worklist:get_next"), {})
        self.hospital.hand_over()
        return took

    def _signed_in(self, person: User) -> Client:
        client = Client(self._port, {"session": session_of(person)})
        client.get(reverse("worklist:my_work"))
        return client

    def _in_process(self, person: User) -> InProcess:
        client = InProcess(SERVER_NAME="localhost")
        client.cookies["session"] = self._clients[person.pk].cookies["session"]
        return client

    # --------------------------------------------------------------- services

    def _services(self) -> list[Figure]:
        return [
            Figure(
                "get next, service",
                "claim_next, committed",
                self._claim,
                SERVICE,
                cost=lambda: costs.repeated(self._claim_next),
                before=self.hospital.hand_back,
                rate=1,
            ),
            Figure(
                "check",
                "run_check of a new revision, committed",
                self._check,
                SERVICE,
                cost=lambda: costs.repeated(self._raised_check()),
                rate=1,
            ),
            Figure(
                "finalize to verdict",
                "finalize_coding and its check, undone",
                self._finalize,
                SERVICE,
                cost=lambda: costs.repeated(lambda: self._finalized(*next(self._open))),
                rate=1,
            ),
            Figure(
                "counters",
                f"the relay, once a second: {_CHANGED} accounts changed",
                lambda: timed(self._counted(counts.refresh_changed)),
                SERVICE,
                cost=lambda: costs.repeated(self._counted(counts.refresh_changed)),
            ),
            Figure(
                "all counters",
                "of everything counted again, the first 2,000 accounts: the relay, once a second until the hour's walk ends",
                lambda: timed(self._counted(partial(counts.refresh_part, 0))),
                SERVICE,
                cost=lambda: costs.repeated(self._counted(partial(counts.refresh_part, 0))),
                rate=5,
            ),
            Figure(
                "journey", "registration to corrected claim", self._journey, SERVICE, cost=self._journey_cost, rate=60, most=1
            ),
        ]

    def _counted(self, count: Callable[[], object]) -> Callable[[], None]:
        """Counting, after as many accounts have changed hands between open and closed as change in a busy second."""
        with connection.cursor() as cursor:
            cursor.execute(_CHANGE, [self._changing])

        def counted() -> None:
            with transaction.atomic():
                count()

        return counted

    @cached_property
    def _changing(self) -> list[int]:
        items = WorkItem.objects.filter(
            closed_at__isnull=True, leased_to=None, returned_to=None, account__number__startswith="BULK"
        )
        return list(items.order_by("-pk").values_list("pk", flat=True)[:_CHANGED])

    def _transaction(self) -> None:
        with scoped(self._facilities):
            pass

    def _claim(self) -> Spent:
        took = timed(self._claim_next)
        self.hospital.hand_over()
        return took

    def _claim_next(self) -> None:
        # As a request does: the person is loaded anew, with no rights read yet.
        person = User.objects.get(pk=self.hospital.claimant.pk)
        with scoped(self._facilities):
            if claim_next(user=person) is None:
                raise RuntimeError("get next gave nothing: there are too few bulk accounts to claim from")

    def _check(self) -> Spent:
        return timed(self._raised_check())

    def _raised_check(self) -> Callable[[], None]:
        """The check of an account that has just got a new revision, as any change of a judged fact gives it one."""
        pk = next(self._due)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_coverage SET member_id = member_id WHERE account_id = %s", [pk])

        def check() -> None:
            with scoped(self._facilities):
                if run_check(account_id=pk) is None:
                    raise RuntimeError(f"account #{pk} is not final coded any more, so there is nothing to check")

        return check

    def _finalize(self) -> Spent:
        pk, coder = next(self._open)
        with scoped(self._facilities):
            took = timed(lambda: self._finalized(pk, coder))
            transaction.set_rollback(True)
        return took

    def _finalized(self, pk: int, coder: int) -> None:
        finalize_coding(account_id=pk, by=Actor.person(coder))
        if run_check(account_id=pk) is None:
            raise RuntimeError(f"account #{pk} was not checked")

    def _journey(self) -> Spent:
        journey = Journey(lambda words: None, work_here=True)  # reads the code tables' files again: not part of the way
        return timed(journey.travel)

    def _journey_cost(self) -> costs.Cost:
        return costs.counted(Journey(lambda words: None, work_here=True).travel)


def _spread(addresses: Sequence[str]) -> Sequence[str]:
    """Some of them, from beginning to end."""
    return addresses[:: -(-len(addresses) // _TRIED)]
