"""The form of a webhook: it parses; what is allowed is the services' business."""

from typing import Any

from django import forms

from accounts.models import Facility

from .kinds import KINDS


class AddWebhookForm(forms.Form):
    """A receiver, and what it is told of."""

    name = forms.CharField(label="Who receives it", max_length=80)
    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    url = forms.CharField(label="Address", max_length=400, help_text="https:// and a host on the installation's list.")
    kinds = forms.MultipleChoiceField(
        label="It is told when",
        choices=[(kind.code, kind.words) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
        help_text="It is told the kind and ids, never a name or a number of a patient.",
    )

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]
