"""Changing the policy on its pages: typed, kept, previewed, proposed, published by another person, brought back."""

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AccessRecord
from coding_workflow.policy import files, selectors, services
from coding_workflow.policy.models import PolicyDraft, PolicyEvent, PolicyProposal, PolicyVersion
from coding_workflow.policy.rules import AutoRelease, BillHold, Scope
from coding_workflow.policy.standard import STANDARD
from tests.policy.full import FULL
from tests.security.browser import grow_old, signed_in
from worklist.selectors.policy_effects import effects

from .conftest import advance, grant, hold, make_releasable

WHY = {"reason": "Decided by the committee", "effective_from": "2026-09-30"}


def _at(cast, name: str, *more: str) -> str:
    return reverse(f"worklist:{name}", args=[cast.main.pk, *more])


@pytest.fixture
def ada(hospital):
    """Ada's browser."""
    return signed_in(hospital.ada)


def _set_days(hospital, client, days: str, row: str = "2"):
    return client.post(
        _at(hospital, "edit_policy_part", "bill_holds"), {"row": row, f"bill_holds[{row}].days": days, "do": "save"}
    )


def _proposed(hospital, client, days: str = "6") -> PolicyProposal:
    _set_days(hospital, client, days)
    assert client.post(_at(hospital, "propose_policy"), WHY).status_code == 302
    return PolicyProposal.objects.get(state="open")


def test_a_change_goes_all_the_way(hospital, ada):
    proposal = _proposed(hospital, ada)
    cora = signed_in(hospital.cora)
    page = cora.get(_at(hospital, "policy_proposal")).content.decode()
    assert "All accounts wait 2 days after discharge." in page
    assert "All accounts wait 6 days after discharge." in page
    assert "Decided by the committee" in page
    answer = cora.post(_at(hospital, "publish_policy"), {"seen": proposal.hash})
    assert answer.status_code == 302
    assert selectors.policy_for(hospital.main).bill_hold_days("clinic", "medicare") == 6
    versions = cora.get(_at(hospital, "policy_versions")).content.decode()
    assert "Version 1" in versions
    assert "In force" in versions
    text = cora.get(_at(hospital, "policy_text")).content.decode()
    assert "Published by" in text
    assert PolicyVersion.objects.get().hash in text


def test_what_is_typed_wrongly_is_kept_and_told_at_its_field(hospital, ada):
    answer = _set_days(hospital, ada, "soon")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Days after discharge must be a whole number." in page
    assert 'value="soon"' in page
    assert json.loads(PolicyDraft.objects.get().document)["bill_holds"][2]["days"] == "soon"
    assert "Not finished" in ada.get(_at(hospital, "edit_policy")).content.decode()
    again = ada.get(_at(hospital, "edit_policy_part", "bill_holds"), {"row": "2"}).content.decode()
    assert 'value="soon"' in again
    preview = ada.get(_at(hospital, "preview_policy")).content.decode()
    assert "disabled" in preview
    assert ada.post(_at(hospital, "propose_policy"), WHY).status_code == 422


def test_a_new_row_is_one_row_however_often_it_is_sent(hospital, ada):
    address = _at(hospital, "edit_policy_part", "bill_holds")
    assert "Days after discharge" in ada.get(address, {"row": "new"}).content.decode()
    assert not PolicyDraft.objects.exists()
    answer = ada.post(address, {"row": "new", "bill_holds[3].days": "x", "do": "save"})
    assert '<input type="hidden" name="row" value="3">' in answer.content.decode()
    ada.post(address, {"row": "3", "bill_holds[3].days": "1", "do": "save"})
    assert [row["days"] for row in json.loads(PolicyDraft.objects.get().document)["bill_holds"]] == [4, 3, 2, 1]


def test_an_inner_row_is_added_by_a_button_and_nothing_typed_is_lost(hospital, ada):
    typed = {
        "row": "0",
        "required_documents[0].title": "History",
        "required_documents[0].any_of:count": "1",
        "required_documents[0].any_of[0].document_type": "consultation",
        "do": "add:required_documents[0].any_of",
    }
    page = ada.post(_at(hospital, "edit_policy_part", "required_documents"), typed).content.decode()
    assert 'value="History"' in page
    assert 'name="required_documents[0].any_of:count" value="2"' in page
    assert '<option value="consultation" selected>' in page


@pytest.mark.parametrize("part", ["about", "evidence", "queries", "select_modifiers", "suggestions_for"])
def test_each_part_opens_and_saves_unchanged(hospital, ada, part):
    assert ada.get(_at(hospital, "edit_policy_part", part)).status_code == 200


@pytest.mark.parametrize(("part", "query"), [("nothing", {}), ("bill_holds", {}), ("bill_holds", {"row": "77"}), ("always", {})])
def test_parts_and_rows_that_are_not_there_are_unknown(hospital, ada, part, query):
    assert ada.get(_at(hospital, "edit_policy_part", part), query).status_code == 404


def test_a_setting_of_its_own_is_changed_in_one_form(hospital, ada):
    typed = {"queries.reminder_days": "3", "queries.second_reminder_days": "2", "queries.escalation_days": "9"}
    typed |= {"queries.escalate_to": "supervisor", "queries.link_days": "5", "query_is_legal_record": "yes"}
    answer = ada.post(_at(hospital, "edit_policy_part", "queries"), typed)
    assert answer.status_code == 422
    assert "follow each other" in answer.content.decode()
    ada.post(_at(hospital, "edit_policy_part", "queries"), typed | {"queries.second_reminder_days": "5"})
    page = ada.get(_at(hospital, "preview_policy")).content.decode()
    assert "its answer ends the hold" in page
    assert "reminded 3 days after sending, and again after 5 days" in page


def test_rows_are_moved_and_taken_out_and_all_of_it_thrown_away(hospital, ada):
    ada.post(_at(hospital, "order_policy"), {"do": "down:bill_holds[0]"})
    ada.post(_at(hospital, "order_policy"), {"do": "drop:bill_holds[2]"})
    assert [row["days"] for row in json.loads(PolicyDraft.objects.get().document)["bill_holds"]] == [3, 4]
    ada.post(_at(hospital, "throw_policy"))
    assert not PolicyDraft.objects.exists()


def test_publishing_takes_a_young_proof_and_the_writer_cannot(hospital, ada):
    proposal = _proposed(hospital, ada)
    assert "You wrote it" in ada.get(_at(hospital, "policy_proposal")).content.decode()
    assert ada.post(_at(hospital, "publish_policy"), {"seen": proposal.hash}).status_code == 422
    cora = signed_in(hospital.cora)
    grow_old(cora)
    answer = cora.post(_at(hospital, "publish_policy"), {"seen": proposal.hash})
    assert answer.status_code == 403
    assert "Prove it in another tab" in answer.content.decode()
    assert not PolicyVersion.objects.exists()


def test_it_is_sent_back_or_withdrawn_with_words(hospital, ada):
    _proposed(hospital, ada)
    cora = signed_in(hospital.cora)
    assert cora.post(_at(hospital, "return_policy"), {"reason": ""}).status_code == 422
    cora.post(_at(hospital, "return_policy"), {"reason": "Newborns are missing"})
    _proposed(hospital, ada)
    ada.post(_at(hospital, "return_policy"), {"do": "withdraw", "reason": "Another row is needed"})
    assert set(PolicyProposal.objects.values_list("state", flat=True)) == {"returned", "withdrawn"}
    page = ada.get(_at(hospital, "policy_versions")).content.decode()
    assert "Newborns are missing" in page


def test_who_was_overtaken_sees_what_theirs_changes_of_the_new_version(hospital, ada):
    _set_days(hospital, ada, "6")
    services.publish_policy(
        facility=hospital.main,
        policy=replace(STANDARD, suggestions_for=("clinic",)),
        by=hospital.ada,
        second=hospital.cora,
        effective_from=selectors.clock.today(),
    )
    assert ada.post(_at(hospital, "propose_policy"), WHY).status_code == 409
    assert "was published since you began" in ada.get(_at(hospital, "preview_policy")).content.decode()
    ada.post(_at(hospital, "propose_policy"), {"over": "1"})
    assert ada.post(_at(hospital, "propose_policy"), WHY).status_code == 302


def test_an_earlier_version_and_a_file_become_drafts(hospital, ada):
    proposal = _proposed(hospital, ada)
    signed_in(hospital.cora).post(_at(hospital, "publish_policy"), {"seen": proposal.hash})
    answer = ada.post(_at(hospital, "policy_file"), {"version": "1", "reason": "For version control"})
    assert files.from_file(answer.content.decode()).bill_hold_days("clinic", "medicare") == 6
    assert ada.post(_at(hospital, "take_up_policy"), {"version": "1", "reason": "no"}).status_code == 422
    ada.post(_at(hospital, "take_up_policy"), {"version": "1", "reason": "It was better"})
    upload = {"reason": "From the other hospital", "file": SimpleUploadedFile("policy.json", files.to_file(FULL).encode())}
    assert ada.post(_at(hospital, "import_policy"), upload).status_code == 409
    ada.post(_at(hospital, "throw_policy"))
    upload["file"] = SimpleUploadedFile("policy.json", files.to_file(FULL).encode())
    assert ada.post(_at(hospital, "import_policy"), upload).status_code == 302
    broken = {"reason": "From the other hospital", "file": SimpleUploadedFile("policy.json", b"\xff")}
    assert ada.post(_at(hospital, "import_policy"), broken).status_code == 422
    kinds = set(PolicyEvent.objects.values_list("kind", flat=True))
    assert {"policy.exported", "policy.rolled_back", "policy.imported"} <= kinds


def test_the_text_is_downloaded_as_a_file_and_as_a_page(hospital):
    ana = signed_in(hospital.ana)
    plain = ana.get(_at(hospital, "policy_text_file"))
    assert plain["Content-Disposition"] == 'attachment; filename="policy-MAIN-0.txt"'
    assert "2.3 All accounts wait 2 days after discharge." in plain.content.decode()
    assert STANDARD.hash in plain.content.decode()
    page = ana.get(_at(hospital, "policy_text_file"), {"as": "html"}).content.decode()
    assert "<h1>Policy of Main Street Hospital</h1>" in page
    assert ana.get(_at(hospital, "policy_text"), {"version": "9"}).status_code == 404


def test_markup_in_a_policy_stays_words(hospital, ada):
    ada.post(_at(hospital, "edit_policy_part", "about"), {"title": "<script>alert(1)</script>", "do": "save"})
    page = ada.get(_at(hospital, "edit_policy")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_administrator_of_another_hospital_finds_nothing(hospital):
    grant(hospital.dov, hospital.other, "administrator")
    client = signed_in(hospital.dov)
    assert client.get(_at(hospital, "edit_policy")).status_code == 404
    assert client.get(_at(hospital, "policy_text")).status_code == 404


def test_the_preview_counts_today_s_accounts_and_is_on_record(hospital, ada):
    advance(hospital.account("WAIT"), "discharged")
    make_releasable(hospital, hospital.account("CLEAN", patient_class="clinic"))
    hold(advance(hospital.account("CODE", patient_class="clinic"), "discharged", "coding"), 3)
    after = replace(
        STANDARD,
        bill_holds=(BillHold(1),),
        auto_release=(AutoRelease("cleo", Scope(("clinic",))),),
        suggestions_for=("clinic",),
    )
    told = effects(hospital.main, STANDARD, after).sentences
    assert told == (
        "1 account in the bill hold would wait shorter; 1 of them would be ready to code at once.",
        "1 account that waits for approval would be released without it.",
        "The coders of 1 account in coding would be offered codes when a document arrives.",
    )
    back = effects(hospital.main, after, STANDARD).sentences
    assert back[0] == "1 account in the bill hold would wait longer."
    assert len(back) == 3
    _set_days(hospital, ada, "6")
    ada.get(_at(hospital, "preview_policy"))
    assert AccessRecord.objects.filter(kind="policy.previewed", user=hospital.ada).exists()
