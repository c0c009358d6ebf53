"""Published policies: two administrators, append-only, the newest that has begun."""

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import NotAllowed, Refused
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.rules import BillHold
from coding_workflow.policy.selectors import policy_for
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import Role, RoleGrant

MAY, JULY = datetime.date(2026, 5, 1), datetime.date(2026, 7, 1)


@pytest.fixture
def second(cast):
    """Cora administers the hospital as well."""
    RoleGrant.objects.create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    return cast.cora


def _publish(cast, second, policy=STANDARD, on=MAY):
    return publish_policy(facility=cast.main, policy=policy, by=cast.ada, second=second, effective_from=on)


def _stricter(days: int):
    return replace(STANDARD, bill_holds=(BillHold(days),))


def test_a_facility_without_a_policy_has_the_standard_one(cast):
    assert policy_for(cast.main) == STANDARD


def test_the_newest_version_that_has_begun_is_in_force(cast, second):
    _publish(cast, second, _stricter(5), MAY)
    _publish(cast, second, _stricter(7), JULY)
    days = {on: policy_for(cast.main, on).bill_hold_days("clinic", "medicare") for on in (datetime.date(2026, 4, 30), MAY, JULY)}
    assert list(days.values()) == [2, 5, 7]
    assert policy_for(cast.other, JULY) == STANDARD


def test_versions_are_numbered_and_keep_text_and_hash(cast, second):
    first, next_one = _publish(cast, second), _publish(cast, second, _stricter(9))
    assert (first.number, next_one.number) == (1, 2)
    assert (next_one.document, next_one.hash) == (_stricter(9).to_json(), _stricter(9).hash)


def test_one_person_cannot_publish_alone(cast):
    with pytest.raises(Refused, match="Another administrator"):
        _publish(cast, cast.ada)


def test_only_administrators_of_the_facility_publish(cast):
    with pytest.raises(NotAllowed):
        _publish(cast, cast.ana)


def test_a_policy_with_a_fault_is_refused_with_the_place(cast, second):
    with pytest.raises(Refused, match=r"bill_holds\[0\].days"):
        _publish(cast, second, _stricter(900))


def test_a_published_version_is_never_changed(cast, second):
    _publish(cast, second)
    for statement in ("UPDATE policy_policyversion SET hash = ''", "DELETE FROM policy_policyversion"):
        with pytest.raises(Exception, match=r"permission denied|is refused"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_database_itself_wants_two_people(cast):
    with pytest.raises(IntegrityError, match="policy_two_people"), transaction.atomic():
        PolicyVersion.objects.create(
            facility=cast.main, number=1, document="{}", hash="", effective_from=MAY, written_by=cast.ada, published_by=cast.ada
        )
