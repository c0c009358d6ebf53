"""What an encoder or the opening load told, as a proposal: taken over or dismissed by the coder alone (condition 1).

A message proves no person, whatever name it carries. So no message assigns, changes or finalizes a code: the coder who has the
account takes codes over, by the services that every code goes through.
"""

from collections import Counter
from typing import Final

from accounts import clock, history
from accounts.actors import Actor
from accounts.models import Account, CodeSource, ToldCodes
from accounts.told_codes import ToldCode
from coding_workflow.coding.models import ProposalState, ProposedCode

#: An encoder's codes are younger than those of the opening load, and stand in their place.
_SOURCES: Final = (CodeSource.ENCODER, CodeSource.OPENING)
_SETTLED: Final = (ProposalState.TAKEN, ProposalState.DISMISSED)
Key = tuple[object, ...]


def propose(*, told: ToldCodes, by: Actor) -> None:
    """Bring the proposal of a locked account to what was told last: new codes open, those not told any more lapse.

    What the coder has taken over or dismissed stays settled as long as it is told in the same words. What an encoder took back
    and tells again is asked again: the account may say something else meanwhile. Twice is once.
    """
    account = told.account
    rows = ProposedCode.objects.filter(account=account, state__in=(ProposalState.OPEN, *_SETTLED))
    known: dict[Key, list[ProposedCode]] = {}
    for row in rows.order_by("pk"):
        known.setdefault(_key_of(row), []).append(row)
    _forget_taken_back(known, told)
    new = []
    for position, (told_row, code) in enumerate(told_now(account), start=1):
        same = known.get(_key(told_row.source, code), [])
        if same:
            _keep(same.pop(0), position)
        else:
            new.append(_row(account, told_row, position, code))
    lapsed = [row for left in known.values() for row in left if row.state == ProposalState.OPEN]
    for row in lapsed:
        row.state, row.settled_at = ProposalState.LAPSED, clock.now()
        row.save(update_fields=["state", "settled_at"])
    made = ProposedCode.objects.bulk_create(new)
    if made or lapsed:
        payload = {"source": told.source, "proposed": len(made), "lapsed": len(lapsed), "told": told.pk}
        history.record(account=account, kind="coding.codes_proposed", by=by, payload=payload)


def _forget_taken_back(known: dict[Key, list[ProposedCode]], told: ToldCodes) -> None:
    """Leave those settled rows out that the encoder's list before did not hold any more. The opening load tells each place by
    itself, so that a code that moves looks as if it were gone in between."""
    if told.source != CodeSource.ENCODER:
        return
    before = ToldCodes.objects.filter(account=told.account, source=told.source, part=told.part).exclude(pk=told.pk).in_force()
    counted = Counter(_key(told.source, code) for row in before for code in row.rows)
    for key in {_key(told.source, code) for code in told.rows} & known.keys():
        known[key] = known[key][len(known[key]) - min(counted[key], len(known[key])) :]


def told_now(account: Account) -> list[tuple[ToldCodes, ToldCode]]:
    """The codes in force, each with its row: of diagnoses and of procedures those of the first source that told any."""
    rows = list(ToldCodes.objects.filter(account=account, source__in=_SOURCES).in_force())
    chosen = {_of_procedures(row): source for source in reversed(_SOURCES) for row in rows if row.source == source}
    return [(row, code) for row in rows if row.source == chosen[_of_procedures(row)] for code in row.rows]


def _of_procedures(row: ToldCodes) -> bool:
    return row.part.startswith("procedure")


def _key(source: str, code: ToldCode) -> Key:
    return (source, code.kind, code.system, code.code, code.poa, code.on, code.modifiers, code.units, code.provider)


def _key_of(row: ProposedCode) -> Key:
    said = (row.source, row.kind, row.system, row.code, row.poa, row.performed_on)
    return (*said, tuple(row.modifiers), row.units, row.provider_id)


def _keep(row: ProposedCode, position: int) -> None:
    if row.state == ProposalState.OPEN and row.position != position:
        row.position = position
        row.save(update_fields=["position"])


def _row(account: Account, told: ToldCodes, position: int, code: ToldCode) -> ProposedCode:
    return ProposedCode(
        facility_id=account.facility_id, account=account, told=told, source=told.source, kind=code.kind, position=position,
        system=code.system, code=code.code, poa=code.poa, performed_on=code.on, modifiers=list(code.modifiers),
        units=code.units, provider_id=code.provider,
    )  # fmt: skip
