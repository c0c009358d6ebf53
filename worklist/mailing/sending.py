"""One message to the mail server. What it answered decides; where nobody can know, that is said and nothing is tried again."""

import smtplib
from contextlib import suppress

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend


class NotSent(Exception):
    """The server was not reached, or said no for now: nothing left, so another attempt doubles nothing."""


class AddressRefused(Exception):
    """The server knows no such address; no other attempt would mend it."""


class Unknown(Exception):
    """The connection broke while the message was on its way: it may have been taken."""


def send(message: EmailMessage) -> None:
    """Hand a message with one address over. Raises NotSent, AddressRefused, Unknown; never with the server's own words."""
    link = get_connection()
    try:
        link.open()
    except (OSError, smtplib.SMTPException):
        raise NotSent from None
    try:
        _hand_over(link, message)
    finally:
        # What was taken is taken, however the server says goodbye.
        with suppress(OSError, smtplib.SMTPException):
            link.close()


def _hand_over(link: BaseEmailBackend, message: EmailMessage) -> None:
    try:
        link.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        raise (AddressRefused if codes and min(codes) >= 500 else NotSent) from None
    except smtplib.SMTPResponseException:
        raise NotSent from None
    except (OSError, smtplib.SMTPException):
        raise Unknown from None
