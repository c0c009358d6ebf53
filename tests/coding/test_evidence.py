"""Passages behind codes: counted in code points, quoted, and to re-confirm when a newer version arrives."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Account, DocumentVersion
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import CodedDiagnosis, Evidence
from tests.cast import Cast

from .stage import TEXT, document, payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")
START, END = TEXT.index("NSTEMI"), TEXT.index("NSTEMI") + len("NSTEMI")


@pytest.fixture
def account(cast: Cast) -> Account:
    return to_code(cast)


@pytest.fixture
def version(account: Account) -> DocumentVersion:
    return document(account)


@pytest.fixture
def code(account: Account, cast: Cast) -> CodedDiagnosis:
    return services.assign_diagnosis(account_id=account.pk, code="I21.4", poa="Y", by=cast.actor("ana"))


def _link(account: Account, cast: Cast, version: DocumentVersion, **more: Any) -> Evidence:
    return services.link_evidence(account_id=account.pk, version_id=version.pk, by=cast.actor("ana"), **more)


def test_a_passage_is_counted_in_code_points_and_keeps_its_quote(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis
) -> None:
    before = revision_of(account)
    passage = _link(account, cast, version, diagnosis_id=code.pk, start=START, end=END)
    assert (passage.quote, passage.start, passage.end) == ("NSTEMI", START, END)
    assert (passage.linked_by, passage.version) == (cast.ana, version)
    assert revision_of(account) > before
    assert payloads("coding.evidence_linked") == [
        {"evidence": passage.pk, "version": version.pk, "diagnosis": code.pk, "procedure": None}
    ]


def test_a_whole_document_may_be_cited_and_a_procedure_supported(account: Account, cast: Cast, version: DocumentVersion) -> None:
    row = services.assign_procedure(account_id=account.pk, code="02703DZ", by=cast.actor("ana"))
    cited = _link(account, cast, version, procedure_id=row.pk)
    assert (cited.start, cited.end, cited.quote, cited.procedure) == (None, None, "", row)


@pytest.mark.parametrize(
    ("start", "end"),
    [(5, 5), (6, 5), (-1, 5), (0, len(TEXT) + 1), (0, None), (None, 5)],
    ids=["empty", "backwards", "before", "beyond", "no end", "no start"],
)
def test_a_passage_outside_the_text_is_refused(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis, start: int | None, end: int | None
) -> None:
    refused("evidence.passage", lambda: _link(account, cast, version, diagnosis_id=code.pk, start=start, end=end))


def test_the_whole_text_is_inside_it(account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis) -> None:
    assert _link(account, cast, version, diagnosis_id=code.pk, start=0, end=len(TEXT)).quote == TEXT


def test_another_accounts_document_supports_nothing_here(account: Account, cast: Cast, code: CodedDiagnosis) -> None:
    foreign = document(to_code(cast, "A2"))
    refused("evidence.document", lambda: _link(account, cast, foreign, diagnosis_id=code.pk))


def test_a_passage_supports_exactly_one_code_in_force_of_the_account(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis
) -> None:
    ana = cast.actor("ana")
    foreign = services.assign_diagnosis(account_id=to_code(cast, "A2").pk, code="I10", by=ana)
    removed = services.assign_diagnosis(account_id=account.pk, code="I10", by=ana)
    services.remove_diagnosis(account_id=account.pk, diagnosis_id=removed.pk, by=ana)
    procedure = services.assign_procedure(account_id=account.pk, code="02703DZ", by=ana)
    for named in (
        {},
        {"diagnosis_id": code.pk, "procedure_id": procedure.pk},
        {"diagnosis_id": foreign.pk},
        {"diagnosis_id": removed.pk},
        {"procedure_id": code.pk + procedure.pk + 1000},
    ):
        refused("evidence.code", lambda named=named: _link(account, cast, version, **named))  # type: ignore[misc]


def test_a_passage_is_taken_off_once_and_kept(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis
) -> None:
    passage = _link(account, cast, version, diagnosis_id=code.pk, start=START, end=END)

    def unlink() -> None:
        services.unlink_evidence(account_id=account.pk, evidence_id=passage.pk, by=cast.actor("ana"))

    unlink()
    passage.refresh_from_db()
    assert passage.unlinked_at is not None
    [row] = selectors.diagnoses_in_force(account.pk)
    assert row.passages == []  # type: ignore[attr-defined]
    refused("evidence.gone", unlink)
    assert payloads("coding.evidence_unlinked") == [{"evidence": passage.pk}]


def test_another_accounts_passage_is_out_of_reach(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis
) -> None:
    passage, other = _link(account, cast, version, diagnosis_id=code.pk), to_code(cast, "A2")
    refused(
        "evidence.gone",
        lambda: services.unlink_evidence(account_id=other.pk, evidence_id=passage.pk, by=cast.actor("ana")),
    )


def test_a_newer_version_makes_the_passage_to_re_confirm_until_it_is_linked_anew(
    account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis
) -> None:
    _link(account, cast, version, diagnosis_id=code.pk, start=START, end=END)
    assert selectors.coded_record(account.pk).stale == set()
    newer = document(account, f"Addendum.\n{TEXT}")
    assert selectors.coded_record(account.pk).stale == {version.pk}
    document(account, "Another document.", source_id="D2")
    passage = _link(account, cast, newer, diagnosis_id=code.pk, start=START + 10, end=END + 10)
    assert passage.quote == "NSTEMI"
    assert selectors.stale_versions([newer.pk]) == set()


def test_plain_sql_cannot_remove_evidence(account: Account, cast: Cast, version: DocumentVersion, code: CodedDiagnosis) -> None:
    _link(account, cast, version, diagnosis_id=code.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM coding_evidence")
