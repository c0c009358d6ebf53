"""The policy as pure data: its questions, its canonical text, and what is refused."""

import datetime
import json

import pytest

from accounts.models import DocumentType, OwnerRole, PatientClass, PayerKind
from coding_workflow.policy import vocabulary
from coding_workflow.policy.reading import PolicyInvalid, from_json
from coding_workflow.policy.rules import AutoRelease, Downstream, Scope
from coding_workflow.policy.standard import STANDARD


def _rows(patient_class: str, payer_kind: str = "medicare", *situations: str) -> dict[str, frozenset[str]]:
    rows = STANDARD.documents_accepted(patient_class, payer_kind, frozenset(situations))
    return {row.code: accepted for row, accepted in rows}


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (vocabulary.PATIENT_CLASSES, PatientClass),
        (vocabulary.PAYER_KINDS, PayerKind),
        (vocabulary.DOCUMENT_TYPES, DocumentType),
        (vocabulary.OWNER_ROLES, OwnerRole),
    ],
)
def test_the_word_lists_are_those_of_the_accounts_floor(words, choices):
    assert list(words) == list(choices.values)


def test_a_final_progress_note_replaces_the_summary_only_for_short_and_normal_stays():
    assert _rows("inpatient")["discharge_summary"] == {"discharge_summary"}
    for situation in ("stay_under_48_hours", "normal_delivery"):
        assert "final_progress_note" in _rows("inpatient", "medicare", situation)["discharge_summary"]
    assert "final_progress_note" in _rows("newborn", "medicaid", "normal_newborn")["discharge_summary"]


def test_a_death_asks_for_a_death_summary_in_place_of_the_discharge_summary():
    rows = _rows("inpatient", "medicare", "expired")
    assert "death_summary" in rows
    assert "discharge_summary" not in rows


def test_a_brief_operative_note_does_not_replace_the_operative_report():
    assert _rows("inpatient", "medicare", "or_procedure")["operative_report"] == {"operative_note"}
    assert "operative_report" not in _rows("inpatient")


def test_pathology_is_asked_for_only_when_a_specimen_was_sent():
    assert "pathology_report" in _rows("outpatient_surgery", "medicare", "specimen_sent")
    assert "pathology_report" not in _rows("outpatient_surgery")


def test_the_sterilization_consent_is_a_medicaid_row():
    assert "sterilization_consent" in _rows("inpatient", "medicaid", "sterilization")
    assert "sterilization_consent" not in _rows("inpatient", "commercial", "sterilization")


def test_a_missing_inpatient_order_warns_and_goes_to_utilization_review():
    row = next(row for row in STANDARD.required_documents if row.code == "inpatient_order")
    assert (row.severity, row.owner) == ("warn", "utilization_review")


def test_a_patient_who_left_without_being_seen_needs_no_note():
    assert "ed_note" in _rows("emergency")
    assert "ed_note" not in _rows("emergency", "self_pay", "left_without_being_seen")


def test_tables_differ_by_class_and_payer():
    assert {"ICD-10-CM", "ICD-10-PCS", "MS-DRG"} <= STANDARD.tables_required("inpatient", "medicare")
    assert "CPT" not in STANDARD.tables_required("inpatient", "medicare")
    assert "NCCI-PTP" in STANDARD.tables_required("emergency", "medicare")
    assert "NCCI-PTP" not in STANDARD.tables_required("emergency", "commercial")


def test_a_downstream_declaration_ends_on_its_expiry_day():
    until = datetime.date(2026, 12, 31)
    policy = STANDARD.with_downstream(Downstream("CPT", "ada", "The claim scrubber checks CPT", until, Scope(("emergency",))))
    assert STANDARD.downstream_for("CPT", "emergency", "medicare", datetime.date(2026, 9, 30)) is None
    assert policy.downstream_for("CPT", "emergency", "medicare", datetime.date(2026, 12, 30)).declared_by == "ada"
    assert policy.downstream_for("CPT", "emergency", "medicare", until) is None
    assert policy.downstream_for("CPT", "clinic", "medicare", datetime.date(2026, 9, 30)) is None
    assert policy.hash != STANDARD.hash


def test_evidence_for_the_principal_diagnosis_must_be_on_the_record():
    assert "attestation" not in STANDARD.evidence.forms_for({"principal_diagnosis"})
    assert "attestation" in STANDARD.evidence.forms_for(set())


def test_bill_hold_takes_the_first_row_that_fits():
    assert STANDARD.bill_hold_days("inpatient", "medicare") == 4
    assert STANDARD.bill_hold_days("ancillary", "commercial") == 2


def test_the_standard_policy_releases_nothing_by_itself():
    assert STANDARD.auto_release_for("emergency", "commercial") is None


def test_unsigned_documents_hold_or_warn_by_type():
    assert STANDARD.unsigned_severity("discharge_summary") == "hold"
    assert STANDARD.unsigned_severity("laboratory_result") == "warn"


def test_a_policy_survives_writing_and_reading():
    policy = STANDARD.with_downstream(Downstream("CPT", "ada", "reason", datetime.date(2026, 12, 31)))
    again = from_json(policy.to_json())
    assert again == policy
    assert again.hash == policy.hash
    assert json.loads(policy.to_json()) == json.loads(again.to_json())


def _changed(**changes: object) -> str:
    return json.dumps({**json.loads(STANDARD.to_json()), **changes})


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("{", "", "not JSON"),
        ("[]", "", "must be an object"),
        ("[" * 60000, "", "not JSON"),
        (_changed(colour="red"), "colour", "not a setting"),
        ('{"title": "x"}', "required_documents", "is missing"),
        (_changed(bill_holds=[{"days": "3"}]), "bill_holds[0].days", "whole number"),
        (_changed(bill_holds=[{"days": True}]), "bill_holds[0].days", "whole number"),
        (_changed(bill_holds=[{"days": 900}]), "bill_holds[0].days", "0 to 60"),
        (
            _changed(bill_holds=[{"days": 1, "scope": {"patient_classes": ["hospital"]}}]),
            "bill_holds[0].scope.patient_classes",
            "“hospital” is not one of",
        ),
        (_changed(evidence={"shown_on_record": ["cc_mcc"]}), "evidence.shown_on_record", "principal_diagnosis"),
        (
            _changed(downstream=[{"table": "CPT", "declared_by": " ", "reason": "r", "expires_on": "2026-12-31"}]),
            "downstream[0].declared_by",
            "is empty",
        ),
        (
            _changed(downstream=[{"table": "CPT", "declared_by": "ada", "reason": "r", "expires_on": "soon"}]),
            "downstream[0].expires_on",
            "is not a date",
        ),
        (
            _changed(required_documents=[{"code": "a", "title": "A", "any_of": [{"document_type": "novel"}]}]),
            "required_documents[0].any_of[0].document_type",
            "“novel”",
        ),
        (
            _changed(required_documents=[{"code": "a", "title": "A", "any_of": [{"document_type": "order"}]}] * 2),
            "required_documents[1].code",
            "used twice",
        ),
        (
            _changed(auto_release=[{"accountable_supervisor": "cleo", "scope": {}}]),
            "auto_release[0].scope.patient_classes",
            "is empty",
        ),
        (_changed(queries={"reminder_days": 0}), "queries", "follow each other"),
        (_changed(queries={"reminder_days": 4, "second_reminder_days": 4}), "queries", "follow each other"),
        (_changed(queries={"escalation_days": 61}), "queries", "follow each other"),
        (_changed(queries={"link_days": 31}), "queries.link_days", "1 to 30"),
        (_changed(queries={"escalate_to": "nobody"}), "queries.escalate_to", "“nobody”"),
        (_changed(queries={"days": 3}), "queries.days", "not a setting"),
        (_changed(suggestions_for=["inpatient", "medicare"]), "suggestions_for", "“medicare”"),
        (_changed(suggestions_for=True), "suggestions_for", "a list"),
        (_changed(select_modifiers=["5"]), "select_modifiers", "“5”"),
        (_changed(title="x" * 300_000), "", "longer than"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_place(text, place, words):
    with pytest.raises(PolicyInvalid) as refusal:
        from_json(text)
    assert any(fault.place == place and words in fault.sentence for fault in refusal.value.faults), str(refusal.value)


def test_auto_release_answers_for_its_scope():
    release = AutoRelease("cleo", Scope(("emergency",), ("commercial",)))
    policy = from_json(
        _changed(
            auto_release=[
                {"accountable_supervisor": "cleo", "scope": {"patient_classes": ["emergency"], "payer_kinds": ["commercial"]}}
            ]
        )
    )
    assert policy.auto_release_for("emergency", "commercial") == release
    assert policy.auto_release_for("emergency", "medicare") is None


def test_a_policy_published_before_there_were_queries_takes_the_standard_ladder():
    before = {name: value for name, value in json.loads(STANDARD.to_json()).items() if name != "queries"}
    assert from_json(json.dumps(before)) == STANDARD


def test_codes_are_suggested_to_nobody_unless_policy_names_the_class():
    assert STANDARD.suggestions_for == ()
    assert from_json(_changed(suggestions_for=["clinic"])).suggestions_for == ("clinic",)
    before = {name: value for name, value in json.loads(STANDARD.to_json()).items() if name != "suggestions_for"}
    assert from_json(json.dumps(before)) == STANDARD
