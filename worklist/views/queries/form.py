"""What the composer's form sends, read; and read back from a draft or a template."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from django.http import QueryDict

from accounts.models import Account, DocumentVersion
from coding_workflow.coding import queries
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.coding.queries.templates import BY_CODE
from coding_workflow.coding.services.queries import Wording
from worklist.views.workspace.reading import number

Span = tuple[int, int, int]
_MOST: Final = 20_000


def of_post(sent: QueryDict, account: Account) -> Wording:
    """The form as it was typed; what cannot be read is left out. A passage that comes from the record asks the attending."""
    spans = (span for text in sent.getlist("indicator")[:60] if (span := _span(text)))
    return Wording(
        kind=sent.get("kind", "open"),
        reason=sent.get("reason", "unclear"),
        subject=_text(sent, "subject"),
        text=_text(sent, "text"),
        options=_lines(_text(sent, "options")),
        indicators=tuple(dict.fromkeys(spans)),
        codes=tuple(sent.getlist("about")[:60]),
        provider_id=number(sent.get("provider", "")) if "provider" in sent else account.attending_id,
        template=sent.get("template", "")[:40],
    )


def of_draft(query: ProviderQuery) -> Wording:
    """A draft as it was kept."""
    return Wording(
        kind=query.kind,
        reason=query.reason,
        subject=query.subject,
        text=query.text,
        options=tuple(query.options),
        indicators=tuple((each["version"], each["start"], each["end"]) for each in query.indicators),
        codes=tuple(query.codes),
        provider_id=query.provider_id,
        template=query.template,
    )


def with_template(wording: Wording, code: str) -> Wording:
    """The wording of a template in place of what was typed; provider, passages and codes stay."""
    found = BY_CODE.get(code)
    if found is None:
        return wording
    return replace(
        wording,
        template=found.code,
        reason=found.reason,
        kind=found.kind,
        subject=found.subject,
        text=found.text,
        options=found.options,
    )


def question(account: Account, wording: Wording) -> queries.Question:
    """The wording as the linter reads it, with the words of its passages. One query."""
    keys = {version for version, _, _ in wording.indicators}
    texts = dict(DocumentVersion.objects.filter(account=account, pk__in=keys).values_list("pk", "text"))
    quotes = (texts[version][start:end] for version, start, end in wording.indicators if version in texts)
    return queries.Question(
        kind=wording.kind,  # type: ignore[arg-type]
        reason=wording.reason,
        subject=wording.subject,
        text=wording.text,
        options=wording.options,
        indicators=tuple(quotes),
    )


def _span(text: str) -> Span | None:
    parts = [number(part) for part in text.split(":")]
    if len(parts) != 3 or any(part is None for part in parts):
        return None
    version, start, end = parts
    return version, start, end  # type: ignore[return-value]


def _text(sent: QueryDict, name: str) -> str:
    return sent.get(name, "")[:_MOST].replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(_stripped(text.split("\n")))


def _stripped(lines: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in lines if line.strip())
