"""Forms of the people pages: they parse; what is allowed is the services' business."""

from typing import Any

from django import forms
from django.conf import settings

from accounts.errors import Refused
from accounts.models import Facility, PatientClass

from .models import Role, Supervision, User
from .selectors import supervisors_at
from .services.glass import LONGEST_REASON, SHORTEST_REASON


def place_refusal(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal's sentence at the field that mends it, or above the form."""
    form.add_error(refusal.fix if refusal.fix in form.fields else None, refusal.sentence)


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AddPersonForm(forms.Form):
    """A new person at one facility of the administrator."""

    full_name = forms.CharField(label="Full name", max_length=120)
    username = forms.CharField(
        label="User name",
        max_length=64,
        help_text="Lower-case letters, digits, points, dashes. It never changes and is never given to another.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    email = forms.EmailField(label="E-mail (optional)", required=False)
    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    roles = forms.MultipleChoiceField(label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]


class GrantRoleForm(forms.Form):
    """One more role at one facility of the administrator."""

    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]


class CompetenceForm(forms.Form):
    """Training, orientation and supervision for one type of coding."""

    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    coding_type = forms.ChoiceField(label="Type of coding", choices=PatientClass.choices)
    credential = forms.CharField(label="Credential", max_length=20, help_text="CCS, COC, RHIT, RHIA ...")
    trained_on = forms.DateField(label="Training completed", widget=DateInput)
    oriented_on = forms.DateField(label="Orientation completed", widget=DateInput)
    supervision = forms.ChoiceField(label="Supervision", choices=Supervision.choices)
    supervisor = forms.ModelChoiceField(label="Supervisor", queryset=User.objects.none())
    valid_from = forms.DateField(label="Valid from", widget=DateInput)
    valid_to = forms.DateField(label="Until before (optional)", required=False, widget=DateInput)

    def __init__(self, *args: Any, facilities: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]
        named = {pk for facility in facilities for pk in supervisors_at(facility).values_list("pk", flat=True)}
        self.fields["supervisor"].queryset = User.objects.filter(pk__in=named - {person.pk})  # type: ignore[attr-defined]


class EndCompetenceForm(forms.Form):
    """The day a competence no longer holds."""

    valid_to = forms.DateField(label="Ends on", widget=DateInput)


class ReasonForm(forms.Form):
    """Why a person is disabled."""

    reason = forms.CharField(label="Why", max_length=200)


class OpenRestrictedForm(forms.Form):
    """Why a restricted account is opened."""

    reason = forms.CharField(
        label="Why do you need this account?",
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text="Compliance reads it. Do not write about the patient here.",
    )

    @property
    def minutes(self) -> int:
        """How long the account stays open."""
        return int(settings.BREAK_GLASS_MINUTES)
