"""What programs do with the API: an encoder codes an account to its claim, a feed delivers, a supervisor moves work."""

from typing import Any

import pytest

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Event, OutboxRow, Step, ToldCodes, WorkItem
from coding_workflow.coding.models import CodedDiagnosis, ProviderQuery
from coding_workflow.outbox.services import drain
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.staff import services
from coding_workflow.staff.models import User
from tests.api.sending import Program, as_program, by_session, problem
from tests.cast import Cast
from tests.coding.queries import desk
from tests.coding.stage import to_code
from tests.registration import sending
from tests.worklist.conftest import make_releasable
from tests.worklist.rows import claim_at

HL7 = {"Content_Type": "application/hl7-v2"}


class Coder:
    """An encoder that works on one account: it names the version that it read last."""

    def __init__(self, program: Program, account: int) -> None:
        self.program, self.account = program, account
        self.tag = program.get(f"accounts/{account}/").headers["ETag"]

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return self._changed("POST", path, body or {}, status)

    def patch(self, path: str, body: Any) -> Any:
        return self._changed("PATCH", path, body, 200)

    def _changed(self, method: str, path: str, body: Any, status: int) -> Any:
        response = self.program.send(method, f"accounts/{self.account}/{path}", body, If_Match=self.tag)
        assert response.status_code == status, response.content
        self.tag = response.headers["ETag"]
        return response.json()


@pytest.fixture
def ana(hospital: Cast) -> Program:
    return as_program(hospital.ana, hospital.main)


def test_an_encoder_adds_orders_supports_and_finalizes(hospital: Cast, ana: Program) -> None:
    account = desk.asked_about(hospital)
    coder = Coder(ana, account.pk)
    coder.post("diagnoses/", {"code": "J96.01", "poa": "N"})
    said = coder.post("diagnoses/", {"code": "J44.1", "poa": "Y"})
    first, second = (each["id"] for each in said["diagnoses"])
    said = coder.post("diagnoses/order/", {"order": [second, first]}, 200)
    assert [each["display"] for each in said["diagnoses"]] == ["J44.1", "J96.01"]
    said = coder.patch(f"diagnoses/{first}/", {"poa": "Y"})
    assert [each["poa"] for each in said["diagnoses"]] == ["Y", "Y"]
    version = DocumentVersion.objects.get(account=account)
    start = version.text.index("COPD")
    said = coder.post("evidence/", {"version": version.pk, "diagnosis": second, "start": start, "end": start + 17})
    (passage,) = said["diagnoses"][0]["evidence"]
    assert passage["quote"] == "COPD exacerbation"
    coder.post(f"evidence/{passage['id']}/remove/", {}, 200)
    said = coder.post(f"diagnoses/{first}/remove/", {"reason": "Not treated"}, 200)
    assert [each["display"] for each in said["diagnoses"]] == ["J44.1"]
    coder.post("abstract/", {"patient_class": "inpatient", "admit_date": "2026-09-01", "discharge_status": "01"})
    assert coder.post("finalize/", {}, 200)["step"] == "final_coded"
    assert Event.objects.filter(account=account, kind="account.moved", actor=str(hospital.ana.pk)).exists()
    assert problem(ana.post(f"accounts/{account.pk}/finalize/", {}, If_Match=coder.tag)) == (409, "coding.step")


def test_procedures_are_added_changed_and_removed(hospital: Cast) -> None:
    account = to_code(hospital, "E1")
    coder = Coder(as_program(hospital.ana, hospital.main), account.pk)
    said = coder.post("procedures/", {"code": "0BH17EZ", "performed_on": "2026-09-02"})
    row = said["procedures"][0]
    assert (row["display"], row["performed_on"]) == ("0BH17EZ", "2026-09-02")
    said = coder.patch(f"procedures/{row['id']}/", {"modifiers": [], "units": 2})
    assert said["procedures"][0]["units"] == "2.00"
    assert coder.post(f"procedures/{row['id']}/remove/", {"reason": "Twice"}, 200)["procedures"] == []


def test_who_does_not_have_the_account_codes_nothing_and_reads_who_has(hospital: Cast, ana: Program) -> None:
    item = WorkItem.objects.get(account=to_code(hospital))
    services.grant_role(by=hospital.ada, person=hospital.ben, facility=hospital.main, role="coder")
    assert as_program(hospital.ben, hospital.main).post(f"work/{item.pk}/take/", {}).status_code == 200
    tag = ana.get(f"accounts/{item.account_id}/").headers["ETag"]
    response = ana.post(f"accounts/{item.account_id}/diagnoses/", {"code": "I21.4"}, If_Match=tag)
    assert problem(response) == (409, "work.taken")
    assert "Ben" in response.json()["detail"]


def test_a_query_is_drafted_sent_answered_and_its_link_told_once(hospital: Cast, ana: Program) -> None:
    account = desk.asked_about(hospital)
    coder, wording = Coder(ana, account.pk), desk.wording(account)
    body = {
        "kind": wording.kind,
        "reason": wording.reason,
        "subject": wording.subject,
        "text": wording.text,
        "options": list(wording.options),
        "passages": [{"version": v, "start": s, "end": e} for v, s, e in wording.indicators],
        "provider": wording.provider_id,
    }
    row = coder.post("queries/", body)["id"]
    send = {"If_Match": coder.tag, "Idempotency_Key": "send"}
    sent = ana.post(f"accounts/{account.pk}/queries/{row}/send/", {}, **send)
    again = ana.post(f"accounts/{account.pk}/queries/{row}/send/", {}, **send)
    assert sent.json()["link"]["url"].startswith("http://testserver/answer/")
    assert (again.status_code, again.json()["link"], again.json()["query"]["status"]) == (200, None, "sent")
    coder.tag = sent.headers["ETag"]
    said = coder.post(f"queries/{row}/answer/", {"way": "verbal", "choice": desk.OPTIONS[0], "signed_name": "Wanda Ward"}, 200)
    assert said["answer"]["choice"] == desk.OPTIONS[0]
    assert problem(ana.post(f"accounts/{account.pk}/queries/{row}/send/", {}, If_Match=coder.tag)) == (409, "query.moved_on")
    cleo = as_program(hospital.cleo, hospital.main)
    assert [each["id"] for each in cleo.get("queries/").json()["rows"]] == [row]
    assert ProviderQuery.objects.get().status == "answered"


def test_what_the_linter_blocks_is_not_sent(hospital: Cast, ana: Program) -> None:
    account = desk.asked_about(hospital)
    coder = Coder(ana, account.pk)
    body = {"kind": "open", "reason": "unclear", "subject": "x", "text": "Please document respiratory failure for a higher DRG."}
    row = coder.post("queries/", body)["id"]
    response = ana.post(f"accounts/{account.pk}/queries/{row}/send/", {}, If_Match=coder.tag)
    assert problem(response) == (422, "query.lint")
    assert response.json()["fix"]["href"] == f"/account/{account.pk}/"


def test_a_hold_is_placed_and_resolved_once(hospital: Cast, ana: Program) -> None:
    account = to_code(hospital)
    coder = Coder(ana, account.pk)
    made = coder.post("holds/", {"message": "Waits for the implant log", "owner_role": "him"})
    assert ana.get("accounts/?held=true").json()["rows"][0]["held"] is True
    said = coder.post(f"holds/{made['id']}/resolve/", {"reason": "It came"}, 200)
    assert said["resolution"] == "It came"
    assert problem(ana.post(f"accounts/{account.pk}/holds/{made['id']}/resolve/", {"reason": "x"}, If_Match=coder.tag))[0] == 409


def test_an_approval_that_is_refused_keeps_the_verdict_and_its_holds(hospital: Cast) -> None:
    account = hospital.account("R1")
    make_releasable(hospital, account)
    account.refresh_from_db()
    cleo = as_program(hospital.cleo, hospital.main)
    path, tag = f"accounts/{account.pk}/release/", f'"{account.revision}"'
    refused = cleo.post(path, {}, If_Match=tag, Idempotency_Key="r")
    assert problem(refused) == (422, "release.held")
    held = cleo.get(f"accounts/{account.pk}/holds/").json()["rows"]
    assert held
    assert cleo.get(f"accounts/{account.pk}/checks/").json()["rows"][0]["verdict"] == "held"
    assert problem(as_program(hospital.ana, hospital.main).post(path, {}, If_Match=tag)) == (403, "staff.role")


def test_checks_are_asked_for_of_final_coded_accounts(hospital: Cast, ana: Program, work: Any) -> None:
    account = work("A1").account
    assert problem(ana.post(f"accounts/{account.pk}/checks/", {})) == (422, "account.step")
    other = hospital.account("R1")
    make_releasable(hospital, other)
    assert ana.post(f"accounts/{other.pk}/checks/", {}).status_code == 202
    drain()
    newest = ana.get(f"accounts/{other.pk}/checks/").json()["rows"][0]
    said = ana.get(f"accounts/{other.pk}/checks/{newest['id']}/").json()
    assert said["verdict"] == "held"
    assert {"rule", "message", "owner"} <= set(said["findings"][0])


def test_work_is_listed_taken_put_back_and_moved(hospital: Cast, ana: Program, work: Any) -> None:
    item = work("A1")
    work("A2")
    listed = ana.get("work/?queue=code-inpatient").json()
    assert [each["holder"] for each in listed["rows"]] == [None, None]
    given = ana.post("work/next/", {"queue": "code-inpatient"})
    mine = given.json()["work"]
    assert mine["mine"] is True
    assert [each["id"] for each in ana.get("work/mine/").json()["rows"]] == [mine["id"]]
    back = f"work/{mine['id']}/put-back/"
    assert problem(ana.post(back, {"reason": "Lunch"}, If_Match='"0"')) == (412, "version.other")
    assert ana.post(back, {"reason": "Lunch"}, If_Match=given.headers["ETag"]).json()["holder"] is None
    taken = ana.post(f"work/{item.pk}/take/", {})
    cleo = as_program(hospital.cleo, hospital.main)
    over = {"reason": "Went home"}
    assert problem(cleo.post(f"work/{item.pk}/take-over/", {"to": 987654, **over}, If_Match=taken.headers["ETag"]))[0] == 404
    assert cleo.post(f"work/{item.pk}/take-over/", over, If_Match=taken.headers["ETag"]).json()["holder"] is None


def test_when_there_is_no_work_it_says_why(hospital: Cast, ana: Program) -> None:
    said = ana.post("work/next/", {}).json()
    assert said["work"] is None
    assert said["why"]


@pytest.fixture
def feed(hospital: Cast) -> Program:
    """A system with a token for messages, as an interface engine has it."""
    made = services.create_system(
        by=hospital.ada, facility=hospital.main, username="adt", full_name="ADT", roles=["administrator"]
    )
    _, text = services.make_token(
        by=hospital.ada, owner=made, facility=hospital.main, name="ADT", scope="messages", roles=["administrator"], days=9
    )
    return Program(text)


def test_a_feed_delivers_a_message_once_however_often_it_sends(hospital: Cast, feed: Program) -> None:
    first = feed.post("imports/?feed=epic", sending.admit(), **HL7)
    again = feed.post("imports/?feed=epic", sending.admit(), Content_Type="x-application/hl7-v2+er7")
    assert (first.status_code, first.json()["status"], first.json()["feed"]) == (201, "applied", "epic")
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["times_received"] == 2
    assert Account.objects.get(number="A100").pk == first.json()["account"]


def test_a_message_that_cannot_be_applied_is_kept_listed_and_replayed(hospital: Cast, feed: Program) -> None:
    feed.post("imports/", sending.admit(), **HL7)
    failed = feed.post("imports/", sending.discharge(disposition="ZZ"), **HL7).json()
    assert (failed["status"], failed["place"]) == ("failed", "PV1-36")
    ada = as_program(hospital.ada, hospital.main)
    assert [each["id"] for each in ada.get("imports/").json()["rows"]] == [failed["id"]]
    assert "PV1|" in ada.get(f"imports/{failed['id']}/").json()["text"]
    FeedMap.objects.create(facility=hospital.main, kind="disposition", local="ZZ", ours="01")
    replay = f"imports/{failed['id']}/replay/"
    said = [ada.post(replay, {}, Idempotency_Key="x") for _ in range(2)]
    assert [each.json()["status"] for each in said] == ["applied", "applied"]
    assert problem(ada.post(replay, {})) == (409, "registration.message_done")


def test_a_message_for_another_hospital_is_refused_and_leaves_nothing(hospital: Cast, feed: Program) -> None:
    response = feed.post("imports/", sending.admit(facility="OTHER"), **HL7)
    assert problem(response) == (403, "registration.elsewhere")
    assert not InboundMessage.objects.exists()
    assert not Account.objects.filter(number="A100").exists()


def test_a_message_without_words_or_of_another_type_is_refused(hospital: Cast, feed: Program) -> None:
    assert problem(feed.post("imports/", None)) == (422, "registration.empty")
    assert problem(feed.post("imports/", {"message": "MSH"})) == (415, "content_type")
    assert problem(feed.post("imports/?feed=a%20b", sending.admit(), **HL7)) == (400, "parameters")
    assert problem(feed.post("imports/", b"x" * (4 * 1024 * 1024 + 1), **HL7)) == (413, "body.large")
    assert problem(feed.get("imports/")) == (403, "token.scope")


def test_lists_go_on_by_key_without_skipping(hospital: Cast, ana: Program) -> None:
    made = [hospital.account(f"L{number}").pk for number in range(5)]
    seen: list[int] = []
    address = "accounts/?limit=2"
    while address:
        said = ana.get(address).json()
        seen += [each["id"] for each in said["rows"]]
        address = f"accounts/?limit=2&after={said['next_after']}" if said["next_after"] else ""
    assert seen == sorted(made, reverse=True)


def test_search_is_by_number_in_the_body(hospital: Cast, ana: Program) -> None:
    account = hospital.account("A1")
    assert [each["id"] for each in ana.post("accounts/search/", {"number": "A1"}).json()["rows"]] == [account.pk]
    assert [each["id"] for each in ana.post("accounts/search/", {"mrn": "M-A1"}).json()["rows"]] == [account.pk]
    assert ana.post("accounts/search/", {"number": "A"}).json()["rows"] == []


def test_claims_are_marked_by_billers_as_they_go(hospital: Cast) -> None:
    pk, bill = claim_at(hospital, hospital.main)["pk"], as_program(hospital.bill, hospital.main)
    assert bill.post(f"claims/{pk}/submitted/", {}).json()["status"] == "submitted"
    assert problem(bill.post(f"claims/{pk}/submitted/", {})) == (409, "claim.status")
    assert bill.post(f"claims/{pk}/rejected/", {"reason": "NPI unknown"}).json()["status"] == "rejected"
    assert WorkItem.objects.filter(kind="denial").exists()


def test_an_encoder_tells_its_codes_and_the_coder_takes_them_over(hospital: Cast, ana: Program) -> None:
    account = desk.asked_about(hospital)
    path = f"accounts/{account.pk}/told-codes/"
    diagnoses = [
        {"system": "ICD-10-CM", "code": "J44.1", "poa": "Y"},
        {"system": "ICD-10-CM", "code": "J96.01", "poa": "N"},
        {"system": "ICD-10-CM", "code": "R06.02", "kind": "admitting"},
    ]
    said = ana.post(path, {"source": "encoder", "diagnoses": diagnoses, "coder": hospital.ana.username})
    assert said.status_code == 201, said.content
    [row] = said.json()["rows"]
    assert (row["source"], row["part"], row["coder"], row["codes"][0]["code"]) == (
        "encoder",
        "diagnoses",
        hospital.ana.pk,
        "J441",
    )
    assert not CodedDiagnosis.objects.exists()

    waiting = ana.get(f"accounts/{account.pk}/proposed-codes/").json()["rows"]
    assert [each["display"] for each in waiting] == ["J44.1", "J96.01", "R06.02"]
    coder = Coder(ana, account.pk)
    coder.post("proposed-codes/take-over/", {"row": waiting[1]["id"]}, 200)
    coder.post(f"proposed-codes/{waiting[2]['id']}/dismiss/", {}, 200)
    codes = coder.post("proposed-codes/take-over/", {}, 200)
    assert [(each["display"], each["poa"]) for each in codes["diagnoses"]] == [("J44.1", "Y"), ("J96.01", "N")]
    assert set(CodedDiagnosis.objects.values_list("assigned_by", flat=True)) == {hospital.ana.pk}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"source": "encoder"}, 422, "codes.none"),
        ({"source": "encoder", "diagnoses": [{"system": "ICD-10-CM", "code": "<b>"}]}, 422, "codes.form"),
        ({"source": "encoder", "diagnoses": [{"system": "ICD-10-PCS", "code": "0BH17EZ"}]}, 422, "codes.form"),
        ({"source": "encoder", "procedures": [{"system": "CPT", "code": "99284", "modifiers": ["é2"]}]}, 422, "modifier.form"),
        ({"source": "encoder", "diagnoses": [], "told_at": "2099-01-01T00:00:00Z"}, 422, "codes.future"),
        ({"source": "encoder", "procedures": [], "drg": "193"}, 422, "codes.drg"),
        ({"source": "opening", "diagnoses": []}, 400, "fields"),
        ({"source": "host", "diagnoses": []}, 403, "staff.role"),
    ],
)
def test_what_cannot_be_told_is_refused(hospital: Cast, ana: Program, body: Any, status: int, code: str) -> None:
    account = desk.asked_about(hospital)
    said = ana.post(f"accounts/{account.pk}/told-codes/", body)
    assert problem(said) == (status, code)


def test_a_program_takes_over_what_it_read_and_an_account_that_ended_takes_no_codes(hospital: Cast, ana: Program) -> None:
    account = desk.asked_about(hospital)
    path = f"accounts/{account.pk}/told-codes/"
    ana.post(path, {"source": "encoder", "diagnoses": [{"system": "ICD-10-CM", "code": "J44.1"}]})
    read = [row["id"] for row in ana.get(f"accounts/{account.pk}/proposed-codes/").json()["rows"]]
    both = [{"system": "ICD-10-CM", "code": code} for code in ("J44.1", "J96.01")]
    ana.post(path, {"source": "encoder", "diagnoses": both})
    codes = Coder(ana, account.pk).post("proposed-codes/take-over/", {"seen": read}, 200)
    assert [each["display"] for each in codes["diagnoses"]] == ["J44.1"]
    ended = hospital.account("C1")
    lifecycle.move(account=lock_account(ended.pk), to=Step.CANCELLED, by=hospital.actor("cleo"))
    said = ana.post(f"accounts/{ended.pk}/told-codes/", {"source": "encoder", "diagnoses": both})
    assert problem(said) == (409, "codes.ended")


def test_patient_accounting_tells_its_codes_and_the_comparison_is_asked_for(hospital: Cast) -> None:
    account = desk.asked_about(hospital)
    bill = as_program(hospital.bill, hospital.main)
    said = bill.post(f"accounts/{account.pk}/told-codes/", {"source": "host", "diagnoses": []})
    assert said.status_code == 201, said.content
    assert OutboxRow.objects.filter(kind="payment.compare_host", account_id=account.pk).exists()


def _system(hospital: Cast, role: str) -> Program:
    """A program with a name of its own and a token that writes."""
    named = {"by": hospital.ada, "facility": hospital.main}
    made = services.create_system(**named, username=f"interface-{role}", full_name="Interface", roles=[role])
    _, text = services.make_token(**named, owner=made, name="Codes", scope="write", roles=[role], days=9)
    return Program(text)


@pytest.mark.parametrize("source", ["encoder", "host"])
def test_an_administrator_speaks_for_no_encoder_and_no_host_but_an_interface_does(hospital: Cast, source: str) -> None:
    account = desk.asked_about(hospital)
    path, body = f"accounts/{account.pk}/told-codes/", {"source": source, "diagnoses": []}
    for person in (as_program(hospital.ada, hospital.main), by_session(hospital.ada)):
        assert problem(person.post(path, body)) == (403, "staff.role")
    assert not ToldCodes.objects.exists()
    assert _system(hospital, "administrator").post(path, body).status_code == 201
    told = ToldCodes.objects.get()
    assert (told.source, told.told_by) == (source, f"person:{User.objects.get(username='interface-administrator').pk}")


def test_a_system_that_bills_tells_what_patient_accounting_has_and_nothing_of_an_encoder(hospital: Cast) -> None:
    account = desk.asked_about(hospital)
    path, bills = f"accounts/{account.pk}/told-codes/", _system(hospital, "biller")
    assert bills.post(path, {"source": "host", "diagnoses": []}).status_code == 201
    assert problem(bills.post(path, {"source": "encoder", "diagnoses": []})) == (403, "staff.role")
    looks = _system(hospital, "compliance")
    assert problem(looks.post(path, {"source": "host", "diagnoses": []})) == (403, "staff.role")
