"""What the messages say: that a query waits and where to turn, nothing that tells of a patient, a provider or a hospital. Pure.

No link goes by mail: one that opens a query is shown once, to the coder, and is stored nowhere (docs/queries.md); a new one
would end the one that the provider was given.
"""

import uuid
from email.utils import parseaddr
from typing import Final

from django.core.mail import EmailMessage

SUBJECT: Final = "A coding query awaits your answer"
ESCALATED: Final = "A coding query has not been answered"
_PROVIDER: Final = """A coding query awaits your answer.

Open it by the link and the code that the coding department gave you.
Where they no longer work, or you have none, ask for new ones: {contact}
"""
_ADVISOR: Final = """A coding query has not been answered in time and was escalated to you.

Ask the coding department which it is: {contact}
"""
_SUPERVISOR: Final = """A coding query has not been answered in time and was escalated to the supervisors.

{site}
"""
_FOOT: Final = """
This message names no patient on purpose. Please do not answer it: answers
are not read, and nothing about a patient belongs in mail.
"""


def letter(*, desk: str, contact: str, site: str, sender: str, to: str, mark: uuid.UUID) -> EmailMessage:
    """The message for a desk (``provider``, ``physician_advisor``, ``supervisor``)."""
    words, subject = (_PROVIDER, SUBJECT) if desk == "provider" else (_ADVISOR, ESCALATED)
    if desk == "supervisor":
        words = _SUPERVISOR
    where = f"Sign in to see it: {site}/queries/" if site else "Sign in to the coding application to see it."
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return EmailMessage(
        subject=subject,
        body=words.format(contact=contact, site=where) + _FOOT,
        from_email=sender,
        to=[to],
        headers={
            "Message-ID": f"<{mark}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
