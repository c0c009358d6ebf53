"""Walks every address of the API: nobody, wrong role, wrong scope, other facility are refused; reads stay in their budget."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from accounts.models import AccessRecord
from tests.api.operations import TABLE, Address
from tests.api.sending import Program, as_program, problem
from tests.cast import Cast
from tests.security.browser import signed_in

#: Walks over the pages and inputs: what SQL they need is asked of the other server by the rooms' own tests.
pytestmark = pytest.mark.once

PEOPLE = ("ana", "ben", "cleo", "bill", "ada", "cora")
UNKNOWN = 987_654_321
OPERATIONS = [
    pytest.param(name, method, address, id=f"{method} {name}") for name, address in TABLE.items() for method in address.roles
]
READS = [each for each in OPERATIONS if each.values[1] == "GET"]
#: A search is a POST so that its words stand in no address.
READS_BY_POST = {"api:search_accounts"}


def _url(name: str, address: Address, keys: dict[str, Any]) -> str:
    return reverse(name, kwargs=keys) + address.query


def _own(address: Address, cast: Cast) -> dict[str, Any]:
    return address.row(cast, cast.main) if address.row else {}


def _allowed(address: Address, method: str, cast: Cast) -> list[str]:
    roles = address.roles[method]
    return [name for name in PEOPLE if not roles or roles & getattr(cast, name).roles_at(cast.main.pk)]


@pytest.mark.parametrize("name", TABLE)
def test_an_address_lets_in_whom_the_table_says(name: str, hospital: Cast) -> None:
    address, cast = TABLE[name], hospital
    keys = _own(address, cast)
    url = _url(name, address, keys)
    assert dict(resolve(reverse(name, kwargs=keys)).func.roles_by_method) == dict(address.roles)
    for method in address.roles:
        _refuses_nobody(method, url)
        _refuses_other_roles(address, method, url, cast)
        if method != "GET" and name not in READS_BY_POST:
            _refuses_tokens_to_read(name, address, method, url, cast)
            _refuses_a_session_without_the_token_of_a_page(address, method, url, cast)
        if address.row is not None:
            _answers_a_foreign_row_as_unknown(name, address, method, cast)
    _refuses_other_methods(address, url, cast)


def _refuses_nobody(method: str, url: str) -> None:
    for program in (Program(), Program("cw_00000000_" + "x" * 43), Program("nonsense")):
        response = program.send(method, url)
        assert problem(response) == (401, "signed_out")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def _refuses_other_roles(address: Address, method: str, url: str, cast: Cast) -> None:
    allowed = _allowed(address, method, cast)
    assert allowed
    for person in set(PEOPLE) - set(allowed):
        program = as_program(getattr(cast, person), cast.main)
        assert problem(program.send(method, url)) == (403, "staff.role"), person


def _answers_a_foreign_row_as_unknown(name: str, address: Address, method: str, cast: Cast) -> None:
    assert address.row is not None
    foreign = address.row(cast, cast.other)
    unknown = {key: UNKNOWN if isinstance(value, int) else "lab.nobodys" for key, value in foreign.items()}
    for person in _allowed(address, method, cast):
        program = as_program(getattr(cast, person), cast.main)
        answers = [program.send(method, _url(name, address, keys)) for keys in (foreign, unknown)]
        assert [problem(answer) for answer in answers] == [(404, "not_found")] * 2, person
        assert answers[0].content == answers[1].content


def _refuses_tokens_to_read(name: str, address: Address, method: str, url: str, cast: Cast) -> None:
    person = getattr(cast, _allowed(address, method, cast)[0])
    for scope in ("read",) if name == "api:imports" else ("read", "messages"):
        program = as_program(person, cast.main, scope)
        assert problem(program.send(method, url)) == (403, "token.scope")


def _refuses_a_session_without_the_token_of_a_page(address: Address, method: str, url: str, cast: Cast) -> None:
    client = signed_in(getattr(cast, _allowed(address, method, cast)[0]), enforce_csrf_checks=True)
    assert problem(client.generic(method, url)) == (403, "csrf")
    assert problem(client.generic(method, url, headers={"Sec-Fetch-Site": "cross-site"})) == (403, "refused")


def _refuses_other_methods(address: Address, url: str, cast: Cast) -> None:
    program = as_program(cast.cleo, cast.main)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"} - set(address.roles):
        response = program.send(method, url)
        assert problem(response) == (405, "method"), method
        assert set(response.headers["Allow"].split(", ")) - {"HEAD"} == set(address.roles)


@pytest.mark.parametrize(("name", "method", "address"), READS)
def test_reading_works_within_its_budget_leaves_a_record_and_says_which_version(
    name: str, method: str, address: Address, hospital: Cast
) -> None:
    keys = _own(address, hospital)
    program = as_program(getattr(hospital, _allowed(address, method, hospital)[0]), hospital.main, "read")
    url = _url(name, address, keys)
    program.get(url)  # what is read once in a process
    before = AccessRecord.objects.count()
    with CaptureQueriesContext(connection) as queries:
        response = program.get(url)
    assert response.status_code == 200, response.content
    assert len(queries) <= address.budget, "\n".join(each["sql"][:160] for each in queries)
    assert response.headers["Cache-Control"] == "no-store, private"
    looked = name not in {"api:schema", "api:queues", "api:rules", "api:rule"}
    assert (AccessRecord.objects.count() > before) == looked
    if "account" in keys or name == "api:one_work":
        assert response.headers["ETag"].strip('"').isdigit()


def test_an_address_that_is_none_is_a_problem_too(cast: Cast) -> None:
    program = as_program(cast.ana, cast.main)
    for path in (
        "nothing/",
        "accounts/१२/",
        "accounts/+5/",
        "accounts/0x5/",
        "accounts/0/",
        "accounts/-1/",
        f"accounts/{10**30}/",
    ):
        assert problem(program.get(path)) == (404, "not_found"), path
    assert problem(program.get("accounts")) == (404, "not_found")
