"""A rule with its tests as a file: JSON with sorted keys and a value on each line, so that a diff shows what changed."""

import json
import re
from dataclasses import dataclass
from typing import Final

from .definition import Definition
from .reading import DefinitionError, definition_from_plain, parsed, refuse_unstorable, shown
from .testing import RuleTest, tests_from_plain, tests_to_json, tests_to_plain
from .writing import definition_to_json, definition_to_plain, text_hash

#: Raised when files are written in another form; files of another form are refused, not guessed at.
FORMAT: Final = 1
KEY: Final = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
MAX_KEY: Final = 60
_KEYS: Final = frozenset({"format", "key", "definition", "tests", "sha256"})


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What one file holds."""

    key: str
    definition: Definition
    tests: tuple[RuleTest, ...]

    @property
    def name(self) -> str:
        """The file's own name."""
        return f"{self.key}.json"


def to_file(rule: RuleFile) -> str:
    """The text of the file, with a hash that shows whether it was changed by hand."""
    contents = {
        "format": FORMAT,
        "key": rule.key,
        "definition": definition_to_plain(rule.definition),
        "tests": tests_to_plain(rule.tests),
        "sha256": _seal(rule),
    }
    return json.dumps(contents, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def from_file(text: str) -> RuleFile:
    """The rule in a file's text; written again it is the same text.

    Raises ``DefinitionError`` for another format, an unknown part, and a ``sha256`` that does not fit; a file without
    one is taken as written by hand.
    """
    raw = parsed(text)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DefinitionError("format", f"This is not a rule file of format {FORMAT}.")
    refuse_unstorable(raw, "")
    for key in raw:
        if key not in _KEYS:
            raise DefinitionError(shown(key), "A rule file has no such part. It has format, key, definition, tests and sha256.")
    rule = RuleFile(
        checked_key(raw.get("key"), "key"),
        definition_from_plain(raw.get("definition"), "definition"),
        tests_from_plain(raw.get("tests", []), "tests"),
    )
    if raw.get("sha256") is not None and raw["sha256"] != _seal(rule):
        raise DefinitionError("sha256", "The file was changed after it was exported; remove this line if that was meant.")
    return rule


def checked_key(raw: object, place: str) -> str:
    """A rule's key: lower-case letters and digits in words joined by _ or -, at most 60 characters."""
    if not isinstance(raw, str) or len(raw) > MAX_KEY or not KEY.fullmatch(raw):
        raise DefinitionError(place, "A key is lower-case letters and digits in words joined by _ or -, as in stent_note.")
    return raw


def _seal(rule: RuleFile) -> str:
    return text_hash(f"{rule.key}\n{definition_to_json(rule.definition)}\n{tests_to_json(rule.tests)}")
