"""Sample accounts by seed and number: each is drawn by itself, so that any of them can be made again alone."""

from collections.abc import Iterator

from coding_workflow.guidelines.facts import Facts

from . import births, stays, typical, visits
from .building import build
from .drawing import Draw
from .templates import Template

TEMPLATES: tuple[Template, ...] = (
    *(stays.MEDICINE + stays.SURGERY + stays.INJURY + stays.PSYCHIATRY),
    *(births.MOTHERS + births.NEWBORNS),
    *visits.VISITS,
)


def sample(seed: int, number: int) -> Facts:
    """The correct account of that number; the templates follow each other."""
    template = TEMPLATES[number % len(TEMPLATES)]
    return build(template, Draw(seed, number), f"sample-{seed}-{number}")


def accounts(count: int, seed: int) -> Iterator[Facts]:
    """So many correct accounts, one after the other."""
    return (sample(seed, number) for number in range(count))


def typical_inpatient(seed: int) -> Facts:
    """A correct stay with 12 diagnoses and 4 procedures."""
    return build(typical.STAY, Draw("typical-stay", seed), f"typical-stay-{seed}", diagnoses=12)


def typical_outpatient(seed: int) -> Facts:
    """A correct emergency visit with 15 charge lines."""
    return build(typical.VISIT, Draw("typical-visit", seed), f"typical-visit-{seed}")
