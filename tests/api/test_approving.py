"""A release by the API: judged again, and approved once however often it is sent."""

import hashlib

import pytest

from coding_workflow.release.models import Release
from tests.api.sending import as_program, problem
from tests.cast import Cast
from tests.release.stage import code, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")


def test_a_clean_account_is_released_once_and_its_certificate_is_the_bytes_that_were_hashed(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    finalize(account, cast)
    account.refresh_from_db()
    cleo, path = as_program(cast.cleo, cast.main), f"accounts/{account.pk}/release/"
    tag = cleo.get(f"accounts/{account.pk}/").headers["ETag"]
    assert problem(cleo.post(path, {}, If_Match='"1"')) == (412, "version.other")
    said = [cleo.post(path, {}, If_Match=tag, Idempotency_Key="release") for _ in range(3)]
    assert [each.status_code for each in said] == [201, 201, 201]
    assert said[0].json() == said[2].json()
    released = Release.objects.get()
    text = cleo.get(f"releases/{released.pk}/certificate/").content
    assert hashlib.sha256(text).hexdigest() == said[0].json()["certificate"]
    assert [each["id"] for each in cleo.get(f"releases/?account={account.pk}").json()["rows"]] == [released.pk]
    assert problem(cleo.post(path, {}, If_Match=cleo.get(f"accounts/{account.pk}/").headers["ETag"])) == (409, "release.step")
