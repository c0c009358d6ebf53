"""A set of queues as pages show it: a line for each queue, and what one set changes of another in sentences."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from accounts.models import Facility
from coding_workflow.staff.models import User
from worklist import priority
from worklist.models import Board, Counter
from worklist.queueing import matching, needs
from worklist.queueing.document import QueueRule, QueueSet


@dataclass(frozen=True, slots=True)
class Line:
    """One queue on the page of all: its sentence and today's numbers."""

    code: str
    name: str
    sentence: str
    people: tuple[str, ...]
    needs: str
    most_held: int | None
    open: int
    dollars: Decimal


def lines(facility: Facility, queues: QueueSet) -> list[Line]:
    """The queues of a set in order, with open counts; three queries at most."""
    numbers = {row.key: row for row in Counter.objects.filter(facility=facility, board=Board.QUEUE)}
    wanted = {pk for rule in queues.queues for pk in rule.people}
    people = {person.pk: str(person) for person in User.objects.filter(pk__in=wanted)} if wanted else {}
    return [
        Line(
            rule.code,
            rule.name,
            matching.sentence(rule),
            tuple(people[pk] for pk in rule.people if pk in people),
            needs.words(rule.needs),
            queues.limit_of(rule),
            numbers[rule.code].open if rule.code in numbers else 0,
            numbers[rule.code].dollars if rule.code in numbers else Decimal(0),
        )
        for rule in queues.queues
    ]


def differences(before: QueueSet, after: QueueSet) -> list[str]:
    """What one set changes of another, in sentences."""
    said = [f"New queue {rule.name}. {_says(rule)}" for rule in after.queues if before.named(rule.code) is None]
    said += [f"{rule.name} is no longer a queue." for rule in before.queues if after.named(rule.code) is None]
    for rule in after.queues:
        old = before.named(rule.code)
        if old is not None and old != rule:
            said += _changed(old, rule)
    said += _order(before, after)
    return said + _limits(before, after) + _weights(before.weights, after.weights)


def _says(rule: QueueRule) -> str:
    return f"{matching.sentence(rule)} {needs.sentence(rule.needs)}".strip()


def _changed(old: QueueRule, new: QueueRule) -> list[str]:
    said = [f"{old.name} is now called {new.name}."] if old.name != new.name else []
    if matching.sentence(old) != matching.sentence(new):
        said.append(f"{new.name}: was “{matching.sentence(old)}” and is “{matching.sentence(new)}”")
    if old.people != new.people:
        said.append(f"{new.name}: {len(new.people)} people named instead of {len(old.people)}; none named means everybody.")
    if old.needs != new.needs:
        was, now = (needs.words(each) or "nothing" for each in (old.needs, new.needs))
        said.append(f"{new.name}: asks for {now}, was {was}.")
    if old.most_held != new.most_held:
        said.append(f"{new.name}: one person may have {_limit(new.most_held)} open, was {_limit(old.most_held)}.")
    return said


def _limit(number: int | None) -> str:
    return "as many as the facility says" if number is None else str(number)


def _order(before: QueueSet, after: QueueSet) -> list[str]:
    both = {rule.code for rule in before.queues} & {rule.code for rule in after.queues}
    old, new = ([rule.name for rule in each.queues if rule.code in both] for each in (before, after))
    codes_old, codes_new = ([rule.code for rule in each.queues if rule.code in both] for each in (before, after))
    return [f"Order: was {', '.join(old)}; is {', '.join(new)}."] if codes_old != codes_new else []


def _limits(before: QueueSet, after: QueueSet) -> list[str]:
    words = {"most_held": "Open at once, where the queue says nothing", "put_backs": "Put back in a day"}
    said = []
    for name, label in words.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            said.append(f"{label}: {'no limit' if new is None else new}, was {'no limit' if old is None else old}.")
    return said


def _weights(before: priority.Weights, after: priority.Weights) -> list[str]:
    said = []
    for name, words in _WEIGHTS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            said.append(f"{words}: {_figure(new)}, was {_figure(old)}.")
    return said


def _figure(value: object) -> str:
    if isinstance(value, int | float | Decimal):
        return f"{value:,.0f}"
    return ", ".join(f"{key.replace('_', ' ')} {hours}" for key, hours in dict(value).items())  # type: ignore[call-overload]


_WEIGHTS: Final = {
    "target_hours": "Targets, hours after discharge",
    "other_target_hours": "Target of other classes, hours",
    "hours_per_doubling": "Hours earlier for each doubling of charges",
    "dollars_floor": "Charges from which dollars count",
    "most_hours_for_dollars": "Most hours earlier for charges",
    "payer_hours": "Hours earlier for payers with a short limit",
    "returned_hours": "Hours earlier for what came back",
}
