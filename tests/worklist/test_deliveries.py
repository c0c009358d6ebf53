"""Final codes under Claims, and where a facility's go."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.models import AccessRecord
from coding_workflow.payment.models import Delivery, Destination
from coding_workflow.staff.models import Role, RoleGrant
from tests.security.browser import signed_in
from tests.worklist.rows import delivery_at


@pytest.fixture
def delivery(hospital) -> Delivery:
    return Delivery.objects.get(pk=delivery_at(hospital, hospital.main)["pk"])


def test_the_tab_counts_what_was_refused_and_lists_how_far_each_is(hospital, delivery):
    page = signed_in(hospital.bill).get("/claims/?show=codes").content.decode()
    assert 'Final codes <span class="chip">1</span>' in page
    assert delivery.control_id in page
    assert "Refused" in page


def test_the_page_shows_word_for_word_what_was_sent_and_what_was_answered(hospital, delivery):
    page = signed_in(hospital.bill).get(f"/claims/codes/{delivery.pk}/").content.decode()
    assert "EVN|P12" in page
    assert "It said: No such account" in page
    assert AccessRecord.objects.filter(account=delivery.account, kind="codes.viewed").count() == 1


def test_refused_codes_are_sent_again_once(hospital, delivery):
    bill = signed_in(hospital.bill)
    assert bill.post(f"/claims/codes/{delivery.pk}/again/").status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    answer = bill.post(f"/claims/codes/{delivery.pk}/again/")
    assert (answer.status_code, "waiting to be sent" in answer.content.decode()) == (409, True)


@pytest.fixture
def ada(hospital, settings, tmp_path: Path):
    (tmp_path / "pa").mkdir()
    settings.FINAL_CODES_FOLDER, settings.FINAL_CODES_HOSTS = tmp_path, ("pa.example.org:2575",)
    RoleGrant.objects.get_or_create(user=hospital.ada, facility=hospital.main, role=Role.ADMINISTRATOR, ended_at=None)
    return signed_in(hospital.ada)


CHOICE = {"name": "PA", "where": "mllp pa.example.org:2575", "message": "BAR^P12", "tls": "1"}


def test_an_administrator_chooses_among_what_the_installation_allows(hospital, ada):
    address = f"/claims/destinations/{hospital.main.pk}/"
    page = ada.get(address).content.decode()
    assert "HL7 over MLLP: pa.example.org:2575" in page
    assert "CSV file in a folder: pa" in page
    assert ada.post(address, CHOICE).status_code == 302
    chosen = Destination.objects.get(facility=hospital.main)
    assert (chosen.name, chosen.tls, chosen.made_by) == ("PA", True, hospital.ada)
    assert "pa.example.org:2575" in ada.get("/claims/destinations/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"), [({"where": "mllp evil:1"}, "sends no final codes there"), ({"name": ""}, "name")]
)
def test_a_refused_choice_keeps_what_was_typed(hospital, ada, wrong, sentence):
    answer = ada.post(f"/claims/destinations/{hospital.main.pk}/", {**CHOICE, "receiving_application": "KEEP", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="KEEP"' in answer.content.decode()
    assert not Destination.objects.exists()


def test_without_any_allowed_address_the_page_says_who_names_one(hospital, ada, settings):
    settings.FINAL_CODES_FOLDER, settings.FINAL_CODES_HOSTS = None, ()
    assert "FINAL_CODES_HOSTS" in ada.get(f"/claims/destinations/{hospital.main.pk}/").content.decode()
    assert django_settings.FINAL_CODES_HOSTS == ()
