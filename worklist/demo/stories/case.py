"""One plain case: the mould of generated accounts."""

from dataclasses import dataclass
from decimal import Decimal

from worklist.demo.story import Bill, Dx, Paper, Px


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One plain case. ``words`` are sets of values for ``{name}`` in texts, passages, codes and modifiers."""

    title: str
    patient_class: str
    papers: tuple[Paper, ...]
    diagnoses: tuple[Dx, ...]
    procedures: tuple[Px, ...] = ()
    bills: tuple[Bill, ...] = ()
    room_rate: int = 0
    days: tuple[int, int] = (0, 0)
    ages: tuple[int, int] = (20, 88)
    sex: str = ""
    words: tuple[dict[str, str], ...] = ({},)
    admission_type: str = "1"
    point_of_origin: str = "1"
    value_codes: tuple[tuple[str, Decimal], ...] = ()
    birth_weight_grams: int | None = None

    def charged(self, days: int) -> tuple[Bill, ...]:
        """The charges of a stay of so many days."""
        if not self.room_rate:
            return self.bills
        nights = max(days, 1)
        return (Bill("0120", Decimal(self.room_rate * nights), "Semi-private room", units=nights), *self.bills)
