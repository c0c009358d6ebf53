"""CSV files on pages: templates, trying one, and resources and rows on the list of imports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_csv, import_resource
from tests.registration.fhir import resources as fhir
from tests.registration.test_csv import file_of
from tests.security.browser import signed_in


@pytest.fixture
def ada(hospital):
    return signed_in(hospital.ada)


def _try(client, raw):
    return client.post("/imports/csv/", {"file": SimpleUploadedFile("accounts.csv", raw)})


def test_a_template_is_a_file_with_an_example(ada):
    answer = ada.get("/imports/csv/template.csv?kind=charges")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="charges.csv"'
    assert answer.content.decode().startswith("facility,account,")


def test_trying_a_file_says_what_each_row_would_do_and_keeps_nothing(ada):
    page = _try(ada, file_of("accounts", {}, {"account": "A101", "admitted": "soon", "family_name": "Canary"})).content.decode()
    assert "Registers a new account" in page
    assert "admitted" in page and "Canary" not in page
    assert not InboundMessage.objects.exists()


def test_rows_of_a_facility_that_is_not_ones_own_are_not_tried(ada):
    assert "not one that you act for" in _try(ada, file_of("accounts", {"facility": "OTHER"})).content.decode()


def test_no_file_and_one_that_is_too_large_are_said(ada):
    assert ada.post("/imports/csv/").status_code == 422
    assert _try(ada, b"x" * 2_000_001).status_code == 422


def test_a_resource_and_a_row_are_listed_with_line_and_place_and_can_be_corrected(ada):
    import_resource(fhir.written(fhir.patient(birthDate="soon")), feed="ehr", facility="MAIN", line=7)
    list(import_csv(file_of("accounts", {"admitted": "soon"})))
    page = ada.get("/imports/").content.decode()
    assert "Patient" in page and "ehr, line 7" in page and "csv, line 2" in page
    resource, row = InboundMessage.objects.get(format="fhir"), InboundMessage.objects.get(format="csv")
    shown = ada.get(f"/imports/{resource.pk}/").content.decode()
    assert "Patient.birthDate" in shown and "FHIR R4" in shown
    text = bytes(row.raw).decode().replace("soon", "2026-09-01")
    ada.post(f"/imports/{row.pk}/correct/", {"text": text})
    assert InboundMessage.objects.get(replaces=row).status == "applied"
