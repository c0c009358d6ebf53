"""The administrator's pages: what works, what is kept on error."""

import re

from django.urls import reverse

from coding_workflow.staff.models import Competence, RoleGrant, User
from tests.cast import Cast
from tests.security.browser import signed_in


def test_adding_a_person_shows_a_password_that_works_once_changed(cast: Cast) -> None:
    client = signed_in(cast.ada)
    form = {"full_name": "Eve Example", "username": "eve", "facility": cast.main.pk, "roles": ["coder"]}
    page = client.post(reverse("staff:add_person"), form)
    password = re.search(r"<code>((?:[a-z2-9]{5}-){3}[a-z2-9]{5})</code>", page.content.decode())
    assert password is not None
    assert User.objects.get(username="eve").check_password(password[1])
    assert "Eve Example" in client.get(reverse("staff:people")).content.decode()


def test_an_error_keeps_what_was_typed_and_says_where(cast: Cast) -> None:
    form = {"full_name": "Eve Example", "username": "ana", "facility": cast.main.pk, "roles": ["coder"]}
    page = signed_in(cast.ada).post(reverse("staff:add_person"), form)
    html = page.content.decode()
    assert page.status_code == 422
    assert 'value="Eve Example"' in html
    assert "This user name is taken." in html.split('id="id_username"', 1)[1]


def test_a_person_cannot_be_added_to_another_facility(cast: Cast) -> None:
    form = {"full_name": "Eve Example", "username": "eve", "facility": cast.other.pk, "roles": ["coder"]}
    assert signed_in(cast.ada).post(reverse("staff:add_person"), form).status_code == 422
    assert not User.objects.filter(username="eve").exists()


def test_roles_are_granted_and_ended_on_the_page(cast: Cast) -> None:
    client = signed_in(cast.ada)
    page = reverse("staff:person", args=[cast.ben.pk])
    assert (
        client.post(reverse("staff:grant_role", args=[cast.ben.pk]), {"facility": cast.main.pk, "role": "coder"})["Location"]
        == page
    )
    grant = RoleGrant.objects.get(user=cast.ben, role="coder")
    assert "Role granted: coder" in client.get(page).content.decode()
    assert client.post(reverse("staff:end_role", args=[grant.pk]))["Location"] == page
    grant.refresh_from_db()
    assert grant.ended_at is not None


def test_competence_is_recorded_with_supervisor_and_dates(cast: Cast) -> None:
    client = signed_in(cast.ada)
    form = {
        "facility": cast.main.pk,
        "coding_type": "clinic",
        "credential": "COC",
        "trained_on": "2026-01-01",
        "oriented_on": "2026-01-02",
        "supervision": "sampled",
        "supervisor": cast.cleo.pk,
        "valid_from": "2026-02-01",
    }
    url = reverse("staff:record_competence", args=[cast.ben.pk])
    late = client.post(url, {**form, "trained_on": "2026-03-01"})
    assert late.status_code == 422
    assert "Training is completed before" in late.content.decode()
    assert 'value="COC"' in late.content.decode()
    assert client.post(url, form).status_code == 302
    made = Competence.objects.get(user=cast.ben)
    assert client.post(reverse("staff:end_competence", args=[made.pk]), {"valid_to": "2026-05-01"}).status_code == 302
    assert "until before May 1, 2026" in client.get(reverse("staff:person", args=[cast.ben.pk])).content.decode()


def test_disabling_takes_a_reason(cast: Cast) -> None:
    client = signed_in(cast.ada)
    url = reverse("staff:disable", args=[cast.ana.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "left the hospital"}).status_code == 302
    assert "Disabled: left the hospital" in client.get(reverse("staff:person", args=[cast.ana.pk])).content.decode()


def test_what_an_administrator_may_not_do_answers_403_with_the_reason(cast: Cast) -> None:
    answer = signed_in(cast.ada).post(reverse("staff:reset_password", args=[cast.ada.pk]))
    assert answer.status_code == 403
    assert "Nobody changes their own rights" in answer.content.decode()
