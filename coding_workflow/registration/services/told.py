"""Which of a message's elements are news: those that no later message has told already."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Account, Patient
from coding_workflow.registration.models import LastTold, RecordTold

from .source import Source


@dataclass
class News:
    """The elements of one account, patient, document or order, as of the sender's time of one message."""

    row: LastTold | RecordTold
    at: str

    def fresh(self, element: str) -> bool:
        """Whether this message may set the element; remembers that it did."""
        if not self.is_fresh(element):
            return False
        self.row.elements[element] = self.at
        return True

    def is_fresh(self, element: str) -> bool:
        """Whether no later message has told the element; remembers nothing."""
        return bool(self.row.elements.get(element, "") <= self.at)

    def all_fresh(self, elements: Iterable[str]) -> bool:
        """Whether it may set all of them together; sets none otherwise."""
        names = list(elements)
        if not all(self.is_fresh(name) for name in names):
            return False
        return all([self.fresh(name) for name in names])

    def before(self, element: str) -> bool:
        """Whether the message was sent before the element was told: it speaks of the time before that."""
        return bool(self.row.elements.get(element, "") >= self.at)

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


def about_record(kind: str, number: str, source: Source) -> News:
    """News about a document or an order of a locked account, by the sender's number. A new row is kept at once."""
    row, _ = RecordTold.objects.select_for_update().get_or_create(facility=source.facility, kind=kind, number=number)
    return News(row, _stamp(source.sent_at))


def _stamp(sent_at: datetime.datetime) -> str:
    return sent_at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
