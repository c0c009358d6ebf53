"""What the gate is told of an account: assembled from rows, without names, in a bounded number of queries."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, ChargemasterEntry, Document, DocumentVersion
from accounts.services.charges import post_charge, void_charge
from accounts.services.documents import receive_document, record_deficiency, withdraw_deficiency
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding import services as coding
from coding_workflow.guidelines.facts import Facts, Line, OpenHold, Payer, facts_to_json
from coding_workflow.release.facts import assemble
from coding_workflow.release.models import Override
from tests.cast import SEPTEMBER, Cast
from tests.coding.stage import to_code

FEED = Actor.feed("TEST")
MOST_QUERIES = 20


@pytest.fixture
def account(cast: Cast) -> Account:
    """An emergency visit at the coding step, so that coders' codes go on charge lines. No code table is loaded."""
    return to_code(cast, patient_class="emergency", type_of_bill="0131")


def _facts(account: Account) -> Facts:
    return assemble(Account.objects.select_related("facility", "patient").get(pk=account.pk))


def _document(account: Account, number: str = "1", *, type: str = "ed_note", status: str = "signed") -> DocumentVersion:
    return receive_document(
        account=lock_account(account.pk),
        source_id=f"{account.pk}-{number}",
        type=type,
        title="Note",
        text="NSTEMI, treated.",
        status=status,
        by=FEED,
        author_role="attending",
    )


def _charge(account: Account, number: str = "1", **more: object) -> int:
    values = {"revenue_code": "0450", "amount": Decimal("812.00"), "service_date": SEPTEMBER} | more
    line = post_charge(account=lock_account(account.pk), source_id=f"{account.pk}-{number}", by=FEED, **values)  # type: ignore[arg-type]
    return line.pk


def _diagnosis(account: Account, cast: Cast, version: DocumentVersion | None = None, code: str = "I21.4") -> None:
    row = coding.assign_diagnosis(account_id=account.pk, code=code, poa="Y", by=cast.actor("ana"))
    if version is not None:
        coding.link_evidence(
            account_id=account.pk, version_id=version.pk, diagnosis_id=row.pk, start=0, end=6, by=cast.actor("ana")
        )


def test_evidence_is_to_re_confirm_when_a_newer_version_has_come(account: Account, cast: Cast) -> None:
    _diagnosis(account, cast, _document(account))
    _document(account, "2")
    [passage] = _facts(account).diagnoses[0].evidence  # type: ignore[index]
    assert (passage.quote, passage.start, passage.end, passage.reconfirm) == ("NSTEMI", 0, 6, False)
    _document(account)
    [passage] = _facts(account).diagnoses[0].evidence  # type: ignore[index]
    assert (passage.quote, passage.reconfirm) == ("NSTEMI", True)


def test_a_charge_line_carries_the_coders_code_in_place_of_its_own(account: Account, cast: Cast) -> None:
    _charge(account)
    coding.assign_procedure(account_id=account.pk, code="99284", modifiers=["25"], units=2, by=cast.actor("ana"))
    [line] = _facts(account).lines
    assert line == Line(
        revenue_code="0450",
        hcpcs="99284",
        modifiers=("25",),
        units=Decimal(2),
        date=SEPTEMBER,
        charge=Decimal("812.00"),
        source="coder",
        coder=str(cast.ana.pk),
    )


def test_a_chargemaster_line_names_the_owner_of_its_entry_who_is_a_coder_of_the_account(account: Account, cast: Cast) -> None:
    entry = ChargemasterEntry.objects.create(
        facility=cast.main,
        code="ED4",
        description="Visit",
        revenue_code="0450",
        hcpcs="99284",
        owner=cast.ben,
        valid_from=SEPTEMBER,
    )
    _charge(account, hcpcs="99284", entry=entry)
    facts = _facts(account)
    assert [(line.source, line.hcpcs, line.owner, line.coder) for line in facts.lines] == [
        ("chargemaster", "99284", str(cast.ben.pk), None)
    ]
    assert [(coder.id, coder.competences) for coder in facts.coders] == [(str(cast.ben.pk), ())]


def test_a_code_without_a_charge_is_a_line_without_an_amount(account: Account, cast: Cast) -> None:
    coding.assign_procedure(account_id=account.pk, code="99284", by=cast.actor("ana"))
    [line] = _facts(account).lines
    assert (line.hcpcs, line.revenue_code, line.charge, line.date) == ("99284", "", None, account.discharge_date)


def test_a_voided_charge_is_not_told(account: Account) -> None:
    line = account.charges.get(pk=_charge(account))
    void_charge(account=lock_account(account.pk), line=line, reason="Not done.", by=FEED)
    assert _facts(account).lines == ()


def test_documents_are_told_in_the_newest_version_unsigned_ones_as_such(account: Account) -> None:
    assert _facts(account).documents == ()
    _document(account)
    _document(account, status="unsigned")
    _document(account, "2", status="cancelled")
    gone = _document(account, "3")
    Document.objects.filter(pk=gone.document_id).update(cancelled_at=clock.now())
    [told] = _facts(account).documents or ()
    assert (told.type, told.signed, told.author_role) == ("ed_note", False, "attending")


def test_what_is_wanting_in_a_document_is_told_until_it_is_withdrawn_or_replaced(account: Account, cast: Cast) -> None:
    version = _document(account)
    found = [
        record_deficiency(account=lock_account(account.pk), version=version, quality=quality, note="", by=cast.actor("ana"))
        for quality in ("legible", "complete")
    ]
    assert _facts(account).documents[0].deficiencies == ("complete", "legible")  # type: ignore[index]
    withdraw_deficiency(account=lock_account(account.pk), deficiency=found[0], by=cast.actor("ana"), reason="Scanned anew.")
    assert _facts(account).documents[0].deficiencies == ("complete",)  # type: ignore[index]
    _document(account)
    assert _facts(account).documents[0].deficiencies == ()  # type: ignore[index]


def test_a_placement_order_is_told_with_its_signature(account: Account) -> None:
    _document(account, type="observation_order", status="unsigned")
    [order] = _facts(account).orders or ()
    assert (order.type, order.authenticated) == ("observation", False)


def test_a_utilization_review_decision_concurs_when_the_attending_signed_it(account: Account) -> None:
    _document(account, type="ur_decision", status="unsigned")
    assert _facts(account).documents[0].concurrence is False  # type: ignore[index]
    _document(account, type="ur_decision")
    assert _facts(account).documents[0].concurrence is True  # type: ignore[index]


def test_a_competence_is_told_with_its_last_day(account: Account, cast: Cast) -> None:
    _diagnosis(account, cast)
    assert _facts(account).coders[0].competences[0].valid_to is None
    cast.ana.competences.filter(coding_type="emergency").update(valid_to=datetime.date(2026, 9, 30))
    [coder] = _facts(account).coders
    [competence] = coder.competences
    assert (coder.id, competence.type, competence.valid_to) == (str(cast.ana.pk), "emergency", datetime.date(2026, 9, 29))
    assert (competence.supervisor, competence.provider_number) == (str(cast.cleo.pk), cast.main.npi)


def test_a_persons_open_hold_is_told_and_the_checks_own_is_not(account: Account, cast: Cast) -> None:
    def place(source: str, **more: bool) -> None:
        words = {"reason": "query.outstanding", "message": "A query is outstanding.", "key": f"{source}{len(more)}"}
        place_hold(account=lock_account(account.pk), source=source, by=cast.actor("ana"), condition=2, **words, **more)

    place("check")
    place("person", blocking=False)
    assert _facts(account).open_holds == ()
    place("person")
    assert _facts(account).open_holds == (OpenHold("person0", "A query is outstanding.", 2, "person", "coding"),)
    hold = account.holds.get(key="person0")
    resolve_hold(account=lock_account(account.pk), hold=hold, by=cast.actor("ana"), resolution="Answered.")
    assert _facts(account).open_holds == ()


def test_the_abstract_and_the_overrides_in_force_are_told(account: Account, cast: Cast) -> None:
    assert _facts(account).record is None
    coding.abstract_record(
        account_id=account.pk,
        by=cast.actor("ana"),
        patient_class="emergency",
        admit_date=SEPTEMBER,
        discharge_date=SEPTEMBER,
        discharge_status="",
        sources={"discharge_date": 5, "admit_date": 4},
    )
    record = _facts(account).record
    assert record is not None
    assert (record.discharge_status, record.sources) == (None, (("admit_date", "4"), ("discharge_date", "5")))
    common = {"facility": cast.main, "account": account, "rule": "icd10cm.excludes1", "reason": "Unrelated.", "by": cast.ana}
    Override.objects.create(subjects=["F458", "G4763"], **common)
    Override.objects.create(subjects=["I10"], withdrawn_at=clock.now(), **common)
    assert [override.subjects for override in _facts(account).overrides] == [("F458", "G4763")]


def test_the_payer_is_the_first_in_rank(account: Account, cast: Cast) -> None:
    account.coverages.update(rank=2)
    account.coverages.create(facility=cast.main, payer=cast.commercial, rank=1)
    assert _facts(account).payer == Payer("COM", "commercial")
    assert _facts(cast.account("A3", payer=cast.medicare)).payer == Payer("MCR", "medicare")


def test_no_name_and_no_number_of_a_patient_is_in_facts(account: Account, cast: Cast) -> None:
    _diagnosis(account, cast, _document(account))
    _charge(account)
    text = facts_to_json(_facts(account))
    patient = account.patient
    for secret in (patient.family_name, patient.mrn, account.number, patient.address_line, "1EG4TE5MK73"):
        assert f'"{secret}"' not in text


def _fill(account: Account, cast: Cast, places: range) -> None:
    for place in places:
        version = _document(account, f"F{place}")
        _charge(account, f"F{place}", hcpcs="" if place % 2 else "36415")
        _diagnosis(account, cast, version, f"I2{place}")
        coding.assign_procedure(account_id=account.pk, code=f"9928{place}", by=cast.actor("ana"))
        cast.account(f"R{place}", patient=account.patient)


def _queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_account(account: Account, cast: Cast) -> None:
    _fill(account, cast, range(2))
    small = _queries(lambda: _facts(account))
    _fill(account, cast, range(2, 9))
    assert _queries(lambda: _facts(account)) == small <= MOST_QUERIES
