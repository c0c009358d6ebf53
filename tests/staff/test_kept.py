"""Plain SQL as the application's role: what happened to people stays."""

import pytest
from django.db import DatabaseError, connection, transaction

from coding_workflow.staff import services
from coding_workflow.staff.models import BreakGlass, RoleGrant, SignInRecord, StaffEvent
from tests.cast import Cast
from tests.staff.test_access import REASON


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        return True
    return False


@pytest.fixture
def history(cast: Cast) -> Cast:
    services.end_sessions(by=cast.ada, person=cast.ana)
    services.break_glass(user=cast.ana, account=cast.account(restricted="VIP"), reason=REASON)
    SignInRecord.objects.create(user=cast.ana, outcome="signed_in")
    assert StaffEvent.objects.exists()
    assert BreakGlass.objects.exists()
    return cast


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE staff_staffevent SET kind = 'x'",
        "DELETE FROM staff_staffevent",
        "UPDATE staff_signinrecord SET outcome = 'signed_in'",
        "DELETE FROM staff_signinrecord",
        "UPDATE staff_breakglass SET expires_at = now() + interval '9 hours'",
        "DELETE FROM staff_breakglass",
        "DELETE FROM staff_rolegrant",
        "DELETE FROM staff_competence",
        "DELETE FROM staff_user",
        "UPDATE staff_rolegrant SET role = 'supervisor' WHERE role = 'coder'",
        "UPDATE staff_competence SET supervisor_id = user_id",
        "UPDATE staff_competence SET valid_from = '2020-01-01'",
        "TRUNCATE staff_staffevent",
    ],
)
def test_history_is_neither_changed_nor_removed(history: Cast, sql: str) -> None:
    assert _refused(sql)


def test_a_role_ends_once(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.ben)
    assert not _refused(f"UPDATE staff_rolegrant SET ended_at = now() WHERE id = {grant.pk}")
    assert _refused(f"UPDATE staff_rolegrant SET ended_at = NULL WHERE id = {grant.pk}")
    assert _refused(f"UPDATE staff_rolegrant SET ended_at = now() + interval '1 day' WHERE id = {grant.pk}")


def test_competences_of_a_type_cannot_overlap_in_sql(cast: Cast) -> None:
    assert _refused(
        "INSERT INTO staff_competence (user_id, facility_id, coding_type, credential, trained_on, oriented_on, supervision, "
        "supervisor_id, valid_from) SELECT user_id, facility_id, coding_type, credential, trained_on, oriented_on, supervision, "
        "supervisor_id, valid_from + 1 FROM staff_competence"
    )
