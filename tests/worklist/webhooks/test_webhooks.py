"""Receivers are told of what happened, by ids, signed, once for each event unless an attempt failed; and their pages."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection, transaction

from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import OutboxRow
from accounts.services.holds import place_hold
from coding_workflow.outbox.services import drain, requeue
from coding_workflow.staff.models import StaffEvent
from tests.cast import Cast
from tests.coding.stage import FEED
from tests.security.browser import grow_old, signed_in
from worklist.models import Webhook, WebhookDelivery
from worklist.webhooks import kinds, sending, services, signing

URL = "https://receiver.example/in"


@pytest.fixture(autouse=True)
def named(settings) -> None:
    settings.WEBHOOK_HOSTS = ["receiver.example"]


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, dict[str, str]]]:
    """What the receiver got; it takes everything."""
    got: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        got.append((url, body, headers))
        return 202

    monkeypatch.setattr(sending, "post", post)
    return got


def _add(cast: Cast, *told_of: str) -> tuple[Webhook, str]:
    return services.add_webhook(
        by=cast.ada, facility=cast.main, name="Patient accounting", url=URL, told_of=told_of or ("hold.opened",)
    )


def _hold(cast: Cast, number: str = "A1") -> Any:
    with transaction.atomic():
        account = lock_account(cast.account(number).pk)
        return place_hold(account=account, source="person", key=number, reason="person.placed", message="Waits for Pat", by=FEED)


def test_a_receiver_is_told_ids_and_the_kind_and_can_check_that_it_is_ours(cast: Cast, came: Any) -> None:
    _, key = _add(cast)
    hold = _hold(cast)
    assert drain(lanes=["bulk"]) == 1
    ((url, body, headers),) = came
    delivery = WebhookDelivery.objects.get()
    said = json.loads(body)
    assert url == URL
    assert said.pop("at")
    assert said == {
        "id": str(delivery.uuid), "kind": "hold.opened", "facility": cast.main.pk, "account": hold.account_id, "hold": hold.pk
    }  # fmt: skip
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    assert headers["Webhook-Signature"] == "v1=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    assert (delivery.answered, delivery.delivered_at is None) == (202, False)


def test_what_it_did_not_ask_for_and_other_facilities_are_not_told(cast: Cast, came: Any) -> None:
    _add(cast, "claim.made", "account.released")
    _hold(cast)
    drain(lanes=["bulk"])
    assert came == []
    assert not WebhookDelivery.objects.exists()


def test_an_event_that_is_undone_is_told_to_nobody(cast: Cast, came: Any) -> None:
    _add(cast)
    account = cast.account("A1")
    with transaction.atomic():
        place_hold(account=lock_account(account.pk), source="person", key="x", reason="x.y", message="x", by=FEED)
        transaction.set_rollback(True)
    drain(lanes=["bulk"])
    assert came == []


def test_a_delivery_that_was_taken_is_not_sent_again(cast: Cast, came: Any) -> None:
    _add(cast)
    _hold(cast)
    drain(lanes=["bulk"])
    services.deliver(delivery_id=WebhookDelivery.objects.get().pk)
    assert len(came) == 1


def test_a_receiver_that_fails_is_tried_again_under_the_same_id_and_then_given_up(
    cast: Cast, came: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = _add(cast)
    _hold(cast)
    taken, ids = sending.post, []

    def failing(url: str, body: bytes, headers: dict[str, str]) -> int:
        ids.append(headers["Webhook-Id"])
        raise sending.ReceiverAnsweredOtherwise

    monkeypatch.setattr(sending, "post", failing)
    for _ in range(configured.OUTBOX_ATTEMPTS):
        drain(lanes=["bulk"])
        OutboxRow.objects.filter(kind=services.DELIVER, state="waiting").update(not_before="2020-01-01T00:00:00Z")
    row = OutboxRow.objects.get(kind=services.DELIVER)
    assert (row.state, row.attempts) == ("parked", configured.OUTBOX_ATTEMPTS)
    assert row.error.startswith("ReceiverAnsweredOtherwise at ")
    assert len(ids) == configured.OUTBOX_ATTEMPTS
    assert len(set(ids)) == 1
    page = signed_in(cast.ada).get(f"/webhooks/{webhook.pk}/").content.decode()
    assert "Given up: it answered with an error" in page
    assert "Tell a receiver (webhook)" in signed_in(cast.ada).get("/parked/").content.decode()
    monkeypatch.setattr(sending, "post", taken)
    requeue(row_id=row.pk, by=cast.actor("ada"))
    drain(lanes=["bulk"])
    assert [headers["Webhook-Id"] for _, _, headers in came] == ids[:1]


def test_a_host_that_left_the_list_is_parked_at_once(cast: Cast, settings) -> None:
    _add(cast)
    _hold(cast)
    settings.WEBHOOK_HOSTS = []
    drain(lanes=["bulk"])
    row = OutboxRow.objects.get(kind=services.DELIVER)
    assert (row.state, row.error, row.attempts) == ("parked", "webhook.host", 1)


def test_after_a_change_of_key_both_sign_for_a_day(cast: Cast, came: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook, before = _add(cast)
    key = services.change_key(by=cast.ada, webhook=webhook)
    _hold(cast)
    drain(lanes=["bulk"])
    _, body, headers = came[0]
    at = int(headers["Webhook-Timestamp"])
    assert headers["Webhook-Signature"] == signing.signature([key, before], message=headers["Webhook-Id"], at=at, body=body)
    Webhook.objects.update(key_before_until="2020-01-01T00:00:00Z")
    _hold(cast, "A2")
    drain(lanes=["bulk"])
    assert came[1][2]["Webhook-Signature"].count("v1=") == 1


def test_a_webhook_that_ended_is_told_nothing_more(cast: Cast, came: Any) -> None:
    webhook, _ = _add(cast)
    _hold(cast)
    services.end_webhook(by=cast.ada, webhook=webhook)
    _hold(cast, "A2")
    drain(lanes=["bulk"])
    assert came == []
    assert WebhookDelivery.objects.count() == 1
    with pytest.raises(Refused, match=r"webhook\.ended"):
        services.change_key(by=cast.ada, webhook=webhook)


def test_keys_are_encrypted_at_rest(cast: Cast) -> None:
    webhook, key = _add(cast)
    assert key not in str(Webhook.objects.values().get(pk=webhook.pk))


def test_only_an_administrator_of_the_facility_adds_a_receiver_and_to_named_hosts(cast: Cast) -> None:
    values = {"facility": cast.main, "name": "x", "url": URL, "told_of": ["hold.opened"]}
    for wrong, code in (
        ({"by": cast.cleo}, "staff.not_administrator"),
        ({"facility": cast.other}, "staff.not_administrator"),
        ({"url": "https://evil.example/"}, "webhook.host"),
        ({"told_of": ["patient.name"]}, "webhook.kinds"),
        ({"told_of": []}, "webhook.kinds"),
        ({"name": " "}, "webhook.name"),
    ):
        with pytest.raises(Refused) as refusal:
            services.add_webhook(**{"by": cast.ada, **values, **wrong})
        assert refusal.value.code == code


def test_the_page_shows_a_key_once_and_asks_who_one_is(cast: Cast) -> None:
    form = {"name": "Patient accounting", "facility": cast.main.pk, "url": URL, "kinds": ["hold.opened", "claim.made"]}
    client = signed_in(cast.ada)
    grow_old(client)
    page = client.post("/webhooks/", form)
    assert page.status_code == 403
    assert 'value="Patient accounting"' in page.content.decode()
    client = signed_in(cast.ada)
    key = re.search(r"whsec_[\w-]{43}", client.post("/webhooks/", form).content.decode())
    made = Webhook.objects.get()
    assert key is not None
    for address in ("/webhooks/", f"/webhooks/{made.pk}/"):
        assert key[0] not in client.get(address).content.decode()
    assert StaffEvent.objects.get(kind="webhook.added").words == f"Webhook #{made.pk} added"
    again = re.search(r"whsec_[\w-]{43}", client.post(f"/webhooks/{made.pk}/key/").content.decode())
    assert again is not None
    assert again[0] != key[0]
    assert client.post(f"/webhooks/{made.pk}/end/").status_code == 302
    assert client.post(f"/webhooks/{made.pk}/end/").status_code == 409


def test_a_refused_address_stays_in_the_form_with_its_reason(cast: Cast) -> None:
    form = {"name": "x", "facility": cast.main.pk, "url": "https://evil.example/", "kinds": ["hold.opened"]}
    page = signed_in(cast.ada).post("/webhooks/", form)
    assert page.status_code == 422
    assert "not on the installation&#x27;s list" in page.content.decode()
    assert 'value="https://evil.example/"' in page.content.decode()


def test_old_deliveries_are_deleted(cast: Cast, came: Any) -> None:
    _add(cast)
    _hold(cast)
    WebhookDelivery.objects.update(asked_at="2020-01-01T00:00:00Z")
    assert services.purge() == 1
    drain(lanes=["bulk"])
    assert came == []


def test_every_kind_comes_from_an_event_that_there_is(cast: Cast) -> None:
    assert len({kind.code for kind in kinds.KINDS}) == len(kinds.KINDS)
    assert [kind.code for kind in kinds.of_event("account.moved", {"after": "final_coded"})] == ["account.final_coded"]
    assert kinds.of_event("account.moved", {"after": "billed"}) == []


def test_plain_sql_takes_no_webhook_away_and_sends_none_in_the_clear(cast: Cast) -> None:
    _add(cast)
    for sql in ("DELETE FROM worklist_webhook", "UPDATE worklist_webhook SET url = 'http://receiver.example/'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
