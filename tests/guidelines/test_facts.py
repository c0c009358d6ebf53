"""Facts: read strictly, written canonically."""

import contextlib
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_workflow.guidelines.facts import FactsError, facts_from_json, facts_hash, facts_to_json

from .stories import inpatient, outpatient
from .test_stories import STORIES

MINIMAL = {"id": "a1", "patient_class": "clinic", "discharge_date": "2026-06-01"}


@pytest.mark.parametrize("account", [story[1] for story in STORIES], ids=[story[0] for story in STORIES])
def test_canonical_text_is_read_back_as_the_same_facts(account: dict[str, Any]) -> None:
    facts = facts_from_json(account)
    assert facts_from_json(json.loads(facts_to_json(facts))) == facts


def test_the_order_of_keys_does_not_matter() -> None:
    account = inpatient(diagnoses=[{"poa": "Y", "code": "I21.4"}])
    turned = {key: account[key] for key in reversed(account)}
    assert facts_to_json(facts_from_json(turned)) == facts_to_json(facts_from_json(account))


def test_codes_are_the_same_with_and_without_point() -> None:
    with_point = facts_from_json(MINIMAL | {"diagnoses": [{"code": "i25.10"}]})
    assert with_point == facts_from_json(MINIMAL | {"diagnoses": [{"code": "I2510"}]})


def test_canonical_text_has_sorted_keys_and_no_blanks() -> None:
    text = facts_to_json(facts_from_json(MINIMAL | {"diagnoses": [], "payer": {"kind": "medicare"}}))
    assert text == '{"diagnoses":[],"discharge_date":"2026-06-01","id":"a1","patient_class":"clinic","payer":{"kind":"medicare"}}'


def test_the_hash_is_that_of_the_text() -> None:
    facts = facts_from_json(MINIMAL)
    assert facts_hash(facts) == "sha256:" + hashlib.sha256(facts_to_json(facts).encode()).hexdigest()


def test_an_empty_list_is_given_and_an_absent_one_is_not() -> None:
    assert facts_from_json(MINIMAL | {"documents": []}).documents == ()
    assert facts_from_json(MINIMAL).documents is None
    assert facts_from_json(MINIMAL | {"documents": None}).documents is None


def test_a_competence_date_given_as_null_is_missing_and_an_absent_one_is_vouched_for() -> None:
    def oriented(**held: Any) -> Any:
        coder = {"id": "ana", "competences": [{"type": "clinic", **held}]}
        facts = facts_from_json(MINIMAL | {"coder": coder})
        assert facts_from_json(json.loads(facts_to_json(facts))) == facts
        assert facts.coder is not None
        return facts.coder.competences[0].oriented_on

    assert oriented(oriented_on=None) is None
    assert oriented() == "unstated"


def test_amounts_keep_their_cents() -> None:
    facts = facts_from_json(outpatient("clinic", lines=[{"hcpcs": "99213", "charge": "812.10"}]))
    assert facts.lines[0].charge == Decimal("812.10")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"diagnosis": []}, "", "diagnosis"),
    ({"diagnoses": [{"code": "I10"}, {"cod": "I10"}]}, "diagnoses[1]", "cod"),
    ({"diagnoses": [{"poa": "Y"}]}, "diagnoses[0]", "code"),
    ({"diagnoses": [{"code": ""}]}, "diagnoses[0]", "code"),
    ({"diagnoses": {"code": "I10"}}, "", "diagnoses"),
    ({"discharge_date": "01.06.2026"}, "", "discharge_date"),
    ({"discharge_date": "2026-02-30"}, "", "discharge_date"),
    ({"discharge_date": None}, "", "discharge_date"),
    ({"patient_class": "ward"}, "", "patient_class"),
    ({"id": 7}, "", "id"),
    ({"poa_exempt_hospital": 1}, "", "poa_exempt_hospital"),
    ({"lines": [{"units": 1.5}]}, "lines[0]", "units"),
    ({"lines": [{"charge": "NaN"}]}, "lines[0]", "charge"),
    ({"documents": [{"id": "d", "type": "other", "authored_at": "2026-06-01T10:00:00"}]}, "documents[0]", "authored_at"),
    ({"patient": {"birth_weight_grams": -1}}, "patient", "birth_weight_grams"),
    ({"admitted_at": "0001-01-01T00:00:00+05:00"}, "", "admitted_at"),
    ({"discharged_at": "9999-12-31T23:00:00-05:00"}, "", "discharged_at"),
    ({"lines": [{"units": "1.0000000000000000000000000000001"}]}, "lines[0]", "units"),
    ({"lines": [{"charge": "1E-999999"}]}, "lines[0]", "charge"),
    ({"service": "\ud800"}, "", "service"),
    ({"record": {"sources": {"\ud800": "a"}}}, "record", "sources"),
]


@pytest.mark.parametrize(("change", "place", "key"), WRONG, ids=[f"{place}.{key}" for _, place, key in WRONG])
def test_what_is_wrong_is_refused_with_its_place_and_key(change: dict[str, Any], place: str, key: str) -> None:
    with pytest.raises(FactsError) as caught:
        facts_from_json(MINIMAL | change)
    assert (caught.value.place, caught.value.key) == (place, key)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": 7}, "account: id must be text"),
        (
            {"lines": [{"hcpcs": "99213"}, {"evidence": [{"document": "d", "start": "1"}]}]},
            "lines[1].evidence[0]: lines[1].evidence[0].start must be a whole number from 0",
        ),
        ({"documents": [{"id": "d", "type": "other"}, "d"]}, "account: documents[1] must be an object"),
        ({"record": {"sources": {"admit_date": 7}}}, "record.sources: record.sources.admit_date must be text"),
        ({"diagnoses": [{"code": "I10"}, {"cod": "I10"}]}, "diagnoses[1]: unknown key 'cod'"),
        ({"diagnoses": [{"poa": "Y"}]}, "diagnoses[0]: 'code' is missing"),
    ],
)
def test_the_sentence_names_the_place_and_never_the_value(change: dict[str, Any], words: str) -> None:
    with pytest.raises(FactsError) as caught:
        facts_from_json(MINIMAL | change)
    assert str(caught.value) == words


def test_a_recurring_account_needs_no_discharge_date() -> None:
    facts = facts_from_json({"id": "r", "patient_class": "recurring", "statement_through": "2026-06-30"})
    assert str(facts.tables_date) == "2026-06-30"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["id", "code", "diagnoses", "lines", "patient", "x"]), inner)
        ),
    )
)
def test_whatever_comes_in_is_read_or_refused_never_worse(value: Any) -> None:
    with contextlib.suppress(FactsError):
        facts_from_json(value)
