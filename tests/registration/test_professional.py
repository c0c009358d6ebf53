"""Professional accounts by HL7 and FHIR: what is read, what is shared with the hospital's account, what is refused."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, ChargeLine, Encounter, Unit
from accounts.services.combining import combine_accounts
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_message, import_resource
from tests.cast import Cast
from tests.registration import sending
from tests.registration.fhir import resources as fhir

QUICK = write.Clinician(id="DR2", family_name="Quick", given_name="Eddie", npi="1245319599")
CUTTER = write.Clinician(id="DR3", family_name="Cutter", given_name="Carla", npi="1679576722")
VISIT: dict[str, Any] = {
    "account_number": "P100", "visit_number": "A100", "patient_type": "PRO", "place_of_service": "21", "referring": QUICK,
    "supervising": CUTTER,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def registered(minute: int = 10, **changes: Any) -> InboundMessage:
    """The physician's account of the stay A100."""
    header = sending.sending(f"p{minute}-{len(changes)}", minute)
    return import_message(write.adt("A04", header, sending.PATIENT, sending.visit(**{**VISIT, **changes}), [sending.MEDICARE]))


def charged(**changes: Any) -> InboundMessage:
    said: dict[str, Any] = {
        "number": "F1", "code": "FEE", "amount": Decimal("190.00"), "service_date": datetime.date(2026, 9, 2), "hcpcs": "99232",
        "modifiers": ("GC",), "place_of_service": "22", "performed_by": CUTTER, "diagnoses": ("J18.9", "I10"), **changes,
    }  # fmt: skip
    return import_message(write.dft(sending.sending(f"f{said['number']}", 20), sending.PATIENT, "P100", [write.Charge(**said)]))


def test_registration_and_charges_bring_places_providers_and_pointers(cast: Cast) -> None:
    assert registered().status == "applied"
    account = Account.objects.get(number="P100")
    assert (account.billing_kind, account.patient_class, account.type_of_bill) == ("professional", "professional", "")
    assert account.place_of_service == "21"
    named = {role: getattr(account, role).source_id for role in ("rendering", "referring", "supervising")}
    assert named == {"rendering": "DR1", "referring": "DR2", "supervising": "DR3"}
    assert charged().status == "applied"
    line = ChargeLine.objects.get()
    assert (line.hcpcs, line.modifiers, line.revenue_code, line.place_of_service) == ("99232", ["GC"], "", "22")
    assert (line.rendering and line.rendering.npi, line.diagnoses) == ("1679576722", ["J189", "I10"])


def test_the_visit_stays_the_hospitals_whichever_account_comes_first(cast: Cast) -> None:
    registered()
    assert Encounter.objects.get().patient_class == "inpatient", "PV1-2 says how the patient was treated"
    import_message(sending.admit(location="4W"))
    registered(30, location="office", admitted_at=sending.ADMITTED + datetime.timedelta(days=1))
    visit = Encounter.objects.get()
    assert (visit.patient_class, visit.location, visit.started_at) == ("inpatient", "4W", sending.ADMITTED)
    assert sorted(visit.accounts.values_list("number", flat=True)) == ["A100", "P100"]


def test_a_change_of_place_or_renderer_raises_the_revision(cast: Cast) -> None:
    registered()
    before = Account.objects.get(number="P100").revision
    registered(11, place_of_service="22")
    registered(12, place_of_service="22", attending=CUTTER)
    account = Account.objects.get(number="P100")
    assert account.revision >= before + 2
    assert account.rendering is not None and account.rendering.source_id == "DR3"


def test_local_places_and_billing_groups_are_mapped_and_unknown_ones_flagged(cast: Cast) -> None:
    Unit.objects.create(facility=cast.main, code="GRP", name="Physicians", npi="1998765436", taxonomy="193200000X")
    FeedMap.objects.create(facility=cast.main, feed="", kind="place_of_service", local="CLINICA", ours="11")
    registered(place_of_service="", location="CLINICA", billing_provider="GRP")
    account = Account.objects.get(number="P100")
    assert (account.place_of_service, account.unit and account.unit.code) == ("11", "GRP")
    strange = registered(40, place_of_service="XX", billing_provider="NONE")
    assert {"place_of_service_not_mapped", "billing_provider_not_set_up"} <= set(strange.flags)
    odd = charged(place_of_service="ZZ", diagnoses=("J18.9", "I10", "E11.9", "E78.5", "R05.9"))
    assert {"place_of_service_not_mapped", "diagnoses_of_line_cut"} <= set(odd.flags)
    assert ChargeLine.objects.get().diagnoses == ["J189", "I10", "E119", "E785"]


def test_words_are_no_diagnosis_of_a_line(cast: Cast) -> None:
    registered()
    refused = charged(diagnoses=("chest pain",))
    assert (refused.status, refused.code) == ("failed", "hl7.bad_diagnosis")
    assert (refused.segment, refused.field) == ("FT1", 19)


def test_one_bill_never_becomes_the_other_nor_is_combined_with_it(cast: Cast) -> None:
    registered()
    import_message(sending.admit())
    changed = import_message(write.adt("A08", sending.sending("x", 50), sending.PATIENT, sending.visit(account_number="P100")))
    assert (changed.status, changed.code) == ("failed", "registration.billing_kind")
    accounts = [lock_account(Account.objects.get(number=number).pk) for number in ("P100", "A100")]
    with pytest.raises(Refused) as caught:
        combine_accounts(account=accounts[0], into=accounts[1], by=cast.actor("ana"))
    assert caught.value.code == "account.other_bill"


def test_what_is_professional_is_not_read_of_a_hospital_account(cast: Cast) -> None:
    import_message(sending.admit(place_of_service="21", referring=QUICK, supervising=CUTTER, billing_provider="GRP"))
    account = Account.objects.get(number="A100")
    assert (account.place_of_service, account.rendering, account.referring, account.unit) == ("", None, None, None)


def test_fhir_brings_performers_reasons_and_the_kind_of_bill(cast: Cast) -> None:
    cast.main.hl7_codes = ["MAIN", "urn:main:mrn"]
    cast.main.save(update_fields=["hl7_codes"])
    icd, people = "http://hl7.org/fhir/sid/icd-10-cm", [
        {"type": [fhir.coded("PPRF")], "individual": {"reference": "Practitioner/DR1"}},
        {"type": [fhir.coded("REF")], "individual": {"reference": "Practitioner/DR2"}},
    ]  # fmt: skip
    referrer = fhir.practitioner(id="DR2", identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"}])
    code = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99232"}]}
    line = fhir.charge(code=code, performer=[{"actor": {"reference": "Practitioner/DR2"}}], reason=[fhir.coded("J18.9", icd)])
    visit = fhir.encounter(participant=people, type=[fhir.coded("professional")])
    FeedMap.objects.create(facility=cast.main, feed="", kind="place_of_service", local="Office", ours="11")
    visit["location"] = [{"location": {"display": "Office"}}]
    every = (fhir.patient(), fhir.practitioner(), referrer, fhir.payer(), fhir.coverage(), visit, line)
    statuses = [import_resource(fhir.written(each), feed="ehr", facility="MAIN").status for each in every]
    assert set(statuses) == {"applied"}
    account = Account.objects.get()
    assert (account.patient_class, account.place_of_service) == ("professional", "11")
    assert [getattr(account, role).npi for role in ("rendering", "referring")] == ["1234567893", "1245319599"]
    posted = ChargeLine.objects.get()
    assert (posted.hcpcs, posted.revenue_code, posted.diagnoses) == ("99232", "", ["J189"])
    assert posted.rendering is not None and posted.rendering.npi == "1245319599"
