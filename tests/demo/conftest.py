"""The told stories, played once for a module in a database of its own."""

from dataclasses import dataclass

import pytest

from accounts.models import Account, Hold
from accounts.scope import ALL, scoped
from coding_workflow.release.models import Check
from worklist.demo.hospital import open_hospital
from worklist.demo.player import Player
from worklist.demo.stories import featured
from worklist.demo.story import Story


@dataclass(frozen=True)
class Outcome:
    """Where a story's account stands: the conditions that hold by its newest check and its open holds."""

    step: str
    verdict: str
    holding: frozenset[int]
    rules: frozenset[str]
    messages: tuple[str, ...]


def outcome(player: Player, story: Story) -> Outcome:
    """How a story's account stands now."""
    with scoped(ALL):
        account = player.account(story)
        check = Check.objects.filter(account=account).order_by("pk").last()
        holds = Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True)
        held = {hold.condition for hold in holds if hold.condition}
    statuses = check.conditions.items() if check else ()
    return Outcome(
        step=account.step,
        verdict=check.verdict if check else "",
        holding=frozenset(held | {int(number) for number, status in statuses if status in {"hold", "not_evaluated"}}),
        rules=frozenset(finding["rule"] for finding in check.findings) if check else frozenset(),
        messages=tuple(finding["message"] for finding in check.findings) if check else (),
    )


class Stage:
    """The demo hospital with every told story played, and what each came to."""

    def __init__(self) -> None:
        with scoped(ALL):
            self.facility = open_hospital()
        self.player = Player(self.facility)
        self.outcomes: list[tuple[Story, Outcome]] = []
        for story in featured():
            self.player.play(story)
            self.outcomes.append((story, self.outcome(story)))

    def story(self, number: str) -> Story:
        """The story of a number, the later telling of two."""
        return next(story for story, _ in reversed(self.outcomes) if story.number == number)

    def account(self, number: str) -> Account:
        """The account of a number as it stands."""
        with scoped(ALL):
            return self.player.account(self.story(number))

    def outcome(self, story: Story) -> Outcome:
        """How the account stands now."""
        return outcome(self.player, story)


@pytest.fixture(scope="module")
def stage(coded_module: str) -> Stage:
    """Everything played and committed; the connection stays open to the module's tests."""
    return Stage()
