"""The plain cases behind generated accounts: the gate has nothing against any of them, whoever pays."""

import random
from dataclasses import replace
from itertools import cycle

import pytest

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from worklist.demo import seeding
from worklist.demo.hospital import open_hospital
from worklist.demo.player import Player
from worklist.demo.stories.cases import CASES
from worklist.demo.stories.generated import STAGES, plain
from worklist.demo.story import Story

from .conftest import Outcome, outcome

#: The gate says the same on any server.
pytestmark = pytest.mark.once
_RELEASABLE = next(stage for stage in STAGES if stage.name == "releasable")


@pytest.fixture(scope="module")
def played(coded_module: str) -> list[tuple[Story, Outcome]]:
    """Each case once for Medicare and once for another payer, coded."""
    with scoped(ALL):
        player = Player(open_hospital())
    draw, others = random.Random(20260930), cycle(("COM", "MCD"))
    found = []
    for number, case in enumerate(CASES):
        payers = ("MCD", "COM") if case.patient_class == "newborn" else ("MCR", next(others))
        for payer in payers:
            story = replace(plain(draw, case, f"P{number}{payer}", _RELEASABLE), payer=payer)
            player.play(story)
            found.append((story, outcome(player, story)))
    return found


def test_every_plain_case_is_releasable_or_was_released_by_policy(played: list[tuple[Story, Outcome]]) -> None:
    held = {(story.title, story.payer): done.messages for story, done in played if done.holding}
    assert held == {}
    assert len(played) == 2 * len(CASES)


def test_a_story_that_is_refused_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def play(self, story: Story) -> None:
            raise Refused("release.held", "97110 needs modifier GP.")

    said: list[str] = []
    story = plain(random.Random(1), CASES[0], "P1", _RELEASABLE)
    seeding._play(Refusing(), story, said.append)
    assert said == [f"P1 ({CASES[0].title}) stays where it stands: 97110 needs modifier GP."]
