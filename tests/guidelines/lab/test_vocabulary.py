"""The vocabulary is closed, complete, and says the same words as the rest of the project."""

from accounts.models import DeficiencyQuality, OwnerRole
from coding_workflow.guidelines.lab import messages, values
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, OPERATORS, OPERATORS_OF, OWNERS, PLACEHOLDERS
from coding_workflow.staff.models import Supervision


def test_every_word_has_its_place_in_the_facts_and_nothing_else_has() -> None:
    assert FIELDS.keys() == values.FIELDS.keys()
    assert COLLECTIONS.keys() == values.ITEMS.keys() == values.ATTRIBUTES.keys()
    for name, collection in COLLECTIONS.items():
        assert collection.attributes.keys() == values.ATTRIBUTES[name].keys()
    assert values.NEEDED.keys() <= FIELDS.keys()
    assert PLACEHOLDERS.keys() == messages.WORDS.keys()


def test_every_operator_is_used_and_every_word_has_choices() -> None:
    assert {name for names in OPERATORS_OF.values() for name in names} == OPERATORS.keys()
    asked = [*FIELDS.values(), *(each for one in COLLECTIONS.values() for each in one.attributes.values())]
    for attribute in asked:
        assert bool(attribute.choices) == (attribute.kind == "word"), attribute.name
        assert bool(attribute.said) == (attribute.kind == "flag"), attribute.name
        assert (attribute.high > attribute.low) == (attribute.kind in {"whole", "amount"}), attribute.name


def test_choices_are_the_words_of_the_rooms_they_come_from() -> None:
    documents = COLLECTIONS["documents"].attributes
    assert {value for value, _ in documents["deficiencies"].choices} == set(DeficiencyQuality.values)
    assert {value for value, _ in FIELDS["supervision"].choices} == set(Supervision.values)
    assert {value for value, _ in OWNERS} == set(OwnerRole.values)
