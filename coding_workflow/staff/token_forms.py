"""Forms of the token pages: they parse; what is allowed is the services' business."""

from typing import Any, Final

from django import forms

from accounts.models import Facility

from .models import Role, TokenScope, User
from .services.roles import FOR_PEOPLE

DAYS: Final = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "A year"))


class MakeTokenForm(forms.Form):
    """A token for one owner, at one facility, with some of the owner's roles there."""

    name = forms.CharField(label="What it is for", max_length=80, help_text="A program, and where it runs. No patient's name.")
    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    roles = forms.MultipleChoiceField(label="Roles", choices=(), widget=forms.CheckboxSelectMultiple)
    scope = forms.ChoiceField(label="It may", choices=TokenScope.choices, initial=TokenScope.READ)
    days = forms.TypedChoiceField(label="It works for", choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, owner: User, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {role for facility in facilities for role in owner.roles_at(facility)}
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (value, words) for value, words in Role.choices if value in held
        ]


class AddSystemForm(forms.Form):
    """A system at one facility of the administrator."""

    full_name = forms.CharField(label="Name", max_length=120, help_text="As it reads in every record: Laboratory interface.")
    username = forms.CharField(
        label="Short name",
        max_length=64,
        help_text="Lower-case letters, digits, points, dashes. It never changes and is never given to another.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    facility = forms.ModelChoiceField(label="Facility", queryset=Facility.objects.none(), empty_label=None)
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(value, words) for value, words in Role.choices if value not in FOR_PEOPLE],
        widget=forms.CheckboxSelectMultiple,
        help_text="Delivering messages takes the administrator's. A person codes, reviews and approves.",
    )

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.filter(pk__in=facilities)  # type: ignore[attr-defined]
