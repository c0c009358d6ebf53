"""From a coder's click on Finalize to the verdict of record, through web server, outbox, relay and worker."""

import time
from itertools import cycle
from typing import Final

from django.db import connection
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Account, Step, WorkItem, WorkKind
from accounts.scope import scoped
from coding_workflow.coding.services import return_to_coding
from coding_workflow.release.models import Check
from coding_workflow.staff.models import User
from worklist.assignment import claim_this

from .hospital import Hospital, session_of
from .web import Client

_PATIENCE: Final = 60
_LOOK: Final = 0.01


class NoVerdict(RuntimeError):
    """A finalized account got no verdict."""


class Finalizing:
    """Coders who finalize the accounts that they hold, one after the other."""

    def __init__(self, hospital: Hospital, port: int) -> None:
        self._hospital = hospital
        self._coders = User.objects.in_bulk({coder for _, coder in hospital.open})
        self._clients = {pk: Client(port, {"session": session_of(person)}) for pk, person in self._coders.items()}
        for client in self._clients.values():
            client.get("/")  # a form needs the token that a page carried
        self._turns = cycle(hospital.open)

    def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            client.close()

    def once(self) -> float:
        """Milliseconds until the verdict on a new revision is there; afterwards the account is with its coder again.

        Raises NoVerdict after a minute, BadAnswer when the page refuses.
        """
        pk, coder = next(self._turns)
        revision = self._raise_revision(pk)
        began = time.perf_counter()
        self._clients[coder].post(
            reverse("worklist:finalize", args=[pk]), {"do": "finalize", "revision": str(revision)}, expect=303
        )
        self._wait_for_verdict(pk, revision)
        took = (time.perf_counter() - began) * 1000
        self._take_back(pk, coder)
        return took

    def _raise_revision(self, pk: int) -> int:
        """As any change of a judged fact gives it one: else the verdict would say the same as before, and not be written."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_coverage SET member_id = member_id WHERE account_id = %s", [pk])
        return Account.objects.values_list("revision", flat=True).get(pk=pk)

    def _wait_for_verdict(self, pk: int, revision: int) -> None:
        end = time.monotonic() + _PATIENCE
        while not Check.objects.filter(account=pk, revision__gte=revision).exists():
            if time.monotonic() > end:
                raise NoVerdict(f"account #{pk} was not checked within {_PATIENCE} s")
            time.sleep(_LOOK)

    def _take_back(self, pk: int, coder: int) -> None:
        with scoped([self._hospital.facility.pk]):
            if Account.objects.get(pk=pk).step == Step.FINAL_CODED:
                by = Actor.person(self._hospital.supervisor.pk)
                return_to_coding(account_id=pk, by=by, reason="Measured once more.")
            item = WorkItem.objects.get(account=pk, kind=WorkKind.CODING, closed_at__isnull=True)
            claim_this(item_id=item.pk, user=self._coders[coder])
