"""What pages and fragments weigh, in bytes before any compression: a list at most 100 KB, a fragment at most 15 KB."""

import re

import pytest
from django.test import Client

from accounts.models import Account
from coding_workflow.coding import selectors as coding
from tests.security.browser import signed_in
from tests.tables import trust_downstream
from worklist.counts import refresh

from .conftest import open_on
from .desk import on_desk, summary_of
from .test_workspace import has

pytestmark = pytest.mark.usefixtures("coded_db")
LIST, FRAGMENT = 100_000, 15_000
#: A long stay: what many inpatient accounts have.
CODES = ("I21.4", "I25.10", "I10", "E11.22", "N18.30", "J18.9", "J96.01", "I50.23", "D62", "E87.6", "Z79.4", "Z87.891")
FRAGMENTS = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ana(hospital) -> Client:
    trust_downstream(hospital)
    return signed_in(hospital.ana)


@pytest.fixture
def account(hospital, ana) -> Account:
    """Twelve codes, each with a passage."""
    made = on_desk(hospital, coder=hospital.ana)
    version = summary_of(made)
    for code in CODES:
        assert ana.post(f"/account/{made.pk}/diagnoses/", {"q": code, "poa": "Y"}).status_code == 303, code
        row = coding.diagnoses_in_force(made.pk).order_by("-pk")[0].pk
        sent = {"version": version.pk, "quote": "Coronary artery disease of native vessel", "code": f"dx-{row}"}
        assert ana.post(f"/account/{made.pk}/evidence/", sent).status_code == 303
    return made


def test_a_list_of_work_weighs_at_most_100_kb(hospital, ana):
    for number in range(60):
        patient = hospital.patient(f"P{number}", family_name="Featherstonehaugh-Whitfield", given_name="Bartholomew")
        account = hospital.account(f"26-{number:06}", patient=patient)
        open_on(account, "coding")
    refresh()
    for address in ("/", "/?queue=code-inpatient"):
        answer = ana.get(address)
        assert answer.content.count(b"Featherstonehaugh") >= 25
        assert len(answer.content) <= LIST, f"{address} weighs {len(answer.content):,}"


def test_each_action_on_twelve_codes_weighs_at_most_15_kb(hospital, ana, account):
    page = f"/account/{account.pk}/"
    version = summary_of(account)
    rows = list(coding.diagnoses_in_force(account.pk))
    shown = ana.get(page).content.decode()
    assert len(shown) <= LIST
    actions = {
        "POA": (f"diagnoses/{rows[4].pk}/", {"poa": "N"}),
        "order": (f"diagnoses/{rows[6].pk}/", {"do": "up"}),
        "first": (f"diagnoses/{rows[1].pk}/", {"do": "up"}),
        "add": ("diagnoses/", {"q": "K21.9", "poa": "Y"}),
        "link": ("evidence/", {"version": version.pk, "quote": "metformin", "code": f"dx-{rows[3].pk}"}),
        "remove": (f"diagnoses/{rows[7].pk}/", {"do": "remove", "reason": "Not documented"}),
        "procedure": ("procedures/", {"q": "027034Z", "performed_on": "2026-09-02"}),
        "hold": ("holds/", {"reason": "Waiting for the itemized bill"}),
        "finalize": ("finalize/", {"do": "next", "revision": "0"}),
    }
    weights = {}
    for name, (part, sent) in actions.items():
        answer = ana.post(page + part, sent, **has(shown)).content.decode()
        weights[name] = len(answer.encode())
        # What is on the screen now: the page, so that each action starts from exactly what a browser has.
        shown = ana.get(page).content.decode()
    assert max(weights.values()) <= FRAGMENT, weights


def test_a_document_and_the_codes_that_fit_weigh_at_most_15_kb(ana, account):
    shown = ana.get(f"/account/{account.pk}/").content.decode()
    other = re.search(r'id="document-(\d+)" hx-get(?![^>]*aria-current)', shown).group(1)
    opened = ana.get(f"/account/{account.pk}/?document={other}", HTTP_HX_TARGET="record", **has(shown))
    found = ana.get("/codes/search/", {"q": "diabetes", "system": "ICD-10-CM", "on": "2026-09-04"}, **FRAGMENTS)
    quiet = ana.get(f"/account/{account.pk}/?watched=1", HTTP_X_POLLING="1", **has(shown))
    for answer in (opened, found, quiet):
        assert 0 < len(answer.content) <= FRAGMENT, len(answer.content)
