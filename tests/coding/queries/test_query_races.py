"""Two at once: one answer, one count of wrong tries, and no release between an answer and its hold."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.errors import Refused
from accounts.history import verify_account
from accounts.models import Account, Hold, WorkItem
from accounts.scope import ALL, scoped
from coding_workflow.coding.models import QueryLink, QueryResponse
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries.links import MOST_TRIES
from tests.cast import Cast

from .desk import NPI_END, OPTIONS, answer, asked_about, send


def _at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each said, or the code of its refusal."""
    start, said = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            with scoped(ALL):
                said.append(act())
        except Refused as refusal:
            said.append(refusal.code)
        except Exception as error:
            said.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each for each in said if isinstance(each, Exception)] == []
    assert len(said) == len(acts)
    return said


@pytest.fixture
def account(committed_db: str, cast: Cast) -> Account:
    with transaction.atomic():
        return asked_about(cast)


def test_two_answers_at_once_are_one(account: Account, cast: Cast) -> None:
    with transaction.atomic():
        made = send(account, cast.actor("ana"))
    values = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor("ana")}
    said = _at_once(
        [
            lambda: answer(made, OPTIONS[0]),
            lambda: answer(made, OPTIONS[1]),
            lambda: answer(made, "Unable to determine"),
            lambda: services.record_answer(**values, way="verbal", choice=OPTIONS[1], words="", signed_name="Ward"),
        ]
    )
    kept = QueryResponse.objects.get()
    assert [each for each in said if isinstance(each, QueryResponse)] == [kept]
    assert {each for each in said if isinstance(each, str)} <= {"query.link_over", "query.moved_on"}
    assert Hold.objects.filter(resolved_at=None).count() == 1
    assert WorkItem.objects.filter(kind="coding", closed_at=None).count() == 1
    assert verify_account(Account.objects.get()) == []


def test_guesses_at_once_are_all_counted(account: Account, cast: Cast) -> None:
    with transaction.atomic():
        made = send(account, cast.actor("ana"))
    said = _at_once([lambda: services.identify(token=made.token, code="00000000", who=NPI_END).link] * 8)
    assert said == [None] * 8
    assert QueryLink.objects.get().wrong_tries == MOST_TRIES
    assert services.identify(token=made.token, code=made.code, who=NPI_END).link is None


def test_an_answer_and_a_withdrawal_at_once_are_one_of_them(account: Account, cast: Cast) -> None:
    with transaction.atomic():
        made = send(account, cast.actor("ana"))
    values = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor("ana")}
    said = _at_once([lambda: answer(made), lambda: services.withdraw_query(**values, reason="Wrong provider")])
    refusals = [each for each in said if isinstance(each, str)]
    assert len(refusals) == 1 and refusals[0] in {"query.link_over", "query.moved_on"}
    assert WorkItem.objects.filter(kind="coding", closed_at=None).count() == 1
