"""Which code words name: everything said is met, and nothing that the title tells is left over."""

import pytest

from coding_workflow.codesets.naming import LONGEST, Names, Titled

NAMES = Names(
    Titled(code, title, terms, rank)
    for rank, (code, title, terms) in enumerate(
        (
            ("I10", "Essential (primary) hypertension", ("hypertension (arterial) (benign)",)),
            ("J189", "Pneumonia, unspecified organism", ()),
            ("J1569", "Pneumonia due to other Gram-negative bacteria", ()),
            ("E119", "Type 2 diabetes mellitus without complications", ()),
            ("E1165", "Type 2 diabetes mellitus with hyperglycemia", ()),
            ("G43001", "Migraine without aura, not intractable, with status migrainosus", ()),
            ("G43009", "Migraine without aura, not intractable, without status migrainosus", ()),
            ("M1711", "Unilateral primary osteoarthritis, right knee", ()),
            ("N179", "Acute kidney failure, unspecified", ()),
            ("S93401A", "Sprain of unspecified ligament of right ankle, initial encounter", ()),
            ("S93402D", "Sprain of unspecified ligament of left ankle, subsequent encounter", ()),
            ("Z853", "Personal history of malignant neoplasm of breast", ()),
            ("I350", "Nonrheumatic aortic (valve) stenosis", ("Aortic stenosis",)),
            ("A4151", "Sepsis due to Escherichia coli [E. coli]", ()),
        )
    )
)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("essential hypertension", "I10"),
        ("primary essential hypertension", "I10"),
        ("HTN", "I10"),
        ("hypertension", "I10"),
        ("Pneumonia", "J189"),
        ("pneumonia due to other gram negative bacteria", "J1569"),
        ("type 2 diabetes", "E119"),
        ("T2DM", "E119"),
        ("migraine without aura not intractable without status migrainosus", "G43009"),
        ("migraine without aura not intractable with status migrainosus", "G43001"),
        ("osteoarthritis of the right knee, primary", "M1711"),
        ("acute kidney injury", "N179"),
        ("AKI", "N179"),
        ("sprain of ligament of right ankle", "S93401A"),
        ("E coli sepsis", "A4151"),
        ("AS", "I350"),
    ],
)
def test_words_name_the_code_that_says_what_they_say(said, code):
    assert NAMES.named(said.replace(",", "").split()).code == code


@pytest.mark.parametrize(
    "said",
    [
        "severe essential hypertension",  # "severe" is met nowhere
        "gram-negative pneumonia in the lobe",
        "diabetes with hyperglycemia of pregnancy",
        "sprain of ligament of left ankle",  # a later encounter is nobody's first word
        "as",  # an ordinary word, no abbreviation
        "",
        " ".join(["pneumonia"] * (LONGEST + 1)),
    ],
)
def test_words_that_say_more_less_or_nothing_name_no_code(said):
    assert NAMES.named(said.split()) is None


def test_a_name_says_whether_something_absent_was_left_unsaid():
    assert NAMES.named(["type", "2", "diabetes", "mellitus", "without", "complications"]).assumed is False
    assert NAMES.named(["pneumonia"]).assumed is False
    # "Type 2 diabetes" alone: that there are no complications is taken from silence.
    assert Names([Titled("K219", "Gastro-esophageal reflux disease without esophagitis", (), 0)]).named(["GERD"]).assumed is True


def test_words_read_along_make_a_history_of_a_disease():
    assert NAMES.named(["breast", "cancer"], more="personal history").code == "Z853"
    assert NAMES.named(["breast", "cancer"]) is None


def test_a_release_knows_the_words_of_its_names():
    assert NAMES.knows("Hypertension")
    assert not NAMES.knows("husband")
