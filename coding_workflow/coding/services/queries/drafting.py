"""Writing a query: kept as often as it is changed, refused only for what cannot be kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, DocumentVersion, Provider
from coding_workflow.coding import queries
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, ProviderQuery, QueryKind, QueryStatus

from .rights import lock_for_asking, query_of, require_status

_MOST_INDICATORS: Final = 20
_MOST_LINES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Everything that is written in a query. ``indicators``: (document version, start, end) in code points."""

    kind: str
    reason: str
    subject: str
    text: str
    options: tuple[str, ...] = ()
    indicators: tuple[tuple[int, int, int], ...] = ()
    codes: tuple[str, ...] = ()
    provider_id: int | None = None
    template: str = ""


@transaction.atomic
def draft_query(*, account_id: int, by: Actor, wording: Wording, query_id: int | None = None) -> ProviderQuery:
    """Keep a draft, new or as it now reads. Wording is not judged here, so that nothing typed is lost.

    Raises Refused ``query.provider``, ``query.indicator``, ``query.code`` or ``query.long`` for what does not belong to
    the account or cannot be kept; Conflict ``query.moved_on`` when it is no draft any more; and what ``lock_for_asking`` raises.
    """
    account = lock_for_asking(account_id=account_id, by=by)
    values = _values(account, wording)
    if query_id is None:
        query = ProviderQuery.objects.create(facility_id=account.facility_id, account=account, asked_by_id=by.person_id, **values)
        history.record(account=account, kind="query.drafted", by=by, payload={"query": query.pk})
        return query
    query = query_of(account, query_id)
    require_status(query, QueryStatus.DRAFT)
    for name, value in values.items():
        setattr(query, name, value)
    query.asked_by_id = by.person_id
    query.save(update_fields=[*values, "asked_by", "changed_at"])
    return query


def _values(account: Account, wording: Wording) -> dict[str, Any]:
    if wording.reason not in queries.REASONS or wording.kind not in QueryKind.values:
        raise Refused("query.reason", "Choose why and how the provider is asked.")
    if len(wording.subject) > 120 or len(wording.text) > 8000 or len(wording.options) > _MOST_LINES:
        raise Refused("query.long", "This is longer than a query can be.")
    if wording.provider_id is not None:
        _require_provider(account, wording.provider_id)
    return {
        "provider_id": wording.provider_id,
        "template": wording.template[:40],
        "reason": wording.reason,
        "kind": wording.kind,
        "subject": _plain(wording.subject),
        "text": _plain(wording.text),
        # One space between words, as browsers send an option back.
        "options": [" ".join(_plain(each)[:300].split()) for each in wording.options],
        "indicators": _indicators(account, wording.indicators),
        "codes": _codes(account, wording.codes),
    }


def _plain(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _require_provider(account: Account, provider_id: int) -> None:
    if not Provider.objects.filter(pk=provider_id, facility_id=account.facility_id).exists():
        raise Refused("query.provider", "Choose a provider of this facility.")


def _indicators(account: Account, passages: Iterable[tuple[int, int, int]]) -> list[dict[str, int]]:
    kept = list(dict.fromkeys(passages))
    if len(kept) > _MOST_INDICATORS:
        raise Refused("query.long", f"Quote {_MOST_INDICATORS} passages at most; choose those that matter.")
    texts = dict(
        DocumentVersion.objects.filter(account=account, pk__in={version for version, _, _ in kept}).values_list("pk", "text")
    )
    for version, start, end in kept:
        if version not in texts or not 0 <= start < end <= len(texts[version]):
            raise Refused("query.indicator", "Quote passages of this account's record as they are written.", fix="documents")
    return [{"version": version, "start": start, "end": end} for version, start, end in kept]


def _codes(account: Account, codes: Iterable[str]) -> list[str]:
    wanted = set(codes)
    if not wanted <= codes_in_force(account.pk):
        raise Refused("query.code", "A code that the query is about is no longer on the account.", fix="diagnoses")
    return sorted(wanted)


def codes_in_force(account_id: int) -> set[str]:
    """Every diagnosis and procedure code on the account now. Two queries."""
    live = {"account_id": account_id, "superseded_at__isnull": True}
    return {
        code for model in (CodedDiagnosis, CodedProcedure) for code in model.objects.filter(**live).values_list("code", flat=True)
    }


def quotes_of(query: ProviderQuery) -> list[dict[str, Any]]:
    """The passages with their words, document, author and times. One query."""
    keys = {each["version"] for each in query.indicators}
    rows = DocumentVersion.objects.filter(pk__in=keys).select_related("document", "author")
    versions = {row.pk: row for row in rows}
    return [_quote(versions[each["version"]], each) for each in query.indicators]


def _quote(version: DocumentVersion, passage: Mapping[str, int]) -> dict[str, Any]:
    at = version.authored_at or version.signed_at or version.received_at
    return {
        "version": version.pk,
        "document": version.document.title,
        "number": version.number,
        "author": str(version.author) if version.author else version.author_role.replace("_", " "),
        "at": at.isoformat(),
        "start": passage["start"],
        "end": passage["end"],
        "quote": version.text[passage["start"] : passage["end"]],
    }


def question_of(query: ProviderQuery) -> queries.Question:
    """The query as the linter reads it."""
    quotes = tuple(each["quote"] for each in quotes_of(query))
    return queries.Question(
        kind=query.kind,  # type: ignore[arg-type]
        reason=query.reason,
        subject=query.subject,
        text=query.text,
        options=tuple(query.options),
        indicators=quotes,
    )
