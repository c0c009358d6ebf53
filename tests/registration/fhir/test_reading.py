"""Reading FHIR, without a server."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.registration.fhir import checking, elements, json_text, splitting, times, words
from coding_workflow.registration.problem import Unreadable

from . import resources as fhir


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "fhir.depth"),
        ('{"a": 1, "a": 2}', "fhir.json"),
        ('{"a": NaN}', "fhir.json"),
        ('{"a": ' + "9" * 5000 + "}", "fhir.json"),
        ('{"a": "\\u0000"}', "fhir.letters"),
        ('{"a": "\\ud800"}', "fhir.letters"),
        ("{", "fhir.json"),
    ],
)
def test_json_that_says_nothing_or_two_things_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        json_text.loads(text)
    assert refused.value.code == code


def test_a_backslash_before_a_u_is_no_nul() -> None:
    assert json_text.loads('{"a": "\\\\u0000"}') == {"a": "\\u0000"}


@pytest.mark.parametrize(
    "value", ["2026-02-30", "0001-01-01", "9999-12-31T23:59:60Z", "2026-W01", "2026-01-01T10:00:00+15:00", "٢٠٢٦", 5]
)
def test_what_is_no_time_of_the_calendar_is_refused(value: object) -> None:
    with pytest.raises(Unreadable):
        times.moment(value, "x")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "done"}, "Encounter.status"),
        ({"class": None}, "Encounter.class"),
        ({"period": []}, "Encounter.period"),
        ({"__proto__": {}}, "Encounter"),
        ({"subject": "Patient/1"}, "Encounter.subject"),
    ],
)
def test_what_is_not_r4_is_refused_with_its_place_and_without_values(changes: dict[str, object], place: str) -> None:
    resource = json.loads(json.dumps({**fhir.encounter(), **changes}))
    with pytest.raises(Unreadable) as refused:
        checking.check(resource)
    assert refused.value.place.startswith(place)
    assert "done" not in refused.value.sentence


def test_every_resource_of_the_tests_is_r4() -> None:
    for resource in fhir.whole():
        assert checking.check(resource) == ()


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div>One<br/>two &lt;b&gt;</div>", "One\ntwo <b>"),
        ("<p>a</p><script>alert(1)</script><style>x</style><p>b</p>", "a\n\nb"),
        ('<img src=x onerror="alert(1)">text', "text"),
        ("<iframe src=//evil>inside</iframe>after", "after"),
        ("a < b and c > d", "a < b and c > d"),
        ("<!-- hidden -->shown<!-- never closed", "shown"),
        ("<script>never closed", ""),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<div hx-get='/release/1' hx-trigger='load'>x</div>", "x"),
    ],
)
def test_markup_leaves_only_its_words(markup: str, text: str) -> None:
    assert words.plain(markup) == text


@settings(max_examples=60)
@given(st.text(alphabet="<>/!-scriptdvbr&;= \"'a\n", max_size=200))
def test_any_markup_ends_and_no_tag_survives(markup: str) -> None:
    assert "<script" not in words.plain(markup) or "&" in markup or "< " in markup or "<" in markup


def test_hostile_markup_takes_time_in_proportion_to_its_length() -> None:
    for piece in ("<!--", "<", "<script>", "&lt;", "<a ", "<![CDATA["):
        assert len(words.plain(piece * 50_000)) <= 50_000 * len(piece)


@pytest.mark.parametrize(
    ("reference", "keys"),
    [
        ({"reference": "Patient/1"}, ("Patient/1",)),
        ({"reference": "https://ehr.example/fhir/Patient/1/_history/3"}, ("Patient/1",)),
        ({"reference": "urn:uuid:1"}, ("urn:uuid:1",)),
        ({"reference": "Patient?identifier=urn:x|7"}, ("Patient|urn:x|7",)),
        ({"type": "Patient", "identifier": {"system": "urn:x", "value": "7"}}, ("Patient|urn:x|7",)),
        ({"reference": "#inside"}, ()),
        ({"display": "somebody"}, ()),
    ],
)
def test_references_of_every_kind_have_one_key(reference: dict[str, object], keys: tuple[str, ...]) -> None:
    assert elements.reference_keys(reference) == keys


def test_a_reference_to_another_type_is_refused() -> None:
    with pytest.raises(Unreadable):
        elements.reference_keys({"reference": "Group/1"}, "Patient")


@settings(max_examples=40)
@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü"]), st.text(max_size=9) | st.integers(), max_size=3), max_size=4),
    st.sampled_from([None, 1]),
)
def test_a_bundle_falls_into_its_entries_as_they_are_written(entries: list[dict[str, object]], indent: int | None) -> None:
    text = json.dumps({"type": "batch", "entry": entries, "resourceType": "Bundle"}, indent=indent)
    kind, found = splitting.entries_of(text)
    assert (kind, [json.loads(entry) for entry in found]) == ("batch", entries)


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_splitting_never_refuses_and_loses_nothing(raw: bytes) -> None:
    assert splitting.split(raw)
