"""What a record says about its words: negated, history, family, uncertain, or beside the point."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_workflow.coding.suggesting.reading import LONGEST_SENTENCE, MOST_CHARACTERS, MOST_WORDS_IN_A_RUN, Context, runs


def contexts_of(text: str, word: str) -> frozenset[Context]:
    """What is said of the word, which stands once in the text."""
    (found,) = [each for run in runs(text) for each in run if each.text == word]
    return found.contexts


@pytest.mark.parametrize(
    ("text", "word", "context"),
    [
        ("No fever, cough or pneumonia.", "pneumonia", Context.NEGATED),
        ("Denies chest pain.", "pain", Context.NEGATED),
        ("Film without fracture.", "fracture", Context.NEGATED),
        ("Negative for influenza.", "influenza", Context.NEGATED),
        ("No evidence of metastasis.", "metastasis", Context.NEGATED),
        ("Pulmonary embolism ruled out.", "embolism", Context.NEGATED),
        ("Chest pain, cardiac cause was excluded.", "cause", Context.NEGATED),
        ("PAST MEDICAL HISTORY\nHypertension.\nGout.", "Gout", Context.HISTORY),
        ("Past surgical history: appendectomy", "appendectomy", Context.HISTORY),
        ("H/o stroke.", "stroke", Context.HISTORY),
        ("s/p cholecystectomy", "cholecystectomy", Context.HISTORY),
        ("Status post nephrectomy.", "nephrectomy", Context.HISTORY),
        ("FAMILY HISTORY\nDiabetes.", "Diabetes", Context.FAMILY),
        ("Family history of glaucoma.", "glaucoma", Context.FAMILY),
        ("Her mother had gout.", "gout", Context.FAMILY),
        ("Probable pneumonia.", "pneumonia", Context.UNCERTAIN),
        ("Rule out sepsis.", "sepsis", Context.UNCERTAIN),
        ("R/o sepsis.", "sepsis", Context.UNCERTAIN),
        ("Pneumonia is suspected.", "Pneumonia", Context.UNCERTAIN),
        ("Return if fever develops.", "fever", Context.ASIDE),
        ("DVT prophylaxis.", "DVT", Context.ASIDE),
        ("ALLERGIES\nPenicillin.", "Penicillin", Context.ASIDE),
        ("Screening for anemia.", "anemia", Context.ASIDE),
    ],
)
def test_what_is_said_about_a_word_is_recognised(text, word, context):
    assert context in contexts_of(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("No fever but pneumonia.", "pneumonia"),
        ("No fever. Pneumonia.", "Pneumonia"),
        ("No fever\nPneumonia on film", "Pneumonia"),
        ("No longer in shock.", "shock"),
        ("Gram-negative sepsis.", "sepsis"),
        ("Severe sepsis without shock, with gastritis.", "gastritis"),
        ("Embolism ruled out; pneumonia.", "pneumonia"),
        ("History of stroke, now admitted with pneumonia.", "pneumonia"),
        ("HISTORY AND PHYSICAL\nPneumonia.", "Pneumonia"),
        ("FAMILY HISTORY\nDiabetes.\nASSESSMENT\nGout.", "Gout"),
        ("History of present illness: pneumonia", "pneumonia"),
        ("Mother and child well.", "child"),
    ],
)
def test_what_is_not_said_about_a_word_is_not_read_into_it(text, word):
    assert contexts_of(text, word) == frozenset()


def test_positions_are_code_points_of_the_text():
    text = "😀 Sjögren’s 𝕬 gout.\nE. coli sepsis"
    assert all(text[word.start : word.end] == word.text for run in runs(text) for word in run)
    assert ["E", "coli", "sepsis"] in [[word.text for word in run] for run in runs(text)]


def test_a_name_stands_in_one_sentence_and_headings_are_no_text():
    assert [[word.text for word in run] for run in runs("ASSESSMENT\nPlan: kidney.\nStone\n\nlow sodium") if run] == [
        ["kidney"],
        ["Stone"],
        ["low", "sodium"],
    ]


def test_a_text_of_any_size_is_read_in_bounds():
    found = list(runs("word " * (MOST_CHARACTERS // 2)))
    # A cut through a word makes two of it.
    assert MOST_CHARACTERS // 5 <= sum(map(len, found)) <= MOST_CHARACTERS // 5 + MOST_CHARACTERS // LONGEST_SENTENCE
    assert max(map(len, found)) <= MOST_WORDS_IN_A_RUN


@pytest.mark.parametrize("piece", ["no ", "no but ", "ruled out ", "a, ", "\n", "\n ", "A:", "Aa ", "- ", "😀", "r/o vs "])
def test_no_text_takes_long(piece):
    began = time.process_time()
    list(runs(piece * MOST_CHARACTERS))
    assert time.process_time() - began < 5


PIECES = st.sampled_from(
    ["no ", "history of ", "\n", ": ", ". ", "PAST MEDICAL HISTORY\n", "r/o ", "ruled out", ",", "but ", "é😀", "gout "]
)


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_no_text_breaks_the_reader(text):
    last = 0
    for run in runs(text):
        for word in run:
            assert last <= word.start < word.end <= len(text)
            assert text[word.start : word.end] == word.text
            last = word.end
