"""Code search as page and as fragment."""

import datetime

import pytest

pytestmark = [pytest.mark.usefixtures("tables")]

URL = "/codes/search/"


@pytest.fixture
def ana(client, cast):
    """Ana, signed in."""
    client.force_login(cast.ana)
    return client


def _get(client, htmx: bool = True, **query):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.get(URL, query, headers=headers)


@pytest.mark.django_db
def test_anonymous_is_sent_to_sign_in(client):
    assert _get(client, htmx=False).status_code == 302
    assert _get(client).status_code == 401


def test_the_fragment_lists_codes_as_buttons_of_the_form_around_it(ana):
    page = _get(ana, q="dm2 ckd3", system="ICD-10-CM", on="2026-09-30").content.decode()
    assert '<ul class="code-results"' in page
    assert '<button type="submit" name="code" value="E1122">' in page
    assert "<html" not in page


def test_the_page_works_without_scripts_and_offers_the_tables(ana):
    page = _get(ana, htmx=False, q="copd").content.decode()
    assert "<html" in page
    assert "J44.9" in page
    assert "FY2026, April update" in page
    assert 'name="code"' not in page


def test_a_heading_is_no_choice(ana):
    page = _get(ana, q="E11.2", on="2026-09-30").content.decode()
    assert 'value="E112"' not in page
    assert "Heading: choose a code below it" in page


def test_instructional_notes_are_shown_short(ana):
    assert (
        "Use additional code to identify stage of chronic kidney disease"
        in _get(ana, q="E11.22", on="2026-09-30").content.decode()
    )


def test_a_day_that_no_table_covers_says_so(ana):
    page = _get(ana, q="copd", on="2026-10-01").content.decode()
    assert "ICD-10-CM is not loaded for 10/01/2026" in page


@pytest.mark.parametrize("query", [{"on": "soon"}, {"system": "ICD-11"}, {"q": "x" * 101}, {"q": "a\0b"}, {"on": "2026-13-01"}])
def test_what_makes_no_sense_is_refused(ana, query):
    assert _get(ana, **query).status_code == 422


def test_today_is_the_business_date(ana, settings):
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    assert "J44.9" in _get(ana, q="copd").content.decode()


def test_typed_text_is_escaped(ana):
    assert "<script>" not in _get(ana, htmx=False, q="<script>alert(1)</script>").content.decode()


def test_only_get_is_answered(ana):
    assert ana.post(URL, {"q": "x"}).status_code == 405
