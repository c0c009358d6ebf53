"""One thing wrong with a rule: where, and a sentence that an administrator reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """``place`` is a path as in ``when.all[0].count.where[1].value``; a warning has the same form."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place or 'rule'}: {self.message}"
