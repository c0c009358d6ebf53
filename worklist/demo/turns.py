"""What happens to an account beside its first coding: late papers, corrections, overrides, cancellations. Pure data."""

import datetime
from dataclasses import dataclass

from .story import Bill, Dx, Px, Turn


@dataclass(frozen=True)
class PapersArrive(Turn):
    """The story's late papers come."""


@dataclass(frozen=True)
class ChargesArrive(Turn):
    """Charges come late."""

    bills: tuple[Bill, ...]


@dataclass(frozen=True)
class AccountingUpdates(Turn):
    """Patient accounting sends elements of the visit anew (A08), under the names of ``write.Visit``."""

    changes: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class BillHoldEnds(Turn):
    """A supervisor lets the account be coded before its bill hold is over."""


@dataclass(frozen=True)
class FoundWanting(Turn):
    """The coder finds one of the six qualities wanting in the paper of that title."""

    title: str
    quality: str
    note: str


@dataclass(frozen=True)
class Asked(Turn):
    """The coder asks the attending by a template, its places filled in, with passages of the record; or only begins to."""

    template: str
    passages: tuple[str, ...]
    fills: tuple[tuple[str, str], ...] = ()
    draft: bool = False


@dataclass(frozen=True)
class Answered(Turn):
    """The attending answers by the link: one of the options as it reads, and words."""

    choice: str
    words: str = ""


@dataclass(frozen=True)
class SentBack(Turn):
    """The supervisor returns the account to its coder with words."""

    words: str


@dataclass(frozen=True)
class Recoded(Turn):
    """The coder puts these codes in the place of the planted ones and finalizes; ``procedures`` None: they stay."""

    words: str
    diagnoses: tuple[Dx, ...]
    procedures: tuple[Px, ...] | None = None


@dataclass(frozen=True)
class Overridden(Turn):
    """The coder writes why a finding does not hold here, and finalizes again."""

    rule: str
    subjects: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class CompetenceEnds(Turn):
    """The coder's competence for this class ends; ``on`` is the first day without it."""

    on: datetime.date


@dataclass(frozen=True)
class DischargeCancelled(Turn):
    """The patient is in house again (A13)."""


@dataclass(frozen=True)
class AdmissionCancelled(Turn):
    """The admission was an error (A11)."""
