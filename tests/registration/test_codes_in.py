"""Codes of an encoder and of patient accounting: read, kept, refused with their place; never a code of the account."""

import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, transaction

from accounts.models import Account, ToldCodes
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, ProposedCode
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import coded, sending
from tests.registration.feeds import feed_of


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


@pytest.fixture
def encoder(cast: Cast) -> str:
    """An encoder's feed, and the account that it codes."""
    import_message(sending.admit())
    import_message(sending.discharge())
    return feed_of(cast, "enc", carries="encoder").code


def _failed(message: InboundMessage) -> tuple[str, str, int]:
    assert message.status == "failed"
    assert not ToldCodes.objects.exists(), "nothing of it is kept beside the account"
    return message.code, message.segment, message.field


def _proposed() -> list[tuple[Any, ...]]:
    rows = ProposedCode.objects.filter(state="open").order_by("position")
    return list(rows.values_list("kind", "system", "code", "poa", "performed_on"))


DAY = datetime.date(2026, 9, 2)
WHOLE = [
    ("diagnosis", "ICD-10-CM", "J189", "Y", None),
    ("diagnosis", "ICD-10-CM", "E119", "Y", None),
    ("diagnosis", "ICD-10-CM", "W19XXXA", "N", None),
    ("admitting", "ICD-10-CM", "R079", "", None),
    ("procedure", "ICD-10-PCS", "0BH17EZ", "", DAY),
    ("procedure", "ICD-10-PCS", "5A1945Z", "", DAY),
]


@pytest.mark.parametrize("kind", ["BAR^P12", "BAR^P01", "BAR^P05", "ADT^A08"])
def test_an_encoders_codes_wait_as_a_proposal_in_its_order_and_change_no_code(encoder: str, kind: str) -> None:
    account = Account.objects.get()
    before = (account.revision, account.step)
    assert import_message(coded.final(kind=kind), feed=encoder).status == "applied"
    assert _proposed() == WHOLE
    told = ToldCodes.objects.get(part="diagnoses")
    assert (told.drg, told.final, told.told_by) == ("193", True, "feed:enc")
    account.refresh_from_db()
    assert (account.revision, account.step) == before
    assert not CodedDiagnosis.objects.exists() and not CodedProcedure.objects.exists()


def test_what_an_encoder_repeats_of_the_visit_changes_nothing(encoder: str) -> None:
    said = coded.final(kind="ADT^A08", visit={36: "20", 45: "20260910"})
    assert import_message(said, feed=encoder).status == "applied"
    account = Account.objects.get()
    assert (account.discharge_status, account.discharge_date) == ("01", datetime.date(2026, 9, 4))
    aside = import_message(sending.update(control_id="plain"), feed=encoder)
    assert (aside.status, aside.code) == ("aside", "registration.not_needed")


def test_a_feed_that_carries_no_codes_keeps_them_as_hints(cast: Cast) -> None:
    import_message(sending.admit())
    assert import_message(coded.final(kind="ADT^A08")).status == "applied"
    refused = import_message(coded.final(31))
    assert (refused.status, refused.code) == ("failed", "hl7.type")
    assert not ToldCodes.objects.exists()


def test_corrections_replays_and_late_copies_end_with_what_was_told_last(encoder: str) -> None:
    first, second = coded.final(30), coded.final(40, [coded.dg1("J18.1", poa="Y")])
    for raw in (second, first, second, first):
        assert import_message(raw, feed=encoder).status == "applied"
    assert _proposed() == [("diagnosis", "ICD-10-CM", "J181", "Y", None)]
    assert ToldCodes.objects.count() == 4, "two lists of each of two messages"


def test_two_quotes_take_every_diagnosis_back_and_an_admission_without_codes_says_nothing(encoder: str) -> None:
    import_message(coded.final(30), feed=encoder)
    assert import_message(coded.final(31, [coded.dg1("R07.9", "A")]), feed=encoder).status == "aside"
    assert _proposed() == WHOLE
    import_message(coded.final(32, [("DG1", {1: "1", 3: '""'}), coded.pr1("0BH17EZ")]), feed=encoder)
    assert [row[2] for row in _proposed()] == ["0BH17EZ"]


def test_codes_before_the_account_wait_for_it(cast: Cast) -> None:
    feed = feed_of(cast, "enc", carries="encoder").code
    assert import_message(coded.final(), feed=feed).status == "parked"
    import_message(sending.admit(), feed="adt")
    assert _proposed() == WHOLE


@pytest.mark.parametrize(
    ("segment", "code", "place"),
    [
        (coded.dg1("J18.9", system="SNOMED"), "hl7.code_system", 3),
        (coded.dg1("J18.9", system=""), "hl7.code_system", 3),
        (coded.dg1("J18.9.1.2.3.4.5"), "hl7.code_form", 3),
        (coded.dg1("<script>"), "hl7.code_form", 3),
        (coded.dg1(""), "hl7.no_code", 3),
        (coded.dg1("J18.9", kind="Q"), "hl7.diagnosis_kind", 6),
        (coded.dg1("J18.9", place="first"), "hl7.order", 15),
        (coded.dg1("J18.9", poa="X"), "hl7.poa", 26),
        (coded.dg1("J18.9", action="D"), "hl7.single_change", 21),
        (coded.pr1("0BH17EI"), "hl7.code_form", 3),
        (coded.pr1("0BH17EZ", system="I9"), "hl7.code_form", 3),
        (coded.pr1("0BH17EZ", day="20260230"), "hl7.bad_time", 5),
        (coded.pr1("99284", system="C4", modifiers="255"), "hl7.bad_modifier", 16),
    ],
)
def test_what_cannot_be_read_is_listed_with_its_place(encoder: str, segment: coded.Segment, code: str, place: int) -> None:
    others = [coded.dg1("E11.9")]
    assert _failed(import_message(coded.final(30, [*others, segment]), feed=encoder)) == (code, segment[0], place)


def test_another_patient_and_too_many_codes_are_refused(encoder: str) -> None:
    assert _failed(import_message(coded.final(mrn="M999"), feed=encoder)) == ("registration.other_patient", "PID", 3)
    many = [coded.dg1(f"J{number:02}.{digit}") for number in range(30) for digit in range(7)]
    assert _failed(import_message(coded.final(31, many), feed=encoder))[0] == "codes.many"


def test_a_clock_that_runs_ahead_does_not_hide_every_correction(encoder: str) -> None:
    assert _failed(import_message(coded.final(60 * 24 * 365), feed=encoder)) == ("hl7.future", "MSH", 7)
    assert import_message(coded.final(31), feed=encoder).status == "applied"


def test_a_local_code_system_is_mapped_and_the_message_tried_again(cast: Cast, encoder: str) -> None:
    raw = coded.final(30, [coded.dg1("J18.9", system="DX10")])
    assert import_message(raw, feed=encoder).status == "failed"
    FeedMap.objects.create(facility=cast.main, feed="enc", kind="code_system", local="DX10", ours="ICD-10-CM")
    assert import_message(raw, feed=encoder).status == "applied"


@pytest.mark.parametrize(
    ("said", "named", "coder", "flags"),
    [
        ({"operator": "ANAX"}, "ANAX", "ana", []),
        ({"segments": [coded.dg1("J18.9", coder="ANAX"), coded.dg1("E11.9", coder="ANAX")]}, "ANAX", "ana", []),
        ({"segments": [coded.dg1("J18.9", coder="ANAX"), coded.dg1("E11.9", coder="OTHER")]}, "", None, []),
        ({"operator": "nobody"}, "nobody", None, ["coder_unknown"]),
        ({"operator": "bill"}, "bill", None, ["coder_without_competence"]),
    ],
)
def test_who_coded_is_named_where_a_competent_coder_is_meant(
    cast: Cast, encoder: str, said: dict[str, Any], named: str, coder: str | None, flags: list[str]
) -> None:
    FeedMap.objects.create(facility=cast.main, feed="enc", kind="coder", local="ANAX", ours=cast.ana.username)
    message = import_message(coded.final(30, said.pop("segments", coded.ABSTRACT), **said), feed=encoder)
    told = ToldCodes.objects.get(part="diagnoses")
    assert (told.named, told.coder and told.coder.username, message.flags) == (named, coder and cast.ana.username, flags)


def test_services_of_charges_are_proposed_and_no_charge_is_posted(encoder: str) -> None:
    ft1 = ("FT1", {1: "1", 2: "T1", 4: "20260902", 6: "CG", 7: "ROOM", 10: "2", 25: "99284", 26: "25"})
    assert import_message(coded.message("DFT^P03", 33, [ft1]), feed=encoder).status == "applied"
    row = ProposedCode.objects.get()
    assert (row.system, row.code, row.modifiers, row.units, row.performed_on) == ("CPT", "99284", ["25"], "2", DAY)
    assert Account.objects.get().total_charges == 0


def test_patient_accounting_updates_the_visit_and_tells_its_codes_in_one_message(cast: Cast) -> None:
    feed = feed_of(cast, "host", carries="host").code
    import_message(sending.admit(), feed=feed)
    assert not ToldCodes.objects.exists()
    said = coded.final(kind="ADT^A08", visit={14: "4"})
    assert import_message(said, feed=feed).status == "applied"
    assert Account.objects.get().point_of_origin == "4"
    assert list(ToldCodes.objects.values_list("source", "part").order_by("part")) == [
        ("host", "diagnoses"),
        ("host", "procedures"),
    ]
    assert not ProposedCode.objects.exists()


def test_a_charge_of_patient_accounting_tells_no_procedures_and_only_ranked_diagnoses(cast: Cast) -> None:
    feed = feed_of(cast, "host", carries="host").code
    import_message(sending.admit(), feed=feed)
    ft1 = ("FT1", {1: "1", 2: "T1", 4: "20260902", 6: "CG", 7: "ROOM^^^0120^^NUBC", 11: "812.00"})
    of_a_charge = coded.message("DFT^P03", 33, [ft1, coded.pr1("0BH17EZ"), coded.dg1("J18.9")])
    assert import_message(of_a_charge, feed=feed).status == "applied"
    assert (Account.objects.get().total_charges, ToldCodes.objects.count()) == (812, 0)
    ranked = coded.message("DFT^P03", 34, [("FT1", {**ft1[1], 2: "T2"}), coded.dg1("J18.9", place=1)], control_id="ranked")
    assert import_message(ranked, feed=feed).status == "applied"
    assert list(ToldCodes.objects.values_list("part", flat=True)) == ["diagnoses"]


@pytest.mark.parametrize("kind", ["A", "R", "W"])
def test_a_complaint_in_words_does_not_stop_an_admission(cast: Cast, kind: str) -> None:
    feed = feed_of(cast, "host", carries="host").code
    words = ("DG1", {1: "1", 3: "^Chest pain", 4: "Chest pain", 6: kind})
    message = import_message(coded.message("ADT^A01", -600, [words], visit={44: "20260901"}), feed=feed)
    assert (message.status, message.code) == ("applied", "")
    assert Account.objects.exists() and not ToldCodes.objects.exists()


def test_working_diagnoses_beside_final_ones_are_no_codes_of_the_account(encoder: str) -> None:
    import_message(coded.final(30, [coded.dg1("R05.9", "W"), coded.dg1("J18.9", "W")]), feed=encoder)
    assert [row[2] for row in _proposed()] == ["R059", "J189"]
    import_message(coded.final(31, [coded.dg1("R05.9", "W"), coded.dg1("J18.9", "F")]), feed=encoder)
    assert [row[2] for row in _proposed()] == ["J189"]


def test_registration_that_never_sends_procedures_says_nothing_of_them_and_its_clerk_is_no_coder(cast: Cast) -> None:
    feed = feed_of(cast, "host", carries="host").code
    import_message(sending.admit(), feed=feed)
    said = import_message(coded.final(30, [coded.dg1("J18.9")], "ADT^A08", operator="CLERK7"), feed=feed)
    assert (said.status, said.flags) == ("applied", [])
    assert list(ToldCodes.objects.values_list("part", "named")) == [("diagnoses", "")]
    import_message(coded.final(31, [coded.dg1("J18.9")], "BAR^P05"), feed=feed)
    assert list(ToldCodes.objects.order_by("pk").values_list("part", flat=True)) == ["diagnoses", "diagnoses", "procedures"]


def test_what_was_told_stays_as_it_was_told(encoder: str) -> None:
    import_message(coded.final(), feed=encoder)
    for change in (lambda: ToldCodes.objects.update(drg="1"), lambda: ProposedCode.objects.update(code="A000")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
