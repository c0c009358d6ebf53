"""Switching mail on, keeping addresses, planning a message for each step of a query's ladder, and sending it once."""

import datetime
import json
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Event, Facility, Provider
from accounts.outbox import enqueue
from accounts.scope import scoped
from coding_workflow.coding.models import ProviderQuery, QueryStatus
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.services.rights import note

from . import addresses, letters, sending
from .models import MailState, ProviderEmail, QueryMail, QueryMailSetting

MAIL: Final = "worklist.query_mail"
WRITES: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)
#: Steps of the ladder that are told by mail.
_TOLD: Final = frozenset({"query.reminded", "query.escalated"})
#: Minutes until the next attempt while the server cannot be reached; after the last the step is given up.
_LATER: Final = (1, 5, 15, 60, 240, 720)
_BY: Final = Actor.system("query.mail")


@transaction.atomic
def change_setting(*, by: User, facility: Facility, on: bool, contact: str, advisor: str) -> QueryMailSetting:
    """Switch reminders by mail on or off, and say where readers ask.

    Raises NotAllowed ``mail.role``; Refused ``mail.installation`` where the installation names no server, ``mail.contact``,
    ``mail.address`` or ``mail.domain``.
    """
    _require(by, facility)
    if on and not addresses.installed():
        raise Refused("mail.installation", "This installation names no mail server, sender or domains yet.", fix="on")
    said = " ".join(contact.split())
    if on and not 3 <= len(said) <= 120:
        raise Refused("mail.contact", "Say where readers ask, in 3 to 120 characters: a telephone or a desk.", fix="contact")
    given = {
        "on": on,
        "contact": said[:120],
        "advisor": addresses.checked(advisor, fix="advisor") if advisor.strip() else "",
        "changed_by": by,
    }
    made, _ = QueryMailSetting.objects.update_or_create(facility=facility, defaults=given)
    note(by=by, person=by, kind="query_mail.changed", facility=facility, on="on" if on else "off")
    return made


@transaction.atomic
def keep_address(*, by: User, provider: Provider, email: str) -> ProviderEmail:
    """Where a provider is reminded; empty takes the address away.

    Raises NotAllowed ``mail.role``; Refused ``mail.address`` or ``mail.domain``.
    """
    _require(by, provider.facility)
    plain = addresses.checked(email) if email.strip() else ""
    kept, _ = ProviderEmail.objects.update_or_create(provider=provider, defaults={"email": plain, "changed_by": by})
    note(by=by, person=by, kind="query_mail.address", facility=provider.facility, provider=provider.pk, known=bool(plain))
    return kept


def _require(by: User, facility: Facility) -> None:
    if not any(by.has_role(role, facility.pk) for role in WRITES):
        raise NotAllowed("mail.role", "Only supervisors and administrators of this facility set its mail.")


def plan(*, event: Event) -> None:
    """A listener of every event: ask for a message to each address of a step, in the transaction that takes it."""
    if event.kind not in _TOLD or not addresses.installed():
        return
    setting = QueryMailSetting.objects.filter(facility_id=event.facility_id, on=True).first()
    if setting is None:
        return
    said = json.loads(event.payload)
    query = ProviderQuery.objects.get(pk=said["query"])
    for address in addresses.recipients(query, said["desk"], setting):
        mail, new = QueryMail.objects.get_or_create(
            query=query,
            step=said["step"],
            address=address,
            defaults={"facility_id": event.facility_id, "account_id": event.account_id, "desk": said["desk"]},
        )
        if new:
            _ask(mail)


def _ask(mail: QueryMail, later: datetime.timedelta | None = None) -> None:
    at = clock.now() + later if later else None
    payload = {"mail": mail.pk}
    enqueue(kind=MAIL, key=str(mail.pk), account_id=mail.account_id, payload=payload, not_before=at, lane="bulk")


def deliver(*, mail_id: int, facility_id: int) -> None:
    """Send one message, at most once: it is written that it leaves, it leaves, and what came of it is written.

    Each is a transaction of its own, and none is open while the server is waited for. Killed in between, the message is found
    as *being sent*: nobody knows whether it was taken, so that is said and it is not sent again.
    """
    with scoped([facility_id]):
        message = _begin(mail_id)
    if message is None:
        return
    try:
        sending.send(message)
    except sending.NotSent:
        state = MailState.FAILED
    except sending.AddressRefused:
        state = MailState.REFUSED
    except sending.Unknown:
        state = MailState.UNCERTAIN
    else:
        state = MailState.SENT
    with scoped([facility_id]):
        _end(mail_id, state)


def _begin(mail_id: int) -> EmailMessage | None:
    """The message, with *being sent* written; None where it is done, not needed any more, or was once on its way."""
    mail = _locked(mail_id)
    if mail.state == MailState.SENDING:
        _settle(mail, MailState.UNCERTAIN)
        return None
    if mail.state != MailState.PLANNED:
        return None
    setting = QueryMailSetting.objects.filter(facility_id=mail.facility_id, on=True).first()
    if setting is None or _needless(mail):
        _settle(mail, MailState.NEEDLESS)
        return None
    message = letters.letter(
        desk=mail.desk,
        contact=setting.contact,
        site=settings.SITE_ADDRESS,
        sender=settings.QUERY_MAIL_FROM,
        to=mail.address,
        mark=mail.uuid,
    )
    mail.state, mail.tried_at, mail.tries = MailState.SENDING, clock.now(), mail.tries + 1
    mail.save(update_fields=["state", "tried_at", "tries"])
    return message


def _needless(mail: QueryMail) -> bool:
    """Answered or ended meanwhile, an address that is no longer allowed, or a later step tells the same reader anyway."""
    later = QueryMail.objects.filter(query=mail.query_id, address=mail.address, step__gt=mail.step)
    waits = ProviderQuery.objects.filter(pk=mail.query_id, status=QueryStatus.SENT)
    return not addresses.installed() or not addresses.allowed(mail.address) or not waits.exists() or later.exists()


def _end(mail_id: int, state: MailState) -> None:
    mail = _locked(mail_id)
    # Another run may have found it on its way and written that nobody knows: what is known by now stands.
    if mail.state not in {MailState.SENDING, MailState.UNCERTAIN}:
        return
    if state == MailState.FAILED and mail.tries <= len(_LATER):
        mail.state, mail.settled_at = MailState.PLANNED, None
        mail.save(update_fields=["state", "settled_at"])
        _ask(mail, datetime.timedelta(minutes=_LATER[mail.tries - 1]))
        return
    _settle(mail, state)


def _locked(mail_id: int) -> QueryMail:
    """The message under its account's lock, as everything that writes history."""
    account_id = QueryMail.objects.values_list("account_id", flat=True).get(pk=mail_id)
    account = lock_account(account_id)
    mail = QueryMail.objects.select_for_update().get(pk=mail_id)
    mail.account = account
    return mail


def _settle(mail: QueryMail, state: MailState) -> None:
    mail.state, mail.settled_at = state, clock.now()
    mail.save(update_fields=["state", "settled_at"])
    payload = {"query": mail.query_id, "step": mail.step, "desk": mail.desk, "mail": mail.pk, "state": state.value}
    history.record(account=mail.account, kind="query.mailed", by=_BY, payload=payload)
