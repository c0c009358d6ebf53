"""Keeping what another system says an account's codes are. Nothing here changes a code of the account."""

import datetime
from collections.abc import Sequence

from accounts import history, listeners, told_codes
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, ToldCodes


def tell_codes(
    *,
    account: Account,
    source: str,
    part: str,
    codes: Sequence[told_codes.ToldCode],
    told_at: datetime.datetime,
    by: Actor,
    drg: str = "",
    final: bool = True,
    named: str = "",
    coder_id: int | None = None,
) -> ToldCodes:
    """Keep a list of codes of a locked account, whole, at whatever step it is; the same list of the same time is kept once.

    An older list that comes late is kept and changes nothing: what was told last is in force. Listeners of ``codes_told`` hear
    of what is in force. Raises Refused ``codes.many`` for more than any bill holds.
    """
    if len(codes) > told_codes.MOST_CODES:
        raise Refused("codes.many", f"The list holds more than {told_codes.MOST_CODES} codes.")
    sha256 = told_codes.digest(codes, drg)
    said = ToldCodes.objects.filter(account=account, source=source, part=part)
    known = said.filter(told_at=told_at, sha256=sha256).first()
    if known is not None:
        return known
    before = said.in_force().first()
    row = ToldCodes.objects.create(
        facility_id=account.facility_id, account=account, source=source, part=part, told_at=told_at,
        told_by=f"{by.kind}:{by.code}"[:80], named=named[:80], coder_id=coder_id, final=final,
        codes=[each.as_dict() for each in codes], drg=drg, sha256=sha256,
    )  # fmt: skip
    if before is not None and before.told_at > told_at:
        return row
    if before is None or before.sha256 != sha256:
        payload = {"source": source, "part": part, "count": len(codes), "told": row.pk}
        history.record(account=account, kind="codes.told", by=by, payload=payload)
    listeners.tell("codes_told", told=row, by=by)
    return row
