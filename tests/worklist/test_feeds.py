"""The feeds' pages: settings and mappings by form, the test bench, and nothing pasted in logs or addresses."""

import pytest

from accounts.models import AccessRecord
from coding_workflow.registration.models import Feed, FeedMap, InboundMessage
from coding_workflow.registration.services import import_message
from tests.registration import sending
from tests.registration.feeds import feed_of
from tests.security.browser import signed_in


@pytest.fixture
def ada(hospital):
    return signed_in(hospital.ada)


def _form(hospital, **changes):
    values = {
        "code": "adt", "title": "Admissions", "facilities": [hospital.main.pk], "kind": "mllp", "format": "hl7", "enabled": "on",
        "address": "0.0.0.0", "port": "2575", "allowed": "10.1.2.3\r\n10.1.3.0/24", "idle_seconds": "3600", "answer_listed": "AA",
        "silence_minutes": "60",
    }  # fmt: skip
    return {**values, **changes}


def test_a_feed_is_set_up_by_a_form_that_says_what_is_wrong_at_its_field(ada, hospital):
    refused = ada.post("/feeds/new/", _form(hospital, allowed="0.0.0.0/0"))
    assert refused.status_code == 422
    assert "That would let in every address there is." in refused.content.decode()
    assert ada.post("/feeds/new/", _form(hospital)).status_code == 302
    feed = Feed.objects.get()
    assert (feed.allowed, feed.silence_minutes) == (["10.1.2.3/32", "10.1.3.0/24"], 60)
    page = ada.get("/feeds/").content.decode()
    assert "Not running" in page and "port 2575" in page
    assert ada.post(f"/feeds/{feed.pk}/edit/", _form(hospital, enabled="")).status_code == 302
    assert "Switched off" in ada.get(f"/feeds/{feed.pk}/").content.decode()
    assert ada.post(f"/feeds/{feed.pk}/edit/", _form(hospital, carries="encoder")).status_code == 302
    assert Feed.objects.get().carries == "encoder"
    assert "Codes in its messages" in ada.get(f"/feeds/{feed.pk}/").content.decode()


def test_codes_and_rules_are_mapped_row_by_row(ada, hospital):
    address = f"/feeds/{feed_of(hospital).pk}/"
    row = {"kind": "disposition", "local": "HOME", "ours": "home", "facility": hospital.main.pk}
    refused = ada.post(f"{address}maps/", row)
    assert refused.status_code == 422
    assert "A discharge status is two digits" in refused.content.decode()
    assert ada.post(f"{address}maps/", {**row, "ours": "01"}).status_code == 302
    assert ada.post(f"{address}routes/", {"sending_facility": "SYS", "facility": hospital.main.pk}).status_code == 302
    page = ada.get(address).content.decode()
    assert "HOME" in page and "SYS" in page and "Code mapped" in page
    assert ada.post(f"{address}maps/{FeedMap.objects.get().pk}/remove/").status_code == 302
    assert not FeedMap.objects.exists()
    assert "Mapping removed" in ada.get(address).content.decode()


def test_a_feed_of_two_hospitals_is_read_and_not_changed_by_one(ada, hospital):
    feed = feed_of(hospital)
    feed.facilities.add(hospital.other)
    page = ada.get(f"/feeds/{feed.pk}/").content.decode()
    assert "Only somebody who administers every facility" in page
    assert "Map a code" not in page
    assert ada.post(f"/feeds/{feed.pk}/edit/", _form(hospital)).status_code == 403


def test_the_bench_keeps_no_word_of_it_in_logs_or_addresses(ada, hospital, caplog, capsys):
    address = f"/feeds/{feed_of(hospital).pk}/bench/"
    import_message(sending.admit("c-first"), feed="adt")
    answer = ada.post(address, {"text": sending.discharge(disposition="ZZ").decode().replace("\r", "\r\n")})
    page = answer.content.decode()
    assert "map it for the feed" in page and "PV1-36" in page and "Testcase" in page
    assert answer.request["QUERY_STRING"] == ""
    said = caplog.text + "".join(capsys.readouterr())
    assert not any(word in said for word in ("Testcase", "M100", "A100"))
    assert InboundMessage.objects.count() == 1
    assert AccessRecord.objects.filter(kind="feed.tried", user=hospital.ada, account__number="A100").exists()
    assert ada.post(address, {"text": " "}).status_code == 422
