"""How often suggestions are right: what the record's words name, against what the demo's coders assigned with a passage.

The demo's notes are short and plain, and the lists of words were made with them in view: the figure guards against getting
worse, and says little about another hospital's notes. Some told stories are coded wrongly on purpose, which counts as ours.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from accounts.models import PatientClass
from accounts.scope import ALL, scoped
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM
from coding_workflow.codesets.loaders.packages import FIRST_DAY
from coding_workflow.codesets.naming import Names
from coding_workflow.coding.suggesting import Paper, offers
from worklist.demo.stories import featured, volume
from worklist.demo.story import Story

_SEED: Final = 20260930
_GENERATED: Final = 400
_STAYS: Final = frozenset({PatientClass.INPATIENT, PatientClass.NEWBORN})


@dataclass(frozen=True, slots=True)
class Agreement:
    """Codes offered and assigned, offered only, and assigned only, over some stories."""

    stories: int
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what is offered, the share that was assigned."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Of what was assigned, the share that is offered."""
        return self.right / max(self.right + self.missed, 1)

    def __str__(self) -> str:
        right = f"{self.right} of {self.right + self.wrong} offered, {self.right} of {self.right + self.missed} assigned"
        return f"precision {self.precision:.2f}, recall {self.recall:.2f} ({right}; {self.stories} records)"


def agreement(stories: Iterable[Story], names: Names) -> Agreement:
    """Offers against codes with a passage. Records with the same words count once."""
    different = {tuple((paper.type, paper.text) for paper in story.papers): story for story in stories}
    right = wrong = missed = 0
    for story in different.values():
        assigned = {dx.code.replace(".", "") for dx in story.diagnoses if dx.passage}
        offered = _offered(story, names)
        right += len(offered & assigned)
        wrong += len(offered - assigned)
        missed += len(assigned - offered)
    return Agreement(len(different), right, wrong, missed)


def _offered(story: Story, names: Names) -> set[str]:
    papers = [Paper(number, paper.type, paper.text) for number, paper in enumerate(story.papers)]
    inpatient = story.patient_class in _STAYS
    return {offer.code for offer in offers(papers, names, patient_class=story.patient_class, inpatient=inpatient)}


def measured() -> dict[str, Agreement]:
    """The told stories and the generated ones, by the loaded table."""
    with scoped(ALL):
        names = codesets.names(ICD_10_CM, FIRST_DAY)
    assert names is not None, "ICD-10-CM is not loaded"
    return {"told": agreement(featured(), names), "generated": agreement(volume(random.Random(_SEED), _GENERATED), names)}


def remarks(names: Sequence[str]) -> list[str]:
    """The figures as lines below the table, when all figures or ``suggestions`` are asked for."""
    if names and "suggestions" not in names:
        return []
    return [f"Suggestions on the demo's {kind} notes: {found}." for kind, found in measured().items()]
