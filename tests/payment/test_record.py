"""The account's record as a Bundle: R4, whole, the same each time, and taken back by our own reader."""

import datetime
import itertools
import json
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, ChargeLine, Coverage, Document, DocumentVersion, Patient, Provider, Unit
from accounts.services.charges import post_charge, void_charge
from accounts.services.documents import receive_document
from coding_workflow.coding.models import Evidence, ProviderQuery, QueryResponse
from coding_workflow.payment.record import Record, bundle, record_of
from coding_workflow.payment.record.entries import Entries
from coding_workflow.payment.services import make_claims
from coding_workflow.registration.fhir import checking, json_text, visits
from coding_workflow.registration.fhir.ub04 import LISTS
from coding_workflow.registration.fhir.writing import records
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_fhir, import_message
from tests.cast import Cast
from tests.payment import professional
from tests.payment.stage import coded, release
from tests.registration import sending
from tests.registration.fhir import resources as fhir
from tests.registration.state import state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business_date(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def written(record: Record) -> dict[str, Any]:
    """The Bundle as a receiver parses it."""
    found: dict[str, Any] = json_text.loads(b"".join(record.whole()).decode())
    return found


def resources(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in found["entry"] if each["resource"]["resourceType"] == kind]


def _billed(cast: Cast, number: str = "A1") -> Account:
    account = coded(cast, number)
    row = release(cast, account)
    make_claims(release_id=row.pk)
    account.refresh_from_db()
    return account


def test_every_entry_is_r4_and_every_reference_is_to_an_entry(cast: Cast) -> None:
    account = _billed(cast)
    _document(cast, account)
    _query(cast, account)
    found = written(record_of(account.pk))
    assert (found["resourceType"], found["type"]) == ("Bundle", "collection")
    checking.check({**found, "entry": found["entry"]})
    for each in found["entry"]:
        assert checking.check(each["resource"]) == (), each["resource"]["resourceType"]
    kinds = Counter(each["resource"]["resourceType"] for each in found["entry"])
    assert kinds == {
        "Patient": 1, "Organization": 2, "Practitioner": 1, "Coverage": 1, "Account": 1, "Encounter": 1, "Condition": 4,
        "Procedure": 1, "Provenance": 2, "Communication": 2, "Claim": 1, "ChargeItem": 2, "DocumentReference": 1,
    }  # fmt: skip
    named = {each["fullUrl"] for each in found["entry"]}
    assert len(named) == len(found["entry"])
    assert {one for one in _references(found["entry"]) if one not in named and not one.startswith("#")} == set()


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {one for each in value for one in _references(each)}
    if not isinstance(value, dict):
        return set()
    own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
    return own.union(*(_references(each) for each in value.values()))


def _document(cast: Cast, account: Account, text: str = "Heart attack.\n\tTröpfchen <b> & \u2028 end") -> DocumentVersion:
    version = receive_document(
        account=lock_account(account.pk), source_id=f"{account.number}-DS", type="discharge_summary", title="Discharge summary",
        text=text, status="signed", author=cast.provider(), author_role="attending",
        authored_at=datetime.datetime(2026, 9, 4, 15, 0, tzinfo=datetime.UTC),
        signed_at=datetime.datetime(2026, 9, 4, 15, 30, tzinfo=datetime.UTC), by=cast.actor("ana"),
    )  # fmt: skip
    code = account.diagnoses.filter(superseded_at__isnull=True).order_by("pk").first()
    if code is not None:
        Evidence.objects.create(
            facility=cast.main, account=account, diagnosis=code, version=version, start=0, end=12, quote="Heart attack",
            linked_by=cast.ana,
        )  # fmt: skip
    return version


def _query(cast: Cast, account: Account) -> None:
    at = datetime.datetime(2026, 9, 5, 12, 0, tzinfo=datetime.UTC)
    query = ProviderQuery.objects.create(
        facility=cast.main, account=account, provider=cast.provider(), asked_by=cast.ana, reason="unclear",
        kind="multiple_choice", subject="Type of infarction", text="Which type?", options=["Type 1", "Type 2"], status="closed",
        outcome="agreed", sent_at=at,
    )  # fmt: skip
    QueryResponse.objects.create(
        facility=cast.main, account=account, query=query, way="link", outcome="agreed", choice="Type 1", words="Clear.",
        signed_name="Ward", answered_at=at,
    )  # fmt: skip
    ProviderQuery.objects.create(
        facility=cast.main, account=account, asked_by=cast.ana, reason="unclear", kind="open", text="Draft"
    )


def test_it_says_who_coded_and_approved_and_on_which_words(cast: Cast) -> None:
    account = _billed(cast)
    _document(cast, account)
    _query(cast, account)
    found = written(record_of(account.pk))
    code = next(each for each in resources(found, "Condition") if each["code"]["coding"][0]["code"] == "I21.4")
    assert code["recorder"]["display"] == "Ana" and code["evidence"][0]["code"][0]["text"] == "Heart attack"
    note = resources(found, "DocumentReference")[0]
    assert code["evidence"][0]["detail"][0]["reference"] == f"urn:uuid:{note['id']}"
    done, approved = resources(found, "Provenance")
    assert (done["agent"][0]["who"]["display"], done["activity"]["text"]) == ("Ana", "Final coded")
    assert approved["agent"][0]["who"]["display"] == "Cleo" and approved["activity"]["text"] == "Approved for billing"
    asked, answered = resources(found, "Communication")
    assert [each["contentString"] for each in asked["payload"]] == ["Which type?", "Type 1", "Type 2"]
    assert answered["inResponseTo"][0]["reference"] == f"urn:uuid:{asked['id']}"


def test_the_same_record_is_the_same_bytes_but_for_the_time(cast: Cast) -> None:
    account = _billed(cast)
    first, second = (written(record_of(account.pk)) for _ in range(2))
    assert first["entry"] == second["entry"]


Make = Callable[[Cast], None]
GROUP: dict[str, Any] = {
    "class": [{"type": fhir.coded("group", "http://terminology.hl7.org/CodeSystem/coverage-class"), "value": "G7"}]
}
EMERGENCY: dict[str, Any] = {"class": {"code": "EMER"}}
ADMITTED = datetime.datetime(2026, 9, 1, 8, 30, tzinfo=sending.ZONE)


def _from_fhir(cast: Cast) -> None:
    every = [
        *fhir.whole(),
        fhir.note(id="d2", relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/d1"}}]),
        fhir.coverage(id="c2", order=2, payor=[{"reference": "#o"}], subscriberId="W1", contained=[
            {"resourceType": "Organization", "id": "o", "identifier": [{"value": "COM"}], "name": "Acme Health"}
        ], **GROUP),
    ]  # fmt: skip
    assert {one.status for one in import_fhir(fhir.bundle("collection", *every), feed="ehr", facility="MAIN")} == {"applied"}


def _of_two_encounters(cast: Cast) -> None:
    second = fhir.encounter(
        id="e2", identifier=[{"value": "V2"}], account=[{"reference": "Account/b1"}],
        period={"start": "2026-08-31T20:00:00-04:00", "end": "2026-09-01T08:30:00-04:00"},
        **EMERGENCY, location=[{"location": {"display": "ED 4"}}],
    )  # fmt: skip
    first = fhir.encounter(identifier=[{"value": "V1"}], account=[{"reference": "Account/b1"}], serviceType=fhir.coded("MED"))
    billed = {"resourceType": "Account", "id": "b1", "status": "active", "identifier": [{"value": "A100"}]}
    every = [fhir.practitioner(), fhir.patient(), billed, second, first, fhir.note(), fhir.charge()]
    assert {one.status for one in import_fhir(fhir.bundle("collection", *every), feed="ehr", facility="MAIN")} == {"applied"}


def _from_hl7(cast: Cast) -> None:
    for raw in (sending.admit(), sending.discharge(), sending.summary(), sending.charge(), sending.pathology()):
        assert import_message(raw).status == "applied"


def _in_house(cast: Cast) -> None:
    assert import_message(sending.admit(location="4 West")).status == "applied"


def _outpatient(cast: Cast) -> None:
    kind: dict[str, Any] = {"class_code": "O", "patient_type": "SDS", "service": "SUR"}
    for raw in (sending.admit(**kind), sending.discharge(**kind)):
        assert import_message(raw).status == "applied"
    account, actor = lock_account(Account.objects.get().pk), cast.actor("ana")
    lines: tuple[tuple[str, str, list[str]], ...] = (("1234.56", "1", ["RT", "59"]), ("-0.01", "1.25", []), ("7", "2", []))
    posted = [
        post_charge(
            account=account, source_id=f"T{place}", revenue_code="0360", amount=Decimal(amount), service_date=ADMITTED.date(),
            hcpcs="49505", modifiers=modifiers, units=Decimal(units), description="Repair", by=actor,
        )
        for place, (amount, units, modifiers) in enumerate(lines)
    ]  # fmt: skip
    void_charge(account=account, line=posted[2], reason="Twice", by=actor)


SURGEON = write.Clinician(id="DR3", family_name="Cutter", given_name="Carla", npi=professional.ASSISTANT)


def _with_ub04_codes(cast: Cast) -> None:
    """As HL7 brings them: condition, occurrence and value codes, a span, and the surgeon."""
    day = datetime.date(2026, 9, 1)
    codes: dict[str, Any] = {
        "condition_codes": ("44", "D9"), "occurrence_codes": (("11", day), ("04", day)),
        "occurrence_spans": (("71", day, day),), "value_codes": (("54", "3200.00"), ("80", "3")), "operating": SURGEON,
    }  # fmt: skip
    for raw in (sending.admit(**codes), sending.discharge(**codes)):
        assert import_message(raw).status == "applied"
    assert Account.objects.get().occurrence_spans and Account.objects.get().operating


PLACES = [
    professional.charge("P1", "99213", "180.00", modifiers="25", rendering_id="DR3", rendering_family_name="Ferrer",
                        rendering_given_name="Fay", rendering_npi=professional.ASSISTANT),
    professional.charge("P1", "20610", "240.55", modifiers="RT", diagnoses="M25.511", place_of_service="22", units="2.5"),
    professional.charge("P1", "J1030", "-12.00", diagnoses="M25.511 E11.9 I10 Z79.84"),
    professional.charge("P1", "A4550", "7", diagnoses=""),
]  # fmt: skip


def _professional(cast: Cast) -> None:
    """Lines of different places, renderers and links; a group bills, somebody supervises, nobody attends."""
    supervising = {"supervising_id": "DR4", "supervising_family_name": "Sharp", "supervising_given_name": "Sue"}
    professional.registered(charges=PLACES, billing_provider="GRP", **supervising)
    account = Account.objects.get()
    assert account.unit and account.supervising and account.attending is None


def _professional_of_an_inpatient(cast: Cast) -> None:
    """By HL7, where the visit has a class of its own; the attending renders what nobody else does."""
    visit: dict[str, Any] = {"patient_type": "professional", "place_of_service": "21", "referring": SURGEON}
    for raw in (sending.admit(**visit), sending.discharge(**visit)):
        assert import_message(raw).status == "applied"
    account = Account.objects.get()
    assert account.is_professional and account.encounters.get().patient_class == "inpatient"
    assert account.attending and account.rendering and account.referring


def _signed(version: DocumentVersion) -> datetime.datetime | None:
    """Of a document that was taken back nobody is told when it was signed."""
    return None if version.status == "cancelled" else version.signed_at


_PEOPLE = [f"{role}__source_id" for role in visits.ROLES]


def _everything() -> str:
    """What is compared: the state of every order of arrival, and what it leaves out."""
    documents = Document.objects.order_by("source_id").prefetch_related("versions__author")
    more = [
        list(Patient.objects.values_list("authority", "middle_name", "address_line", "city", "state", "zip_code")),
        list(Account.objects.values_list("admitted_at", "discharged_at", "place_of_service", "unit__code", *_PEOPLE, *LISTS)),
        list(Coverage.objects.order_by("rank").values_list("rank", "payer__code", "payer__name", "member_id", "group_number")),
        [(each.title, each.current and (each.current.authored_at, _signed(each.current))) for each in documents],
        sorted(
            ChargeLine.objects.filter(voided_at__isnull=True).values_list(
                "source_id",
                "hcpcs",
                "modifiers",
                "units",
                "amount",
                "description",
                "place_of_service",
                "rendering__source_id",
                "diagnoses",
            ),
            key=repr,
        ),
        list(Provider.objects.order_by("source_id").values_list("source_id", "npi", "family_name", "given_name")),
    ]
    return json.dumps([state(), more], default=str)


MAKES = [
    _from_fhir, _of_two_encounters, _from_hl7, _in_house, _outpatient, _with_ub04_codes, _professional,
    _professional_of_an_inpatient,
]  # fmt: skip


@pytest.mark.parametrize("make", MAKES)
def test_our_own_reader_makes_the_same_state_of_it(cast: Cast, make: Make) -> None:
    cast.main.hl7_codes = ["MAIN", "urn:main:mrn"]
    cast.main.save(update_fields=["hl7_codes"])
    Unit.objects.create(facility=cast.main, code="GRP", name="Main Street Physicians", npi="1999999992", taxonomy="207Q00000X")
    with transaction.atomic():
        make(cast)
        before = _everything()
        sent = b"".join(record_of(Account.objects.get().pk).whole())
        transaction.set_rollback(True)
    assert not Account.objects.exists()
    assert {one.status for one in import_fhir(sent, feed="back", facility="MAIN")} <= {"applied", "aside"}
    assert _everything() == before
    messages = InboundMessage.objects.count()
    list(import_fhir(sent, feed="back", facility="MAIN"))
    assert _everything() == before and InboundMessage.objects.count() == messages


def test_two_accounts_of_a_patient_keep_their_own_payers(cast: Cast) -> None:
    with transaction.atomic():
        _from_hl7(cast)
        first = Account.objects.get()
        second = cast.account("A200", patient=first.patient, payer=cast.commercial, admit_date=datetime.date(2026, 9, 10),
                              discharge_date=datetime.date(2026, 9, 12))  # fmt: skip
        sent = [b"".join(record_of(each.pk).whole()) for each in (first, second)]
        transaction.set_rollback(True)
    for raw in sent:
        assert {one.status for one in import_fhir(raw, feed="back", facility="MAIN")} <= {"applied", "aside"}
    found = Coverage.objects.order_by("account__number").values_list("account__number", "payer__code")
    assert list(found) == [("A100", "MCR"), ("A200", "COM")]


def test_a_restricted_account_leaves_under_its_label(cast: Cast) -> None:
    open_, restricted = (record_of(cast.account(number, restricted=why).pk) for number, why in (("A1", ""), ("A2", "VIP")))
    assert "meta" not in written(open_)
    found = written(restricted)
    assert [label["code"] for label in found["meta"]["security"]] == ["R"]
    assert "VIP" not in json.dumps(found), "why it is restricted stays in the house"


def test_another_facility_does_not_take_it(cast: Cast) -> None:
    with transaction.atomic():
        _from_hl7(cast)
        sent = b"".join(record_of(Account.objects.get().pk).whole())
        transaction.set_rollback(True)
    found = list(import_fhir(sent, feed="back", facility="OTHER"))
    patient = next(one for one in found if one.type == "Patient")
    assert (patient.status, patient.code) == ("failed", "registration.other_authority")
    assert not Account.objects.exists() and not Patient.objects.exists()


def test_words_that_are_too_large_are_named_and_left_out(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = _billed(cast)
    _document(cast, account, "ä" * 600)
    monkeypatch.setattr(records, "MOST_INLINE", 1000)
    [note] = resources(written(record_of(account.pk)), "DocumentReference")
    attachment = note["content"][0]["attachment"]
    assert "data" not in attachment and attachment["size"] == 1200 and "account's page" in attachment["title"]


def test_a_record_of_too_many_entries_is_refused_and_written_in_parts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = _billed(cast)
    for number in range(5):
        _document(cast, account, f"Words {number}")
    monkeypatch.setattr(bundle, "MOST_ENTRIES", 7)
    with pytest.raises(Refused, match=r"fhir\.too_many_entries"):
        record_of(account.pk)
    parts = [json_text.loads(b"".join(part).decode()) for part in record_of(account.pk, bounded=False).in_parts()]
    assert len(parts) > 1 and all(len(part["entry"]) <= 7 for part in parts)
    whole = [each["fullUrl"] for part in parts for each in part["entry"]]
    assert len(whole) == len(set(whole)) == record_of(account.pk, bounded=False).count


def test_a_record_that_is_refused_is_not_gathered_to_its_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = _billed(cast)
    read = itertools.count()

    def charges(*_: Any) -> Iterator[dict[str, Any]]:
        for _each in itertools.takewhile(lambda place: place < 100, read):
            yield {"resource": {"resourceType": "ChargeItem"}}

    monkeypatch.setattr(Entries, "charges", charges)
    monkeypatch.setattr(bundle, "MOST_ENTRIES", 20)
    with pytest.raises(Refused, match=r"fhir\.too_many_entries"):
        record_of(account.pk)
    assert next(read) < 21


def test_the_queries_of_a_record_do_not_grow_with_it(cast: Cast, django_assert_max_num_queries: Any) -> None:
    account = _billed(cast)
    for place in range(30):
        post_charge(account=lock_account(account.pk), source_id=f"M{place}", revenue_code="0300", amount=Decimal(1),
                    service_date=ADMITTED.date(), by=cast.actor("ana"))  # fmt: skip
    with django_assert_max_num_queries(40):
        written(record_of(account.pk))


def test_documents_are_fetched_one_by_one_as_it_is_sent(cast: Cast) -> None:
    account = _billed(cast)
    for number in range(12):
        receive_document(
            account=lock_account(account.pk), source_id=f"L{number}", type="progress_note", title="Note",
            text="Words. " * 150_000, status="signed", by=cast.actor("ana"),
        )  # fmt: skip
    record = record_of(account.pk)
    pieces, asked = iter(record.whole()), CaptureQueriesContext(connection)
    with asked:
        sent = next(piece for piece in pieces if b'"DocumentReference"' in piece)
    assert sum('"accounts_documentversion"."text"' in each["sql"] for each in asked) == 1
    tracemalloc.start()
    size = len(sent) + sum(map(len, pieces))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 12 * 1_400_000 and peak < 10_000_000, (size, peak)
