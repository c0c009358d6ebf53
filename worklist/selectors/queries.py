"""Queries to providers as pages show them: an account's, one of them, what a composer offers, what a provider reads."""

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from accounts import clock
from accounts.models import Account, DocumentVersion, Provider, Step
from coding_workflow.codesets.codes import display
from coding_workflow.coding.models import (
    OPEN_STATUSES,
    CodedDiagnosis,
    CodedProcedure,
    Evidence,
    ProviderQuery,
    QueryLink,
    QueryReminder,
    QueryStatus,
    SentQuery,
)
from coding_workflow.coding.services.queries.links import MOST_TRIES
from coding_workflow.staff.models import Role, User
from worklist.mailing.models import MailState, QueryMail

#: The colour of where a query stands.
_STATES: Final = {QueryStatus.SENT: "warn", QueryStatus.ANSWERED: "warn", QueryStatus.CLOSED: "ok"}
_DESKS: Final = {"provider": "the provider", "physician_advisor": "the physician advisor", "supervisor": "the supervisor"}


@dataclass(frozen=True, slots=True)
class QueryLine:
    """One query in a list."""

    pk: int
    account_id: int
    subject: str
    provider: str
    status: str
    words: str
    state: str
    sent_at: datetime.datetime | None
    step: str


def queries_of(account: Account) -> tuple[QueryLine, ...]:
    """An account's queries, open ones first; drafts that were thrown away are left out. One query."""
    rows = ProviderQuery.objects.filter(account=account).exclude(status=QueryStatus.WITHDRAWN, sent_at=None)
    rows = rows.select_related("provider").defer("text", "options", "indicators")
    return tuple(line(row) for row in sorted(rows, key=lambda row: (row.status not in OPEN_STATUSES, row.pk)))


def line(row: ProviderQuery) -> QueryLine:
    """One query, with its provider at hand."""
    words = row.get_status_display()
    if row.outcome and row.status == QueryStatus.CLOSED:
        words = f"{words}: {row.get_outcome_display().lower()}"
    step = ("", "Reminded", "Reminded twice", "Escalated")[min(row.ladder, 3)] if row.status == QueryStatus.SENT else ""
    return QueryLine(
        row.pk,
        row.account_id,
        row.subject or "Without a subject",
        str(row.provider) if row.provider else "nobody yet",
        row.status,
        words,
        _STATES.get(QueryStatus(row.status), ""),
        row.sent_at,
        step,
    )


# ---------------------------------------------------------------- one query


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent, read back from the copy: every word as the provider sees it."""

    subject: str
    question: str
    kind: str
    options: tuple[str, ...]
    indicators: tuple[dict[str, Any], ...]
    provider: str
    sha256: str


def asked(sent: SentQuery) -> Asked:
    """The copy, read. Pure."""
    said = json.loads(sent.document)
    quotes = tuple({**each, "at": parse_datetime(each["at"])} for each in said["indicators"])
    return Asked(
        said["subject"], said["question"], said["kind"], tuple(said["options"]), quotes, said["provider"]["name"], sent.sha256
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a query's way."""

    at: datetime.datetime
    words: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """What this person may do with the query now, and what it takes."""

    sees_to: bool
    supervises: bool
    asks: bool
    addenda: tuple[DocumentVersion, ...]
    link: str


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One query: the copy, its answer, its way, and what may be done."""

    row: ProviderQuery
    line: QueryLine
    asked: Asked
    answer: Any
    codes: tuple[str, ...]
    way: tuple[Moment, ...]
    may: Handling


def sent_queries() -> QuerySet[ProviderQuery]:
    """Queries that were sent, with what a page of them reads."""
    rows = ProviderQuery.objects.filter(sent__isnull=False)
    return rows.select_related("provider", "asked_by", "sent__sent_by", "response__heard_by", "addendum__document")


def query_page(row: ProviderQuery, account: Account, user: User) -> QueryPage:
    """The page. Seven queries at most."""
    links = list(QueryLink.objects.filter(query=row).order_by("pk"))
    answer = getattr(row, "response", None)
    return QueryPage(
        row=row,
        line=line(row),
        asked=asked(row.sent),
        answer=answer,
        codes=tuple(shown for plain, shown in codes(account, everything=True) if plain in row.codes),
        way=tuple(_way(row, links, answer)),
        may=_handling(row, account, user, links),
    )


def _way(row: ProviderQuery, links: Sequence[QueryLink], answer: Any) -> Iterable[Moment]:
    moments = [Moment(row.sent.sent_at, f"Sent by {row.sent.sent_by} to {row.provider}")]
    moments += [Moment(each.made_at, "Another link was made") for each in links[1:]]
    moments += [Moment(each.opened_at, "Opened by the link") for each in links if each.opened_at]
    for each in QueryReminder.objects.filter(query=row):
        words = "Escalated to" if each.step > 2 else "Reminder due: tell"
        moments.append(Moment(each.at, f"{words} {_DESKS.get(each.desk, each.desk)}", "hold" if each.step > 2 else ""))
    moments += [_mailed(each) for each in QueryMail.objects.filter(query=row)]
    if answer:
        heard = f", written down by {answer.heard_by}" if answer.heard_by else ""
        moments.append(Moment(answer.answered_at, f"Answered: {answer.get_way_display().lower()}{heard}", "ok"))
    if row.ended_at:
        moments.append(Moment(row.ended_at, _ending(row), "ok" if row.status == QueryStatus.CLOSED else ""))
    return sorted(moments, key=lambda moment: moment.at)


def _mailed(mail: QueryMail) -> Moment:
    marks = {MailState.SENT: "ok", MailState.REFUSED: "hold", MailState.FAILED: "hold", MailState.UNCERTAIN: "hold"}
    again = f" after {mail.tries} attempts" if mail.tries > 1 else ""
    words = f"Mail to {mail.address}: {mail.get_state_display()[0].lower()}{mail.get_state_display()[1:]}{again}"
    return Moment(mail.settled_at or mail.tried_at or mail.planned_at, words, marks.get(MailState(mail.state), ""))


def _ending(row: ProviderQuery) -> str:
    if row.addendum:
        return f"Documented in {row.addendum.document.title}, version {row.addendum.number}"
    return f"{QueryStatus(row.status).label}{f': {row.ended_why}' if row.ended_why else ''}"


def _handling(row: ProviderQuery, account: Account, user: User, links: Sequence[QueryLink]) -> Handling:
    roles = user.roles_at(account.facility_id)
    sees_to = bool(roles & {Role.CODER, Role.SUPERVISOR})
    addenda: tuple[DocumentVersion, ...] = ()
    if sees_to and row.status == QueryStatus.ANSWERED:
        rows = DocumentVersion.objects.in_force().filter(account=account, received_at__gt=row.answered_at).defer("text")
        addenda = tuple(each for each in rows.select_related("document") if each.is_signed)
    return Handling(
        sees_to=sees_to,
        supervises=Role.SUPERVISOR in roles,
        asks=Role.CODER in roles and account.step in (Step.CODING, Step.FINAL_CODED),
        addenda=addenda,
        link=_link_words(links) if row.status == QueryStatus.SENT else "",
    )


def _link_words(links: Sequence[QueryLink]) -> str:
    """Whether the provider's link still works, in words."""
    newest = links[-1] if links else None
    if newest is None or newest.revoked_at:
        return "There is no link that works."
    if newest.wrong_tries >= MOST_TRIES:
        return f"The link is locked after {MOST_TRIES} wrong tries."
    if newest.expires_at <= clock.now():
        return "The link has expired."
    tries = f" {newest.wrong_tries} wrong so far." if newest.wrong_tries else ""
    return f"The link works until {newest.expires_at:%b} {newest.expires_at.day}.{tries}"


# ---------------------------------------------------------------- what a composer offers


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that may be quoted; ``value`` is how a form names it."""

    value: str
    quote: str
    source: str
    chosen: bool


def passages(account: Account, chosen: Iterable[tuple[int, int, int]]) -> tuple[Passage, ...]:
    """The chosen passages, then those linked to codes that are not chosen yet. Two queries."""
    picked = list(dict.fromkeys(chosen))
    live = Evidence.objects.filter(account=account, unlinked_at__isnull=True, start__isnull=False).order_by("pk")
    linked = [(row.version_id, row.start, row.end) for row in live if row.start is not None and row.end is not None]
    spans = list(dict.fromkeys([*picked, *linked]))
    rows = DocumentVersion.objects.filter(account=account, pk__in={version for version, _, _ in spans})
    versions = {row.pk: row for row in rows.select_related("document", "author")}
    return tuple(_passage(versions[span[0]], span, span in picked) for span in spans if span[0] in versions)


def _passage(version: DocumentVersion, span: tuple[int, int, int], chosen: bool) -> Passage:
    author = str(version.author) if version.author else version.author_role.replace("_", " ")
    at = version.authored_at or version.received_at
    source = f"{version.document.title}, {author}, {at:%b} {at.day}" if author else f"{version.document.title}, {at:%b} {at.day}"
    return Passage(":".join(map(str, span)), version.text[span[1] : span[2]], source, chosen)


def providers(account: Account) -> tuple[tuple[int, str], ...]:
    """Who may be asked: who attended, operated or rendered, and who wrote in the record. Two queries at most."""
    authors = DocumentVersion.objects.filter(account=account, author__isnull=False).values_list("author_id", flat=True)
    named = {account.rendering_id: "rendering", account.attending_id: "attending", account.operating_id: "operating"}
    rows = Provider.objects.filter(facility_id=account.facility_id, pk__in={*authors, *(pk for pk in named if pk)})
    ordered = sorted(rows, key=lambda row: (row.pk not in named, str(row)))
    return tuple((row.pk, f"{row} ({named.get(row.pk, 'wrote in the record')})") for row in ordered)


def codes(account: Account, *, everything: bool = False) -> tuple[tuple[str, str], ...]:
    """The account's codes, plain and as they are displayed; with those removed since when ``everything``. Two queries."""
    found: dict[str, str] = {}
    for model in (CodedDiagnosis, CodedProcedure):
        rows = model.objects.filter(account=account).order_by("position", "pk")
        live = rows if everything else rows.filter(superseded_at__isnull=True)
        found |= {code: display(code, system) for code, system in live.values_list("code", "system")}
    return tuple(found.items())
