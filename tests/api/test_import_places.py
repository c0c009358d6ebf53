"""Where in a message it stands, whatever its format: the API says what the pages say."""

import datetime

import pytest
from django.conf import LazySettings

from coding_workflow.registration.services import import_csv, import_fhir, import_message
from tests.api.sending import as_program
from tests.cast import Cast
from tests.registration import sending
from tests.registration.fhir import resources as fhir
from tests.registration.test_csv import file_of


@pytest.fixture(autouse=True)
def _business_date(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def _listed(cast: Cast) -> list[tuple[str, int, str]]:
    rows = as_program(cast.cora, cast.main, "read").get("imports/").json()["rows"]
    return [(one["format"], one["line"], one["place"]) for one in rows]


def test_a_segment_and_field_of_hl7(hospital: Cast) -> None:
    import_message(sending.admit())
    import_message(sending.discharge(disposition="ZZ"))
    assert _listed(hospital) == [("hl7", 0, "PV1-36")]


def test_a_line_and_element_of_fhir_and_the_entry_of_a_bundle(hospital: Cast) -> None:
    wrong = fhir.patient(gender="unheard of")
    lines = b"\n".join((fhir.written(fhir.practitioner()), fhir.written(wrong)))
    list(import_fhir(lines, feed="ehr", facility="MAIN"))
    assert _listed(hospital) == [("fhir", 2, "Patient.gender")]
    list(import_fhir(fhir.bundle("transaction", fhir.practitioner(), wrong), feed="other", facility="MAIN"))
    assert _listed(hospital)[0] == ("fhir", 1, "Bundle.entry.1.Patient.gender")


def test_a_line_and_column_of_csv(hospital: Cast) -> None:
    list(import_csv(file_of("accounts", {}, {"account": "S2", "admitted": "2026-02-30"}), feed="rows"))
    [(kind, line, place)] = [each for each in _listed(hospital) if each[1] == 3]
    assert (kind, line, place) == ("csv", 3, "admitted")
