"""Tokens: no more than their owner, shown once, counted, ended; and what they may not do."""

import datetime
import hashlib
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import AccessRecord
from coding_workflow.staff import services
from coding_workflow.staff.models import ApiToken, RoleGrant, StaffEvent, User
from tests.api.operations import account
from tests.api.sending import Program, as_program, problem, token_of
from tests.cast import PASSWORD, Cast
from tests.security.browser import grow_old, signed_in


def _status(program: Program) -> int:
    return program.get("accounts/").status_code


def test_a_token_is_kept_as_a_hash_and_named_by_its_prefix(cast: Cast) -> None:
    token, text = token_of(cast.ana, cast.main)
    token.refresh_from_db()
    assert token.secret_hash == hashlib.sha256(text.encode()).hexdigest()
    assert text.startswith(f"cw_{token.prefix}_")
    assert text not in str(ApiToken.objects.values().get(pk=token.pk))
    assert StaffEvent.objects.get(kind="token.made").words == f"API token made: {token.prefix}, write"


def test_a_token_has_no_more_than_its_owner_holds_and_loses_it_with_them(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"token\.roles"):
        token_of(cast.ana, cast.main, roles=["supervisor"])
    with pytest.raises(Refused, match=r"token\.roles"):
        token_of(cast.ana, cast.other, roles=["coder"])
    program = as_program(cast.ana, cast.main)
    assert _status(program) == 200
    services.end_role(by=cast.ada, grant=RoleGrant.objects.get(user=cast.ana))
    assert problem(program.get("accounts/")) == (403, "staff.role")


def test_a_token_with_one_of_two_roles_does_not_act_by_the_other(cast: Cast) -> None:
    services.grant_role(by=cast.ada, person=cast.cleo, facility=cast.main, role="coder")
    program = as_program(cast.cleo, cast.main, roles=["coder"])
    made = account(cast, cast.main)
    assert problem(program.post(f"accounts/{made.pk}/release/", {}, If_Match='"0"')) == (403, "staff.role")


def test_a_token_is_bound_to_its_facility(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.ana, facility=cast.other, role="coder")
    program, foreign = as_program(cast.ana, cast.main), account(cast, cast.other)
    assert problem(program.get(f"accounts/{foreign.pk}/")) == (404, "not_found")
    assert as_program(cast.ana, cast.other).get(f"accounts/{foreign.pk}/").status_code == 200


def test_nobody_makes_a_token_for_somebody_else(cast: Cast) -> None:
    values = {"facility": cast.main, "name": "x", "scope": "read", "roles": ["coder"], "days": 1}
    with pytest.raises(Refused, match=r"token\.owner"):
        services.make_token(by=cast.ada, owner=cast.ana, **values)


@pytest.mark.parametrize("how", ["revoked", "run out", "idle", "disabled", "sessions ended"])
def test_a_token_that_ended_opens_nothing(how: str, cast: Cast) -> None:
    token, text = token_of(cast.ana, cast.main)
    assert _status(Program(text)) == 200
    if how == "revoked":
        services.revoke_token(by=cast.ada, token=token)
    elif how == "disabled":
        services.disable_person(by=cast.ada, person=cast.ana, reason="Left")
    elif how == "sessions ended":
        services.end_sessions(by=cast.ana, person=cast.ana)
    elif how == "idle":
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now() - datetime.timedelta(days=91))
    else:
        _made_long_ago(token)
    assert problem(Program(text).get("accounts/")) == (401, "signed_out")


def _made_long_ago(token: ApiToken) -> None:
    """A second token beside it, that has run out: a token that exists is never changed."""
    long_ago = timezone.now() - datetime.timedelta(days=40)
    values = ApiToken.objects.filter(pk=token.pk).values().get()
    services.revoke_token(by=token.owner, token=token)
    kept = {name: values[name] for name in ("owner_id", "facility_id", "made_by_id", "scope", "roles", "epoch", "secret_hash")}
    ApiToken.objects.create(
        **kept, name="old", prefix="00000001", made_at=long_ago, expires_at=long_ago + datetime.timedelta(days=30)
    )


@pytest.mark.parametrize("duty", ["password", "second factor"])
def test_what_a_person_has_to_do_before_any_page_comes_before_any_answer(duty: str, cast: Cast, settings) -> None:
    program = as_program(cast.ana, cast.main)
    if duty == "password":
        User.objects.filter(pk=cast.ana.pk).update(must_change_password=True)
    else:
        settings.REQUIRE_TOTP = True
    assert problem(program.get("accounts/")) == (403, "token.duty")
    assert problem(signed_in(User.objects.get(pk=cast.ana.pk)).get("/api/v1/accounts/")) == (403, "staff.duty")


def test_a_token_is_counted_by_the_minute(cast: Cast, settings) -> None:
    settings.API_TOKEN_REQUESTS_A_MINUTE = 2
    program = as_program(cast.ana, cast.main)
    assert [_status(program) for _ in range(2)] == [200, 200]
    response = program.get("accounts/")
    assert problem(response) == (429, "too_many")
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert _status(as_program(cast.ana, cast.main)) == 200


def test_a_session_whose_time_is_over_is_a_problem_not_a_page(cast: Cast, settings) -> None:
    client = signed_in(cast.ana)
    assert client.get("/api/v1/accounts/").status_code == 200
    settings.SESSION_IDLE_SECONDS = -1
    assert problem(client.get("/api/v1/accounts/")) == (401, "signed_out")


def test_a_look_says_by_which_token_it_was_and_a_timer_is_no_excuse(cast: Cast) -> None:
    token, text = token_of(cast.ana, cast.main)
    made = account(cast, cast.main)
    Program(text).get(f"accounts/{made.pk}/", X_Polling="1")
    record = AccessRecord.objects.get(account=made)
    assert (record.user_id, record.kind, record.reason) == (cast.ana.pk, "account.viewed", f"API token {token.prefix}")


def test_a_restricted_account_asks_for_a_reason_first(cast: Cast) -> None:
    made = account(cast, cast.main)
    type(made).objects.filter(pk=made.pk).update(restricted="VIP")
    program = as_program(cast.ana, cast.main)
    response = program.get(f"accounts/{made.pk}/")
    assert problem(response) == (403, "account.restricted")
    assert response.json()["fix"]["href"] == reverse("staff:restricted", args=[made.pk])
    assert program.get("accounts/").json()["rows"] == []
    made.refresh_from_db()
    services.break_glass(user=cast.ana, account=made, reason="Coding this account today")
    assert program.get(f"accounts/{made.pk}/").status_code == 200


def test_a_system_works_by_token_and_never_signs_in(cast: Cast) -> None:
    made = services.create_system(
        by=cast.ada, facility=cast.main, username="lab", full_name="Laboratory", roles=["administrator"]
    )
    for role in ("coder", "reviewer", "supervisor"):
        with pytest.raises(Refused, match=r"role\.for_people"):
            services.grant_role(by=cast.ada, person=made, facility=cast.main, role=role)
    with pytest.raises(Refused, match=r"password\.system"):
        services.reset_password(by=cast.ada, person=made)
    values = {"facility": cast.main, "name": "x", "scope": "messages", "roles": ["administrator"], "days": 1}
    _, text = services.make_token(by=cast.ada, owner=made, **values)
    assert problem(Program(text).get("accounts/")) == (403, "token.scope")
    User.objects.filter(pk=made.pk).update(password=cast.ana.password)
    page = signed_in(cast.ada).post(reverse("account_login"), {"login": "lab", "password": PASSWORD})
    assert "_auth_user_id" not in page.client.session or page.client.session["_auth_user_id"] != str(made.pk)


def test_a_page_shows_a_new_token_once_and_asks_who_one_is(cast: Cast) -> None:
    client, url = signed_in(cast.ana), reverse("staff:my_tokens")
    form = {"name": "Encoder", "facility": cast.main.pk, "roles": ["coder"], "scope": "read", "days": "30"}
    grow_old(client)
    page = client.post(url, form)
    assert page.status_code == 403
    assert 'value="Encoder"' in page.content.decode()
    client = signed_in(cast.ana)
    text = re.search(r"cw_[0-9a-f]{8}_[\w-]{43}", client.post(url, form).content.decode())
    assert text is not None
    assert _status(Program(text[0])) == 200
    assert text[0] not in client.get(url).content.decode()
    token = ApiToken.objects.get()
    assert token.prefix in signed_in(cast.ada).get(reverse("staff:tokens")).content.decode()
    client.post(reverse("staff:revoke_token", args=[token.pk]))
    assert problem(Program(text[0]).get("accounts/")) == (401, "signed_out")


def test_an_administrator_adds_a_system_and_makes_its_token(cast: Cast) -> None:
    client = signed_in(cast.ada)
    form = {"full_name": "Laboratory interface", "username": "lab", "facility": cast.main.pk, "roles": ["administrator"]}
    page = client.post(reverse("staff:add_system"), form, follow=True)
    made = User.objects.get(username="lab")
    assert page.redirect_chain[-1][0] == reverse("staff:system", args=[made.pk])
    form = {"name": "Lab", "facility": cast.main.pk, "roles": ["administrator"], "scope": "messages", "days": "365"}
    assert "shown only now" in client.post(reverse("staff:system", args=[made.pk]), form).content.decode()
    assert ApiToken.objects.get(owner=made).scope == "messages"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE staff_apitoken SET roles = '{supervisor}'",
        "UPDATE staff_apitoken SET expires_at = expires_at + interval '9 days'",
        "UPDATE staff_apitoken SET revoked_at = NULL, revoked_by_id = NULL",
        "DELETE FROM staff_apitoken",
    ],
)
def test_plain_sql_changes_no_token(sql: str, cast: Cast) -> None:
    token, _ = token_of(cast.ana, cast.main)
    services.revoke_token(by=cast.ana, token=token)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
