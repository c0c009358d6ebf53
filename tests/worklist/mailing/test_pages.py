"""The page of mail, and what a query's page says of its messages."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Account, Facility, Provider
from coding_workflow.coding.services import queries
from coding_workflow.outbox.services import drain
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.mailing.models import ProviderEmail, QueryMailSetting

from .conftest import WARD
from .receiver import Receiver
from .test_mailing import climb


def page(client: Client, name: str = "worklist:query_mail", **extra: Any) -> str:
    response = client.get(reverse(name, **extra))
    assert response.status_code == 200
    return str(response.content.decode())


def change(client: Client, facility: Facility, **form: Any) -> Any:
    return client.post(reverse("worklist:change_query_mail", args=[facility.pk]), form)


def test_it_is_off_and_says_why_it_cannot_be_switched_on(cast: Cast) -> None:
    cleo = signed_in(cast.cleo)
    shown = page(cleo)
    assert "No mail can go out yet" in shown and '<span class="chip">Off</span>' in shown
    refused = change(cleo, cast.main, on="1", contact="Coding, 4711", advisor="")
    assert refused.status_code == 422
    assert "names no mail server" in refused.content.decode() and 'value="Coding, 4711"' in refused.content.decode()


def test_setting_and_addresses_are_kept_by_forms_alone(cast: Cast, receiver: Receiver, made: queries.NewLink) -> None:
    cleo = signed_in(cast.cleo)
    assert change(cleo, cast.main, on="1", contact="Coding, 0815", advisor="").status_code == 302
    assert QueryMailSetting.objects.get().contact == "Coding, 0815"
    provider = made.link.query.provider
    assert provider is not None
    shown = page(cleo)
    assert str(provider) in shown and WARD in shown and "A query</span>" in shown
    refused = change(cleo, cast.main, provider=provider.pk, email="ward@elsewhere.example")
    assert refused.status_code == 422
    assert "Mail goes only to" in refused.content.decode() and 'value="ward@elsewhere.example"' in refused.content.decode()
    assert change(cleo, cast.main, provider=provider.pk, email="ww@hospital.example").status_code == 302
    assert ProviderEmail.objects.get().email == "ww@hospital.example"


def test_a_provider_of_another_hospital_is_unknown(cast: Cast, receiver: Receiver) -> None:
    theirs = Provider.objects.create(facility=cast.other, source_id="E", family_name="Elsewhere")
    assert change(signed_in(cast.cleo), cast.main, provider=theirs.pk, email=WARD).status_code == 404


def test_the_querys_page_and_history_say_what_became_of_it(
    cast: Cast, receiver: Receiver, made: queries.NewLink, account: Account
) -> None:
    receiver.rcpt = "550 5.1.1 No such user"
    climb(made, 2)
    drain()
    ana = signed_in(cast.ana)
    shown = page(ana, "worklist:query", args=[account.pk, made.link.query_id])
    assert f"Mail to {WARD}: address refused by the mail server" in shown
    assert "Query reminder by mail: refused" in page(ana, "worklist:history", args=[account.pk])
    assert "Address refused by the mail server" in page(signed_in(cast.cleo))


def test_who_reads_no_queries_is_shown_no_way_to_one(
    cast: Cast, receiver: Receiver, made: queries.NewLink, account: Account
) -> None:
    climb(made, 2)
    drain()
    address = reverse("worklist:query", args=[account.pk, made.link.query_id])
    for person, reads in ((cast.cleo, True), (cast.ada, False)):
        client = signed_in(person)
        shown = page(client)
        assert account.number in shown and (f'href="{address}"' in shown) == reads
        assert client.get(address).status_code == (200 if reads else 403)


def test_messages_of_a_restricted_account_are_not_listed(
    cast: Cast, receiver: Receiver, made: queries.NewLink, account: Account
) -> None:
    climb(made, 2)
    drain()
    Account.objects.update(restricted="VIP")
    assert account.number not in page(signed_in(cast.cleo))
