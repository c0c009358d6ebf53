"""Walks the whole URLconf: anonymous, wrong role and other facility are refused, and no GET changes anything.

The table is url_table.py; an address that is missing there fails here.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.cast import Cast
from tests.security.browser import signed_in
from tests.security.url_table import ELSEWHERE, PUBLIC, SIGNED_IN, TABLE, Address

#: Walks over the pages and inputs: what SQL they need is asked of the other server by the rooms' own tests.
pytestmark = pytest.mark.once

PEOPLE = ("ana", "ben", "cleo", "bill", "ada", "cora", "dov")
UNKNOWN = 987_654_321
#: Tables that reading may write to: who looked, sessions, limits, attempts.
WRITTEN_BY_READING = {"accounts_accessrecord", "django_session", "staff_cachedvalue", "staff_signinrecord"}

GUARDED = [pytest.param(name, address, id=name) for name, address in TABLE.items() if address.roles != PUBLIC]
WITH_ROLES = [pytest.param(name, address, id=name) for name, address in TABLE.items() if address.roles not in (PUBLIC, SIGNED_IN)]
WITH_ROWS = [pytest.param(name, address, id=name) for name, address in TABLE.items() if address.row is not None]
READABLE = [pytest.param(name, address, id=name) for name, address in TABLE.items() if "GET" in address.methods]
WRITABLE = [pytest.param(name, address, id=name) for name, address in TABLE.items() if "POST" in address.methods]


def _named(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry
        else:
            yield from _named(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def _url(name: str, arguments: dict[str, Any]) -> str:
    return reverse(name, kwargs=arguments)


def _own(address: Address, cast: Cast) -> dict[str, Any]:
    return address.row(cast, cast.main) if address.row else {}


def _allowed(address: Address, cast: Cast) -> str:
    """The first person of the cast whom the table lets in."""
    return next(name for name in PEOPLE if _may(address, cast, name))


def _may(address: Address, cast: Cast, name: str) -> bool:
    held = getattr(cast, name).roles_at(cast.main.pk)
    return address.roles in (PUBLIC, SIGNED_IN) or bool(address.roles & held)


def _body(response: HttpResponse) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "TOKEN", response.content.decode())


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    names = [name for name, _ in _named(get_resolver())]
    table = set(TABLE) | ELSEWHERE
    assert sorted(set(names) - table) == [], "add these to tests/security/url_table.py, or to tests/api/operations.py"
    assert sorted(table - set(names)) == [], "these are in the table but not in the URLconf"


def test_an_address_with_a_key_brings_a_row() -> None:
    keyed = {name for name, entry in _named(get_resolver()) if entry.pattern.converters or entry.pattern.regex.groups}
    assert sorted(name for name in keyed if name in TABLE and TABLE[name].row is None) == []


@pytest.mark.parametrize(("name", "address"), WITH_ROLES)
def test_the_view_asks_for_the_roles_of_the_table(name: str, address: Address, cast: Cast) -> None:
    assert resolve(_url(name, _own(address, cast))).func.allowed_roles == address.roles


@pytest.mark.parametrize(("name", "address"), GUARDED)
def test_anonymous_is_sent_to_sign_in(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    for method in address.methods.split():
        page = Client().generic(method, url)
        fragment = Client().generic(method, url, headers={"HX-Request": "true"})
        assert (page.status_code, page.headers.get("Location", "").split("?")[0]) == (302, reverse("account_login"))
        assert fragment.status_code == 401
        assert fragment.headers["HX-Redirect"].startswith(reverse("account_login"))


@pytest.mark.parametrize(("name", "address"), WITH_ROLES)
def test_every_other_role_is_refused(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    refused = [person for person in PEOPLE if not _may(address, cast, person)]
    assert refused
    for person in refused:
        client = signed_in(getattr(cast, person))
        for method in address.methods.split():
            assert client.generic(method, url).status_code == 403, f"{person} {method} {url}"


@pytest.mark.parametrize(("name", "address"), WITH_ROWS)
def test_a_row_of_another_facility_answers_as_an_unknown_key(name: str, address: Address, cast: Cast) -> None:
    assert address.row is not None
    foreign = address.row(cast, cast.other)
    unknown = {key: UNKNOWN if isinstance(value, int) else value for key, value in foreign.items()}
    for person in (person for person in PEOPLE if _may(address, cast, person)):
        client = signed_in(getattr(cast, person))
        for method in address.methods.split():
            answers = [_send(client, method, _url(name, key), address) for key in (foreign, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404], f"{person} {method}"
            assert _body(answers[0]) == _body(answers[1])


def _send(client: Client, method: str, url: str, address: Address) -> HttpResponse:
    return client.post(url, address.form) if method == "POST" else client.get(url)


@pytest.mark.parametrize(("name", "address"), READABLE)
def test_reading_changes_nothing(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    client = Client() if address.roles == PUBLIC else signed_in(getattr(cast, _allowed(address, cast)))
    before = _writes()
    for headers in ({}, {"HX-Request": "true"}):
        response = client.get(url, headers=headers)
        assert response.status_code in {*address.answers, *((401,) if headers and 302 in address.answers else ())}
    changed = {table for table, count in _writes().items() if count != before.get(table, 0)}
    assert changed - WRITTEN_BY_READING == set()


def _writes() -> dict[str, int]:
    """Rows written per table in this test's transaction, as PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return {table: count for table, count in cursor.fetchall() if count}


@pytest.mark.parametrize(("name", "address"), WRITABLE)
def test_writing_without_the_token_of_a_page_is_refused(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    client = signed_in(getattr(cast, _allowed(address, cast)), enforce_csrf_checks=True)
    assert client.post(url, address.form).status_code == 403


@pytest.mark.parametrize(("name", "address"), WRITABLE)
def test_writing_from_another_site_is_refused(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    client = signed_in(getattr(cast, _allowed(address, cast)))
    for site in ("cross-site", "same-site"):
        assert client.post(url, address.form, headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize(("name", "address"), GUARDED)
def test_other_methods_are_refused(name: str, address: Address, cast: Cast) -> None:
    url = _url(name, _own(address, cast))
    client = signed_in(getattr(cast, _allowed(address, cast)))
    refused = {"PUT", "PATCH", "DELETE", "TRACE"} | ({"GET"} if address.methods == "POST" else set())
    for method in sorted(refused):
        assert client.generic(method, url).status_code == 405, method
