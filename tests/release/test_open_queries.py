"""A query stops the release: by its hold in the database, and by the verdict, which knows of it from the facts."""

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, WorkItem
from accounts.services.holds import resolve_hold
from coding_workflow.coding.services import queries as services
from coding_workflow.release import services as release
from coding_workflow.release.models import Check, Release
from tests.cast import Cast

from .stage import NOTE, code, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(cast: Cast) -> Account:
    """Coded by Ana, final coded, releasable."""
    account = ready(cast)
    code(account, cast)
    assert finalize(account, cast).verdict == "releasable"
    account.refresh_from_db()
    return account


def _ask(account: Account, cast: Cast) -> services.NewLink:
    version = account.documents.get(type="discharge_summary").versions.get()
    start = NOTE.index("Type 2 diabetes on metformin")
    wording = services.Wording(
        kind="open",
        reason="specificity",
        subject="Detail of a documented diagnosis",
        text="Type 2 diabetes is documented as quoted. Which complications, if any, were treated?",
        indicators=((version.pk, start, start + 28),),
        provider_id=account.attending_id,
        codes=("E119",),
    )
    query = services.draft_query(account_id=account.pk, by=cast.actor("ana"), wording=wording)
    return services.send_query(account_id=account.pk, query_id=query.pk, by=cast.actor("ana"))


def test_an_account_that_was_releasable_is_held_and_its_release_work_goes(account: Account, cast: Cast) -> None:
    assert WorkItem.objects.filter(kind="release", closed_at=None).exists()
    _ask(account, cast)
    check = release.run_check(account_id=account.pk)
    assert check is not None
    assert check.verdict == "held"
    assert {each["rule"] for each in check.findings if each["severity"] == "hold"} == {
        "evidence.query_answered",
        "discrepancy.open_hold",
    }
    assert not WorkItem.objects.filter(kind="release", closed_at=None).exists()
    with pytest.raises(Refused):
        release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision)
    assert not Release.objects.exists()


def test_the_database_refuses_the_release_while_the_query_is_open(account: Account, cast: Cast) -> None:
    _ask(account, cast)
    for hold in Hold.objects.filter(source="check", resolved_at=None):
        resolve_hold(account=lock_account(account.pk), hold=hold, by=cast.actor("ana"), resolution="x")
    account.refresh_from_db()
    check = Check.objects.latest("pk")
    forged = Check.objects.create(
        **{
            name: getattr(check, name)
            for name in ("facility_id", "account_id", "ruleset_hash", "tables_hash", "policy_hash", "engine_version", "facts")
        },
        revision=account.revision,
        facts_hash="forged",
        verdict="releasable",
    )
    values = {"facility_id": account.facility_id, "account": account, "sequence": 1, "revision": account.revision}
    with pytest.raises(DatabaseError, match="open hold"), transaction.atomic():
        Release.objects.create(**values, verdict=forged, approved_by=cast.cleo)


def test_a_hold_resolved_by_hand_does_not_let_it_through(account: Account, cast: Cast) -> None:
    _ask(account, cast)
    hold = Hold.objects.get(source="policy", resolved_at=None)
    resolve_hold(account=lock_account(account.pk), hold=hold, by=cast.actor("cleo"), resolution="Phoned the provider")
    check = release.run_check(account_id=account.pk)
    assert check is not None and check.verdict == "held"


def test_withdrawn_it_comes_back_and_can_be_finalized_and_approved(account: Account, cast: Cast) -> None:
    made = _ask(account, cast)
    release.run_check(account_id=account.pk)
    services.withdraw_query(
        account_id=account.pk, query_id=made.link.query_id, by=cast.actor("ana"), reason="It was in the nursing note"
    )
    account.refresh_from_db()
    assert account.step == "coding"
    assert finalize(account, cast).verdict == "releasable"
    account.refresh_from_db()
    assert release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision)
