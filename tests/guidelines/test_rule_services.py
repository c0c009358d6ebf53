"""Administrators' rules: written by one, published by another, kept for ever."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import listeners
from accounts.errors import Conflict, NotAllowed, Refused
from coding_workflow.guidelines import reading_rows, services
from coding_workflow.guidelines.lab.anchors import anchors_of
from coding_workflow.guidelines.lab.definition import Count, Test
from coding_workflow.guidelines.lab.files import to_file
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.guidelines.models import AdminRule, RuleEvent, RuleVersion
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.selectors import ruleset_for, shadow_rules
from coding_workflow.staff.models import Role, RoleGrant

from .lab.rules import asks, count, definition, field, no
from .rule_cast import WHY, active, proofs, publish, second_administrator, write


@pytest.fixture
def second(cast: Any) -> Any:
    return second_administrator(cast)


def _refused(code: str, kind: type[Refused] = Refused) -> Any:
    return pytest.raises(kind, match=f"^{code}")


def test_a_rule_in_force_is_in_the_rule_set_of_its_facility_only(cast: Any, second: Any) -> None:
    assert ruleset_for(cast.main) is builtin()
    active(cast, second)
    rule = ruleset_for(cast.main).rule("lab.infarction")
    assert (rule.version, rule.condition) == (1, 4)
    assert ruleset_for(cast.other) is builtin()
    assert ruleset_for(cast.main).hash != builtin().hash


def test_the_rule_set_is_one_query_and_compiled_once(cast: Any, second: Any, django_assert_num_queries: Any) -> None:
    active(cast, second)
    kept = ruleset_for(cast.main)
    with django_assert_num_queries(1):
        assert ruleset_for(cast.main) is kept


def test_a_draft_and_a_shadow_judge_nobody(cast: Any, second: Any) -> None:
    version = write(cast)
    services.start_shadow(version_id=version.pk, by=cast.ada, seen=version.seal, reason=WHY)
    assert ruleset_for(cast.main) is builtin()
    assert [rule.id for rule in shadow_rules(cast.main)] == ["lab.infarction"]
    publish(RuleVersion.objects.get(pk=version.pk), second)
    assert shadow_rules(cast.main) == ()


def test_the_one_who_wrote_does_not_publish(cast: Any, second: Any) -> None:
    with _refused("rule.second", NotAllowed):
        publish(write(cast), cast.ada)


def test_nor_does_anybody_who_wrote_a_part_of_the_draft(cast: Any, second: Any) -> None:
    first = write(cast)
    changed = write(cast, by=second, made=definition(title="Another title"), seen=first.seal)
    assert changed.pk == first.pk
    for author in (cast.ada, second):
        with _refused("rule.second", NotAllowed):
            publish(changed, author)


@pytest.mark.parametrize("name", ["ana", "cleo", "dov"])
def test_only_administrators_of_the_facility_act(cast: Any, second: Any, name: str) -> None:
    other, version = getattr(cast, name), write(cast)
    with _refused("rule.role", NotAllowed):
        write(cast, by=other, key="more")
    for act in (services.publish_rule, services.start_shadow):
        with _refused("rule.role", NotAllowed):
            act(version_id=version.pk, by=other, seen=version.seal, reason=WHY)
    with _refused("rule.role", NotAllowed):
        services.retire_rule(version_id=version.pk, by=other, reason=WHY)
    with _refused("rule.role", NotAllowed):
        services.export_rule(version_id=version.pk, by=other, reason=WHY)


def test_a_rule_of_all_facilities_takes_administrators_of_each(cast: Any, second: Any) -> None:
    with _refused("rule.role", NotAllowed):
        write(cast, facility=None)
    for person in (cast.ada, second):
        RoleGrant.objects.create(user=person, facility=cast.other, role=Role.ADMINISTRATOR)
        person.forget_rights()
    publish(write(cast, facility=None), second)
    for facility in (cast.main, cast.other):
        assert ruleset_for(facility).rule("lab.infarction")


def test_a_key_has_one_reach(cast: Any, second: Any) -> None:
    for person in (cast.ada, second):
        RoleGrant.objects.create(user=person, facility=cast.other, role=Role.ADMINISTRATOR)
        person.forget_rights()
    write(cast)
    write(cast, facility=cast.other)
    with _refused("rule.key"):
        write(cast, facility=None)
    with pytest.raises(Exception, match="cannot have the same key"), transaction.atomic():
        AdminRule.objects.create(key="infarction", created_by=cast.ada)


@pytest.mark.parametrize("key", ["", "Infarction", "a b", "a.b", "../a", "a" * 61, "é"])
def test_a_key_is_a_plain_word(cast: Any, key: str) -> None:
    with _refused("rule.key"):
        write(cast, key=key)


def test_what_could_not_be_read_again_is_not_saved(cast: Any) -> None:
    many = tuple(Test("code", "under", (f"{at:06}" + "A" * 1_900,)) for at in range(200))
    with _refused("rule.unreadable"):
        write(cast, made=replace(definition(), when=Count("diagnoses", many, at_least=1)))
    with _refused("rule.unreadable"):
        write(cast, tests=proofs()[:1] * 41)
    assert not RuleVersion.objects.exists()


def test_publishing_needs_a_rule_without_fault_and_tests_that_pass(cast: Any, second: Any) -> None:
    faulty = write(cast, made=definition(message="Medicare pays for this."))
    for act in (services.publish_rule, services.start_shadow):
        with _refused("rule.fault: message"):
            act(version_id=faulty.pk, by=second, seen=faulty.seal, reason=WHY)
    speaks, silent = proofs()
    wrong = RuleVersion.objects.get(pk=faulty.pk)
    for tests in ((), (speaks,), (silent,)):
        wrong = write(cast, tests=tests, seen=wrong.seal)
        with _refused("rule.tests"):
            publish(wrong, second)
    never = definition(no("principal", asks("code", "under", ["I21"])))
    wrong = write(cast, made=never, seen=wrong.seal)
    with _refused("rule.tests: tests\\[0\\]: “infarction” fails. It found nothing"):
        publish(wrong, second)


def test_the_publisher_publishes_what_they_saw(cast: Any, second: Any) -> None:
    seen = write(cast).seal
    changed = write(cast, made=definition(title="Changed meanwhile"), seen=seen)
    with _refused("rule.changed", Conflict):
        services.publish_rule(version_id=changed.pk, by=second, seen=seen, reason=WHY)
    with _refused("rule.changed", Conflict):
        write(cast, made=definition(title="From an old tab"), seen=seen)
    with _refused("rule.changed", Conflict):
        write(cast, made=definition(title="As if there were no draft"))


def test_a_new_version_retires_the_one_before(cast: Any, second: Any) -> None:
    first = active(cast, second)
    following = publish(write(cast, made=definition(title="Infarction, second version")), second)
    first.refresh_from_db()
    assert (first.state, first.retired_reason, following.number) == ("retired", "Replaced by version 2.", 2)
    assert ruleset_for(cast.main).rule("lab.infarction").version == 2


def test_rolling_back_is_a_new_version_with_the_old_text_and_two_people(cast: Any, second: Any) -> None:
    first = active(cast, second)
    publish(write(cast, made=definition(title="Infarction, second version")), second)
    back = services.roll_back(rule_id=first.rule_id, number=1, by=second, reason=WHY)
    assert (back.number, back.hash, back.tests) == (3, first.hash, first.tests)
    with _refused("rule.second", NotAllowed):
        publish(back, second)
    publish(back, cast.ada)
    assert ruleset_for(cast.main).rule("lab.infarction").version == 3


def test_a_retired_rule_judges_nobody_and_stays(cast: Any, second: Any) -> None:
    version = active(cast, second)
    with _refused("rule.reason"):
        services.retire_rule(version_id=version.pk, by=cast.ada, reason="no")
    services.retire_rule(version_id=version.pk, by=cast.ada, reason="Replaced by the tables.")
    assert ruleset_for(cast.main) is builtin()
    for act in (services.publish_rule, services.start_shadow):
        with _refused("rule.state", Conflict):
            act(version_id=version.pk, by=second, seen=version.seal, reason=WHY)
    with _refused("rule.state", Conflict):
        services.retire_rule(version_id=version.pk, by=cast.ada, reason=WHY)


def test_a_second_shadow_of_a_rule_waits(cast: Any, second: Any) -> None:
    for expected in ("shadow", ""):
        version = write(cast)
        if expected:
            services.start_shadow(version_id=version.pk, by=cast.ada, seen=version.seal, reason=WHY)
    with _refused("rule.shadow", Conflict):
        services.start_shadow(version_id=version.pk, by=cast.ada, seen=version.seal, reason=WHY)


def test_two_rules_that_hold_everything_between_them_are_refused(cast: Any, second: Any) -> None:
    active(cast, second)
    speaks, silent = proofs()
    swapped = tuple(type(test)(test.name, test.facts, not test.fires) for test in (speaks, silent))
    other = write(cast, key="other", made=definition(no("principal", asks("code", "under", ["I21"]))), tests=swapped)
    with _refused("rule.contradicts: Together with the active rule"):
        publish(other, second)
    same = write(cast, key="same", made=definition(title="The same under another name"))
    with _refused("rule.contradicts: The active rule “Infarction"):
        publish(same, second)


def test_a_file_becomes_a_draft_and_goes_out_as_it_came(cast: Any, second: Any) -> None:
    version = active(cast, second)
    text = to_file(services.export_rule(version_id=version.pk, by=cast.ada, reason=WHY))
    renamed = json.loads(text) | {"key": "renamed", "sha256": None}
    draft = services.import_rule(text=json.dumps(renamed), facility=cast.main, by=cast.ada, reason=WHY)
    assert (draft.state, draft.rule.key, draft.hash) == ("draft", "renamed", version.hash)
    again = to_file(services.export_rule(version_id=draft.pk, by=cast.ada, reason=WHY))
    assert json.loads(again) | {"key": "infarction", "sha256": json.loads(text)["sha256"]} == json.loads(text)
    with _refused("rule.file: rule: The text is not JSON"):
        services.import_rule(text="{", facility=cast.main, by=cast.ada, reason=WHY)


def test_everything_that_was_done_is_kept_with_who_and_why(cast: Any, second: Any) -> None:
    version = active(cast, second)
    services.retire_rule(version_id=version.pk, by=cast.ada, reason="No longer asked for.")
    kept = [(event.kind, event.by, event.reason, event.words) for event in RuleEvent.objects.order_by("pk")]
    assert kept == [
        ("rule.written", cast.ada, WHY, "Version 1 written"),
        ("rule.published", second, WHY, "Version 1 published"),
        ("rule.retired", cast.ada, "No longer asked for.", "Version 1 retired"),
    ]


def test_what_was_and_what_is_in_force_is_told_as_it_changes(cast: Any, second: Any, monkeypatch: Any) -> None:
    told: list[Any] = []
    monkeypatch.setitem(listeners._LISTENERS, "rules_changed", [lambda **facts: told.append(facts)])
    active(cast, second)
    changed = publish(write(cast, made=definition(title="Infarction, second version")), second)
    services.retire_rule(version_id=changed.pk, by=cast.ada, reason=WHY)
    watched = write(cast, made=definition(title="Watched infarction"))
    services.start_shadow(version_id=watched.pk, by=cast.ada, seen=watched.seal, reason=WHY)
    services.retire_rule(version_id=watched.pk, by=cast.ada, reason=WHY)
    titles = [[each.title for each in one["definitions"]] for one in told]
    first, other = "Infarction without catheterization", "Infarction, second version"
    assert titles == [[first], [first, other], [other]], "a rule in shadow judges nobody"
    assert {(one["facility"], one["by"].user_id) for one in told} == {(cast.main, second.pk), (cast.main, cast.ada.pk)}


SQL = {
    "a definition after draft": "UPDATE guidelines_ruleversion SET definition = '{}', hash = encode(sha256('{}'), 'hex')",
    "a hash that is not the definition's": "UPDATE guidelines_ruleversion SET hash = repeat('0', 64)",
    "tests after draft": "UPDATE guidelines_ruleversion SET tests = '[]'",
    "who published": "UPDATE guidelines_ruleversion SET published_by_id = NULL",
    "the number": "UPDATE guidelines_ruleversion SET number = 9",
    "the way back": "UPDATE guidelines_ruleversion SET state = 'draft'",
    "the way into shadow": "UPDATE guidelines_ruleversion SET state = 'shadow'",
    "retiring without reason": "UPDATE guidelines_ruleversion SET state = 'retired', retired_by_id = 1, retired_at = now()",
    "removing a version": "DELETE FROM guidelines_ruleversion",
    "removing a rule": "DELETE FROM guidelines_adminrule",
    "another key": "UPDATE guidelines_adminrule SET key = 'x'",
    "another history": "UPDATE guidelines_ruleevent SET reason = 'x'",
    "no history": "DELETE FROM guidelines_ruleevent",
}


@pytest.mark.parametrize("what", SQL)
def test_plain_sql_changes_nothing_of_a_published_rule(cast: Any, second: Any, what: str) -> None:
    active(cast, second)
    words = r"permission denied|is refused|not changed|never back|is that of|retired_with_reason"
    with pytest.raises(Exception, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL[what])


@pytest.mark.parametrize("person", ["writer", "part writer"])
def test_plain_sql_does_not_let_a_writer_publish(cast: Any, second: Any, person: str) -> None:
    first = write(cast)
    version = write(cast, by=second, made=definition(title="Another title"), seen=first.seal)
    publisher = second if person == "writer" else cast.ada
    statement = "UPDATE guidelines_ruleversion SET state = 'active', published_by_id = %s, published_at = now() WHERE id = %s"
    with pytest.raises(Exception, match=r"two_people|does not publish"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [publisher.pk, version.pk])


def test_plain_sql_makes_no_rule_that_is_active_at_once(cast: Any, second: Any) -> None:
    version = write(cast)
    with pytest.raises(Exception, match="begins as a draft"), transaction.atomic():
        RuleVersion.objects.create(
            rule=version.rule,
            number=2,
            definition=version.definition,
            hash=version.hash,
            state="active",
            title="x",
            reason=WHY,
            written_by=cast.ada,
            written_at=version.written_at,
            published_by=second,
            published_at=version.written_at,
        )


def test_a_rule_with_unusual_clauses_goes_through_the_database(cast: Any, second: Any) -> None:
    made = definition({"all": [count("lines", asks("charge", "at_least", "1000.00")), field("age_years", "between", [18, 65])]})
    version = write(cast, made=made)
    assert RuleVersion.objects.get(pk=version.pk).hash == version.hash


def test_a_rule_that_cannot_be_read_any_more_can_be_retired_and_replaced(cast: Any, second: Any, monkeypatch: Any) -> None:
    version, other = active(cast, second), write(cast, key="other", made=definition(title="Another", condition=3))
    read = reading_rows.definition_of

    def stricter(row: RuleVersion) -> Any:
        if row.pk == version.pk:
            raise DefinitionError("when", "is not known any more")
        return read(row)

    monkeypatch.setattr(reading_rows, "definition_of", stricter)
    publish(other, second)
    told: list[Any] = []
    monkeypatch.setitem(listeners._LISTENERS, "rules_changed", [lambda **facts: told.append(facts)])
    services.retire_rule(version_id=version.pk, by=cast.ada, reason=WHY)
    [[reach]] = [one["definitions"] for one in told]
    assert anchors_of(reach).unanchored, "every account that it held is checked again"
