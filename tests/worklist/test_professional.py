"""The account page of a professional account, its claim as a CMS-1500, and its lines by the API."""

import datetime

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import Account, WorkItem
from coding_workflow.coding import selectors as coding
from tests.api.sending import as_program
from tests.payment.professional import claimed, code, registered
from tests.security.browser import signed_in
from tests.tables import trust_downstream
from worklist.assignment import claim_this
from worklist.selectors.workspace_services import read_pointers

from .conftest import qualify

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings, hospital) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 20)
    trust_downstream(hospital)
    qualify(hospital.ana, hospital, "professional")


@pytest.fixture
def account(hospital) -> Account:
    made = registered()
    claim_this(item_id=WorkItem.objects.get(account=made, kind="coding").pk, user=hospital.ana)
    return made


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


def read(client: Client, account: Account) -> str:
    response = client.get(f"/account/{account.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, account: Account, part: str, sent: dict, status: int = 303) -> str:
    response = client.post(f"/account/{account.pk}/{part}", sent)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_the_page_has_lines_and_nothing_of_a_hospital_bill(ana, account):
    page = read(ana, account)
    for said in (
        "Service lines",
        "POS 11",
        "Came with the charge",
        "as the sender linked it",
        "Place of service",
        "NPI 1234567893",
    ):
        assert said in page, said
    for foreign in ("Present on admission", "Admitting diagnosis", "Reason for visit", "MS-DRG", "Discharge status"):
        assert foreign not in page, foreign


def test_a_line_is_assigned_as_charged_and_pointed_by_number_letter_or_code(ana, account):
    for typed in ("E11.9", "I10"):
        send(ana, account, "diagnoses/", {"q": typed})
    line = account.charges.get(hcpcs="99213")
    send(ana, account, "procedures/", {"code": "99213", "system": "CPT", "modifiers": "25", "units": "1", "charge": line.pk})
    assert coding.procedures_in_force(account.pk).get().charge_id == line.pk
    for typed, wanted in (("2", ("I10",)), ("ba", ("I10", "E119")), ("E11.9 2", ("E119", "I10")), ("", ())):
        send(ana, account, f"lines/{line.pk}/", {"pointers": typed})
        assert coding.pointers_in_force(account.pk)[line.pk] == wanted
    page = send(ana, account, f"lines/{line.pk}/", {"pointers": "9"}, status=422)
    assert "assign the diagnosis first" in page and 'value="9"' in page


def test_numbers_letters_and_codes_are_read():
    numbers = {"E119": 1, "I10": 2}
    assert read_pointers("1, 2", numbers) == ["E119", "I10"]
    assert read_pointers("AB", numbers) == ["E119", "I10"]
    assert read_pointers("j44.9 C", numbers) == ["J44.9", "C"]


def test_the_abstract_of_a_professional_account_is_place_and_days(ana, account):
    said = {"place_of_service": "22", "admit_date": "2026-09-01", "discharge_date": "2026-09-01"}
    send(ana, account, "abstract/", said)
    abstract = coding.abstract_of(account.pk)
    assert (abstract.place_of_service, abstract.patient_class) == ("22", "professional")
    assert "the record says 22" in read(ana, account)
    assert "two digits" in send(ana, account, "abstract/", {**said, "place_of_service": "1"}, status=422)


def test_who_does_not_have_the_account_points_nothing(hospital, account):
    line = account.charges.first()
    before = coding.pointers_in_force(account.pk)
    assert signed_in(hospital.bill).post(f"/account/{account.pk}/lines/{line.pk}/", {"pointers": "1"}).status_code == 403
    assert coding.pointers_in_force(account.pk) == before


def test_the_claim_reads_like_the_form_of_a_physician(hospital):
    claim = claimed(hospital)
    page = signed_in(hospital.bill).get(f"/claims/{claim.pk}/").content.decode()
    for said in ("CMS-1500", "24B Place of service", "21A", "E119", "24E Pointer", "AB", "99213", "33 Billing provider"):
        assert said in page, said
    assert "UB-04" not in page and "Revenue code" not in page


def test_a_program_points_a_line_and_reads_it(hospital, account):
    code(hospital, account)
    program, line = as_program(hospital.ana, hospital.main), account.charges.get(hcpcs="20610")
    revision = program.get(f"accounts/{account.pk}/").json()["revision"]
    answered = program.send("PATCH", f"accounts/{account.pk}/lines/{line.pk}/", {"diagnoses": ["I10"]}, If_Match=f'"{revision}"')
    assert answered.status_code == 200, answered.content
    told = {each["charge"]: each for each in answered.json()["lines"]}
    assert (told[line.pk]["diagnoses"], told[line.pk]["linked"]) == (["I10"], False)
    said = program.get(f"accounts/{account.pk}/").json()
    assert (said["billing_kind"], said["place_of_service"], said["rendering"]) == ("professional", "11", "Ward, Wanda")


def test_a_facility_account_has_no_pointers(hospital, ana):
    other = hospital.account("W9")

    assert as_program(hospital.ana, hospital.main).get(f"accounts/{other.pk}/codes/").json()["lines"] == []
