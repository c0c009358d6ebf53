"""Sign-in: who gets in, what is told, what is written down."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import clock
from coding_workflow.staff.models import SignInOutcome, SignInRecord, User
from tests.cast import PASSWORD, Cast

LOGIN = "/signin/login/"


def _try(username: str, password: str, client: Client | None = None, **extra: str) -> HttpResponse:
    return (client or Client()).post(LOGIN, {"login": username, "password": password, **extra})


def test_the_right_password_signs_in_under_a_new_session_id(cast: Cast) -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["session"] = session.session_key
    answer = _try("ana", PASSWORD, client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != session.session_key
    assert client.get(reverse("staff:me")).status_code == 200


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "login/code/", "confirm-email/x/", "password/set/"])
def test_sign_up_and_mail_pages_do_not_exist(path: str, cast: Cast) -> None:
    assert Client().get(f"/signin/{path}").status_code == 404


def test_unknown_wrong_and_disabled_answer_alike(cast: Cast) -> None:
    User.objects.filter(pk=cast.bill.pk).update(is_active=False)
    pages = [
        _try(name, password).content.decode().replace(name, "NAME")
        for name, password in (("nobody", PASSWORD), ("ana", "wrong " + PASSWORD), ("bill", PASSWORD))
    ]
    texts = {page.split("error-summary", 1)[1].split("</div>", 1)[0] for page in pages}
    assert len(texts) == 1
    assert "User name or password is not right" in texts.pop()


def test_an_unknown_name_costs_one_hash_as_a_known_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: hashed.append("encode") or encode(*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: hashed.append("verify") or verify(*a, **k))
    _try("nobody", PASSWORD)
    unknown = len(hashed)
    _try("ana", "wrong " + PASSWORD)
    assert (unknown, len(hashed) - unknown) == (1, 1)


def test_five_wrong_attempts_close_the_name_but_not_the_house(cast: Cast) -> None:
    for _ in range(5):
        assert "not right" in _try("ana", "wrong").content.decode()
    assert "Too many attempts" in _try("ana", PASSWORD).content.decode()
    assert _try("ben", PASSWORD).status_code == 302


def test_the_limit_counts_names_that_do_not_exist_too(cast: Cast) -> None:
    for _ in range(5):
        _try("nobody", "wrong")
    assert "Too many attempts" in _try("NoBody ", "wrong").content.decode()


def test_a_right_password_does_not_use_up_attempts(cast: Cast) -> None:
    for _ in range(7):
        assert _try("ana", PASSWORD).status_code == 302


def test_attempts_are_written_down_without_what_was_typed(cast: Cast) -> None:
    _try("my secret password", "x" * 20)
    _try("ana", "wrong")
    _try("ana", PASSWORD)
    records = list(SignInRecord.objects.order_by("pk").values_list("user_id", "outcome", "address"))
    assert records == [
        (None, SignInOutcome.REFUSED, "127.0.0.1"),
        (cast.ana.pk, SignInOutcome.REFUSED, "127.0.0.1"),
        (cast.ana.pk, SignInOutcome.SIGNED_IN, "127.0.0.1"),
    ]
    assert all("secret" not in str(row) for row in SignInRecord.objects.values())


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "javascript:x"]
)
def test_sign_in_leads_to_no_other_site(elsewhere: str, cast: Cast) -> None:
    assert _try("ana", PASSWORD, next=elsewhere)["Location"] == "/"


def test_sign_in_leads_back_to_the_page_asked_for(cast: Cast) -> None:
    assert _try("ana", PASSWORD, next="/staff/me/")["Location"] == "/staff/me/"


@pytest.mark.parametrize("name", ["a\x00na", "аna", "ａｎａ", "ana\u200b", "x" * 65, "' OR 1=1--"])
def test_hostile_names_are_refused_without_an_error(name: str, cast: Cast) -> None:
    answer = _try(name, PASSWORD)
    assert answer.status_code == 200
    assert "_auth_user_id" not in answer.wsgi_request.session


def test_a_password_of_a_megabyte_is_not_hashed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: pytest.fail("hashed"))
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: pytest.fail("hashed"))
    assert _try("ana", "x" * 1_000_000).status_code == 200


def test_a_temporary_password_must_be_changed_before_anything_else(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(must_change_password=True)
    client = Client()
    _try("ana", PASSWORD, client)
    assert client.get(reverse("staff:me"))["Location"] == reverse("account_change_password")
    form = {"oldpassword": PASSWORD, "password1": "another fine long secret", "password2": "another fine long secret"}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert client.get(reverse("staff:me")).status_code == 200


def test_a_temporary_password_that_ran_out_does_not_sign_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(temporary_password_until=clock.now())
    assert "not right" in _try("ana", PASSWORD).content.decode()
    assert SignInRecord.objects.get().outcome == SignInOutcome.EXPIRED_PASSWORD


@pytest.mark.parametrize(
    "weak", ["short", "password12345678", "aaaaaaaaaaaaaaaaaaaa", "1234567890123456789", "ana ana ana ana ana", PASSWORD]
)
def test_weak_and_unchanged_passwords_are_refused(weak: str, cast: Cast) -> None:
    client = Client()
    _try("ana", PASSWORD, client)
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert client.post(reverse("account_change_password"), form).status_code == 200
    assert User.objects.get(pk=cast.ana.pk).check_password(PASSWORD)
