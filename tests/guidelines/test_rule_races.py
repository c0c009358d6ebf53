"""Two administrators at once: one of them is told."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections

from accounts.errors import Refused
from coding_workflow.guidelines import services
from coding_workflow.guidelines.models import RuleEvent, RuleVersion
from coding_workflow.guidelines.services import publishing
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast

from .lab.rules import definition
from .rule_cast import WHY, publish, second_administrator, write

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def publishers(cast: Cast) -> tuple[User, User]:
    """Cora and Ben may both publish what Ada writes."""
    RoleGrant.objects.create(user=cast.ben, facility=cast.main, role=Role.ADMINISTRATOR)
    return second_administrator(cast), cast.ben


def _at_once(*acts: Callable[[], Any]) -> list[str]:
    start, said = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait()
            act()
            said.append("done")
        except Refused as refusal:
            said.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_a_version_is_published_once(cast: Cast, publishers: tuple[User, User]) -> None:
    version = write(cast)
    assert _at_once(*(lambda by=by: publish(version, by) for by in publishers)) == ["done", "rule.state"]  # type: ignore[misc]
    assert RuleEvent.objects.filter(kind="rule.published").count() == 1


def test_of_two_versions_published_at_once_one_is_in_force(cast: Cast, publishers: tuple[User, User]) -> None:
    watched = write(cast)
    services.start_shadow(version_id=watched.pk, by=cast.ada, seen=watched.seal, reason=WHY)
    drafted = write(cast, made=definition(title="Infarction, second version"))
    acts = zip((watched, drafted), publishers, strict=True)
    assert _at_once(*(lambda one=one, by=by: publish(one, by) for one, by in acts)) == ["done", "done"]  # type: ignore[misc]
    assert sorted(RuleVersion.objects.values_list("state", flat=True)) == ["active", "retired"]


def test_of_two_who_save_one_draft_one_is_told(cast: Cast, publishers: tuple[User, User]) -> None:
    seen = write(cast).seal

    def save(by: User, title: str) -> Callable[[], Any]:
        return lambda: write(cast, by=by, made=definition(title=title), seen=seen)

    assert _at_once(save(publishers[0], "One title"), save(publishers[1], "Another title")) == ["done", "rule.changed"]
    assert _at_once(*(lambda by=by: write(cast, key="new", by=by) for by in publishers)) == ["done", "rule.changed"]  # type: ignore[misc]


def test_of_two_rules_that_collide_one_is_put_into_force(
    cast: Cast, publishers: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, compare = threading.Barrier(2), publishing._refuse_contradiction

    def compare_and_wait(*given: Any) -> None:
        compare(*given)
        with suppress(threading.BrokenBarrierError):  # the other one waits for this transaction, as it should
            looked.wait(timeout=1)

    monkeypatch.setattr(publishing, "_refuse_contradiction", compare_and_wait)
    versions = write(cast), write(cast, key="infarction_again")
    acts = zip(versions, publishers, strict=True)
    assert _at_once(*(lambda one=one, by=by: publish(one, by) for one, by in acts)) == ["done", "rule.contradicts"]  # type: ignore[misc]
    assert sorted(RuleVersion.objects.values_list("state", flat=True)) == ["active", "draft"]
