"""The gate in the database: no path goes round it, whoever asks and whatever variable is set."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts import clock, lifecycle
from accounts.locking import lock_account
from accounts.models import Account, ChargeLine, Hold, Step
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding.models import CodedDiagnosis, FinalCoding, LinePointers
from coding_workflow.release.models import Certificate, Check, Release
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import Cast


def final_coded(cast: Cast, number: str = "A1") -> Account:
    """An account that Ana coded and finalized, with a releasable verdict on its revision."""
    account = lock_account(cast.account(number).pk)
    CodedDiagnosis.objects.create(
        facility=cast.main,
        account=account,
        system="ICD-10-CM",
        code="I214",
        position=1,
        assigned_by=cast.ana,
        changed_by=cast.ana,
    )
    for step in (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED):
        lifecycle.move(account=account, to=step, by=cast.actor("ana"))
    FinalCoding.objects.create(facility=cast.main, account=account, revision=account.revision, coder=cast.ana)
    account.refresh_from_db()
    return account


def verdict(account: Account, verdict: str = "releasable", revision: int | None = None) -> Check:
    """A verdict row, as a check writes it."""
    return Check.objects.create(
        facility_id=account.facility_id,
        account=account,
        revision=account.revision if revision is None else revision,
        ruleset_hash="r",
        tables_hash="t",
        policy_hash="p",
        facts_hash=f"f{Check.objects.count()}",
        engine_version="1",
        verdict=verdict,
        facts="{}",
    )


def release(account: Account, check: Check, by: int, **more: object) -> Release:
    """Insert a release row as plain SQL would."""
    values: dict[str, object] = {
        "facility_id": account.facility_id,
        "account": account,
        "sequence": 1,
        "revision": account.revision,
        "verdict": check,
        "approved_by_id": by,
    }
    return Release.objects.create(**(values | more))  # type: ignore[misc]


def refused(match: str, make: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        make()


def _hold(account: Account, cast: Cast) -> Hold:
    return place_hold(
        account=account, source="person", key="k", reason="query.outstanding", message="Outstanding.", by=cast.actor("ana")
    )


def test_who_pointed_a_line_does_not_approve_and_whose_pointers_were_replaced_does(cast: Cast) -> None:
    account = final_coded(cast)
    line = ChargeLine.objects.create(
        facility=cast.main,
        account=account,
        source_id="L1",
        revenue_code="",
        hcpcs="99213",
        amount=1,
        service_date=clock.now().date(),
    )
    named = {"facility": cast.main, "account": account, "charge": line, "diagnoses": ["I214"]}
    first = LinePointers.objects.create(**named, pointed_by=cast.cleo)
    account.refresh_from_db()
    refused("who coded account", lambda: release(account, verdict(account), cast.cleo.pk))
    stale = verdict(account)
    LinePointers.objects.filter(pk=first.pk).update(superseded_at=clock.now())
    LinePointers.objects.create(**named, pointed_by=cast.ana)
    refused("release refused", lambda: release(account, stale, cast.cleo.pk))  # pointing raised the revision
    account.refresh_from_db()
    assert release(account, verdict(account), cast.cleo.pk).pk


def test_a_clean_account_passes(cast: Cast) -> None:
    account = final_coded(cast)
    assert release(account, verdict(account), cast.cleo.pk).pk


def test_an_open_hold_stops_it_and_a_resolved_one_does_not(cast: Cast) -> None:
    account = final_coded(cast)
    check = verdict(account)
    hold = _hold(account, cast)
    refused("open hold", lambda: release(account, check, cast.cleo.pk))
    resolve_hold(account=account, hold=hold, by=cast.actor("ana"), resolution="Answered.")
    assert release(account, check, cast.cleo.pk).pk


def test_who_coded_does_not_approve(cast: Cast) -> None:
    account = final_coded(cast)
    RoleGrant.objects.create(user=cast.ana, facility=cast.main, role=Role.SUPERVISOR)
    refused("coded", lambda: release(account, verdict(account), cast.ana.pk))


def test_only_a_supervisor_of_the_facility_approves(cast: Cast) -> None:
    account = final_coded(cast)
    refused("no supervisor", lambda: release(account, verdict(account), cast.bill.pk))


def test_a_held_verdict_does_not_release(cast: Cast) -> None:
    account = final_coded(cast)
    refused("no releasable verdict", lambda: release(account, verdict(account, "held"), cast.cleo.pk))


def test_a_verdict_on_another_revision_does_not_release(cast: Cast) -> None:
    account = final_coded(cast)
    check = verdict(account)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET discharge_status = '03' WHERE id = %s", [account.pk])
    refused("no releasable verdict", lambda: release(account, check, cast.cleo.pk))
    account.refresh_from_db()
    refused("no releasable verdict", lambda: release(account, check, cast.cleo.pk))


def test_another_accounts_verdict_does_not_release(cast: Cast) -> None:
    account, other = final_coded(cast), final_coded(cast, "A2")
    refused("no releasable verdict", lambda: release(account, verdict(other), cast.cleo.pk))


def test_an_account_that_is_not_final_coded_is_not_released(cast: Cast) -> None:
    account = cast.account()
    refused("not final coded", lambda: release(account, verdict(account), cast.cleo.pk))


def test_a_second_release_must_follow_the_first(cast: Cast) -> None:
    account = final_coded(cast)
    check = verdict(account)
    release(account, check, cast.cleo.pk)
    refused("another latest release", lambda: release(account, check, cast.cleo.pk))
    refused("another latest release", lambda: release(account, check, cast.cleo.pk, sequence=2))


def test_the_step_past_release_needs_the_release(cast: Cast) -> None:
    account = final_coded(cast)
    with pytest.raises(DatabaseError, match="without a release"), transaction.atomic():
        lifecycle.move(account=account, to=Step.RELEASED, by=cast.actor("cleo"))
    account.refresh_from_db()
    release(account, verdict(account), cast.cleo.pk)
    lifecycle.move(account=account, to=Step.RELEASED, by=cast.actor("cleo"))


VARIABLES = [
    "SET session_replication_role = 'replica'",
    "SET LOCAL session_replication_role = 'replica'",
    "SET search_path = pg_temp, public",
    "SET check_function_bodies = off",
    "SET row_security = off",
    "SET app.facilities = 'all'",
    "SELECT set_config('pgtrigger.ignore', '{public.release_release:gate}', false)",
    "SET CONSTRAINTS ALL DEFERRED",
    "SET default_transaction_isolation = 'repeatable read'",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE coding_owner",
    "SET ROLE postgres",
]


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_session_variable_opens_the_gate(cast: Cast, variable: str) -> None:
    account = final_coded(cast)
    check = verdict(account)
    _hold(account, cast)

    def attempt() -> None:
        with connection.cursor() as cursor:
            cursor.execute(variable)
        release(account, check, cast.cleo.pk)

    refused(".", attempt)
    assert Release.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE release_certificate SET text = '{}'",
        "DELETE FROM release_certificate",
        "TRUNCATE release_certificate CASCADE",
        "UPDATE release_release SET approved_by_id = approved_by_id",
        "DELETE FROM release_release",
        "UPDATE release_check SET verdict = 'releasable'",
        "DELETE FROM release_check",
        "DROP TRIGGER release_release_gate ON release_release",
        "ALTER TABLE release_release DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION public.release_gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_certificate_release_or_verdict_is_never_changed(cast: Cast, statement: str) -> None:
    account = final_coded(cast)
    row = release(account, verdict(account), cast.cleo.pk)
    Certificate.objects.create(facility=cast.main, account=account, release=row, text="{}", sha256="0" * 64)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _race(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run both at the same time, each in its own transaction; answers the errors' class names."""
    ready, errors = threading.Barrier(2), []

    def run(act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                ready.wait(5)
                act()
        except DatabaseError as error:
            errors.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return errors


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_hold_and_a_release_at_the_same_moment_never_both_pass_unseen(cast: Cast, committed_db: str, isolation: str) -> None:
    """Either the hold is seen and the release refused, or the hold came after: then it stands on a released account."""
    for number in range(6):
        with transaction.atomic():
            account = final_coded(cast, f"R{number}")
            check = verdict(account)

        def opening(pk: int = account.pk) -> None:
            _isolate(isolation)
            _hold(lock_account(pk), cast)

        def releasing(row: Account = account, judged: Check = check) -> None:
            _isolate(isolation)
            release(row, judged, cast.cleo.pk)

        _race(opening, releasing)
        _assert_ordered(account)


def _isolate(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")


def _assert_ordered(account: Account) -> None:
    held = Hold.objects.filter(account=account).first()
    gone = Release.objects.filter(account=account).first()
    assert held or gone
    if held and gone:
        assert gone.released_at < held.opened_at


def test_an_uncommitted_hold_makes_a_release_wait_and_then_refuse(cast: Cast, committed_db: str) -> None:
    with transaction.atomic():
        account = final_coded(cast)
        check = verdict(account)
    opened, outcome = threading.Event(), []

    def opening() -> None:
        with transaction.atomic():
            _hold(lock_account(account.pk), cast)
            opened.set()
            threading.Event().wait(0.5)
        connections.close_all()

    thread = threading.Thread(target=opening)
    thread.start()
    opened.wait(5)
    try:
        with transaction.atomic():
            release(account, check, cast.cleo.pk)
    except DatabaseError as error:
        outcome.append(str(error))
    thread.join(10)
    assert outcome
    assert "open hold" in outcome[0]
