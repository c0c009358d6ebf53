"""How a fault is written down: a function that spoils a correct account in one way, with the rules that must say so."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from coding_workflow.guidelines.facts import Facts

#: The spoilt account, or None where the fault does not fit it.
Planting = Callable[[Facts], Facts | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in words, and exactly the rules that hold for it."""

    name: str
    raises: frozenset[str]
    plant: Planting

    def planted(self, facts: Facts) -> Facts | None:
        """The account with this mistake, which its id names; None where it does not fit."""
        spoilt = self.plant(facts)
        return replace(spoilt, id=f"{facts.id}: {self.name}") if spoilt else None


FAULTS: list[Fault] = []


def fault(name: str, *raises: str) -> Callable[[Planting], Planting]:
    """Keep the function below as a fault; several rules only where one mistake necessarily breaks several."""

    def keep(plant: Planting) -> Planting:
        FAULTS.append(Fault(name, frozenset(raises), plant))
        return plant

    return keep
