"""Headers on whatever is answered: pages, redirects, refusals, errors."""

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from accounts.errors import Conflict
from coding_workflow import urls as project
from coding_workflow.staff.access import require_role
from coding_workflow.staff.models import StaffEvent, User
from tests.cast import Cast
from tests.security.browser import signed_in


@require_role()
def breaks(request: HttpRequest) -> HttpResponse:
    """Writes a line, then fails."""
    StaffEvent.objects.create(subject=request.user, kind="sessions.ended")
    raise ZeroDivisionError


@require_role()
def breaks_the_database(request: HttpRequest) -> HttpResponse:
    """Leaves a transaction that takes no more statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    return HttpResponse()


@require_role()
def conflicts(request: HttpRequest) -> HttpResponse:
    """Writes a line, then is refused."""
    StaffEvent.objects.create(subject=request.user, kind="sessions.ended")
    raise Conflict("test.taken", "Ben has this account already.")


urlpatterns = [
    *project.urlpatterns,
    path("t/breaks/", breaks),
    path("t/database/", breaks_the_database),
    path("t/conflicts/", conflicts),
]


@pytest.fixture
def extra_pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False


def _assert_strict(answer: HttpResponse) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert answer["Cache-Control"] == "no-store, private"
    assert {"HX-Request", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize(
    ("who", "method", "url", "status"),
    [
        (None, "GET", "/signin/login/", 200),
        (None, "GET", "/staff/me/", 302),
        ("ana", "GET", "/staff/me/", 200),
        ("ana", "GET", "/staff/people/", 403),
        ("ana", "GET", "/staff/nothing/", 404),
        ("ana", "DELETE", "/staff/me/", 405),
        ("ana", "GET", "/t/conflicts/", 409),
        ("ana", "GET", "/t/breaks/", 500),
        ("ana", "GET", "/t/database/", 500),
    ],
)
def test_every_answer_is_strict(cast: Cast, extra_pages: None, who: str | None, method: str, url: str, status: int) -> None:
    client = signed_in(getattr(cast, who), raise_request_exception=False) if who else Client(raise_request_exception=False)
    answer = client.generic(method, url)
    assert answer.status_code == status
    _assert_strict(answer)


def test_a_refusal_says_why_as_page_and_as_fragment_and_keeps_what_was_done_before_it(cast: Cast, extra_pages: None) -> None:
    client = signed_in(cast.ana)
    page = client.get("/t/conflicts/")
    fragment = client.get("/t/conflicts/", headers={"HX-Request": "true"})
    assert "Ben has this account already." in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert (page.status_code, fragment.status_code) == (409, 409)
    assert StaffEvent.objects.count() == 2


def test_an_error_undoes_the_request_and_tells_nothing(cast: Cast, extra_pages: None) -> None:
    client = signed_in(cast.ana, raise_request_exception=False)
    answer = client.get("/t/breaks/")
    assert "ZeroDivisionError" not in answer.content.decode()
    assert not StaffEvent.objects.exists()
    assert client.get("/staff/me/").status_code == 200


def test_no_page_of_people_carries_inline_style_or_script(cast: Cast) -> None:
    pages = {
        "ada": ["/staff/people/", "/staff/people/add/", f"/staff/people/{cast.ana.pk}/"],
        "ana": ["/staff/me/", "/signin/app/connect/"],
    }
    for name, urls in pages.items():
        client = signed_in(getattr(cast, name))
        for url in urls:
            html = client.get(url).content.decode()
            for banned in (" style=", "<style", "onclick=", "hx-on", "<script>"):
                assert banned not in html, f"{banned} in {url}"


def test_names_are_escaped(cast: Cast) -> None:
    hostile = '<img src=x onerror=alert(1)><div hx-get="/release/1" hx-trigger="load">'
    User.objects.filter(pk=cast.ana.pk).update(full_name=hostile)
    html = signed_in(cast.ada).get(f"/staff/people/{cast.ana.pk}/").content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
