"""Suggestions on an account: made where policy wants them, a code only by a coder's own act, kept as they were."""

import datetime
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, Event, OutboxRow, Step
from accounts.services.work import open_work
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.models import Code, TableRelease
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import CodedDiagnosis, Evidence, Suggestion
from coding_workflow.coding.services.suggesting import SUGGEST, plan_suggestions
from coding_workflow.coding.tasks import suggest
from coding_workflow.outbox.services import drain
from coding_workflow.policy.standard import STANDARD
from tests.cast import Cast
from tests.coding.stage import FEED, document, payloads, refused, revision_of, to_code
from tests.tables import publish

pytestmark = pytest.mark.usefixtures("coded_db")
TEXT = "DISCHARGE SUMMARY\nPneumonia 😀, treated. Essential hypertension.\nNo acute kidney injury. Mother had gout."


@pytest.fixture
def account(cast: Cast) -> Account:
    publish(cast, replace(STANDARD, suggestions_for=("inpatient",)))
    return to_code(cast)


@pytest.fixture
def made(account: Account) -> dict[str, Suggestion]:
    document(account, TEXT)
    assert services.make_suggestions(account_id=account.pk) == 2
    return {row.code: row for row in Suggestion.objects.all()}


def states() -> dict[str, str]:
    return dict(Suggestion.objects.order_by("pk").values_list("code", "state"))


def accept(account: Account, row: Suggestion, cast: Cast, who: str = "ana") -> CodedDiagnosis:
    return services.accept_suggestion(account_id=account.pk, suggestion_id=row.pk, by=cast.actor(who))


def test_what_the_record_names_is_offered_with_its_passage_and_is_no_code(account: Account, made: dict[str, Suggestion]) -> None:
    assert set(made) == {"J189", "I10"}
    row = made["I10"]
    assert (row.title, row.system, row.role, row.why) == ("Essential (primary) hypertension", "ICD-10-CM", "diagnosis", [])
    assert row.version.text[row.start : row.end] == row.quote == "Essential hypertension"
    assert not CodedDiagnosis.objects.exists()
    assert payloads("coding.suggested") == [{"offered": [made["J189"].pk, made["I10"].pk], "lapsed": []}]


def test_making_them_twice_is_once_and_changes_nothing_that_is_judged(account: Account, made: dict[str, Suggestion]) -> None:
    before = revision_of(account), Event.objects.count()
    assert services.make_suggestions(account_id=account.pk) == 0
    suggest(OutboxRow(kind=SUGGEST, account=account))
    assert (revision_of(account), Event.objects.count()) == before
    assert states() == {"J189": "offered", "I10": "offered"}


def test_nothing_is_asked_for_or_made_where_policy_does_not_name_the_class(cast: Cast) -> None:
    publish(cast, replace(STANDARD, suggestions_for=("clinic",)))
    account = to_code(cast)
    document(account, TEXT)
    assert not OutboxRow.objects.filter(kind=SUGGEST).exists()
    assert services.make_suggestions(account_id=account.pk) == 0


def test_the_standard_policy_suggests_nothing(cast: Cast) -> None:
    account = to_code(cast)
    document(account, TEXT)
    assert not OutboxRow.objects.filter(kind=SUGGEST).exists()
    assert services.make_suggestions(account_id=account.pk) == 0


def test_opening_work_and_a_document_ask_once_and_with_ids_alone(account: Account) -> None:
    OutboxRow.objects.all().delete()
    document(account, TEXT)
    document(account, TEXT, source_id="D2")
    (row,) = OutboxRow.objects.filter(kind=SUGGEST)
    assert (row.key, row.payload, row.lane) == (str(account.pk), {}, "bulk")
    assert drain() >= 1
    assert set(states()) == {"J189", "I10"}


def test_opening_the_work_reads_what_came_before(cast: Cast) -> None:
    publish(cast, replace(STANDARD, suggestions_for=("inpatient",)))
    account = cast.account("A9")
    document(account, TEXT)
    assert not OutboxRow.objects.filter(kind=SUGGEST).exists()
    account = lock_account(account.pk)
    for step in (Step.DISCHARGED, Step.CODING):
        lifecycle.move(account=account, to=step, by=FEED)
    open_work(account=account, kind="coding", by=FEED)
    drain()
    assert set(states()) == {"J189", "I10"}


def test_an_account_that_is_not_being_coded_or_is_unknown_gets_none(account: Account, cast: Cast) -> None:
    assert services.make_suggestions(account_id=0) == 0
    waiting = cast.account("A5")
    document(waiting, TEXT)
    plan_suggestions(waiting)
    assert waiting.step == Step.REGISTERED
    assert services.make_suggestions(account_id=waiting.pk) == 0
    assert not OutboxRow.objects.filter(account=waiting).exists()


def test_without_a_loaded_table_there_is_nothing_to_offer(account: Account) -> None:
    document(account, TEXT)
    late = datetime.date(2031, 1, 5)
    Account.objects.filter(pk=account.pk).update(discharge_date=late, statement_through=late)
    assert not TableRelease.objects.filter(system="ICD-10-CM", effective__contains=late).exists()
    assert services.make_suggestions(account_id=account.pk) == 0


def test_nothing_is_offered_of_icd_9(account: Account) -> None:
    document(account, TEXT)
    early = datetime.date(2015, 9, 1)
    Account.objects.filter(pk=account.pk).update(admit_date=early, discharge_date=early, statement_through=early)
    release = TableRelease.objects.create(
        system="ICD-9-CM-DX", label="v32", effective=(early, datetime.date(2015, 10, 1)), checksum="0" * 64, rows=1, source="test"
    )
    Code.objects.create(
        release=release, code="4019", billable=True, long_title="Essential hypertension", position=0, rank=0, words="'essential'"
    )
    names = codesets.names("ICD-9-CM-DX", early)
    assert names is not None and names.named(["essential", "hypertension"]) is not None
    assert services.make_suggestions(account_id=account.pk) == 0


def test_accepting_assigns_the_code_with_its_passage_as_the_coders_own(
    account: Account, cast: Cast, made: dict[str, Suggestion]
) -> None:
    row = made["I10"]
    services.view_suggestion(account_id=account.pk, suggestion_id=row.pk, by=cast.actor("ana"))
    code = accept(account, row, cast)
    assert (code.code, code.assigned_by, code.role) == ("I10", cast.ana, "diagnosis")
    passage = Evidence.objects.get(diagnosis=code)
    assert (passage.version, passage.quote, passage.linked_by) == (row.version, "Essential hypertension", cast.ana)
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.diagnosis, row.unseen) == ("accepted", cast.ana, code, False)
    assert payloads("coding.suggestion_accepted") == [{"suggestion": row.pk, "row": code.pk, "code": "I10", "unseen": False}]
    # A coder who accepted it approves no release of it.
    assert cast.ana.pk in selectors.coder_ids(account.pk)


def test_accepting_without_a_look_at_the_passage_is_counted(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    services.view_suggestion(account_id=account.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana"))
    accept(account, made["I10"], cast)
    accept(account, made["J189"], cast)
    assert [each["unseen"] for each in payloads("coding.suggestion_accepted")] == [False, True]


def test_the_first_look_counts(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    for _ in range(2):
        services.view_suggestion(account_id=account.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana"))
    assert payloads("coding.suggestion_viewed") == [{"suggestion": made["I10"].pk}]


def test_what_was_dismissed_or_coded_is_not_offered_again(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    services.dismiss_suggestion(account_id=account.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana"))
    assert payloads("coding.suggestion_dismissed") == [{"suggestion": made["I10"].pk, "code": "I10"}]
    services.assign_diagnosis(account_id=account.pk, code="E11.9", by=cast.actor("ana"))
    document(account, "Type 2 diabetes mellitus. Essential hypertension.", source_id="D2")
    assert services.make_suggestions(account_id=account.pk) == 0
    assert states() == {"J189": "offered", "I10": "dismissed"}


def test_an_offer_lapses_with_the_words_it_rested_on(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    document(account, "DISCHARGE SUMMARY\nEssential hypertension. No pneumonia.")
    assert refused("suggestion.replaced", lambda: accept(account, made["I10"], cast))
    assert services.make_suggestions(account_id=account.pk) == 1
    assert list(Suggestion.objects.order_by("pk").values_list("code", "state", "version__number")) == [
        ("J189", "lapsed", 1),
        ("I10", "lapsed", 1),
        ("I10", "offered", 2),
    ]
    assert refused("suggestion.settled", lambda: accept(account, made["J189"], cast))


@pytest.mark.parametrize("act", ["accept_suggestion", "dismiss_suggestion", "view_suggestion"])
def test_only_the_coder_who_has_the_account_acts(account: Account, cast: Cast, made: dict[str, Suggestion], act: str) -> None:
    def by(name: str, suggestion: int = made["I10"].pk) -> None:
        getattr(services, act)(account_id=account.pk, suggestion_id=suggestion, by=cast.actor(name))

    for name in ("cleo", "dov", "bill"):
        assert refused("coding.role", lambda name=name: by(name)).status == 403
    assert refused("suggestion.settled", lambda: by("ana", suggestion=0)).status == 409
    other = to_code(cast, "A2")
    assert refused(
        "suggestion.settled",
        lambda: getattr(services, act)(account_id=other.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana")),
    )


def test_a_settled_suggestion_is_settled_once(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    accept(account, made["I10"], cast)
    for act in (services.accept_suggestion, services.dismiss_suggestion, services.view_suggestion):
        refused(
            "suggestion.settled", lambda act=act: act(account_id=account.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana"))
        )


def test_a_code_that_is_there_already_is_not_accepted_twice(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    services.assign_diagnosis(account_id=account.pk, code="I10", by=cast.actor("ana"))
    refused("code.twice", lambda: accept(account, made["I10"], cast))
    assert states()["I10"] == "offered"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE coding_suggestion SET quote = 'other'",
        "UPDATE coding_suggestion SET code = 'J180'",
        "DELETE FROM coding_suggestion",
        # A person settles it, and what was not looked at stays unseen.
        "UPDATE coding_suggestion SET state = 'dismissed', settled_at = now()",
        "UPDATE coding_suggestion SET state = 'accepted', settled_at = now(), settled_by_id = {ana}, unseen = true",
        "UPDATE coding_suggestion SET unseen = true",
        "UPDATE coding_suggestion SET facility_id = facility_id + 1",
        'UPDATE coding_suggestion SET "end" = start',
    ],
)
def test_plain_sql_changes_no_suggestion(cast: Cast, made: dict[str, Suggestion], change: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(ana=cast.ana.pk))


def test_what_was_settled_stays_settled(account: Account, cast: Cast, made: dict[str, Suggestion]) -> None:
    services.dismiss_suggestion(account_id=account.pk, suggestion_id=made["I10"].pk, by=cast.actor("ana"))
    with pytest.raises(DatabaseError, match="as it was settled"), transaction.atomic():
        Suggestion.objects.filter(pk=made["I10"].pk).update(state="offered", settled_at=None, settled_by=None)
