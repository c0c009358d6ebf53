"""Bodies, parameters and headers that break a stock framework: each is a problem that says what is wrong, none is an error."""

from typing import Any

import pytest

from accounts.models import Account
from tests.api.operations import account
from tests.api.sending import Program, as_program, problem
from tests.cast import Cast

#: Walks over the pages and inputs: what SQL they need is asked of the other server by the rooms' own tests.
pytestmark = pytest.mark.once

DEEP = b"[" * 100_000
#: (body, content type, status, code) for a search, whose one field is ``number``.
BODIES: list[tuple[Any, str, int, str]] = [
    (b'{"number":"a\\u0000b"}', "application/json", 400, "body.text"),
    (b'{"number":"\\ud800"}', "application/json", 400, "body.text"),
    (b'{"nu\\u0000mber":"1"}', "application/json", 400, "body.text"),
    (DEEP, "application/json", 400, "body.deep"),
    (b'{"number":' + b'{"a":' * 40 + b"1" + b"}" * 41, "application/json", 400, "body.deep"),
    (b'{"number":"' + b'\\"' * 400_000, "application/json", 400, "body.json"),
    (b'{"number":"1","number":"2"}', "application/json", 400, "body.twice"),
    (b'{"number":NaN}', "application/json", 400, "body.json"),
    (b'{"number":Infinity}', "application/json", 400, "body.json"),
    (b'{"number":1e400}', "application/json", 400, "body.number"),
    (b'{"number":' + b"9" * 5000 + b"}", "application/json", 400, "body.json"),
    (b'{"number":9007199254740992}', "application/json", 400, "body.number"),
    (b"\xff\xfe{\x00}\x00", "application/json", 400, "body.json"),
    (b'{"number":"\xed\xa0\x80"}', "application/json", 400, "body.json"),
    (b"[]", "application/json", 400, "body.object"),
    (b"null", "application/json", 400, "body.object"),
    (b'"text"', "application/json", 400, "body.object"),
    (b"{", "application/json", 400, "body.json"),
    (b"{}{}", "application/json", 400, "body.json"),
    (b"{}", "application/json", 400, "fields"),
    (b'{"number":5}', "application/json", 400, "fields"),
    (b'{"number":true}', "application/json", 400, "fields"),
    (b'{"number":null}', "application/json", 400, "fields"),
    (b'{"number":[]}', "application/json", 400, "fields"),
    (b'{"number":""}', "application/json", 400, "fields"),
    (b'{"number":"1","mrn":"2"}', "application/json", 400, "fields"),
    (b'{"number":"1","__class__":"x"}', "application/json", 400, "fields"),
    (b'{"number":"1","":"x"}', "application/json", 400, "fields"),
    (b'{"number":"' + b"9" * 41 + b'"}', "application/json", 400, "fields"),
    (b'{"number":"' + b"x" * (1024 * 1024) + b'"}', "application/json", 413, "body.large"),
    (b'{"number":"1"}', "application/json; charset=utf-16", 415, "content_type"),
    (b'{"number":"1"}', "application/json; charset=nonsense", 415, "content_type"),
    (b"number=1", "application/x-www-form-urlencoded", 415, "content_type"),
    (b'--x\r\nContent-Disposition: form-data; name="number"\r\n\r\n1', "multipart/form-data; boundary=x", 415, "content_type"),
    (b"<a/>", "text/xml", 415, "content_type"),
]
ADDRESSES = [
    ("accounts/?mrn=a%00b", "parameters"),
    ("accounts/?step=a%00b", "parameters"),
    ("accounts/?step=zzz", "parameters"),
    ("accounts/?step=coding&step=paid", "parameters"),
    ("accounts/?after=-1", "parameters"),
    ("accounts/?after=%D9%A1%D9%A2", "parameters"),
    ("accounts/?after=1e3", "parameters"),
    ("accounts/?after=" + "9" * 30, "parameters"),
    ("accounts/?limit=1000000000", "parameters"),
    ("accounts/?limit=0", "parameters"),
    ("accounts/?ordering=password", "parameters"),
    ("accounts/?facility__users__password__startswith=a", "parameters"),
    ("accounts/?held=zzz", "parameters"),
    ("accounts/?discharged_from=2026-02-30", "parameters"),
    ("accounts/?discharged_from=2026-W01", "parameters"),
    ("accounts/?discharged_from=20260101", "parameters"),
    ("work/?queue=%27%20OR%201%3D1--", "parameters"),
]


@pytest.fixture
def ana(cast: Cast) -> Program:
    return as_program(cast.ana, cast.main)


def test_a_body_that_cannot_be_trusted_says_what_is_wrong_with_it(ana: Program) -> None:
    for body, kind, status, code in BODIES:
        said = problem(ana.send("POST", "accounts/search/", body, Content_Type=kind))
        assert said == (status, code), (body[:60], kind)


def test_a_packed_body_is_not_unpacked(ana: Program) -> None:
    response = ana.send("POST", "accounts/search/", b'{"number":"1"}', Content_Encoding="gzip")
    assert problem(response) == (415, "content_type")


def test_parameters_that_are_not_offered_or_not_right_are_named(ana: Program) -> None:
    for address, code in ADDRESSES:
        response = ana.get(address)
        assert problem(response) == (400, code), address
        assert response.json()["fields"]


def test_only_json_is_answered(ana: Program) -> None:
    assert problem(ana.get("accounts/", Accept="text/html")) == (406, "accept")
    assert ana.get("accounts/", Accept="*/*").status_code == 200
    assert problem(ana.get("accounts/?format=api")) == (400, "parameters")


def test_what_is_no_field_of_a_change_is_refused_and_changes_nothing(cast: Cast, ana: Program) -> None:
    made = account(cast, cast.main)
    before = Account.objects.values().get(pk=made.pk)
    for extra in ("step", "revision", "facility", "approved_by", "id"):
        body = {"code": "I21.4", extra: "released"}
        response = ana.post(f"accounts/{made.pk}/diagnoses/", body, If_Match='"0"')
        assert problem(response) == (400, "fields")
        assert response.json()["fields"][0]["field"] == extra
    assert Account.objects.values().get(pk=made.pk) == before


def test_a_row_of_another_account_or_facility_in_a_body_is_unknown(cast: Cast, ana: Program) -> None:
    own, foreign = account(cast, cast.main), account(cast, cast.other)
    body = {"kind": "open", "reason": "unclear", "passages": [{"version": foreign.pk, "start": 0, "end": 1}]}
    response = ana.post(f"accounts/{own.pk}/queries/", body, If_Match=f'"{own.revision}"')
    assert response.status_code in {409, 422}


def test_headers_that_name_another_method_are_not_obeyed(cast: Cast, ana: Program) -> None:
    made = account(cast, cast.main)
    response = ana.send("GET", f"accounts/{made.pk}/codes/", X_HTTP_Method_Override="POST")
    assert response.status_code == 200
