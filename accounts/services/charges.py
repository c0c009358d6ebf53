"""Charges post and are voided; a line is never removed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account, ChargeLine, ChargemasterEntry, ChargeSource, Provider

from .revisions import touch

#: An 837P line points to four diagnoses at most.
MOST_LINKED: Final = 4


@dataclass(frozen=True, slots=True)
class ProfessionalPart:
    """What a line of a professional bill says besides: empty where it is as the account says.

    ``diagnoses`` are at most ``MOST_LINKED`` codes without point, the primary first.
    """

    place_of_service: str = ""
    rendering: Provider | None = None
    diagnoses: tuple[str, ...] = ()


def post_charge(
    *,
    account: Account,
    source_id: str,
    revenue_code: str,
    amount: Decimal,
    service_date: datetime.date,
    by: Actor,
    hcpcs: str = "",
    modifiers: Sequence[str] = (),
    units: Decimal | int = 1,
    description: str = "",
    source: str = ChargeSource.CHARGEMASTER,
    entry: ChargemasterEntry | None = None,
    professional: ProfessionalPart | None = None,
) -> ChargeLine:
    """Post one line (dollars, service units) on a locked account at any step; the sender's id posts once.

    Raises Conflict ``charge.posted`` for an id that exists with another content; the same content answers the line.
    """
    existing = ChargeLine.objects.filter(facility_id=account.facility_id, source_id=source_id).first()
    if existing is not None:
        return _same_or_refuse(existing, account, revenue_code, hcpcs, Decimal(amount))
    besides = professional or ProfessionalPart()
    line = ChargeLine.objects.create(
        facility_id=account.facility_id,
        account=account,
        source_id=source_id,
        source=source,
        entry=entry,
        revenue_code=revenue_code,
        hcpcs=hcpcs,
        modifiers=list(modifiers),
        units=units,
        amount=amount,
        service_date=service_date,
        description=description,
        place_of_service=besides.place_of_service,
        rendering=besides.rendering,
        diagnoses=list(besides.diagnoses),
    )
    payload = {"line": line.pk, "revenue_code": revenue_code, "hcpcs": hcpcs, "amount": str(amount)}
    history.record(account=account, kind="charge.posted", by=by, payload=payload)
    touch(account=account, what="charge.posted", by=by)
    return line


def _same_or_refuse(line: ChargeLine, account: Account, revenue_code: str, hcpcs: str, amount: Decimal) -> ChargeLine:
    same = (line.account_id, line.revenue_code, line.hcpcs, line.amount) == (account.pk, revenue_code, hcpcs, amount)
    if not same:
        raise Conflict("charge.posted", "The sender's transaction number is posted already with another content.")
    return line


def void_charge(*, account: Account, line: ChargeLine, reason: str, by: Actor) -> None:
    """Take a line off the bill; it stays in the ledger. Raises Refused ``charge.no_reason`` or Conflict ``charge.voided``."""
    if not reason.strip():
        raise Refused("charge.no_reason", "Say why the charge is voided.")
    changed = ChargeLine.objects.filter(pk=line.pk, account=account, voided_at__isnull=True).update(voided_at=clock.now())
    if not changed:
        raise Conflict("charge.voided", "The charge is voided already.")
    history.record(account=account, kind="charge.voided", by=by, payload={"line": line.pk, "reason": reason})
    touch(account=account, what="charge.voided", by=by)
