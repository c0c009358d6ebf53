"""What is judged by changed: told in the transaction that changes it, and undone with it."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts import listeners
from accounts.actors import Actor
from coding_workflow.codesets.loaders.table import CodeRow, ParsedTable
from coding_workflow.codesets.services import load_table
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import Role, RoleGrant
from coding_workflow.staff.services import end_competence, record_competence
from tests.cast import Cast

OCTOBER = datetime.date(2026, 10, 1)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any, Actor]]]:
    """What a listener of every new moment was told: the moment, its subject, by whom."""
    told: list[tuple[str, Any, Actor]] = []
    for moment in ("tables_loaded", "policy_published", "competence_changed"):

        def note(by: Actor, _moment: str = moment, **facts: Any) -> None:
            told.append((_moment, next(iter(facts.values())), by))

        monkeypatch.setitem(listeners._LISTENERS, moment, [note])
    return told


def test_a_load_is_told_once_it_is_complete_and_not_when_it_is_there_already(cast: Cast, heard: list[Any]) -> None:
    table = ParsedTable(
        system="HCPCS-MODIFIER",
        rows=(CodeRow("LT", True, "Left", "Left side"),),
        groups=(),
        checksum="c" * 64,
        source="test",
        starts=OCTOBER,
        ends=datetime.date(2027, 1, 1),
    )
    by = Actor.system("codes.load")
    loaded = load_table(table=table, by=by)
    load_table(table=table, by=by)
    assert heard == [("tables_loaded", loaded.release, by)]
    assert heard[0][1].complete


def test_a_published_policy_is_told_by_who_published_it(cast: Cast, heard: list[Any]) -> None:
    RoleGrant.objects.create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    version = publish_policy(facility=cast.main, policy=STANDARD, by=cast.ada, second=cast.cora, effective_from=OCTOBER)
    assert heard == [("policy_published", version, cast.actor("cora"))]


def test_competence_is_told_when_recorded_and_when_ended(cast: Cast, heard: list[Any]) -> None:
    day = datetime.date(2026, 9, 1)
    made = record_competence(
        by=cast.ada,
        person=cast.ben,
        facility=cast.main,
        coding_type="clinic",
        credential="CCS",
        trained_on=day,
        oriented_on=day,
        supervision="sampled",
        supervisor=cast.cleo,
        valid_from=day,
    )
    end_competence(by=None, competence=made, on=OCTOBER)
    assert [(moment, subject.pk, by) for moment, subject, by in heard] == [
        ("competence_changed", made.pk, cast.actor("ada")),
        ("competence_changed", made.pk, Actor.system("staff.setup")),
    ]
    assert heard[1][1].valid_to == OCTOBER


def test_a_listener_that_fails_undoes_the_change(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(listeners._LISTENERS, "competence_changed", [fail])
    made = cast.ana.competences.first()
    assert made is not None
    with pytest.raises(RuntimeError), transaction.atomic():
        end_competence(by=cast.ada, competence=made, on=OCTOBER)
    made.refresh_from_db()
    assert made.valid_to is None
