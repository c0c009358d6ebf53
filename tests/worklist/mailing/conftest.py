"""A hospital that reminds by mail, and a receiver that it reaches."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Account
from coding_workflow.coding.services import queries
from tests.cast import Cast
from tests.coding.queries.desk import asked_about, send
from worklist.mailing import services

from .receiver import Receiver, receiving

WARD = "w.ward@hospital.example"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as made:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 2
        settings.QUERY_MAIL_FROM = "Coding <coding@hospital.example>"
        settings.QUERY_MAIL_DOMAINS = ["hospital.example"]
        settings.SITE_ADDRESS = "https://coding.hospital.example"
        yield made


@pytest.fixture
def account(cast: Cast) -> Account:
    with transaction.atomic():
        return asked_about(cast)


@pytest.fixture
def made(account: Account, cast: Cast, receiver: Receiver) -> queries.NewLink:
    """A query that was sent at a hospital which reminds by mail."""
    turn_on(cast)
    services.keep_address(by=cast.cleo, provider=account.attending, email=WARD)
    return send(account, cast.actor("ana"))


def turn_on(cast: Cast, **changes: Any) -> None:
    values = {"on": True, "contact": "Coding, extension 4711", "advisor": "advisor@hospital.example", **changes}
    services.change_setting(by=cast.cleo, facility=cast.main, **values)
