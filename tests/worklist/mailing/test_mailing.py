"""Reminders by mail: what goes out, to whom, once, what becomes of it; and what never goes out."""

import datetime
import socket
import threading
import time
from dataclasses import replace
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, connections, transaction

from accounts.errors import NotAllowed, Refused
from accounts.models import Account, Hold, OutboxRow, Provider
from accounts.scope import ALL, scoped
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.coding.services import queries
from coding_workflow.outbox.services import drain, perform
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import StaffEvent
from tests.cast import SEPTEMBER, Cast
from tests.coding.queries.desk import answer, send
from tests.coding.stage import payloads
from worklist.mailing import sending, services
from worklist.mailing.models import MailState, ProviderEmail, QueryMail, QueryMailSetting
from worklist.telling import sentence

from .conftest import WARD, turn_on
from .receiver import Receiver


def climb(made: queries.NewLink, days: float) -> int:
    """The ladder as it stands so many days after the query was sent."""
    sent = made.link.query.sent.sent_at
    with time_machine.travel(sent + datetime.timedelta(days=days), tick=False), scoped(ALL):
        return queries.climb(account_id=made.link.account_id, query_id=made.link.query_id)


def states() -> list[tuple[int, str, str]]:
    return list(QueryMail.objects.values_list("step", "address", "state"))


def due_now() -> None:
    """Time passes: what waits for its next attempt is due."""
    OutboxRow.objects.filter(kind=services.MAIL, state="waiting").update(not_before="2026-01-01T00:00Z")


def parsed(text: str) -> EmailMessage:
    found = message_from_string(text, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_reminder_goes_to_the_provider_once_and_says_where_to_turn(made: queries.NewLink, receiver: Receiver) -> None:
    climb(made, 2)
    drain()
    (text,) = receiver.messages
    message = parsed(text)
    assert (receiver.recipients, receiver.senders) == ([WARD], ["coding@hospital.example"])
    assert message["Subject"] == "A coding query awaits your answer"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{QueryMail.objects.get().uuid}@hospital.example>"
    body = message.get_content()
    assert "the link and the code that the coding department gave you" in body and "Coding, extension 4711" in body
    assert states() == [(1, WARD, "sent")]
    assert payloads("query.mailed") == [
        {"query": made.link.query_id, "step": 1, "desk": "provider", "mail": QueryMail.objects.get().pk, "state": "sent"}
    ]
    for _ in range(2):
        services.deliver(mail_id=QueryMail.objects.get().pk, facility_id=made.link.facility_id)
    drain()
    assert len(receiver.messages) == 1


def test_nothing_in_a_message_tells_of_anybody(made: queries.NewLink, receiver: Receiver, account: Account, cast: Cast) -> None:
    account.patient.family_name, account.patient.given_name = "Zebulon", "Quirinus"
    account.patient.save(update_fields=["family_name", "given_name"])
    for days in (2, 4, 7):
        climb(made, days)
        drain()
    query = made.link.query
    secret = [account.number, account.patient.mrn, "Zebulon", "Quirinus"]
    secret += [query.subject, query.text[:30], "BiPAP", made.token, made.code, account.attending.family_name]
    secret += [account.attending.npi, cast.main.name, str(cast.ana), "J96", str(account.attending.given_name)]
    assert len(receiver.messages) == 3
    for text in receiver.messages:
        # The address that it goes to is the one thing that names somebody: the server has to know it. The row's random number
        # may hold an account number's two characters by chance.
        rest = text.replace(WARD, "").lower()
        for mark in QueryMail.objects.values_list("uuid", flat=True):
            rest = rest.replace(str(mark), "")
        assert not [word for word in secret if word and word.lower() in rest]
        assert "http" not in rest


def test_escalation_goes_to_the_desk_that_policy_names(made: queries.NewLink, receiver: Receiver, cast: Cast) -> None:
    for days in (2, 4, 7):
        climb(made, days)
        drain()
    assert receiver.recipients == [WARD, WARD, "advisor@hospital.example"]
    assert "escalated to you" in receiver.messages[2]


def test_supervisors_are_mailed_at_their_own_addresses_and_sign_in(account: Account, cast: Cast, receiver: Receiver) -> None:
    rules = replace(STANDARD.queries, escalate_to="supervisor")
    publish_policy(
        facility=cast.main, policy=replace(STANDARD, queries=rules), by=cast.ada, second=cast.cora, effective_from=SEPTEMBER
    )
    turn_on(cast)
    cast.cleo.email = "cleo@hospital.example"
    cast.cleo.save(update_fields=["email"])
    made = send(account, cast.actor("ana"))
    climb(made, 7)
    drain()
    assert receiver.recipients == ["cleo@hospital.example"]
    assert "Sign in to see it: https://coding.hospital.example/queries/" in parsed(receiver.messages[0]).get_content()


@pytest.mark.parametrize(
    "email",
    [
        "x@evil.example, cleo@hospital.example",
        "cleo\nBcc: x@evil.example@hospital.example",
        "Cleo <cleo@evil.example>@hospital.example",
        "cl eo@hospital.example",
        "j\u00f6rg@hospital.example",
    ],
)
def test_what_sign_on_said_is_no_address_gets_no_mail(account: Account, cast: Cast, receiver: Receiver, email: str) -> None:
    rules = replace(STANDARD.queries, escalate_to="supervisor")
    publish_policy(
        facility=cast.main, policy=replace(STANDARD, queries=rules), by=cast.ada, second=cast.cora, effective_from=SEPTEMBER
    )
    turn_on(cast)
    cast.cleo.email = email
    cast.cleo.save(update_fields=["email"])
    climb(send(account, cast.actor("ana")), 7)
    drain()
    assert states() == [] and receiver.sessions == 0
    assert not OutboxRow.objects.filter(kind=services.MAIL).exists()


def test_steps_that_were_missed_make_one_message(made: queries.NewLink, receiver: Receiver) -> None:
    climb(made, 5)
    drain()
    assert states() == [(1, WARD, "needless"), (2, WARD, "sent")]
    assert len(receiver.messages) == 1


def test_what_was_answered_meanwhile_is_not_reminded_of(made: queries.NewLink, receiver: Receiver) -> None:
    climb(made, 2)
    answer(made)
    drain()
    assert states() == [(1, WARD, "needless")]
    assert receiver.sessions == 0


@pytest.mark.parametrize("off", ["facility", "installation", "domain", "address"])
def test_nothing_goes_out_where_it_is_off(
    off: str, account: Account, cast: Cast, receiver: Receiver, made: queries.NewLink, settings: Any
) -> None:
    if off == "facility":
        turn_on(cast, on=False)
    elif off == "installation":
        settings.EMAIL_HOST = ""
    elif off == "domain":
        settings.QUERY_MAIL_DOMAINS = ["other.example"]
    else:
        services.keep_address(by=cast.cleo, provider=account.attending, email="")
    climb(made, 2)
    drain()
    assert not QueryMail.objects.exists() and receiver.sessions == 0
    # The ladder climbs all the same.
    assert ProviderQuery.objects.get().ladder == 1


@pytest.mark.parametrize("off", ["facility", "domain"])
def test_what_was_switched_off_meanwhile_does_not_go_out(
    off: str, cast: Cast, receiver: Receiver, made: queries.NewLink, settings: Any
) -> None:
    climb(made, 2)
    if off == "facility":
        turn_on(cast, on=False)
    else:
        settings.QUERY_MAIL_DOMAINS = ["other.example"]
    drain()
    assert states() == [(1, WARD, "needless")] and receiver.sessions == 0


# ---------------------------------------------------------------- what goes wrong


def test_a_server_that_is_away_is_tried_again_later_and_then_takes_it_once(
    made: queries.NewLink, receiver: Receiver, settings: Any
) -> None:
    climb(made, 2)
    settings.EMAIL_PORT = 9  # discard: nobody listens
    drain()
    assert states() == [(1, WARD, "planned")]
    row = OutboxRow.objects.get(kind=services.MAIL, state="waiting")
    assert row.not_before > row.created_at + datetime.timedelta(seconds=50)
    settings.EMAIL_PORT = receiver.port
    due_now()
    drain()
    assert states() == [(1, WARD, "sent")] and len(receiver.messages) == 1
    assert QueryMail.objects.get().tries == 2


def test_a_server_that_stays_away_is_given_up_and_the_query_goes_on_holding(
    made: queries.NewLink, receiver: Receiver, settings: Any
) -> None:
    climb(made, 2)
    settings.EMAIL_PORT = 9
    for _ in range(12):
        drain()
        due_now()
    assert states() == [(1, WARD, "failed")]
    assert QueryMail.objects.get().tries == 7
    assert not OutboxRow.objects.filter(kind=services.MAIL).exclude(state="done").exists()
    assert ProviderQuery.objects.get().status == "sent"
    assert Hold.objects.get(resolved_at=None).reason == "query.outstanding"
    assert [each["state"] for each in payloads("query.mailed")] == ["failed"]


@pytest.mark.parametrize(
    ("rcpt", "data", "state", "left"),
    [
        ("550 5.1.1 No such user", "250 Ok", "refused", 0),
        ("451 4.3.0 Try later", "250 Ok", "planned", 1),
        ("250 Ok", "451 4.3.0 Try later", "planned", 1),
        ("250 Ok", "554 5.7.1 Looks like spam", "planned", 1),
        # Hung up while it was on its way: nobody knows, so it is not sent again.
        ("250 Ok", "", "uncertain", 0),
        ("", "250 Ok", "uncertain", 0),
    ],
)
def test_what_the_server_answers_decides(
    made: queries.NewLink, receiver: Receiver, rcpt: str, data: str, state: str, left: int
) -> None:
    receiver.rcpt, receiver.data = rcpt, data
    climb(made, 2)
    drain()
    assert states() == [(1, WARD, state)]
    assert OutboxRow.objects.filter(kind=services.MAIL, state="waiting").count() == left
    due_now()
    receiver.rcpt = receiver.data = "250 Ok"
    drain()
    assert states() == [(1, WARD, "sent" if left else state)]
    assert ProviderQuery.objects.get().status == "sent"


def test_a_server_that_never_speaks_is_left_after_the_timeout_and_tried_again(
    made: queries.NewLink, receiver: Receiver, settings: Any
) -> None:
    climb(made, 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.3
        drain()
    assert states() == [(1, WARD, "planned")]
    assert OutboxRow.objects.filter(kind=services.MAIL, state="waiting").count() == 1


def test_a_server_that_falls_silent_over_the_words_may_have_taken_them(
    made: queries.NewLink, receiver: Receiver, settings: Any
) -> None:
    climb(made, 2)
    settings.EMAIL_TIMEOUT = 0.3
    receiver.during = lambda: time.sleep(1)
    drain()
    due_now()
    drain()
    assert states() == [(1, WARD, "uncertain")] and len(receiver.messages) == 1


def test_a_server_that_keeps_saying_no_is_not_called_away(made: queries.NewLink, receiver: Receiver) -> None:
    receiver.data = "554 5.7.1 Looks like spam"
    climb(made, 2)
    for _ in range(8):
        drain()
        due_now()
    mail = QueryMail.objects.get()
    assert (mail.state, receiver.sessions) == ("failed", 7)
    assert mail.get_state_display() == "Not sent: the mail server was away or did not take it"


def test_a_server_that_hangs_up_instead_of_saying_goodbye_has_taken_it(made: queries.NewLink, receiver: Receiver) -> None:
    receiver.quits = False
    climb(made, 2)
    drain()
    assert states() == [(1, WARD, "sent")]


def test_one_that_was_on_its_way_when_its_process_died_is_never_sent_again(made: queries.NewLink, receiver: Receiver) -> None:
    climb(made, 2)
    QueryMail.objects.update(state=MailState.SENDING, tries=1)
    drain()
    assert states() == [(1, WARD, "uncertain")]
    assert receiver.sessions == 0
    assert [each["state"] for each in payloads("query.mailed")] == ["uncertain"]


def test_a_run_that_was_thought_dead_and_comes_back_says_what_it_knows(
    made: queries.NewLink, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    climb(made, 2)
    mail = QueryMail.objects.get()
    send_it = sending.send

    def slow(message: Any) -> None:
        services.deliver(mail_id=mail.pk, facility_id=mail.facility_id)
        assert QueryMail.objects.get().state == "uncertain"
        send_it(message)

    monkeypatch.setattr(sending, "send", slow)
    drain()
    assert states() == [(1, WARD, "sent")] and len(receiver.messages) == 1


def test_no_transaction_is_open_while_the_server_is_waited_for(
    committed_db: str, made: queries.NewLink, receiver: Receiver
) -> None:
    climb(made, 2)
    seen: list[Any] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                           " AND state = 'idle in transaction'")  # fmt: skip
            seen.append(cursor.fetchone()[0])
            cursor.execute("SELECT state FROM worklist_querymail")
            seen.append(cursor.fetchone()[0])
        connections.close_all()

    receiver.during = look
    row = OutboxRow.objects.get(kind=services.MAIL)
    assert perform(row_id=row.pk)
    assert seen == [0, "sending"]
    assert states() == [(1, WARD, "sent")]


@pytest.mark.slow
def test_two_workers_send_it_once(committed_db: str, made: queries.NewLink, receiver: Receiver) -> None:
    climb(made, 2)
    mail = QueryMail.objects.get()
    gate = threading.Barrier(4)

    def work() -> None:
        try:
            gate.wait(10)
            services.deliver(mail_id=mail.pk, facility_id=mail.facility_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(receiver.messages) == 1
    assert states() == [(1, WARD, "sent")]


# ---------------------------------------------------------------- setting it up


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contact": " "}, "mail.contact"),
        ({"contact": "x" * 121}, "mail.contact"),
        ({"advisor": "nobody"}, "mail.address"),
        ({"advisor": "a@elsewhere.example"}, "mail.domain"),
        ({"advisor": "a@hospital.example\nBcc: b@elsewhere.example"}, "mail.address"),
    ],
)
def test_what_is_no_setting_is_refused(cast: Cast, receiver: Receiver, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        turn_on(cast, **changes)
    assert refusal.value.code == code
    assert not QueryMailSetting.objects.exists()


def test_it_is_not_switched_on_where_the_installation_names_no_server(cast: Cast) -> None:
    with pytest.raises(Refused, match="names no mail server"):
        turn_on(cast)


def test_only_supervisors_and_administrators_of_the_facility_set_it(cast: Cast, account: Account, receiver: Receiver) -> None:
    for person in (cast.ana, cast.ben, cast.bill, cast.cora, cast.dov):
        with pytest.raises(NotAllowed):
            services.change_setting(by=person, facility=cast.main, on=True, contact="Coding", advisor="")
        with pytest.raises(NotAllowed):
            services.keep_address(by=person, provider=account.attending, email=WARD)
    with pytest.raises(NotAllowed):
        services.change_setting(by=cast.cleo, facility=cast.other, on=True, contact="Coding", advisor="")


def test_what_was_set_is_written_down_without_the_address(cast: Cast, account: Account, receiver: Receiver) -> None:
    turn_on(cast)
    services.keep_address(by=cast.cleo, provider=account.attending, email=WARD)
    said = [event.words for event in StaffEvent.objects.filter(kind__startswith="query_mail").order_by("pk")]
    assert said == ["Mail about queries switched on", f"E-mail address of provider #{account.attending_id} changed"]
    assert WARD not in str(list(StaffEvent.objects.values_list("payload", flat=True)))
    services.keep_address(by=cast.cleo, provider=account.attending, email=" ")
    assert ProviderEmail.objects.get().email == ""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE worklist_querymail SET address = 'other@hospital.example'",
        "UPDATE worklist_querymail SET step = 2",
        "UPDATE worklist_querymail SET state = 'planned', settled_at = NULL",
        "DELETE FROM worklist_querymail",
    ],
)
def test_plain_sql_changes_no_message(made: queries.NewLink, receiver: Receiver, change: str) -> None:
    climb(made, 2)
    drain()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_history_says_it_in_words() -> None:
    said = sentence("query.mailed", {"state": "sent", "desk": "provider", "query": 1})
    assert said == "Query reminder by mail: sent · provider"


def test_a_provider_elsewhere_gets_no_address_from_here(cast: Cast, receiver: Receiver) -> None:
    theirs = Provider.objects.create(facility=cast.other, source_id="E", family_name="Elsewhere")
    with pytest.raises(NotAllowed):
        services.keep_address(by=cast.cleo, provider=theirs, email=WARD)
