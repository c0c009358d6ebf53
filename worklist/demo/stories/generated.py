"""Generated accounts: plain cases of every class, in the shares and at the steps of a real hospital."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from worklist.demo.story import Story, Until

from .cases import CASES, Case

TODAY: Final = datetime.date(2026, 9, 30)

#: Shares of the patient classes among accounts, in percent.
_CLASSES: Final = (
    ("emergency", 40),
    ("ancillary", 13),
    ("clinic", 12),
    ("outpatient_surgery", 12),
    ("inpatient", 12),
    ("observation", 5),
    ("recurring", 4),
    ("newborn", 2),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an account rests: how many percent, how many days ago it was discharged, how far it was played."""

    name: str
    share: int
    days_ago: tuple[int, int]
    until: Until


STAGES: Final = (
    Stage("in_house", 2, (0, 0), Until.REGISTERED),
    Stage("bill_hold", 14, (0, 1), Until.DISCHARGED),
    Stage("ready", 10, (5, 12), Until.DISCHARGED),
    Stage("held", 8, (6, 20), Until.CODED),
    Stage("releasable", 4, (6, 14), Until.CODED),
    Stage("submitted", 22, (12, 40), Until.SUBMITTED),
    Stage("paid", 37, (20, 80), Until.PAID),
    Stage("denied", 3, (30, 70), Until.DENIED),
)


def volume(rng: random.Random, count: int) -> Iterator[Story]:
    """``count`` accounts; the same for the same generator."""
    for number in range(1, count + 1):
        yield _story(rng, f"V{number:05d}")


def _story(rng: random.Random, number: str) -> Story:
    patient_class = _drawn(rng, _CLASSES)
    stage = rng.choices(STAGES, [each.share for each in STAGES])[0]
    case = rng.choice([each for each in CASES if each.patient_class == patient_class])
    story = plain(rng, case, number, stage)
    return _held(rng, story) if stage.name == "held" else story


def _drawn(rng: random.Random, shares: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([name for name, _ in shares], [share for _, share in shares])[0]


def plain(rng: random.Random, case: Case, number: str, stage: Stage) -> Story:
    """The case as one account at this step, with nothing wrong in it."""
    days = rng.randint(*case.days)
    discharged = TODAY - datetime.timedelta(days=rng.randint(*stage.days_ago))
    age = rng.randint(*case.ages)
    admitted = discharged - datetime.timedelta(days=days)
    words = {"age": str(age), "days": str(days), "side": "", **rng.choice(case.words)}
    born = admitted if case.patient_class == "newborn" else _birthday(rng, admitted, age)
    return Story(
        number=number,
        title=case.title,
        patient_class=case.patient_class,
        payer=_payer(rng, case, age),
        born=born,
        sex=case.sex or rng.choice("FM"),
        admitted=admitted,
        days=days,
        hour=rng.randint(1, 17),
        admission_type=case.admission_type,
        point_of_origin=case.point_of_origin,
        papers=tuple(replace(paper, text=_fill(paper.text, words), day=min(paper.day, days)) for paper in case.papers),
        diagnoses=tuple(replace(dx, code=_fill(dx.code, words), passage=_fill(dx.passage, words)) for dx in case.diagnoses),
        procedures=tuple(
            replace(px, passage=_fill(px.passage, words), modifiers=_modifiers(px.modifiers, words), day=min(px.day, days))
            for px in case.procedures
        ),
        bills=case.charged(days),
        value_codes=case.value_codes,
        birth_weight_grams=case.birth_weight_grams,
        coder=rng.choice(_coders(case.patient_class)),
        until=stage.until,
    )


def _fill(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def _modifiers(modifiers: tuple[str, ...], words: dict[str, str]) -> tuple[str, ...]:
    return tuple(_fill(modifier, words) for modifier in modifiers)


def _birthday(rng: random.Random, on: datetime.date, age: int) -> datetime.date:
    return on - datetime.timedelta(days=age * 366 + rng.randint(1, 300))


def _payer(rng: random.Random, case: Case, age: int) -> str:
    if case.patient_class == "newborn":
        return rng.choice(("MCD", "COM"))
    if age >= 67:
        return rng.choice(("MCR", "MCR", "MCA"))
    return rng.choice(("COM", "COM", "COM", "MCD"))


def _coders(patient_class: str) -> tuple[str, ...]:
    if patient_class in {"inpatient", "newborn"}:
        return ("ana", "mia")
    return ("ana",) if patient_class in {"outpatient_surgery", "observation"} else ("ana", "dev", "dev")


def _held(rng: random.Random, story: Story) -> Story:
    """Half of what is held waits for documents and queries, the rest for accounting and coders."""
    kinds = [_unsigned, _query, _query, _disposition]
    return rng.choice(kinds)(story)


def _unsigned(story: Story) -> Story:
    papers = list(story.papers)
    papers[-1] = replace(papers[-1], signed=False)
    return replace(story, papers=tuple(papers))


def _query(story: Story) -> Story:
    words = "A query to the attending is outstanding: the cause of the finding is not documented."
    return replace(story, hold=("query.outstanding", words, 2, "provider"))


def _disposition(story: Story) -> Story:
    return replace(story, record_status="03" if story.patient_class == "inpatient" else "06")
