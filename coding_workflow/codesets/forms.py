"""The form of a release to load: it parses; what is allowed is the services' business."""

from django import forms

from coding_workflow.staff.forms import DateInput

from .codes import CLAIM_LISTS, SYSTEMS
from .overview import GROUPS

_CHOICES = [(title, [(system, SYSTEMS[system]) for system in systems]) for title, systems in GROUPS]


class UploadForm(forms.Form):
    """Which table, and when it is in force. The files are read from the request."""

    system = forms.ChoiceField(label="Table", choices=_CHOICES)
    label = forms.CharField(
        label="Name of the release", max_length=80, required=False, help_text="As people know it: FY2027, or 2026 Q4."
    )
    starts = forms.DateField(label="In force from", widget=DateInput(), help_text="First discharge or service date.")
    ends = forms.DateField(
        label="Until (not included)",
        widget=DateInput(),
        required=False,
        help_text="The first date it is no longer in force. Only lists of the claim form may leave it out.",
    )
    take_over = forms.BooleanField(
        label="Take over from the release in force on the first day",
        required=False,
        help_text="As an April update does: the earlier release ends the day before.",
    )

    def clean(self) -> dict[str, object]:
        """An end for tables that need one."""
        found = super().clean() or {}
        if found.get("system") not in CLAIM_LISTS and "ends" in found and found["ends"] is None:
            self.add_error("ends", "Give the first date on which this release is no longer in force.")
        return found
