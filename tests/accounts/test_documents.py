"""Documents arrive in versions whose words never change; what is wanting in one is written down and withdrawn."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, Deficiency, Document, DocumentVersion, Event
from accounts.services.documents import receive_document, record_deficiency, withdraw_deficiency
from tests.cast import Cast

FEED = Actor.feed("TEST")


@pytest.fixture
def account(cast: Cast) -> Account:
    return lock_account(cast.account().pk)


def _receive(account: Account, text: str = "Words.", **more: object) -> DocumentVersion:
    values = {"source_id": "D1", "type": "progress_note", "title": "Progress note", "status": "signed"} | more
    return receive_document(account=account, text=text, by=FEED, **values)  # type: ignore[arg-type]


def _payloads(kind: str) -> list[dict[str, object]]:
    return [json.loads(text) for text in Event.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True)]


def test_a_document_is_a_version_an_event_and_a_higher_revision(account: Account) -> None:
    before = account.revision
    version = _receive(account)
    assert (version.number, version.text, version.document.account) == (1, "Words.", account)
    assert account.revision > before
    assert _payloads("document.received") == [
        {"document": version.document_id, "version": 1, "type": "progress_note", "status": "signed"}
    ]


def test_the_same_number_again_is_the_next_version_of_one_document(account: Account) -> None:
    first = _receive(account, "Draft.", status="unsigned")
    second = _receive(account, "Final.")
    assert (second.document, second.number) == (first.document, 2)
    first.refresh_from_db()
    assert (first.text, first.status) == ("Draft.", "unsigned")
    assert [payload["version"] for payload in _payloads("document.received")] == [1, 2]


def test_line_ends_are_the_same_whoever_sends(account: Account) -> None:
    assert _receive(account, "one\r\ntwo\rthree\n").text == "one\ntwo\nthree\n"


@pytest.mark.parametrize(("more", "code"), [({"type": "letter"}, "document.type"), ({"text": "a\x00b"}, "document.text")])
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(account: Account, more: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        _receive(account, **more)
    assert refusal.value.code == code
    assert not Document.objects.exists() and not Event.objects.exists()


def test_a_number_that_belongs_to_another_account_is_refused(account: Account, cast: Cast) -> None:
    _receive(account)
    with pytest.raises(Refused) as refusal:
        _receive(lock_account(cast.account("A2").pk))
    assert refusal.value.code == "document.elsewhere"
    assert DocumentVersion.objects.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE accounts_documentversion SET text = 'x'", "DELETE FROM accounts_documentversion"])
def test_words_cannot_be_changed_by_plain_sql(account: Account, statement: str) -> None:
    _receive(account)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_in_force_is_the_newest_version_of_each_document_that_is_not_cancelled(account: Account) -> None:
    _receive(account, "Draft.", status="unsigned")
    newest = _receive(account, "Final.")
    _receive(account, source_id="D2")
    _receive(account, source_id="D2", status="cancelled")
    _receive(account, source_id="D3")
    Document.objects.filter(source_id="D3").update(cancelled_at="2026-09-30T00:00Z")
    assert list(DocumentVersion.objects.in_force().filter(account=account)) == [newest]


def _deficiency(account: Account, cast: Cast, version: DocumentVersion, quality: str = "legible") -> Deficiency:
    return record_deficiency(account=account, version=version, quality=quality, note="Page 2.", by=cast.actor("ana"))


def test_a_deficiency_names_who_found_what(account: Account, cast: Cast) -> None:
    version = _receive(account)
    before = account.revision
    found = _deficiency(account, cast, version)
    assert (found.version, found.recorded_by, found.resolved_at) == (version, cast.ana, None)
    assert account.revision > before
    assert _payloads("document.deficient") == [{"deficiency": found.pk, "quality": "legible"}]


def test_only_the_six_qualities_of_this_accounts_documents_can_be_wanting(account: Account, cast: Cast) -> None:
    version = _receive(account)
    with pytest.raises(Refused) as refusal:
        _deficiency(account, cast, version, "pretty")
    assert refusal.value.code == "deficiency.quality"
    with pytest.raises(Refused) as refusal:
        _deficiency(lock_account(cast.account("A2").pk), cast, version)
    assert refusal.value.code == "deficiency.elsewhere"
    with pytest.raises(Refused) as refusal:
        record_deficiency(account=account, version=version, quality="legible", note="", by=FEED)
    assert refusal.value.code == "actor.person"
    assert not Deficiency.objects.exists()


def test_a_deficiency_is_withdrawn_once_and_with_words(account: Account, cast: Cast) -> None:
    found = _deficiency(account, cast, _receive(account))
    with pytest.raises(Refused) as refusal:
        withdraw_deficiency(account=account, deficiency=found, by=cast.actor("ana"), reason="  ")
    assert refusal.value.code == "deficiency.no_reason"
    withdraw_deficiency(account=account, deficiency=found, by=cast.actor("ana"), reason="Scanned again.")
    found.refresh_from_db()
    assert found.resolved_at is not None
    with pytest.raises(Conflict) as conflict:
        withdraw_deficiency(account=account, deficiency=found, by=cast.actor("ana"), reason="Again.")
    assert conflict.value.code == "deficiency.ended"
    assert _payloads("document.sufficient") == [{"deficiency": found.pk, "reason": "Scanned again."}]


def test_another_accounts_deficiency_is_not_withdrawn_here(account: Account, cast: Cast) -> None:
    found = _deficiency(account, cast, _receive(account))
    with pytest.raises(Conflict):
        withdraw_deficiency(
            account=lock_account(cast.account("A2").pk), deficiency=found, by=cast.actor("ana"), reason="Not here."
        )
    found.refresh_from_db()
    assert found.resolved_at is None
