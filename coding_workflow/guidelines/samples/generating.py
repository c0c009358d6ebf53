"""Sample accounts by seed and number: each is drawn by itself, so that any of them can be made again alone."""

from collections.abc import Iterator

from coding_workflow.guidelines.facts import Facts

from . import births, stays, typical, visits
from .building import build
from .drawing import Draw
from .faults import FAULTS, Fault
from .templates import Template

TEMPLATES: tuple[Template, ...] = (
    *(stays.MEDICINE + stays.SURGERY + stays.INJURY + stays.PSYCHIATRY),
    *(births.MOTHERS + births.NEWBORNS),
    *visits.VISITS,
)
#: Accounts looked at for one that a fault fits; the rarest fits one in several hundred.
_SEARCHED = 20_000


def sample(seed: int, number: int) -> Facts:
    """The correct account of that number: one template after the other, then the next variant of each."""
    turn, place = divmod(number, len(TEMPLATES))
    return build(TEMPLATES[place], Draw(seed, number), f"sample-{seed}-{number}", turn=turn)


def accounts(count: int, seed: int) -> Iterator[Facts]:
    """So many correct accounts, one after the other."""
    return (sample(seed, number) for number in range(count))


def faulty(seed: int, number: int) -> tuple[Fault, Facts]:
    """One fault after the other, each planted in the first account from ``number`` on that it fits.

    Raises LookupError for a fault that fits no account: there is none, or a template was changed.
    """
    fault = FAULTS[number % len(FAULTS)]
    tried = (fault.planted(sample(seed, at)) for at in range(number, number + _SEARCHED))
    spoilt = next((facts for facts in tried if facts), None)
    if spoilt is None:
        raise LookupError(f"no sample account fits the fault: {fault.name}")
    return fault, spoilt


def faulty_accounts(count: int, seed: int) -> Iterator[Facts]:
    """So many accounts with one fault each; the id names it."""
    return (faulty(seed, number)[1] for number in range(count))


def typical_inpatient(seed: int) -> Facts:
    """A correct stay with 12 diagnoses and 4 procedures."""
    return build(typical.STAY, Draw("typical-stay", seed), f"typical-stay-{seed}", turn=seed, diagnoses=12)


def typical_outpatient(seed: int) -> Facts:
    """A correct emergency visit with 15 charge lines."""
    return build(typical.VISIT, Draw("typical-visit", seed), f"typical-visit-{seed}", turn=seed)
