"""The demo hospital's interfaces: a listener, a watched folder, files by hand, and what the encoder sends."""

from typing import Final

from django.conf import settings

from accounts.models import Facility
from coding_workflow.registration.models import Carries, Feed, FeedKind
from coding_workflow.registration.services.feeds import FeedSettings, create_feed
from coding_workflow.staff.models import Role, User

#: The feed that the demo's patients come by.
LISTENER: Final = "adt"
_FILES: Final = (("lab", "Laboratory results", FeedKind.FOLDER, "lab"), ("files", "Files by hand", FeedKind.UPLOAD, ""))


def ensure_feeds(facility: Facility) -> None:
    """Set the demo's feeds up, once; a hospital that has feeds keeps its own."""
    ada = User.objects.filter(role_grants__facility=facility, role_grants__role=Role.ADMINISTRATOR).order_by("pk").first()
    if ada is None or Feed.objects.exists():
        return
    here = [facility.pk]
    listener = FeedSettings(
        title="Admissions", kind=FeedKind.MLLP, facility_ids=here, address="127.0.0.1", port=settings.MLLP_DEMO_PORT
    )
    create_feed(code=LISTENER, settings=listener, by=ada)
    for code, title, kind, folder in _FILES:
        create_feed(code=code, settings=FeedSettings(title=title, kind=kind, facility_ids=here, folder=folder), by=ada)
    encoder = FeedSettings(title="Encoder", kind=FeedKind.API, facility_ids=here, carries=Carries.ENCODER)
    create_feed(code="encoder", settings=encoder, by=ada)
