"""What is offered of what a record names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_workflow.codesets.naming import Names, Titled
from coding_workflow.coding.suggesting import Paper, offers
from coding_workflow.coding.suggesting.offering import MOST_OFFERS

TITLES = {
    "A419": "Sepsis, unspecified organism",
    "B20": "Human immunodeficiency virus [HIV] disease",
    "F0390": "Dementia, unspecified severity",
    "I10": "Essential (primary) hypertension",
    "I119": "Hypertensive heart disease without heart failure",
    "I509": "Heart failure, unspecified",
    "I5033": "Acute on chronic diastolic (congestive) heart failure",
    "J189": "Pneumonia, unspecified organism",
    "K219": "Gastro-esophageal reflux disease without esophagitis",
    "P220": "Respiratory distress syndrome of newborn",
    "R509": "Fever, unspecified",
    "R0602": "Shortness of breath",
    "R6520": "Severe sepsis without septic shock",
    "W1830XA": "Fall on same level, unspecified, initial encounter",
    "Z853": "Personal history of malignant neoplasm of breast",
    "Z9049": "Acquired absence of other specified parts of digestive tract",
    "C509": "Malignant neoplasm of breast, unspecified",
}
NAMES = Names(Titled(code, title, (), rank) for rank, (code, title) in enumerate(TITLES.items()))


def offered(text, *, type="discharge_summary", patient_class="inpatient", more=()):
    papers = [Paper(1, type, text), *more]
    found = offers(papers, NAMES, patient_class=patient_class, inpatient=patient_class in {"inpatient", "newborn"})
    return {each.code: each for each in found}


def test_a_named_disease_is_offered_with_its_passage():
    text = "DISCHARGE SUMMARY\nPneumonia, treated. Essential\nhypertension."
    found = offered(text)
    assert set(found) == {"J189", "I10"}
    assert text[found["I10"].start : found["I10"].end] == found["I10"].quote == "Essential\nhypertension"
    assert (found["I10"].version, found["I10"].role, found["I10"].why) == (1, "diagnosis", ())


@pytest.mark.parametrize(
    "text",
    [
        "No pneumonia.",
        "Pneumonia ruled out.",
        "Family history of pneumonia.",
        "Pneumonia vaccine given.",
        "At risk for pneumonia.",
        "History of pneumonia.",
        "PAST MEDICAL HISTORY\nPneumonia.",
        "ALLERGIES\nPneumonia.",
        "Gangrenous septic pneumonia of the left lung.",
        "Sepsis pneumonia protocol.",
        "",
    ],
)
def test_what_the_record_does_not_say_of_the_patient_is_not_offered(text):
    assert "J189" not in offered(text)


def test_a_name_that_goes_on_is_another_code():
    assert offered("Dementia in hypertension disease.") == {}
    # That there is no heart failure was only assumed, and the text goes on to speak of something.
    assert "I119" not in offered("Hypertensive heart disease with edema.")
    assert "I119" in offered("Hypertensive heart disease.")


def test_past_diseases_are_offered_as_the_history_they_are():
    assert set(offered("History of breast cancer.")) == {"Z853"}
    assert set(offered("PAST MEDICAL HISTORY: breast cancer. Pneumonia.")) == {"Z853"}
    assert offered("History of breast cancer.")["Z853"].why == ("history",)


def test_uncertain_words_count_on_a_stay_at_discharge_and_nowhere_else():
    assert set(offered("Probable pneumonia.")) == {"J189"}
    assert offered("Probable pneumonia.")["J189"].why == ("uncertain",)
    assert offered("Probable pneumonia.", type="history_and_physical") == {}
    assert offered("Probable pneumonia.", type="ed_note", patient_class="emergency") == {}
    # HIV only when confirmed (I.C.1.a.2).
    assert offered("Possible HIV disease.") == {}


def test_only_providers_words_are_read():
    for type in ("nursing_note", "laboratory_result", "case_management_note", "inpatient_order", "consent"):
        assert offered("Pneumonia.", type=type) == {}
    assert offered("Pneumonia.", type="order") == {}
    assert set(offered("Pneumonia.", type="order", patient_class="ancillary")) == {"J189"}


def test_symptoms_are_offered_only_where_nothing_explains_them():
    assert set(offered("Shortness of breath.")) == {"R0602"}
    assert set(offered("Shortness of breath. Pneumonia.")) == {"J189"}
    # Severe sepsis stands in the chapter of symptoms and is none.
    assert set(offered("Severe sepsis. Pneumonia.")) == {"R6520", "J189"}


def test_the_more_telling_name_stands_for_the_plain_one():
    assert set(offered("Heart failure. Acute on chronic diastolic heart failure.")) == {"I5033"}
    assert set(offered("Hypertension. Hypertensive heart disease.")) == {"I119"}


def test_a_code_is_offered_once_from_the_document_that_settles_it():
    more = [Paper(2, "history_and_physical", "Pneumonia."), Paper(3, "discharge_summary", "Pneumonia.")]
    assert offered("Pneumonia.", type="progress_note", more=more)["J189"].version == 3


def test_newborns_codes_stay_with_newborns_and_falls_are_external_causes():
    assert offered("Respiratory distress syndrome of newborn.") == {}
    assert set(offered("Respiratory distress syndrome of newborn.", patient_class="newborn")) == {"P220"}
    assert offered("Fall on same level.")["W1830XA"].role == "external_cause"


def test_the_list_has_an_end():
    many = {f"A{n:03}": f"disease{chr(97 + n % 26) * 3}{chr(97 + n // 26) * 2}" for n in range(80)}
    names = Names(Titled(code, title, (), 0) for code, title in many.items())
    papers = [Paper(1, "clinic_note", ". ".join(many.values()))]
    assert len(offers(papers, names, patient_class="clinic", inpatient=False)) == MOST_OFFERS


SAID = st.sampled_from(
    ["Pneumonia", "sepsis", "no ", "breast cancer", "history of ", ". ", ", ", "\n", "severe ", "of ", "HIV", "😀", "with "]
)


@given(st.one_of(st.text(max_size=200), st.lists(SAID, max_size=50).map(" ".join)))
def test_no_text_breaks_the_offers_and_every_passage_stands_where_it_says(text):
    for each in offered(text).values():
        assert text[each.start : each.end] == each.quote != ""
        assert each.code in TITLES
