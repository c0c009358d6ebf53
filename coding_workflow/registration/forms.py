"""Forms of the feeds' pages: they parse; what is allowed is the services' business."""

from typing import Any, Final

from django import forms

from accounts.models import Facility

from .models import Answer, Carries, Feed, FeedFormat, FeedKind, MapKind
from .services.feeds import FeedSettings
from .services.readers import known_formats

_PLAIN = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}


#: How the settings stand together: legend and fields.
_GROUPS: Final = (
    ("Every feed", ("code", "title", "facilities", "kind", "format", "carries", "enabled", "silence_minutes")),
    ("MLLP listener", ("address", "port", "allowed", "tls", "idle_seconds", "answer_listed")),
    ("Watched folder", ("folder",)),
)


class FeedForm(forms.Form):
    """The settings of a feed; ``code`` is asked once."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text="Stands on every message of this feed and never changes: adt-main, lab.",
    )
    title = forms.CharField(label="Name", max_length=80)
    facilities = forms.MultipleChoiceField(label="Delivers for", widget=forms.CheckboxSelectMultiple)
    kind = forms.ChoiceField(label="How messages come", choices=FeedKind.choices)
    format = forms.ChoiceField(label="What they are")
    carries = forms.ChoiceField(
        label="Codes in its messages",
        choices=Carries.choices,
        required=False,
        help_text="DG1, PR1 and DRG of ADT, BAR and DFT. Nothing in a message ever changes a code of an account.",
    )
    enabled = forms.BooleanField(label="Switched on", required=False, initial=True)
    address = forms.GenericIPAddressField(
        label="Listens on address",
        required=False,
        initial="127.0.0.1",
        help_text="0.0.0.0 is every address of this machine.",
    )
    port = forms.IntegerField(label="Port", required=False, min_value=1, max_value=65535, help_text="Usually 2575.")
    allowed = forms.CharField(
        label="Senders that may connect",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        help_text="An address or a network on each line (10.1.2.3, 10.1.2.0/24). None: this machine alone.",
    )
    tls = forms.BooleanField(
        label="TLS",
        required=False,
        help_text="With the certificate that the installation names (MLLP_TLS_CERTIFICATE).",
    )
    idle_seconds = forms.IntegerField(label="Seconds a connection may be silent", min_value=10, max_value=86_400, initial=3600)
    answer_listed = forms.ChoiceField(
        label="Answer for a message that is kept but could not be applied",
        choices=Answer.choices,
        help_text="Most engines stop or repeat on AE.",
    )
    folder = forms.CharField(
        label="Folder",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text="A name below the folder of all feeds, such as adt or lab/results.",
    )
    silence_minutes = forms.IntegerField(
        label="Minutes without a message that are unusual",
        required=False,
        min_value=1,
        max_value=100_000,
        help_text="Empty: never.",
    )

    def __init__(self, *args: Any, facilities: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), one.name) for one in Facility.objects.filter(pk__in=facilities)]
        self.fields["facilities"].choices = choices  # type: ignore[attr-defined]
        self.fields["format"].choices = [(each, FeedFormat(each).label) for each in known_formats()]  # type: ignore[attr-defined]
        if known:
            del self.fields["code"]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their legends."""
        return [(legend, [self[name] for name in names if name in self.fields]) for legend, names in _GROUPS]

    def settings(self) -> FeedSettings:
        """What was filled in, of a valid form."""
        given = dict(self.cleaned_data)
        given.pop("code", None)
        facilities = [int(pk) for pk in given.pop("facilities")]
        allowed = given.pop("allowed").replace(",", " ").split()
        return FeedSettings(facility_ids=facilities, allowed=allowed, **given)


def initial_of(feed: Feed) -> dict[str, Any]:
    """A feed as its form shows it."""
    names = ("title", "kind", "format", "enabled", "port", "tls", "idle_seconds", "answer_listed", "folder", "silence_minutes",
             "carries")  # fmt: skip
    return {name: getattr(feed, name) for name in names} | {
        "address": feed.address or "127.0.0.1",
        "allowed": "\n".join(feed.allowed),
        "facilities": [str(facility.pk) for facility in feed.facilities.all()],
    }


class _OfFeed(forms.Form):
    """A form about one facility of a feed."""

    facility = forms.ChoiceField(label="Facility")

    def __init__(self, *args: Any, feed: Feed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), one.name) for one in feed.facilities.all()]
        self.fields["facility"].choices = choices  # type: ignore[attr-defined]


class RouteForm(_OfFeed):
    """A rule that names a facility."""

    sending_facility = forms.CharField(label="MSH-4", required=False, max_length=80, widget=forms.TextInput(attrs=_PLAIN))
    authority = forms.CharField(label="Authority of PID-3", required=False, max_length=80, widget=forms.TextInput(attrs=_PLAIN))
    field_order = ("sending_facility", "authority", "facility")


class MapForm(_OfFeed):
    """One local code and what it becomes."""

    kind = forms.ChoiceField(label="What it is", choices=MapKind.choices)
    local = forms.CharField(label="Sender's code", max_length=80, widget=forms.TextInput(attrs=_PLAIN))
    ours = forms.CharField(label="Ours", max_length=40, widget=forms.TextInput(attrs={**_PLAIN, "list": "our-words"}))
    every_feed = forms.BooleanField(label="On every feed of the facility", required=False)
    field_order = ("kind", "local", "ours", "facility", "every_feed")
