"""Which version was read, and doing a thing once: If-Match and Idempotency-Key."""

import datetime

import pytest
from django.db import connection, connections, transaction

from accounts.models import Account, Hold, WorkItem
from tests.api.sending import Program, as_program, problem
from tests.cast import Cast
from tests.coding.stage import to_code
from worklist.api import idempotency
from worklist.models import IdempotencyKey

HOLD = {"message": "Waits for the implant log"}


@pytest.fixture
def ana(cast: Cast) -> Program:
    return as_program(cast.ana, cast.main)


@pytest.fixture
def account(cast: Cast) -> Account:
    return to_code(cast)


def _etag(program: Program, account: Account) -> str:
    return program.get(f"accounts/{account.pk}/").headers["ETag"]


def test_a_change_names_the_version_it_was_made_on(ana: Program, account: Account) -> None:
    path, tag = f"accounts/{account.pk}/diagnoses/", _etag(ana, account)
    body = {"code": "I21.4", "poa": "Y"}
    assert problem(ana.post(path, body)) == (428, "version.missing")
    for wrong in ("*", f"W/{tag}", tag.strip('"'), f"{tag}, {tag}", '""', '"x"'):
        assert problem(ana.post(path, body, If_Match=wrong)) == (400, "version.form"), wrong
    response = ana.post(path, body, If_Match='"987654"')
    assert problem(response) == (412, "version.other")
    assert (response.json()["seen"], response.json()["now"]) == ("987654", tag.strip('"'))
    assert response.headers["ETag"] == tag
    made = ana.post(path, body, If_Match=tag)
    assert made.status_code == 201
    assert made.headers["ETag"] == _etag(ana, account) != tag
    assert [each["display"] for each in made.json()["diagnoses"]] == ["I21.4"]


def test_the_same_request_under_the_same_key_is_done_once_and_answered_alike(ana: Program, account: Account) -> None:
    path, tag = f"accounts/{account.pk}/holds/", _etag(ana, account)
    first = ana.post(path, HOLD, If_Match=tag, Idempotency_Key="k-1")
    again = ana.post(path, HOLD, If_Match=tag, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Hold.objects.count() == 1


def test_a_key_is_for_one_request_of_one_person(cast: Cast, ana: Program, account: Account) -> None:
    path, tag = f"accounts/{account.pk}/holds/", _etag(ana, account)
    ana.post(path, HOLD, If_Match=tag, Idempotency_Key="k-1")
    assert problem(ana.post(path, {"message": "Other"}, If_Match=tag, Idempotency_Key="k-1")) == (422, "idempotency.reused")
    cleo = as_program(cast.cleo, cast.main)
    assert cleo.post(path, {"message": "Other"}, If_Match=tag, Idempotency_Key="k-1").status_code == 201


def test_a_key_is_short_printable_and_not_empty(ana: Program, account: Account) -> None:
    for wrong in ("", " ", "x" * 256, "caf\xe9"):
        response = ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match='"0"', Idempotency_Key=wrong)
        assert problem(response) == (400, "idempotency.key"), wrong


def test_a_refusal_is_not_kept_so_that_it_can_be_tried_again(ana: Program, account: Account) -> None:
    path, tag = f"accounts/{account.pk}/diagnoses/", _etag(ana, account)
    assert problem(ana.post(path, {"code": "I21.4"}, If_Match='"9"', Idempotency_Key="k"))[0] == 412
    assert ana.post(path, {"code": "I21.4"}, If_Match=tag, Idempotency_Key="k").status_code == 201


def test_what_is_kept_of_a_request_is_no_more_than_hashes_a_status_and_a_number(ana: Program, account: Account) -> None:
    ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match=_etag(ana, account), Idempotency_Key="Testcase, Pat")
    kept = IdempotencyKey.objects.values().get()
    assert set(kept) == {"id", "user_id", "key_hash", "request_hash", "status", "subject", "done_at"}
    assert "Testcase" not in str(kept)


def test_old_keys_are_deleted_and_newer_ones_stay(cast: Cast, ana: Program, account: Account) -> None:
    for key in ("old", "new"):
        ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match=_etag(ana, account), Idempotency_Key=key)
    oldest = IdempotencyKey.objects.earliest("pk")
    IdempotencyKey.objects.filter(pk=oldest.pk).update(done_at=oldest.done_at - datetime.timedelta(days=3))
    assert idempotency.purge() == 1
    assert not IdempotencyKey.objects.filter(pk=oldest.pk).exists()
    assert IdempotencyKey.objects.count() == 1


def test_get_next_under_a_key_claims_one_account_however_often_it_is_sent(hospital: Cast, work) -> None:
    work("A1")
    work("A2")
    ana = as_program(hospital.ana, hospital.main)
    said = [ana.post("work/next/", {}, Idempotency_Key="n1").json()["work"]["id"] for _ in range(2)]
    assert said[0] == said[1]
    assert WorkItem.objects.filter(leased_to=hospital.ana).count() == 1


def test_a_key_in_flight_is_told_apart(committed_db: str, cast: Cast) -> None:
    with transaction.atomic():
        account = to_code(cast)
    ana = as_program(cast.ana, cast.main)
    tag = _etag(ana, account)
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            name = f"worklist.idempotency {cast.ana.pk} {idempotency._hash('k')}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        response = ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match=tag, Idempotency_Key="k")
        assert problem(response) == (409, "idempotency.in_flight")
        other.rollback()
    finally:
        other.close()
    assert ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match=tag, Idempotency_Key="k").status_code == 201


def test_a_record_that_is_busy_says_so_and_keeps_nothing(committed_db: str, cast: Cast) -> None:
    with transaction.atomic():
        account = to_code(cast)
    ana = as_program(cast.ana, cast.main)
    tag = _etag(ana, account)
    other = connections.create_connection("default")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_account WHERE id = %s FOR UPDATE", [account.pk])
        response = ana.post(f"accounts/{account.pk}/holds/", HOLD, If_Match=tag)
        assert problem(response) == (503, "busy")
        assert response.headers["Retry-After"] == "2"
        other.rollback()
    finally:
        other.close()
    assert Hold.objects.count() == 0
