"""Who coded and approved, and what providers were asked: the entries that say how the record came to be what it is."""

from collections.abc import Iterator, Sequence

from accounts.models import Account
from coding_workflow.coding.models import CodedDiagnosis, CodedItem, FinalCoding, ProviderQuery
from coding_workflow.payment.fhir import trail as writing
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing.parts import Namer, entry
from coding_workflow.registration.fhir.writing.people import clinician
from coding_workflow.release.models import Release

from .entries import Refs
from .facts import provider_facts


def trail(account: Account, namer: Namer, refs: Refs, codes: Sequence[CodedItem]) -> Iterator[Resource]:
    """Provenance of every finalizing and release, then the queries that were sent with their answers."""
    yield from _provenance(account, namer, refs, codes)
    for query in _sent(account):
        yield from _query(query, account, namer, refs)


def _provenance(account: Account, namer: Namer, refs: Refs, codes: Sequence[CodedItem]) -> Iterator[Resource]:
    """The newest finalizing and release are about the codes in force; earlier ones about the account alone."""
    now = [_reference(row, namer) for row in codes]
    done = list(FinalCoding.objects.filter(account=account).select_related("coder").order_by("pk"))
    for row in done:
        targets = [refs.account, *(now if row == done[-1] else ())]
        resource = writing.coding_done(targets, writing.person(row.coder.username, row.coder.full_name), row.at)
        yield _named(resource, "Provenance", f"coding-{row.pk}", namer)
    releases = Release.objects.filter(account=account).select_related("approved_by", "certificate").defer("certificate__text")
    last = max((row.sequence for row in releases), default=0)
    for release in releases.order_by("sequence"):
        targets = [refs.account, *(now if release.sequence == last and release.revision == account.revision else ())]
        by = writing.person(release.approved_by.username, release.approved_by.full_name)
        certificate = getattr(release, "certificate", None)
        sha256 = certificate.sha256 if certificate else ""
        resource = writing.approved(targets, by, release.released_at, sha256, by_policy=bool(release.policy))
        yield _named(resource, "Provenance", f"release-{release.pk}", namer)


def _reference(row: CodedItem, namer: Namer) -> Resource:
    return namer.reference("Condition" if isinstance(row, CodedDiagnosis) else "Procedure", row.pk)


def _sent(account: Account) -> Iterator[ProviderQuery]:
    """Every query that went out; a draft is nobody's knowledge yet."""
    rows = ProviderQuery.objects.filter(account=account, sent_at__isnull=False)
    yield from rows.select_related("provider", "asked_by", "response", "response__heard_by").order_by("pk")


def _query(query: ProviderQuery, account: Account, namer: Namer, refs: Refs) -> Iterator[Resource]:
    facts = provider_facts(query.provider)
    to = clinician(facts, namer) if facts else None
    at = {"patient": refs.patient, "encounter": refs.encounter}
    assert query.sent_at is not None  # noqa: S101 - only sent ones come here
    asked = writing.question(
        namer.number("query", str(query.pk)),
        query.status,
        query.subject,
        [query.text, *(str(option) for option in query.options)],
        account=refs.account,
        by=writing.person(query.asked_by.username, query.asked_by.full_name),
        to=to,
        sent=query.sent_at,
        reason=query.reason,
        **at,
    )
    yield _named(asked, "Communication", query.pk, namer)
    response = getattr(query, "response", None)
    if response is not None:
        reference = namer.reference("Communication", query.pk)
        said = writing.answer(reference, [response.choice, response.words], by=to, at=response.answered_at, **at)
        yield _named(said, "Communication", f"answer-{query.pk}", namer)


def _named(resource: Resource, kind: str, key: object, namer: Namer) -> Resource:
    name = namer.id(kind, key)
    return entry({"id": name, **resource}, kind, name)
