"""Which facility a page is about, and the set of queues that the person is changing there."""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest

from accounts.models import Facility
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.staff.access import StaffRequest
from coding_workflow.staff.models import Role
from worklist.models import QueueSetDraft
from worklist.queueing import document, services
from worklist.queueing.document import QueueSet

WRITES: Final = services.WRITES
SUPERVISES: Final = (Role.SUPERVISOR,)


@dataclass(frozen=True, slots=True)
class Bench:
    """A facility's queues: in force, and as the person is changing them."""

    facility: Facility
    in_force: QueueSet
    number: int
    draft: QueueSetDraft | None
    queues: QueueSet

    @property
    def base(self) -> int:
        """The version that the person's changes started from."""
        return self.draft.base if self.draft else self.number

    @property
    def overtaken(self) -> bool:
        """Somebody published other queues since the person began."""
        return self.draft is not None and self.draft.base != self.number


def reach(request: StaffRequest, pk: int) -> Facility:
    """A facility where the person holds a role of the page; Http404 for any other."""
    found = Facility.objects.filter(pk=pk).first() if pk in request.user.facility_ids() else None
    if found is None:
        raise Http404("There is no such record.")
    return found


def bench_of(request: StaffRequest, facility: Facility) -> Bench:
    """What is in force and what the person left; a draft that cannot be read any more counts as none."""
    queues, number = services.base_of(facility)
    draft = QueueSetDraft.objects.filter(facility=facility, user=request.user).first()
    if draft is not None:
        try:
            return Bench(facility, queues, number, draft, document.from_text(draft.document))
        except DefinitionError:
            pass
    return Bench(facility, queues, number, None, queues)


def chosen(request: StaffRequest) -> Facility:
    """The facility that the address names, else the person's first."""
    own = sorted(request.user.facility_ids())
    named = number(request, "at")
    return reach(request, named if named in own else own[0])


def number(request: HttpRequest, name: str) -> int:
    """A whole number of the address or the form; 0 for anything else."""
    text = request.POST.get(name, "") or request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
