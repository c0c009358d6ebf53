"""Places of faults (``when.all[0].count.where[1].value``) as ids of the editor's controls, and in words."""

import re
from typing import Final

_INDEX: Final = re.compile(r"\.(?:all|any|none)\[(\d+)\]")
_TEST: Final = re.compile(r"\.count\.where\[(\d+)\]")
#: The rest of a place after its clause or question, and the control that mends it.
_ENDS: Final = {".value": "value", ".field": "about", ".attribute": "about", ".is": "is"}
_COUNT: Final = {".count.at_least": "least", ".count.at_most": "most"}
_HEADER: Final = frozenset(
    {
        *("title", "message", "reference", "condition", "severity", "starts", "ends", "owner", "fix", "override", "tests"),
        *("classes", "payers", "services"),
    }
)


def id_of(place: str) -> str:
    """The id of the control, of the clause around it, or of the part of the form."""
    if place.startswith("when"):
        return _in_clauses(place)
    name = _first(place)
    return name if name in _HEADER else "rule-form"


def words_of(place: str) -> str:
    """Where that is, for a link."""
    return "the conditions" if place.startswith("when") else f"the {_first(place)}"


def _first(place: str) -> str:
    return re.split(r"[.\[]", place.removeprefix("scope."))[0]


def _in_clauses(place: str) -> str:
    path = _TEST.sub(r"-t\1", _INDEX.sub(r"-\1", place))
    for end, control in {**_ENDS, **_COUNT}.items():
        if path.endswith(end):
            return f"{path.removesuffix(end)}-{control}"
    return re.match(r"when(?:-t?\d+)*", path).group()  # type: ignore[union-attr]
