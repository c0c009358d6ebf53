"""Which of a message's elements are news: those that no later message has told already."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Account, Patient
from coding_workflow.registration.models import LastTold


@dataclass
class News:
    """The elements of one account or patient, as of the sender's time of one message."""

    row: LastTold
    at: str

    def fresh(self, element: str) -> bool:
        """Whether this message may set the element; remembers that it did."""
        if self.row.elements.get(element, "") > self.at:
            return False
        self.row.elements[element] = self.at
        return True

    def all_fresh(self, elements: Iterable[str]) -> bool:
        """Whether it may set all of them together; sets none otherwise."""
        names = list(elements)
        if any(self.row.elements.get(name, "") > self.at for name in names):
            return False
        return all([self.fresh(name) for name in names])

    def keep(self) -> None:
        """Write the times back."""
        self.row.save()


def about_account(account: Account, sent_at: datetime.datetime) -> News:
    """News about a locked account."""
    row = LastTold.objects.filter(account=account).first() or LastTold(account=account, facility_id=account.facility_id)
    return News(row, _stamp(sent_at))


def about_patient(patient: Patient, sent_at: datetime.datetime) -> News:
    """News about a locked patient."""
    row = LastTold.objects.filter(patient=patient).first() or LastTold(patient=patient, facility_id=patient.facility_id)
    return News(row, _stamp(sent_at))


def _stamp(sent_at: datetime.datetime) -> str:
    return sent_at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
