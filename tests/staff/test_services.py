"""Who may change whose rights, and what is written down."""

import datetime

import pytest
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility, WorkItem
from accounts.scope import scoped
from accounts.services.work import open_work
from coding_workflow.staff import services
from coding_workflow.staff.models import Competence, Role, RoleGrant, StaffEvent, User
from coding_workflow.staff.selectors import competent, competent_types
from tests.cast import Cast

DAY = datetime.date(2026, 6, 1)


def _add(cast: Cast, **changes: object) -> tuple[User, str]:
    values = {
        "by": cast.ada,
        "facility": cast.main,
        "username": "eve",
        "full_name": "Eve Example",
        "roles": [Role.CODER],
        **changes,
    }
    return services.create_person(**values)


def _record(cast: Cast, **changes: object) -> Competence:
    values = {
        "by": cast.ada,
        "person": cast.ben,
        "facility": cast.main,
        "coding_type": "inpatient",
        "credential": "CCS",
        "trained_on": DAY,
        "oriented_on": DAY,
        "supervision": "sampled",
        "supervisor": cast.cleo,
        "valid_from": DAY,
        **changes,
    }
    return services.record_competence(**values)


def _administrator_elsewhere(cast: Cast) -> User:
    other = User.objects.create(username="oda", full_name="Oda", password="!")
    RoleGrant.objects.create(user=other, facility=cast.other, role=Role.ADMINISTRATOR)
    return other


def test_a_new_person_has_roles_and_a_temporary_password_that_is_kept_nowhere(cast: Cast) -> None:
    person, password = _add(cast, roles=[Role.CODER, Role.REVIEWER])
    assert person.roles_at(cast.main.pk) == {"coder", "reviewer"}
    stored = User.objects.get(pk=person.pk)
    assert stored.check_password(password)
    assert stored.must_change_password
    assert stored.temporary_password_until is not None
    assert list(StaffEvent.objects.filter(subject=person).order_by("pk").values_list("kind", flat=True)) == [
        "person.created",
        "role.granted",
        "role.granted",
        "password.reset",
    ]
    assert password not in str(list(StaffEvent.objects.values()))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "Eve"}, "person.user_name"),
        ({"username": "еve"}, "person.user_name"),
        ({"username": "e"}, "person.user_name"),
        ({"username": "eve\n"}, "person.user_name"),
        ({"full_name": " "}, "person.name"),
        ({"roles": []}, "person.no_role"),
        ({"roles": ["king"]}, "role.unknown"),
        ({"username": "ana"}, "person.exists"),
    ],
)
def test_what_a_new_person_must_bring(cast: Cast, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        _add(cast, **changes)
    assert refused.value.code == code
    assert not User.objects.filter(username="eve").exists()


def test_only_administrators_of_the_facility_change_rights(cast: Cast) -> None:
    for by in (cast.cleo, cast.cora, cast.dov, _administrator_elsewhere(cast)):
        with pytest.raises(NotAllowed):
            _add(cast, by=by)
        with pytest.raises(NotAllowed):
            services.grant_role(by=by, person=cast.ben, facility=cast.main, role=Role.CODER)
        with pytest.raises(NotAllowed):
            services.reset_password(by=by, person=cast.ana)
        with pytest.raises(NotAllowed):
            services.disable_person(by=by, person=cast.ana, reason="because")
        with pytest.raises(NotAllowed):
            _record(cast, by=by)
    assert cast.ben.roles_at(cast.main.pk) == {"reviewer"}


def test_nobody_changes_their_own_rights(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.cleo, facility=cast.main, role=Role.ADMINISTRATOR)
    grant = RoleGrant.objects.get(user=cast.ada)
    for act in (
        lambda: services.grant_role(by=cast.ada, person=cast.ada, facility=cast.main, role=Role.CODER),
        lambda: services.end_role(by=cast.ada, grant=grant),
        lambda: services.reset_password(by=cast.ada, person=cast.ada),
        lambda: services.reset_totp(by=cast.ada, person=cast.ada),
        lambda: services.disable_person(by=cast.ada, person=cast.ada, reason="tired"),
        lambda: _record(cast, person=cast.ada),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "staff.own_rights"


def test_whoever_works_elsewhere_too_cannot_be_taken_over_from_here(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.ana, facility=cast.other, role=Role.SUPERVISOR)
    for act in (services.reset_password, services.reset_totp, services.end_sessions, services.enable_person):
        with pytest.raises(NotAllowed) as refused:
            act(by=cast.ada, person=cast.ana)
        assert refused.value.code == "staff.works_elsewhere"


def test_a_facility_keeps_an_administrator(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.ada)
    for act in (
        lambda: services.end_role(by=None, grant=grant),
        lambda: services.disable_person(by=None, person=cast.ada, reason="x"),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "staff.last_administrator"
    RoleGrant.objects.create(user=cast.cleo, facility=cast.main, role=Role.ADMINISTRATOR)
    services.disable_person(by=cast.cleo, person=cast.ada, reason="left")
    assert not User.objects.get(pk=cast.ada.pk).is_active


def test_a_disabled_administrator_does_not_count_as_one(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.cleo, facility=cast.main, role=Role.ADMINISTRATOR)
    services.disable_person(by=cast.ada, person=cast.cleo, reason="left")
    with pytest.raises(NotAllowed):
        services.disable_person(by=None, person=cast.ada, reason="left too")


def test_a_disabled_person_has_no_rights_and_what_they_hold_goes_back(cast: Cast) -> None:
    account = cast.account()
    with scoped([cast.main.pk]):
        item = open_work(account=account, kind="coding", by=cast.actor("ada"), coding_type="inpatient")
    WorkItem.objects.filter(pk=item.pk).update(leased_to=cast.ana, leased_until=timezone.now() + datetime.timedelta(minutes=5))
    assert services.disable_person(by=cast.ada, person=cast.ana, reason="left the hospital") == 1
    item.refresh_from_db()
    assert item.leased_to is None
    gone = User.objects.get(pk=cast.ana.pk)
    assert (gone.facility_ids(), gone.has_role(Role.CODER)) == (frozenset(), False)
    with pytest.raises(Conflict):
        services.disable_person(by=cast.ada, person=cast.ana, reason="again")
    services.enable_person(by=cast.ada, person=cast.ana)
    assert User.objects.get(pk=cast.ana.pk).has_role(Role.CODER, cast.main.pk)


def test_granting_twice_is_once_and_ending_twice_is_refused(cast: Cast) -> None:
    first = services.grant_role(by=cast.ada, person=cast.ben, facility=cast.main, role=Role.CODER)
    assert services.grant_role(by=cast.ada, person=cast.ben, facility=cast.main, role=Role.CODER) == first
    services.end_role(by=cast.ada, grant=first)
    with pytest.raises(Conflict):
        services.end_role(by=cast.ada, grant=first)
    again = services.grant_role(by=cast.ada, person=cast.ben, facility=cast.main, role=Role.CODER)
    assert again.pk != first.pk


def test_competence_holds_from_its_first_day_until_before_its_end(cast: Cast) -> None:
    made = _record(cast, valid_to=DAY + datetime.timedelta(days=10))
    days = {
        offset: competent(cast.ben, cast.main, "inpatient", DAY + datetime.timedelta(days=offset)) for offset in (-1, 0, 9, 10)
    }
    assert days == {-1: None, 0: made, 9: made, 10: None}
    assert competent(cast.ben, cast.other, "inpatient", DAY) is None
    assert competent_types(cast.ben, cast.main.pk, DAY) == {"inpatient"}


def test_competences_of_a_type_do_not_overlap_but_may_follow(cast: Cast) -> None:
    first = _record(cast)
    with pytest.raises(Conflict):
        _record(cast, valid_from=DAY + datetime.timedelta(days=30))
    services.end_competence(by=cast.ada, competence=first, on=DAY + datetime.timedelta(days=30))
    follow = _record(cast, valid_from=DAY + datetime.timedelta(days=30), supervision="independent")
    assert competent(cast.ben, cast.main, "inpatient", DAY + datetime.timedelta(days=30)) == follow
    with pytest.raises(Refused):
        services.end_competence(by=cast.ada, competence=first, on=DAY + datetime.timedelta(days=60))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coding_type": "dental"}, "coding_type"),
        ({"supervision": "none"}, "supervision"),
        ({"credential": " "}, "credential"),
        ({"trained_on": DAY + datetime.timedelta(days=1)}, "trained_on"),
        ({"oriented_on": DAY + datetime.timedelta(days=1)}, "oriented_on"),
        ({"valid_to": DAY}, "valid_to"),
    ],
)
def test_a_competence_that_cannot_be_is_refused_at_its_field(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        _record(cast, **changes)
    assert refused.value.fix == field


def test_the_supervisor_is_another_person_who_supervises_here(cast: Cast) -> None:
    for supervisor in (cast.ana, cast.dov):
        with pytest.raises(Refused) as refused:
            _record(cast, supervisor=supervisor)
        assert refused.value.fix == "supervisor"
    RoleGrant.objects.create(user=cast.ben, facility=cast.main, role=Role.SUPERVISOR)
    with pytest.raises(Refused):
        _record(cast, supervisor=User.objects.get(pk=cast.ben.pk))


def test_two_administrators_cannot_both_leave(cast: Cast) -> None:
    facility = Facility.objects.get(pk=cast.other.pk)
    first, second = (User.objects.create(username=f"o{n}", full_name="O", password="!") for n in (1, 2))
    for person in (first, second):
        RoleGrant.objects.create(user=person, facility=facility, role=Role.ADMINISTRATOR)
    services.disable_person(by=second, person=first, reason="left")
    with pytest.raises(NotAllowed):
        services.end_role(by=None, grant=RoleGrant.objects.get(user=second))
