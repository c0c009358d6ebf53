"""What the demo opens with, what it tells, and what it costs."""

import re

import pytest
from django.contrib.auth.hashers import get_hasher

from coding_workflow.embedded.paths import CHECKOUT
from coding_workflow.staff.models import User
from worklist.demo import seeding
from worklist.demo.hospital import PASSWORD, TEAM
from worklist.demo.story import Story, Until


def _numbers(stories: list[Story]) -> list[str]:
    return [story.number for story in stories]


def test_it_opens_with_work_of_every_class_and_nothing_that_leans_on_another_account() -> None:
    opening, rest = seeding._parts(320)
    assert len(opening) < 20
    assert {"S20", "S07"} <= set(_numbers(opening)), "what to try first is there"
    assert not [story.number for story in opening if story.mother or story.same_patient_as]
    ready = {story.patient_class for story in opening if story.until is Until.DISCHARGED}
    assert ready >= {"inpatient", "observation", "emergency", "outpatient_surgery", "clinic"}
    assert len(opening) + len(rest) == 320
    assert _numbers(opening) == _numbers(seeding._parts(320)[0])


def test_the_readme_lists_everybody_and_the_password() -> None:
    told = (CHECKOUT / "README.md").read_text().partition("<!-- logins:begin -->")[2].partition("<!-- logins:end -->")[0]
    assert set(re.findall(r"`([a-z]+)`(?=[, ]+[|`])", told)) == {member.username for member in TEAM}
    assert all(member.full_name in told for member in TEAM)
    assert PASSWORD in told


@pytest.mark.django_db
def test_the_demos_password_is_stored_cheaply_and_at_full_cost_from_the_first_sign_in_on() -> None:
    hasher, usual = get_hasher(), vars(get_hasher()).copy()
    with seeding._quick_passwords():
        person = User.objects.create_user("quick", PASSWORD)
    assert vars(hasher) == usual
    assert hasher.must_update(person.password)
    assert person.check_password(PASSWORD)
    person.refresh_from_db()
    assert not hasher.must_update(person.password)
