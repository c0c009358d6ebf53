"""What a stored version says, read once for each text."""

from functools import lru_cache

from .lab.definition import Definition
from .lab.reading import definition_from_json
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
