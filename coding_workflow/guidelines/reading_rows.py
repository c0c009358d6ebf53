"""What a stored version says, read once for each text."""

from functools import lru_cache

from .lab.definition import Definition, Group
from .lab.reading import DefinitionError, definition_from_json
from .lab.testing import RuleTest, tests_from_json
from .models import RuleVersion


@lru_cache(maxsize=4096)
def read(text: str) -> Definition:
    """Reading is pure: the same text is always the same rule."""
    return definition_from_json(text)


def definition_of(version: RuleVersion) -> Definition:
    """The definition of a version."""
    return read(version.definition)


def tests_of(version: RuleVersion) -> tuple[RuleTest, ...]:
    """The tests of a version."""
    return tests_from_json(version.tests)


def unreadable(version: RuleVersion) -> str:
    """Why this release cannot read a stored version, as a sentence; empty where it can: another vocabulary wrote it."""
    for words, parts in (("Version", definition_of), ("The tests of version", tests_of)):
        try:
            parts(version)
        except DefinitionError as error:
            why = str(error) if error.place else error.message
            return f"{words} {version.number} cannot be read any more: {why}"
    return ""


def readable_definition(version: RuleVersion) -> Definition | None:
    """The definition, or None where it cannot be read."""
    try:
        return definition_of(version)
    except DefinitionError:
        return None


def readable_tests(version: RuleVersion) -> tuple[RuleTest, ...]:
    """The tests, none where they cannot be read."""
    try:
        return tests_of(version)
    except DefinitionError:
        return ()


def title_alone(version: RuleVersion) -> Definition:
    """What is left of a version that cannot be read: its title, over a rule that asks nothing yet and has no anchor."""
    return Definition(title=version.title, condition=4, when=Group("all", ()), message="", reference="")
