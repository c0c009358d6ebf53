"""Forms that begin a rule; what is allowed is the services' business."""

from typing import Any, Final

from django import forms
from django.utils.text import slugify

from accounts.models import Facility
from coding_workflow.guidelines.lab.vocabulary import SEVERITIES
from worklist.selectors.lab import CONDITIONS

#: Bytes of a rule file; a rule with all its tests is far smaller.
MOST_BYTES: Final = 300_000
_WHY: Final = "Kept in the history of the rule."


class _AtFacility(forms.Form):
    facility = forms.ModelChoiceField(
        label="Facility", queryset=Facility.objects.none(), empty_label="All facilities", required=False
    )

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Facility.objects.filter(pk__in=facilities).order_by("name")
        self.fields["facility"].queryset = own  # type: ignore[attr-defined]
        self.fields["facility"].initial = own.first()


class NewRuleForm(_AtFacility):
    """What a rule is called and whom it concerns; everything else is written in the editor."""

    title = forms.CharField(
        label="Title", min_length=5, max_length=120, help_text="What the rule asks for, as in: Stent without the procedure note."
    )
    key = forms.CharField(
        label="Key (optional)",
        max_length=60,
        required=False,
        help_text="Its short name in findings and files; it never changes. Left empty, it is made from the title.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    condition = forms.TypedChoiceField(label="Condition of release", choices=CONDITIONS, coerce=int)
    severity = forms.ChoiceField(label="What it does", choices=SEVERITIES)
    reason = forms.CharField(label="Why this rule", max_length=300, help_text=_WHY)
    field_order = ("title", "key", "facility", "condition", "severity", "reason")

    def clean(self) -> dict[str, Any]:
        """The key from the title where none was given."""
        given = dict(self.cleaned_data)
        title = given.get("title", "")
        given["key"] = given.get("key") or slugify(title).replace("-", "_")[:60].strip("_")
        return given


class ImportRuleForm(_AtFacility):
    """A rule file of this or another facility."""

    file = forms.FileField(label="Rule file", help_text="As another facility exported it. It comes in as a draft with its tests.")
    reason = forms.CharField(label="Why", max_length=300, help_text=_WHY)
    field_order = ("file", "facility", "reason")

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("It is larger than a rule can be.")
        try:
            return str(file.read().decode())
        except UnicodeDecodeError:
            raise forms.ValidationError("It is not a rule file: its text cannot be read.") from None
