"""Seeding: open the hospital, load the code tables, play the stories."""

import random
from collections.abc import Callable, Iterator

from accounts.actors import Actor
from accounts.models import Account, Facility
from accounts.scope import ALL, scoped
from coding_workflow.codesets.services import load_standard

from .hospital import open_hospital
from .player import Player
from .stories import featured, volume
from .story import Story

Say = Callable[[str], None]
_SEED = 20260930


def prepare(say: Say) -> Facility:
    """The facility with people and policy and the code tables; what exists already stays."""
    with scoped(ALL):
        facility = Facility.objects.filter(code="MAIN").first() or open_hospital()
    say("Hospital, people and policy are there.")
    with scoped(ALL):
        for loaded in load_standard(by=Actor.system("codes.load")):
            say(f"{loaded.release.system}: {loaded.release.rows:,} codes.")
    return facility


def stories(count: int) -> Iterator[Story]:
    """The told stories first, then generated ones up to ``count`` accounts in all; the same for the same count."""
    told = featured()
    yield from told
    yield from volume(random.Random(_SEED), max(count - len(told), 0))  # noqa: S311 - a repeatable demo, no secret


def play_all(facility: Facility, count: int, say: Say) -> int:
    """Play every story that has not been played; answers how many accounts there are then."""
    player = Player(facility)
    done = set(Account.objects.filter(facility=facility).values_list("number", flat=True))
    for number, story in enumerate(stories(count), start=1):
        if story.number not in done:
            player.play(story)
        if number % 25 == 0:
            say(f"{number} of {count} accounts.")
    return Account.objects.filter(facility=facility).count()
