"""Seeding: open the hospital, load the code tables, play the stories."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Final

from django.contrib.auth.hashers import get_hasher

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, Facility
from accounts.scope import ALL, scoped
from coding_workflow.codesets.codes import ICD_10_CM, ICD_10_PCS
from coding_workflow.codesets.loaders.packages import FIRST_DAY
from coding_workflow.codesets.selectors import loaded
from coding_workflow.codesets.services import ReadTable, load_table, read_standard

from . import encoder
from .feeds import ensure_feeds
from .hospital import open_hospital
from .player import Player
from .stories import featured, volume
from .story import Story, Until

Say = Callable[[str], None]
_SEED = 20260930
#: What a first look should find: held for several reasons, releasable, billed, in its bill hold.
_TO_OPEN_WITH: Final = ("S02", "S04", "S06", "S07", "S18", "S20", "S41", "S51")


def prepare(say: Say, tables: Sequence[ReadTable] = ()) -> Facility:
    """The facility with people and policy and the code tables; what exists already stays.

    ``tables`` are the standard ones, where the caller read them while there was no database yet.
    """
    with scoped(ALL), _quick_passwords():
        facility = Facility.objects.filter(code="MAIN").first() or open_hospital()
        ensure_feeds(facility)
    say("Hospital, people and policy are there.")
    with scoped(ALL):
        _load_tables(say, tables)
    return facility


def _load_tables(say: Say, tables: Sequence[ReadTable]) -> None:
    if all(loaded(system, FIRST_DAY) for system in (ICD_10_CM, ICD_10_PCS)):
        return
    for one in tables or read_standard():
        release = load_table(table=one.table, indexed=one.indexed, by=Actor.system("codes.load")).release
        say(f"{release.system}: {release.rows:,} codes.")


@contextmanager
def _quick_passwords() -> Iterator[None]:
    """Store passwords at little cost: the demo's is printed anyway, and signing in stores it again at full cost."""
    hasher = get_hasher()
    usual = vars(hasher).copy()
    vars(hasher).update(time_cost=1, memory_cost=1024, parallelism=1)
    try:
        yield
    finally:
        vars(hasher).clear()
        vars(hasher).update(usual)


def stories(count: int) -> Iterator[Story]:
    """Those to open with, the other told ones, and generated ones up to ``count`` accounts; the same for the same count."""
    return chain(*_parts(count))


def _parts(count: int) -> tuple[list[Story], list[Story]]:
    """The accounts to open with, one of each class ready to code among them, and the rest."""
    told = featured()
    generated = list(volume(random.Random(_SEED), max(count - len(told), 0)))  # noqa: S311 - a repeatable demo, no secret
    ready = {story.patient_class: story.number for story in reversed(generated) if story.until is Until.DISCHARGED}
    first = {*_TO_OPEN_WITH, *ready.values()}
    every = [*told, *generated]
    return [story for story in every if story.number in first], [story for story in every if story.number not in first]


def play_all(facility: Facility, count: int, say: Say, *, opening: bool = False) -> int:
    """Play every story that has not been played, or only those to open with; answers how many accounts there are then.

    A story that the hospital refuses is told and left where it stands; the others go on.
    """
    player = Player(facility)
    done = set(Account.objects.filter(facility=facility).values_list("number", flat=True))
    chosen = list(_parts(count)[0] if opening else stories(count))
    for number, story in enumerate(chosen, start=1):
        if story.number not in done:
            _play(player, story, say)
        if number % 25 == 0:
            say(f"{number} of {count} accounts.")
    encoder.tell_codes(facility, chosen)
    return Account.objects.filter(facility=facility).count()


def _play(player: Player, story: Story, say: Say) -> None:
    try:
        player.play(story)
    except Refused as refused:
        say(f"{story.number} ({story.title}) stays where it stands: {refused.sentence}")
