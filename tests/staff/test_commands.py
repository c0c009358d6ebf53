"""The first facility and the first administrator."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Facility
from coding_workflow.staff.models import Role, User
from tests.cast import Cast

ADDRESS = [
    "--npi",
    "1234567893",
    "--tax-id",
    "123456789",
    "--address",
    "1 Elm St",
    "--city",
    "Springfield",
    "--state",
    "ny",
    "--zip",
    "12345",
]
SECRET = "a long and pleasant secret"


def _call(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = SECRET + "\n") -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_facility_and_its_administrator_are_made_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _call(monkeypatch, "create_facility", "NEW", "New Hospital", *ADDRESS)
    told = _call(monkeypatch, "create_administrator", "root.admin", "--facility", "NEW", "--full-name", "Root Admin")
    assert SECRET not in told
    facility, person = Facility.objects.get(code="NEW"), User.objects.get(username="root.admin")
    assert person.roles_at(facility.pk) == {Role.ADMINISTRATOR}
    assert (facility.state, facility.hl7_codes) == ("NY", ["NEW"])
    assert Client().post("/signin/login/", {"login": "root.admin", "password": SECRET})["Location"] == "/"
    with pytest.raises(CommandError, match="exists already"):
        _call(monkeypatch, "create_facility", "NEW", "New Hospital", *ADDRESS)


def test_a_weak_password_makes_no_administrator(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        _call(monkeypatch, "create_administrator", "eve", "--facility", "MAIN", typed="short\n")
    assert not User.objects.filter(username="eve").exists()


def test_wrong_numbers_and_unknown_names_are_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="npi takes 10 digits"):
        _call(monkeypatch, "create_facility", "X", "X", *ADDRESS[2:], "--npi", "12")
    with pytest.raises(CommandError, match="no facility"):
        _call(monkeypatch, "create_administrator", "eve", "--facility", "NOWHERE")
    with pytest.raises(CommandError, match="nobody called"):
        _call(monkeypatch, "set_password", "nobody")
    with pytest.raises(CommandError, match="No password"):
        _call(monkeypatch, "set_password", "ana", typed="")


def test_a_password_is_set_by_command(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _call(monkeypatch, "set_password", "ana", "--reset-totp")
    assert SECRET not in told
    ana = User.objects.get(username="ana")
    assert ana.check_password(SECRET)
    assert ana.session_epoch == 1
