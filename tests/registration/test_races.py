"""Several feeds at once: the same message in four threads acts once."""

import threading

from django.db import connection, transaction

from accounts.history import verify_account
from accounts.models import Account, Patient
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import sending


def test_the_same_messages_in_four_threads_act_once(committed_db: str, cast: Cast) -> None:
    sent = [sending.admit(), sending.discharge(), sending.summary(), sending.charge()]
    start, failures = threading.Barrier(4), list[Exception]()

    def feed(order: list[bytes]) -> None:
        try:
            start.wait(10)
            for body in order:
                import_message(body)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=feed, args=(sent[turn:] + sent[:turn],)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    account = Account.objects.get()
    assert (account.step, str(account.total_charges), account.documents.count()) == ("coding", "812.00", 1)
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}
    assert Patient.objects.count() == 1
    assert verify_account(account) == []


def test_an_admission_waits_for_a_document_that_is_being_parked(committed_db: str, cast: Cast) -> None:
    """Otherwise the document is parked after the admission looked for it, and nobody ever applies it."""

    def admit() -> None:
        try:
            import_message(sending.admit())
        finally:
            connection.close()

    admission = threading.Thread(target=admit)
    with transaction.atomic():
        assert import_message(sending.summary()).status == "parked"
        admission.start()
        admission.join(1)
    admission.join(60)
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}
    assert Account.objects.get().documents.count() == 1
