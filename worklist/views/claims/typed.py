"""What somebody typed into a form that was refused: shown again with the sentence at the field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.errors import NotAllowed, Refused

#: The fields of a form that a refusal is about, where the refusal does not name one itself.
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "claim.no_reason": ("reason",),
    "discrepancy.no_description": ("description",),
    "discrepancy.incomplete": ("root_cause", "correction", "prevention"),
    "discrepancy.claim_change": ("claim_change",),
    "discrepancy.no_words": ("words",),
}
OK: Final = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """A form's values, what is wrong by field, or ``sentence`` when it is about the whole form."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    status: int = OK


def refused(refusal: Refused, values: Mapping[str, str]) -> Typed:
    """The form again. Of several fields that a refusal is about, the empty ones are marked.

    A NotAllowed is raised again: no field mends it.
    """
    if isinstance(refusal, NotAllowed):
        raise refusal
    named = (refusal.fix,) if refusal.fix in values else _FIELDS.get(refusal.code, ())
    empty = [name for name in named if not values.get(name, "").strip()]
    errors = dict.fromkeys(empty or named, refusal.sentence)
    return Typed(values, errors, "" if errors else refusal.sentence, refusal.status)
