"""The account page: who sees what, what each form does, and what each refusal says at its place."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AccessRecord, Account, Deficiency, DocumentVersion, Event, Hold, OutboxRow, WorkItem
from coding_workflow.coding import selectors as coding
from coding_workflow.outbox.services import drain
from coding_workflow.release.models import DueCause, Override
from coding_workflow.release.services.due import Reach, mark_due
from coding_workflow.staff.models import Role
from tests.security.browser import signed_in
from tests.tables import trust_downstream
from worklist.selectors.workspace_record import find, segments
from worklist.selectors.workspace_versions import changes
from worklist.views.workspace.record import passage_of

from .conftest import grant, hold, make_releasable, qualify
from .desk import SUMMARY, document, on_desk, summary_of

pytestmark = pytest.mark.usefixtures("coded_db")
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
ABSTRACT = {
    "patient_class": "inpatient",
    "admit_date": "2026-09-01",
    "discharge_date": "09/04/2026",
    "discharge_status": "01",
}


@pytest.fixture(autouse=True)
def _open_tables(hospital) -> None:
    trust_downstream(hospital)


@pytest.fixture
def account(hospital) -> Account:
    return on_desk(hospital, coder=hospital.ana)


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


@pytest.fixture
def cleo(hospital) -> Client:
    return signed_in(hospital.cleo)


def page(account: Account, part: str = "") -> str:
    return f"/account/{account.pk}/{part}"


def read(client: Client, account: Account, **extra) -> str:
    response = client.get(page(account), **extra)
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, account: Account, part: str, sent: dict, status: int = 303, **extra) -> str:
    response = client.post(page(account, part), sent, **extra)
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def add(client: Client, account: Account, code: str, **more) -> int:
    send(client, account, "diagnoses/", {"q": code, "poa": "Y", **more})
    return coding.diagnoses_in_force(account.pk).order_by("-pk")[0].pk


def codes_of(account: Account, role: str = "diagnosis") -> list[str]:
    return [row.code for row in coding.diagnoses_in_force(account.pk).filter(role=role)]


def refusal_at(place: str, answer: str) -> str:
    found = re.search(rf'id="said-{place}"[^>]*><p class="note hold" role="alert">(.*?)</p>', answer)
    return found.group(1) if found else ""


def code_completely(client: Client, account: Account) -> None:
    """What a clean inpatient account takes, by forms alone."""
    passages = {"I21.4": "NSTEMI", "I25.10": "Coronary artery disease of native vessel", "I10": "Hypertension"}
    version = summary_of(account)
    for code, quote in passages.items():
        row = add(client, account, code)
        send(client, account, "evidence/", {"version": version.pk, "quote": quote, "code": f"dx-{row}", "do": "link"})
    add(client, account, "R07.9", role="admitting", poa="")
    send(client, account, "abstract/", ABSTRACT | {"source": version.pk})


# The page


def test_every_role_reads_the_account_and_only_the_coder_writes(hospital, account):
    for person in (hospital.ben, hospital.cleo, hospital.bill, hospital.cora):
        answer = read(signed_in(person), account)
        assert 'id="record"' in answer
        assert 'id="add-dx"' not in answer
        assert "coders of this facility change it" in answer
    assert 'id="add-dx"' in read(signed_in(hospital.ana), account)


def test_dov_without_a_role_is_refused(hospital, account):
    assert signed_in(hospital.dov).get(page(account)).status_code == 403


def test_an_account_of_another_hospital_is_unknown(hospital, ana):
    facility = hospital.other
    patient = hospital.patient("O1")
    patient.__class__.objects.filter(pk=patient.pk).update(facility=facility)
    other = Account.objects.create(facility=facility, number="O1", patient=patient, patient_class="inpatient")
    assert ana.get(page(other)).status_code == 404
    assert ana.post(page(other, "take/")).status_code == 404


def test_opening_leaves_an_access_record_and_a_poll_leaves_none(hospital, ana, account):
    read(ana, account)
    ana.get(page(account), HTTP_X_POLLING="1", **FRAGMENT)
    assert AccessRecord.objects.filter(user=hospital.ana, account=account, kind="account.viewed").count() == 1


def test_the_head_names_account_payer_stay_and_holder(ana, account):
    answer = read(ana, account)
    for words in ("W1", "Testcase, Pat", "Inpatient", "Medicare", "Sep 1, 2026 to Sep 4, 2026 · 3 days", "$9,000", "Yours until"):
        assert words in answer


PARTS = re.compile(r'id="([^"]+)" data-print="([0-9a-f]{12})"')


def has(answer: str, more: str = "") -> dict[str, str]:
    """What a browser that shows this answer sends along."""
    known = dict(PARTS.findall(more)) | dict(PARTS.findall(answer))
    return {"HTTP_X_PARTS": ",".join(f"{name}={mark}" for name, mark in known.items()), **FRAGMENT}


def test_a_fragment_is_the_parts_and_each_finds_its_own_place(ana, account):
    answer = read(ana, account, **FRAGMENT)
    assert "<html" not in answer
    assert "csrfmiddlewaretoken" not in answer
    for part in ("head", "documents", "reading", "drg", "diagnosis-lists", "gate", "foot"):
        assert re.search(rf'id="{part}" data-print="\w+" hx-swap-oob="true"', answer), part


def test_a_fragment_leaves_out_what_the_browser_has(ana, account):
    whole = read(ana, account)
    assert PARTS.findall(read(ana, account, **has(whole))) == []
    row = add(ana, account, "I10")
    second = add(ana, account, "I21.4")
    whole = read(ana, account)
    answer = send(ana, account, f"diagnoses/{row}/", {"poa": "N"}, 200, **has(whole))
    sent = dict(PARTS.findall(answer))
    assert f"dx-{row}" in sent
    assert not {f"dx-{second}", "diagnosis-lists", "head", "reading", "abstract"} & set(sent)
    # Another order: the list comes with the rows that changed, and stubs for those that stand.
    third = add(ana, account, "I25.10")
    whole = read(ana, account)
    answer = send(ana, account, f"diagnoses/{third}/", {"do": "up"}, 200, **has(whole))
    assert f'<li id="dx-{row}" hx-preserve></li>' in answer
    assert {"diagnosis-lists", f"dx-{third}", f"dx-{second}"} <= set(dict(PARTS.findall(answer)))


def test_a_refusal_is_sent_again_though_its_part_is_the_same(ana, account):
    add(ana, account, "I10")
    account.refresh_from_db()
    sent = {"do": "next", "revision": account.revision}
    first = send(ana, account, "finalize/", sent, 422, **has(read(ana, account)))
    assert "Not finalized" in first
    assert "Not finalized" in send(ana, account, "finalize/", sent, 422, **has(first))


def test_a_header_that_is_none_leaves_nothing_out(ana, account):
    for header in ("head=", "head=zzzzzzzzzzzz", "=,=,=", "x" * 40_000):
        assert 'id="head"' in read(ana, account, HTTP_X_PARTS=header, **FRAGMENT)


def test_a_document_link_swaps_the_record_alone(ana, account):
    version = summary_of(account)
    response = ana.get(page(account), {"document": version.document_id}, HTTP_HX_TARGET="record", **FRAGMENT)
    answer = response.content.decode()
    assert "drug-eluting stent" in answer
    assert 'id="codes"' not in answer


def test_badges_say_unsigned_new_version_and_late(hospital, ana, account):
    document(account, "progress_note", "Feels better.", status="unsigned")
    document(account, "discharge_summary", SUMMARY + "\nAddendum.")
    Account.objects.filter(pk=account.pk).update(final_coded_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    answer = read(ana, account)
    for badge in ("Unsigned", "New version 2", "Late"):
        assert f">{badge}</span>" in answer


def test_documents_are_unread_until_the_person_opens_them(hospital, ana, account):
    first = read(ana, account)
    assert "3 documents, 2 unread" in first
    order = DocumentVersion.objects.get(account=account, document__type="inpatient_order")
    read(ana, account, QUERY_STRING=f"document={order.document_id}")
    assert "3 documents, 1 unread" in read(ana, account)
    # For each person by themselves; what a timer fetched was not read.
    ben = signed_in(hospital.ben)
    read(ben, account, HTTP_X_POLLING="1", **FRAGMENT)
    assert "3 documents, 2 unread" in read(ben, account)
    assert AccessRecord.objects.filter(user=hospital.ana, version=order, kind="document.viewed").count() == 1
    assert not AccessRecord.objects.filter(user=hospital.ben, version=order).exists()


def test_what_arrived_since_the_first_look_is_new(ana, account):
    assert ">New<" not in read(ana, account)
    late = document(account, "progress_note", "Sepsis ruled out.")
    answer = read(ana, account)
    assert answer.count(">New<") == 1
    read(ana, account, QUERY_STRING=f"document={late.document_id}")
    assert ">New<" not in read(ana, account)
    document(account, "discharge_summary", SUMMARY + "\nAddendum.")
    shown = read(ana, account, QUERY_STRING=f"document={late.document_id}")
    assert shown.count(">New<") == 1
    assert "New version 2" in shown


def test_two_versions_are_compared(ana, account):
    document(account, "discharge_summary", SUMMARY.replace("Hypertension.", "No hypertension <now>."))
    version = summary_of(account)
    plain = read(ana, account, QUERY_STRING=f"document={version.document_id}")
    assert f"?document={version.document_id}&amp;since=1" in plain
    answer = read(ana, account, QUERY_STRING=f"document={version.document_id}&since=1")
    assert "<del>Hypertension</del>" in answer
    assert "<ins>No hypertension &lt;now&gt;</ins>" in answer
    # A version that is none, or not an older one, shows the text.
    for since in ("0", "2", "7", "x"):
        assert "<del>" not in read(ana, account, QUERY_STRING=f"document={version.document_id}&since={since}")


@given(st.text(alphabet="ab \n😀", max_size=60), st.text(alphabet="ab \n😀", max_size=60))
def test_a_comparison_holds_both_texts_to_the_letter(before, after):
    pieces = changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before


def test_a_long_rewriting_is_shown_as_a_whole():
    before, after = "a b " * 4_000, "c d " * 4_000
    assert [piece.kind for piece in changes(before, after)] == ["removed", "added"]


def test_finding_words_is_a_post_and_shows_each_place(ana, account):
    answer = send(ana, account, "find/", {"words": "hypertension"}, 200)
    assert "1 place</span> with “hypertension”: Discharge summary 1" in answer
    assert "<mark>Hypertension</mark>" in answer
    assert "stands nowhere" in send(ana, account, "find/", {"words": "appendix"}, 200, **FRAGMENT)


def test_places_are_counted_by_document_and_stand_at_code_points(hospital, account):
    document(account, "progress_note", "😀 Type 2\ndiabetes. TYPE 2 DIABETES (a.b)")
    found = find(account, "type 2  diabetes")
    assert (found.total, dict(found.counts)) == (3, {"Discharge summary": 1, "Progress note": 2})
    places = {hit.title: (hit.start, hit.end, hit.words) for hit in reversed(found.hits)}
    assert places["Progress note"] == (2, 17, "Type 2\ndiabetes")
    start, end, words = places["Discharge summary"]
    assert SUMMARY[start:end] == words == "Type 2 diabetes"
    # Words are words: nothing in them is a pattern.
    assert [find(account, words).total for words in ("(a.b)", "a?b", ".*", " ", "\n")] == [1, 0, 0, 0, 0]


def test_more_places_than_are_shown_are_counted(account):
    document(account, "progress_note", "pain " * 90)
    found = find(account, "pain")
    assert (found.total, len(found.hits), found.more) == (90, 40, 50)


@pytest.mark.parametrize("step", ["coding", "final_coded"])
def test_the_page_keeps_its_query_budget(hospital, ana, account, step):
    code_completely(ana, account)
    send(ana, account, "procedures/", {"q": "027034Z"})
    row = coding.procedures_in_force(account.pk).get()
    sent = {"version": summary_of(account).pk, "quote": "treated with a drug-eluting stent to the LAD", "code": f"px-{row.pk}"}
    send(ana, account, "evidence/", sent)
    document(account, "operative_note", "Stent placed.")
    if step == "final_coded":
        send(ana, account, "finalize/", {"do": "finalize"})
        drain()
    client = signed_in(hospital.ana)
    client.get(page(account))
    with CaptureQueriesContext(connection) as captured:
        shown = client.get(page(account))
    assert shown.context["account"].step == step
    budget = {"coding": 47, "final_coded": 39}[step]
    # Answers of the code tables are kept in the process: a test before this one may have saved a query or two.
    assert budget - 2 <= len(captured) <= budget, "\n".join(query["sql"][:150] for query in captured)


def test_a_verdict_by_what_has_changed_since_says_so(hospital, ana, account):
    code_completely(ana, account)
    send(ana, account, "finalize/", {"do": "finalize"})
    drain()
    assert "Check due since" not in read(ana, account)
    mark_due(reach=Reach(), cause=DueCause.POLICY)
    answer = read(ana, account)
    assert "Check due since" in answer
    assert "A policy was published" in answer


# Taking it


def test_a_free_account_is_taken_and_then_written(hospital, ana):
    account = on_desk(hospital, "FREE")
    answer = read(ana, account)
    assert "Nobody has this account open" in answer
    assert 'id="add-dx"' not in answer
    send(ana, account, "take/", {})
    assert 'id="add-dx"' in read(ana, account)


def test_who_has_it_is_named_and_nobody_else_writes(hospital, account):
    grant(hospital.dov, hospital.main, Role.CODER)
    qualify(hospital.dov, hospital)
    dov = signed_in(hospital.dov)
    answer = read(dov, account)
    assert "Ana has this account open; you can read it." in answer
    assert 'id="add-dx"' not in answer
    refused = send(dov, account, "diagnoses/", {"q": "I10"}, 409)
    assert refusal_at("head", refused) == "Ana has this account open."
    assert "You typed: I10" in refused
    assert "Ana has this account open." in refusal_at("head", send(dov, account, "take/", {}, 409))
    assert codes_of(account) == []


def test_putting_back_takes_words_and_frees_the_account(ana, account):
    item = WorkItem.objects.get(account=account, closed_at=None)
    assert "Say why" in ana.post(f"/work/{item.pk}/put-back/", **FRAGMENT).content.decode()
    ana.post(f"/work/{item.pk}/put-back/", {"reason": "I know the patient"})
    assert "Nobody has this account open" in read(ana, account)


# Codes


def test_a_code_is_added_ordered_marked_and_removed(ana, account):
    first, second = add(ana, account, "I10"), add(ana, account, "I21.4")
    send(ana, account, f"diagnoses/{second}/", {"do": "up"})
    assert codes_of(account) == ["I214", "I10"]
    send(ana, account, "diagnoses/order/", {"order": f"{first} {second}", "role": "diagnosis"})
    assert codes_of(account) == ["I10", "I214"]
    send(ana, account, f"diagnoses/{first}/", {"poa": "N"})
    assert coding.diagnoses_in_force(account.pk).get(pk=first).poa == "N"
    send(ana, account, f"diagnoses/{first}/", {"do": "remove", "reason": "Not documented"})
    assert codes_of(account) == ["I214"]


def test_a_code_goes_on_the_list_that_was_chosen(ana, account):
    add(ana, account, "R07.9", role="admitting", poa="")
    assert codes_of(account, "admitting") == ["R079"]
    assert "Admitting diagnosis" in read(ana, account)


def test_words_without_scripts_give_the_codes_that_fit(ana, account):
    answer = send(ana, account, "diagnoses/", {"q": "hypertension essential"}, 422)
    assert refusal_at("diagnoses", answer) == "Choose one of the codes that fit these words."
    assert '<button type="submit" name="code" value="I10">' in answer
    assert 'value="hypertension essential"' in answer
    send(ana, account, "diagnoses/", {"q": "hypertension essential", "code": "I10"})
    assert codes_of(account) == ["I10"]


@pytest.mark.parametrize(
    ("part", "sent", "place", "status", "sentence"),
    [
        ("diagnoses/", {"q": ""}, "diagnoses", 422, "Type a code, or words"),
        ("diagnoses/", {"code": "I10"}, "diagnoses", 409, "I10 is on the list already."),
        ("diagnoses/", {"code": "I21"}, "diagnoses", 422, "I21 is a heading"),
        ("procedures/", {"code": "0270"}, "procedures", 422, "There is no ICD-10-PCS code"),
        ("procedures/", {"code": "027034Z", "performed_on": "soon"}, "procedures", 422, "Give days as 09/30/2026."),
        ("procedures/", {"code": "027034Z", "units": "nan"}, "procedures", 422, "Units are a number"),
        ("diagnoses/order/", {"order": "1 2 3"}, "diagnoses", 409, "The list has changed meanwhile"),
        ("evidence/", {"quote": "x"}, "link", 422, "Open a document of this account first."),
        ("abstract/", {}, "abstract", 422, "Choose the class"),
        ("abstract/", ABSTRACT | {"discharge_status": "1"}, "abstract", 422, "two digits"),
        ("abstract/", ABSTRACT | {"birth_weight_grams": "x"}, "abstract", 422, "grams"),
        ("holds/", {"reason": " "}, "hold", 422, "Say what the account waits for."),
        ("holds/", {"reason": "x", "expected": "32"}, "hold", 422, "Give days as"),
        ("override/", {"rule": "nonsense", "place": "finding-0"}, "", 422, ""),
        ("finalize/", {"do": "finalize", "revision": "0"}, "foot", 409, "Something on the account changed"),
        ("finalize/", {"do": "next", "revision": "0"}, "foot", 409, "Something on the account changed"),
    ],
)
def test_each_refusal_is_read_at_the_place_of_its_form(ana, account, part, sent, place, status, sentence):
    add(ana, account, "I10")
    answer = send(ana, account, part, sent, status)
    if place:
        assert sentence in refusal_at(place, answer)
    fragment = send(ana, account, part, sent, status, **FRAGMENT)
    assert "<html" not in fragment
    assert sentence in fragment


def test_what_was_typed_stays_when_it_is_refused(ana, account):
    add(ana, account, "I10")
    words = {"reason": "Waiting for pathology", "expected": "tomorrow", "owner": "laboratory"}
    answer = send(ana, account, "holds/", words, 422)
    assert 'value="Waiting for pathology"' in answer
    assert '<option value="laboratory" selected>' in answer
    answer = send(ana, account, "evidence/", {"version": summary_of(account).pk, "quote": "Nowhere said", "code": ""}, 422)
    assert ">Nowhere said</textarea>" in answer


def test_removing_takes_a_reason(ana, account):
    row = add(ana, account, "I10")
    assert "Say why the code is removed" in refusal_at(
        f"dx-{row}", send(ana, account, f"diagnoses/{row}/", {"do": "remove"}, 422)
    )


def test_a_procedure_of_an_inpatient_has_its_day(ana, account):
    send(ana, account, "procedures/", {"q": "027034Z", "performed_on": "2026-09-02"})
    row = coding.procedures_in_force(account.pk).get()
    assert (row.system, row.performed_on) == ("ICD-10-PCS", datetime.date(2026, 9, 2))
    send(ana, account, f"procedures/{row.pk}/", {"do": "remove", "reason": "Done elsewhere"})
    assert not coding.procedures_in_force(account.pk).exists()


def test_an_outpatient_code_goes_on_its_charge_with_modifiers_and_units(hospital, ana):
    account = on_desk(hospital, "OUT", patient_class="outpatient_surgery")
    qualify(hospital.ana, hospital, "outpatient_surgery")
    send(ana, account, "take/", {})
    charge = account.charges.get()
    send(ana, account, "procedures/", {"q": "66984", "system": "CPT", "modifiers": "rt", "units": "1", "charge": charge.pk})
    row = coding.procedures_in_force(account.pk).get()
    assert (row.code, row.modifiers, row.charge) == ("66984", ["RT"], charge)
    send(ana, account, f"procedures/{row.pk}/", {"do": "modifiers", "modifiers": "LT 59", "units": "2"})
    row.refresh_from_db()
    assert (row.modifiers, row.units) == (["LT", "59"], 2)
    answer = send(ana, account, f"procedures/{row.pk}/", {"do": "modifiers", "modifiers": "LTX"}, 422)
    assert "Modifiers are two letters" in refusal_at(f"px-{row.pk}", answer)


def coded(answer: str) -> str:
    return re.search(r'name="coded" value="([^"]*)"', answer).group(1)


def did(answer: str) -> str:
    found = re.search(r'data-testid="drg-did">([^<]*)<', answer)
    return found.group(1) if found else ""


def test_the_group_says_what_a_change_of_codes_did(ana, account):
    none = coded(read(ana, account))
    answer = send(ana, account, "diagnoses/", {"q": "I21.4", "poa": "Y", "coded": none}, 200, **FRAGMENT)
    drg = re.search(r"MS-DRG (\d+)", answer).group(1)
    assert did(answer) == f"No group → {drg}: I21.4 added"
    answer = send(ana, account, "diagnoses/", {"q": "J18.9", "poa": "Y", "coded": coded(answer)}, 200, **FRAGMENT)
    with_mcc = re.search(r"MS-DRG (\d+)", answer).group(1)
    assert did(answer) == f"{drg} → {with_mcc}: J18.9 added"
    drg = with_mcc
    row = coding.diagnoses_in_force(account.pk).get(code="J189").pk
    answer = send(ana, account, f"diagnoses/{row}/", {"poa": "N", "coded": coded(answer)}, 200, **FRAGMENT)
    assert did(answer) == f"Still {drg}: POA of J18.9 Y to N"
    answer = send(ana, account, f"diagnoses/{row}/", {"do": "up", "coded": coded(answer)}, 200, **FRAGMENT)
    moved = re.search(r"MS-DRG (\d+)", answer).group(1)
    assert did(answer) == f"{drg} → {moved}: J18.9 first"
    # What changed no code says nothing, and a text that no page made is no comparison.
    for before in (coded(answer), "", "291;D <script> Y", ";".join(["291"] + ["D I10 Y"] * 900), "x;D I10 Y"):
        assert did(send(ana, account, "holds/", {"reason": "Waits", "coded": before}, 200, **FRAGMENT)) == ""
    assert "maximi" not in answer.lower()


# Evidence


def test_a_passage_is_linked_by_positions_in_code_points(ana, account):
    row, version = add(ana, account, "I10"), summary_of(account)
    start = SUMMARY.index("in good condition")
    sent = {"version": version.pk, "quote": "in good condition", "start": start, "end": start + 17, "code": f"dx-{row}"}
    send(ana, account, "evidence/", sent)
    passage = coding.diagnoses_in_force(account.pk).get(pk=row).evidence.get()
    assert (passage.start, passage.quote) == (start, "in good condition")
    assert f'<mark><a href="#dx-{row}" title="I10">in good condition</a></mark>' in read(ana, account)


def test_pasted_words_are_found_whatever_their_line_ends(ana, account):
    row, version = add(ana, account, "I10"), summary_of(account)
    send(ana, account, "evidence/", {"version": version.pk, "quote": "the LAD.\r\nCoronary  artery", "code": f"dx-{row}"})
    assert coding.diagnoses_in_force(account.pk).get(pk=row).evidence.get().quote == "the LAD.\nCoronary artery"


def test_passages_are_searched_for_once_and_exactly():
    assert passage_of("a b\nc", "b c") == (2, 5)
    for quote, words in (("x", "do not stand"), (" ", "Select the passage"), ("a", "2 times")):
        with pytest.raises(Exception, match=words):
            passage_of("a a", quote)


def test_overlapping_passages_cut_the_text_without_losing_a_letter():
    class Passage:
        def __init__(self, code, start, end):
            self.code, self.start, self.end, self.anchor = code, start, end, f"dx-{code}"

    parts = segments("0123456789", [Passage("A", 2, 6), Passage("B", 4, 8)])
    assert [(part.text, part.label) for part in parts] == [("01", ""), ("23", "A"), ("45", "A, B"), ("67", "B"), ("89", "")]


def test_a_document_is_cited_and_unlinked(ana, account):
    row, version = add(ana, account, "I10"), summary_of(account)
    send(ana, account, "evidence/", {"version": version.pk, "code": f"dx-{row}", "do": "cite"})
    passage = coding.diagnoses_in_force(account.pk).get(pk=row).evidence.get()
    assert (passage.start, passage.quote) == (None, "")
    send(ana, account, f"evidence/{passage.pk}/", {"do": "unlink"})
    assert "Discharge summary cited" not in read(ana, account)


def test_a_passage_on_an_older_version_is_confirmed_in_one_step(ana, account):
    row, version = add(ana, account, "I10"), summary_of(account)
    send(ana, account, "evidence/", {"version": version.pk, "quote": "Hypertension", "code": f"dx-{row}"})
    document(account, "discharge_summary", "Addended.\n" + SUMMARY)
    assert "To re-confirm:" in read(ana, account)
    old = coding.diagnoses_in_force(account.pk).get(pk=row).evidence.get()
    send(ana, account, f"evidence/{old.pk}/", {"do": "confirm"})
    assert "To re-confirm:" not in read(ana, account)
    live = coding.diagnoses_in_force(account.pk).get(pk=row).passages[0]
    assert (live.version, live.quote) == (summary_of(account), "Hypertension")


def test_a_document_found_wanting_holds_condition_2(ana, account):
    add(ana, account, "I10")
    sent = {"version": summary_of(account).pk, "quality": "legible", "note": "Page 2"}
    send(ana, account, "deficiency/", sent)
    answer = read(ana, account)
    assert "Found wanting: Not legible: Page 2" in answer
    assert "The discharge summary is not legible." in answer
    assert "Choose one of the six" in refusal_at("deficiency", send(ana, account, "deficiency/", sent | {"quality": "x"}, 422))


def test_a_deficiency_is_withdrawn_with_a_reason_and_no_longer_holds(ana, account):
    sent = {"version": summary_of(account).pk, "quality": "legible", "note": "Page 2"}
    send(ana, account, "deficiency/", sent)
    found = Deficiency.objects.get()
    place = f"deficiency/{found.pk}/"
    assert "Say why" in refusal_at(f"wanting-{found.pk}", send(ana, account, place, {"reason": " "}, 422))
    send(ana, account, place, {"reason": "The scan was replaced"})
    assert "Found wanting" not in ana.get(f"/account/{account.pk}/").content.decode()
    assert "The scan was replaced" in Event.objects.get(account=account, kind="document.sufficient").payload
    # Its form is gone by now, so the head of the page says what a second click did.
    assert "ended already" in refusal_at("head", send(ana, account, place, {"reason": "Again"}, 409))
    assert "no such deficiency" in refusal_at("head", send(ana, account, "deficiency/987654/", {"reason": "Lost"}, 422))


# The gate


def test_while_coding_the_gate_is_a_preview_that_says_so(ana, account):
    answer = read(ana, account)
    assert "Preview, not the verdict of record" in answer
    assert len(re.findall(r'data-testid="condition-\d"', answer)) == 7
    assert "Needs you" in answer
    assert "Not applicable" in answer


def test_claim_elements_stand_side_by_side_and_differences_show(ana, account):
    add(ana, account, "I10")
    assert "Not read in the record yet" in read(ana, account)
    send(ana, account, "abstract/", ABSTRACT | {"discharge_status": "03", "source": summary_of(account).pk})
    answer = read(ana, account)
    assert "1 differs" in answer
    assert coding.abstract_of(account.pk).sources["discharge_status"] == summary_of(account).pk


def test_an_overridden_finding_becomes_a_note(ana, account):
    for code in ("I50.9", "I10", "N18.4"):
        add(ana, account, code)
    answer = read(ana, account)
    form = re.search(
        r'name="rule" value="(circulatory[^"]+)"><input type="hidden" name="subjects" value="([^"]+)">'
        r'<input type="hidden" name="place" value="([^"]+)"',
        answer,
    )
    rule, subjects, place = form.group(1), form.group(2).replace("&quot;", '"'), form.group(3)
    sent = {"rule": rule, "subjects": subjects, "place": place}
    refused = send(ana, account, "override/", sent | {"reason": "no"}, 422)
    assert "Give the reason in a sentence" in refusal_at(place, refused)
    send(ana, account, "override/", sent | {"reason": "The provider documents that they are unrelated"})
    assert "Overridden: The provider documents" in read(ana, account)


def test_an_override_by_two_people_is_asked_by_one_and_agreed_by_another(ana, account, hospital):
    add(ana, account, "I50.23")
    add(ana, account, "L89.153", poa="U")
    answer = read(ana, account)
    assert "Ask to override; a second person agrees" in answer
    form = re.search(r'name="rule" value="(poa.unknown)"><input type="hidden" name="subjects" value="([^"]+)">', answer)
    sent = {"rule": form.group(1), "subjects": form.group(2).replace("&quot;", '"'), "place": "finding-0"}
    send(ana, account, "override/", sent | {"reason": "The provider has left and cannot be asked"})
    mine = read(ana, account)
    assert "A second person agrees on this page." in mine
    assert "Agree as the second person" not in mine
    cleo = signed_in(hospital.cleo)
    assert "Agree as the second person" in read(cleo, account)
    row = Override.objects.get(account=account)
    assert "another person agrees" in send(ana, account, f"override/{row.pk}/agree/", {"place": "finding-0"}, 422)
    send(cleo, account, f"override/{row.pk}/agree/", {"place": "finding-0"})
    row.refresh_from_db()
    assert row.second == hospital.cleo


def test_a_hold_is_placed_and_resolved_with_reasons(ana, account):
    send(ana, account, "holds/", {"reason": "Operative report dictated", "owner": "him", "expected": "2026-10-02"})
    placed = Hold.objects.get(account=account)
    answer = read(ana, account)
    assert "Operative report dictated" in answer
    assert "expected to clear Oct 2" in answer
    assert "Say why" in refusal_at(f"hold-{placed.pk}", send(ana, account, f"holds/{placed.pk}/", {}, 422))
    send(ana, account, f"holds/{placed.pk}/", {"reason": "It has come"})
    placed.refresh_from_db()
    assert placed.resolution == "It has come"


def test_the_checks_hold_is_not_resolved_by_hand(ana, account):
    hold(account)
    standing = Hold.objects.get(account=account)
    assert f'action="{page(account)}holds/{standing.pk}/"' not in read(ana, account)
    answer = ana.post(page(account, f"holds/{standing.pk}/"), {"reason": "x"}, **FRAGMENT)
    assert (answer.status_code, "clears this hold" in answer.content.decode()) == (422, True)


# The foot


def test_finalizing_without_a_diagnosis_says_so_at_the_foot(ana, account):
    assert "Finalizing waits for the principal diagnosis" in read(ana, account)
    assert "Assign at least the principal" in refusal_at("foot", send(ana, account, "finalize/", {"do": "finalize"}, 422))


def test_next_stays_and_shows_what_is_the_coders_own(ana, account):
    add(ana, account, "I10")
    account.refresh_from_db()
    answer = send(ana, account, "finalize/", {"do": "next", "revision": account.revision}, 422)
    assert "Not finalized: the gate holds what is yours" in refusal_at("foot", answer)
    assert "Yours to mend first" in answer
    account.refresh_from_db()
    assert account.step == "coding"
    response = ana.post(page(account, "finalize/"), {"do": "next", "revision": account.revision}, **FRAGMENT)
    assert (response.status_code, response["HX-Reswap"]) == (422, "none")
    assert b"Not finalized" in response.content


def test_next_finalizes_and_goes_to_the_next_account(hospital, ana, account):
    other = on_desk(hospital, "W2")
    code_completely(ana, account)
    account.refresh_from_db()
    response = ana.post(page(account, "finalize/"), {"do": "next", "revision": account.revision})
    account.refresh_from_db()
    assert account.step == "final_coded"
    assert response["Location"] == page(other)


def test_next_moves_on_when_what_holds_belongs_to_somebody_else(hospital, ana, account):
    code_completely(ana, account)
    send(ana, account, "holds/", {"reason": "Waiting for the itemized bill", "owner": "charge"})
    account.refresh_from_db()
    response = ana.post(page(account, "finalize/"), {"do": "next", "revision": account.revision}, **FRAGMENT)
    account.refresh_from_db()
    assert account.step == "final_coded"
    assert response["HX-Redirect"] == "/?nothing=1"


def test_after_finalizing_the_page_polls_until_the_check_is_done(hospital, ana, account):
    code_completely(ana, account)
    send(ana, account, "finalize/", {"do": "finalize"})
    waiting = read(ana, account)
    assert "Checking…" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    poll = {"HTTP_X_POLLING": "1", **FRAGMENT}
    assert ana.get(page(account), **poll).status_code == 204
    drain()
    assert not OutboxRow.objects.filter(kind="release.check", state="waiting").exists()
    done = ana.get(page(account), **poll).content.decode()
    assert "Releasable" in done
    assert "every 2s" not in done


def test_a_supervisor_approves_a_releasable_account_from_its_page(hospital, ana, cleo, account):
    code_completely(ana, account)
    send(ana, account, "finalize/", {"do": "finalize"})
    drain()
    answer = read(cleo, account)
    sent = re.search(r'name="account" value="([^"]+)"', answer).group(1)
    cleo.post("/board/approve/", {"account": sent, "confirmed": "1"})
    account.refresh_from_db()
    assert account.step == "released"
    assert "Approve for billing" not in read(cleo, account)


def test_a_held_account_says_what_approving_waits_for(hospital, cleo):
    account = hospital.account("HELD")
    make_releasable(hospital, account)
    OutboxRow.objects.filter(account=account).delete()
    hold(account)
    answer = read(cleo, account)
    assert "Approving waits" in answer
    assert '<a href="#holds">a hold is open</a>' in answer
    assert "Approve for billing" not in answer


def test_who_coded_it_is_told_that_another_approves(hospital, cleo):
    account = hospital.account("OWN")
    make_releasable(hospital, account, coder=hospital.cleo)
    answer = read(cleo, account)
    assert "You coded this account; another supervisor approves it." in answer
    assert "Approve for billing" not in answer
