"""The defence file: a release's certificate as it was made, to compliance and supervisors, and who took it."""

import hashlib

import pytest

from accounts.models import AccessRecord
from coding_workflow.release.models import Certificate
from tests.payment import stage
from tests.security.browser import signed_in


@pytest.fixture
def certificate(hospital):
    release = stage.release(hospital, stage.coded(hospital))
    text = '{"names":["Zoë"],"revision":1}'
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Certificate.objects.create(facility=hospital.main, account=release.account, release=release, text=text, sha256=sha256)


@pytest.mark.parametrize("who", ["cleo", "cora"])
def test_the_bytes_are_those_that_the_hash_is_over(hospital, certificate, who):
    answer = signed_in(getattr(hospital, who)).get(f"/certificates/{certificate.pk}/")
    assert hashlib.sha256(answer.content).hexdigest() == certificate.sha256
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == f'attachment; filename="defence-file-{certificate.release_id}.json"'


def test_taking_it_is_written_down_and_seen_in_the_history(hospital, certificate):
    cora = signed_in(hospital.cora)
    cora.get(f"/certificates/{certificate.pk}/")
    assert (
        AccessRecord.objects.filter(account=certificate.account, kind="certificate.downloaded", user=hospital.cora).count() == 1
    )
    page = cora.get(f"/account/{certificate.account_id}/history/").content.decode()
    assert f'href="/certificates/{certificate.pk}/"' in page
    assert "Took a certificate out" in page
    assert f"{certificate.sha256[:8]}…</span>, revision {certificate.release.revision}<" in page


@pytest.mark.parametrize("who", ["ana", "bill"])
def test_others_are_not_offered_it_and_are_refused(hospital, certificate, who):
    client = signed_in(getattr(hospital, who))
    assert "/certificates/" not in client.get(f"/account/{certificate.account_id}/history/").content.decode()
    assert client.get(f"/certificates/{certificate.pk}/").status_code == 403
