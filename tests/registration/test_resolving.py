"""Which facility a message is for: the feed's own rules, then the facilities' codes, never a default, never elsewhere."""

import pytest

from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import Feed, FeedRoute
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import sending
from tests.registration.feeds import feed_of


def _admit(facility: str, authority: str = "MRN", number: str = "c-1") -> bytes:
    patient = write.Patient(mrn="M100", family_name="Testcase", given_name="Pat", authority=authority)
    return write.adt("A01", sending.sending(number, facility=facility), patient, sending.visit(), [sending.MEDICARE])


@pytest.fixture
def feed(cast: Cast) -> Feed:
    """A health system's feed for both hospitals: one MSH-4, told apart by the authority of PID-3."""
    made = feed_of(cast)
    made.facilities.add(cast.other)
    for authority, facility in (("MPI-M", cast.main), ("MPI-O", cast.other)):
        FeedRoute.objects.create(feed=made, facility=facility, sending_facility="SYSTEM", authority=authority)
    return made


def test_one_msh_4_is_told_apart_by_the_authority_of_the_patient(cast: Cast, feed: Feed) -> None:
    found = [import_message(_admit("SYSTEM", each, each), feed="adt").facility for each in ("MPI-M", "MPI-O")]
    assert found == [cast.main, cast.other]


@pytest.mark.parametrize(
    ("facility", "authority", "code"),
    [
        ("SYSTEM", "MPI-X", "registration.unknown_facility"),
        ("NOBODY", "MRN", "registration.unknown_facility"),
        # MAIN's own code, but the numbers of the other hospital.
        ("MAIN", "MPI-O", "registration.other_authority"),
    ],
)
def test_what_no_rule_names_is_refused(cast: Cast, feed: Feed, facility: str, authority: str, code: str) -> None:
    refused = import_message(_admit(facility, authority), feed="adt")
    assert (refused.code, refused.account) == (code, None)


def test_two_rules_that_say_the_same_of_two_facilities_are_refused(cast: Cast, feed: Feed) -> None:
    FeedRoute.objects.create(feed=feed, facility=cast.main, sending_facility="SYSTEM")
    FeedRoute.objects.create(feed=feed, facility=cast.other, authority="MPI-X")
    assert import_message(_admit("SYSTEM", "MPI-X"), feed="adt").code == "registration.two_facilities"


def test_a_feed_never_delivers_for_a_facility_that_it_is_not_for(cast: Cast) -> None:
    feed_of(cast)
    refused = import_message(_admit("OTHER"), feed="adt")
    assert (refused.code, refused.segment, refused.field) == ("registration.feed_elsewhere", "MSH", 4)
    assert import_message(_admit("MAIN", number="c-2"), feed="adt").status == "applied"
