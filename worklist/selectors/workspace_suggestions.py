"""What the coder is offered from the record's words, for the one who has the account."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import Suggestion
from coding_workflow.coding.selectors import suggestions_open

from .workspace import Desk
from .workspace_codes import Codes, EvidenceLine

_WORDS: Final = {"history": "as history", "uncertain": "as uncertain at discharge"}


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """One suggestion; ``said`` are the context words that were recognised, ``viewed`` whether the coder went to the passage."""

    pk: int
    code: str
    title: str
    quote: str
    said: str
    viewed: bool
    mark: EvidenceLine

    @property
    def anchor(self) -> str:
        """The id of its row, to which the mark in the text leads."""
        return self.mark.anchor


def suggested(desk: Desk, codes: Codes) -> tuple[SuggestionLine, ...]:
    """The open suggestions whose code is not on the account; none for who may not act on them. One query, or none."""
    if not desk.writes:
        return ()
    coded = {line.plain for part in codes.lists for line in part.lines}
    return tuple(_line(row) for row in suggestions_open(desk.account.pk) if row.code not in coded)


def marks(lines: Iterable[SuggestionLine]) -> tuple[EvidenceLine, ...]:
    """The passages of suggestions, to be marked in the text like those of codes."""
    return tuple(line.mark for line in lines)


def _line(row: Suggestion) -> SuggestionLine:
    code = codesets.display(row.code, row.system)
    quote = " ".join(row.quote.split())
    mark = EvidenceLine(
        pk=row.pk,
        anchor=f"suggestion-{row.pk}",
        code=f"Suggested: {code}",
        document=row.version.document_id,
        version=row.version_id,
        title=row.version.document.title,
        start=row.start,
        end=row.end,
        quote=quote,
        stale=False,
    )
    said = ", ".join(_WORDS[each] for each in row.why if each in _WORDS)
    return SuggestionLine(row.pk, code, row.title, quote, said, row.viewed_at is not None, mark)
