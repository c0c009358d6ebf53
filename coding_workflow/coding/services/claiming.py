"""Codes of the claim form entered by people: occurrences, spans, conditions and values, beside what patient accounting tells."""

import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts import claim_codes, clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, EnteredClaimCode, Step
from accounts.services.claim_codes import entered_codes, told_codes
from accounts.services.revisions import touch
from coding_workflow.staff.models import Role, User

from .desk import open_for_coding

#: Besides the coder who has the account. They do not code it: no lease, no competence.
ENTERERS: Final = (Role.SUPERVISOR, Role.BILLER)
#: No bill comes of these any more.
ENDED: Final = frozenset({Step.CLOSED, Step.CANCELLED, Step.COMBINED})
FIX: Final = "claim_codes"
_EARLIEST: Final = datetime.date(1900, 1, 1)
_MOST: Final = Decimal("9999999.99")
#: What rules know of codes: 55 is the day of death, 74 a leave, 54 a birth weight in grams.
_DEATH, _LEAVE, _WEIGHT = "55", "74", "54"
_GRAMS: Final = (100, 9000)


@transaction.atomic
def enter_claim_code(
    *,
    account_id: int,
    by: Actor,
    kind: str,
    code: str,
    on: datetime.date | None = None,
    through: datetime.date | None = None,
    amount: Decimal | None = None,
    off: bool = False,
) -> EnteredClaimCode:
    """Enter a code with the day, days or amount of its kind, or take one ``off`` that patient accounting tells.

    Of a code of which anything is entered only that stands; what patient accounting tells of it is shown as a difference.
    Raises Refused ``claim_code.kind``, ``.form``, ``.claim_change``, ``.day``, ``.days``, ``.stay``, ``.amount``, ``.not_told``
    (taken off and not there) or ``.twice``; Conflict ``claim_code.step`` where the account ended; NotAllowed
    ``claim_code.role``; and of a coder what ``open_for_coding`` raises.
    """
    account = _open(account_id, by)
    row = _enter(account, by, kind=kind, code=code, on=on, through=through, amount=amount, off=off)
    _record(account, "claim_code.entered", by, row)
    return row


@transaction.atomic
def change_claim_code(
    *,
    account_id: int,
    entered_id: int,
    by: Actor,
    on: datetime.date | None = None,
    through: datetime.date | None = None,
    amount: Decimal | None = None,
) -> EnteredClaimCode:
    """Enter another day, other days or another amount in place of what stands there. The row before stays, ended.

    Raises Conflict ``claim_code.gone`` when it is no longer in force, and as ``enter_claim_code``.
    """
    account = _open(account_id, by)
    before = _in_force(account, entered_id)
    _end(before, by)
    row = _enter(account, by, kind=before.kind, code=before.code, on=on, through=through, amount=amount)
    _record(account, "claim_code.changed", by, row, before=before.said.says)
    return row


@transaction.atomic
def withdraw_claim_code(*, account_id: int, entered_id: int, by: Actor) -> None:
    """Take back what was entered: what patient accounting tells of the code stands again. Raises as ``change_claim_code``."""
    account = _open(account_id, by)
    row = _in_force(account, entered_id)
    _end(row, by)
    _record(account, "claim_code.withdrawn", by, row)


def _open(account_id: int, by: Actor) -> Account:
    """The locked account, where the person may enter codes of its claim now."""
    account = lock_account(account_id)
    person = User.objects.filter(pk=by.person_id, is_active=True).first()
    if account.step in ENDED:
        raise Conflict("claim_code.step", f"The account is {Step(account.step).label.lower()}; no claim is made of it.")
    if person is not None and any(person.has_role(role, account.facility_id) for role in ENTERERS):
        return account
    if person is None or not person.has_role(Role.CODER, account.facility_id):
        raise NotAllowed("claim_code.role", "Coders, supervisors and billers of this facility enter codes of the claim.")
    return open_for_coding(account_id=account_id, by=by)


def _enter(account: Account, by: Actor, *, kind: str, code: str, off: bool = False, **says: Any) -> EnteredClaimCode:
    plain = code.strip().upper()
    _check_code(kind, plain)
    if off:
        _check_told(account, kind, plain)
    else:
        _check_says(account, kind, plain, says)
    rows = entered_codes(account.pk).filter(kind=kind, code=plain)
    if any(off or row.off or row.on == says["on"] for row in rows):
        raise Refused("claim_code.twice", "Something is entered for this code already: change or withdraw it.", fix=FIX)
    given = {} if off else says
    return EnteredClaimCode.objects.create(
        facility_id=account.facility_id, account=account, kind=kind, code=plain, off=off, entered_by_id=by.person_id, **given
    )


def _check_code(kind: str, code: str) -> None:
    if kind not in claim_codes.KINDS:
        raise Refused("claim_code.kind", "Choose occurrence, span, condition or value.", fix=FIX)
    if not claim_codes.well_formed(code):
        raise Refused("claim_code.form", "A code of the claim form has two digits or letters, such as 05 or A1.", fix=FIX)
    if kind == claim_codes.CONDITION and code in claim_codes.CLAIM_CHANGES:
        raise Refused(
            "claim_code.claim_change", "Why a claim is changed is said with the correction of its discrepancy.", fix=FIX
        )


def _check_told(account: Account, kind: str, code: str) -> None:
    if (kind, code) not in {(each.kind, each.code) for each in told_codes(account)}:
        raise Refused("claim_code.not_told", "Patient accounting tells no such code, so that there is none to take off.", fix=FIX)


def _check_says(account: Account, kind: str, code: str, says: dict[str, Any]) -> None:
    on, through, amount = says["on"], says["through"], says["amount"]
    wanted = {
        claim_codes.CONDITION: (False, False, False),
        claim_codes.OCCURRENCE: (True, False, False),
        claim_codes.SPAN: (True, True, False),
        claim_codes.VALUE: (False, False, True),
    }[kind]
    if wanted != tuple(each is not None for each in (on, through, amount)):
        raise Refused("claim_code.day" if kind != claim_codes.VALUE else "claim_code.amount", _WANTED[kind], fix=FIX)
    if amount is not None:
        _check_amount(code, amount)
    if on is not None:
        _check_days(account, kind, code, on, through or on)


_WANTED: Final = {
    claim_codes.CONDITION: "A condition code has neither day nor amount.",
    claim_codes.OCCURRENCE: "An occurrence code has one day, and no amount.",
    claim_codes.SPAN: "An occurrence span has a first and a last day, and no amount.",
    claim_codes.VALUE: "A value code has an amount, and no day.",
}


def _check_amount(code: str, amount: Decimal) -> None:
    exact = amount.is_finite() and amount == amount.quantize(Decimal("0.01"))
    if not exact or not 0 <= amount <= _MOST:
        raise Refused("claim_code.amount", "An amount is 0 or more with at most two decimals, such as 3310 or 12.50.", fix=FIX)
    if code == _WEIGHT and not (amount == amount.to_integral_value() and _GRAMS[0] <= amount <= _GRAMS[1]):
        raise Refused("claim_code.amount", "Value code 54 is the birth weight in whole grams, 100 to 9000.", fix=FIX)


def _check_days(account: Account, kind: str, code: str, first: datetime.date, last: datetime.date) -> None:
    if last < first:
        raise Refused("claim_code.days", "The last day is before the first.", fix=FIX)
    if first < _EARLIEST or last > clock.today(account.facility):
        raise Refused("claim_code.day", "A day of the claim is not before 1900 and not after today.", fix=FIX)
    if (kind, code) not in {(claim_codes.OCCURRENCE, _DEATH), (claim_codes.SPAN, _LEAVE)}:
        return
    admitted, discharged = account.admit_date, account.discharge_date
    if (admitted and first < admitted) or (discharged and last > discharged):
        what = "The day of death" if code == _DEATH else "A leave"
        raise Refused("claim_code.stay", f"{what} lies between admission and discharge.", fix=FIX)


def _in_force(account: Account, entered_id: int) -> EnteredClaimCode:
    row = entered_codes(account.pk).filter(pk=entered_id).first()
    if row is None:
        raise Conflict("claim_code.gone", "This code was changed or withdrawn meanwhile.", fix=FIX)
    return row


def _end(row: EnteredClaimCode, by: Actor) -> None:
    row.ended_by_id, row.ended_at = by.person_id, clock.now()
    row.save(update_fields=["ended_by", "ended_at"])


def _record(account: Account, kind: str, by: Actor, row: EnteredClaimCode, **more: str) -> None:
    payload = {"entered": row.pk, "kind": row.kind, "code": row.code, "says": row.said.says, "off": row.off, **more}
    history.record(account=account, kind=kind, by=by, payload=payload)
    touch(account=account, what=kind, by=by)
