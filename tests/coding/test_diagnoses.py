"""Diagnosis codes: assigned by the tables of the account's date, ordered, marked, superseded."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Account
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import CodedDiagnosis
from tests.cast import Cast

from .stage import payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(cast: Cast) -> Account:
    return to_code(cast)


def _assign(account: Account, cast: Cast, code: str, **more: object) -> CodedDiagnosis:
    return services.assign_diagnosis(account_id=account.pk, code=code, by=cast.actor("ana"), **more)  # type: ignore[arg-type]


def _list(account: Account, role: str = "diagnosis") -> list[str]:
    return [row.code for row in selectors.diagnoses_in_force(account.pk) if row.role == role]


def test_a_code_is_kept_without_its_point_with_who_and_an_event(account: Account, cast: Cast) -> None:
    before = revision_of(account)
    row = _assign(account, cast, " i21.4 ", poa="Y")
    assert (row.code, row.system, row.poa, row.position) == ("I214", "ICD-10-CM", "Y", 1)
    assert (row.assigned_by, row.changed_by) == (cast.ana, cast.ana)
    assert revision_of(account) > before
    assert payloads("coding.diagnosis_assigned") == [
        {"row": row.pk, "system": "ICD-10-CM", "code": "I214", "role": "diagnosis", "poa": "Y"}
    ]


def test_codes_stand_in_the_order_of_assignment_or_where_they_are_put(account: Account, cast: Cast) -> None:
    for code in ("I21.4", "I10"):
        _assign(account, cast, code)
    _assign(account, cast, "E11.9", position=1)
    _assign(account, cast, "R07.9", role="admitting")
    assert _list(account) == ["E119", "I214", "I10"]
    assert _list(account, "admitting") == ["R079"]
    first = selectors.principal(account.pk)
    assert first is not None and first.code == "E119"


def test_the_same_code_twice_is_refused_in_one_list_and_taken_in_another(account: Account, cast: Cast) -> None:
    _assign(account, cast, "R07.9")
    refused("code.twice", lambda: _assign(account, cast, "R079"))
    assert _assign(account, cast, "R07.9", role="admitting").pk


@pytest.mark.parametrize(("code", "why"), [("I21.99", "code.unknown"), ("I21", "code.not_billable")])
def test_the_table_of_the_date_refuses(account: Account, cast: Cast, code: str, why: str) -> None:
    said = refused(why, lambda: _assign(account, cast, code))
    assert said.fix == "codes"
    assert not CodedDiagnosis.objects.exists()


@pytest.mark.parametrize(("discharged", "judged"), [((2026, 9, 30), True), ((2026, 10, 1), False), ((2026, 3, 31), False)])
def test_a_date_without_a_table_does_not_stop_the_coder(cast: Cast, discharged: tuple[int, int, int], judged: bool) -> None:
    """April's tables are in force to 2026-09-30. Beyond them the gate holds; nothing is judged by a neighbouring year."""
    day = datetime.date(*discharged)
    account = to_code(cast, admit_date=day, discharge_date=day, statement_from=day, statement_through=day)
    if judged:
        refused("code.unknown", lambda: _assign(account, cast, "I21.99"))
    else:
        assert _assign(account, cast, "I21.99").code == "I2199"


@pytest.mark.parametrize(("last", "judged"), [((2026, 9, 30), True), ((2026, 10, 1), False)])
def test_the_diagnoses_of_a_visit_are_judged_by_its_last_day(cast: Cast, last: tuple[int, int, int], judged: bool) -> None:
    """As the gate judges them: a visit over the change of tables has one set of diagnoses, by the table of its end."""
    first, through = datetime.date(2026, 9, 29), datetime.date(*last)
    dates = {"statement_from": first, "statement_through": through, "admit_date": first, "discharge_date": through}
    account = to_code(cast, patient_class="emergency", **dates)
    if judged:
        refused("code.unknown", lambda: _assign(account, cast, "I21.99"))
    else:
        assert _assign(account, cast, "I21.99").code == "I2199"


def test_before_october_2015_the_system_is_icd_9(cast: Cast) -> None:
    day = datetime.date(2015, 9, 30)
    account = to_code(cast, admit_date=day, discharge_date=day, statement_from=day, statement_through=day)
    assert _assign(account, cast, "410.71").system == "ICD-9-CM-DX"


def test_poa_is_set_by_whoever_changed_it_last(account: Account, cast: Cast) -> None:
    row = _assign(account, cast, "I21.4", poa="Y")
    for _ in range(2):
        services.set_poa(account_id=account.pk, diagnosis_id=row.pk, poa="N", by=cast.actor("ana"))
    row.refresh_from_db()
    assert row.poa == "N"
    assert [(each["before"], each["after"]) for each in payloads("coding.poa_set")] == [("Y", "N"), ("N", "N")]


def test_poa_is_one_of_four_letters_or_blank(account: Account, cast: Cast) -> None:
    refused("poa.unknown", lambda: _assign(account, cast, "I21.4", poa="1"))
    row = _assign(account, cast, "I21.4", poa="Y")
    ana = cast.actor("ana")
    refused("poa.unknown", lambda: services.set_poa(account_id=account.pk, diagnosis_id=row.pk, poa="X", by=ana))
    assert services.set_poa(account_id=account.pk, diagnosis_id=row.pk, poa="", by=ana).poa == ""


def test_a_removed_code_is_superseded_once_and_may_be_assigned_anew(account: Account, cast: Cast) -> None:
    row = _assign(account, cast, "I21.4")

    def remove() -> None:
        services.remove_diagnosis(account_id=account.pk, diagnosis_id=row.pk, by=cast.actor("ana"), reason="Ruled out.")

    remove()
    row.refresh_from_db()
    assert row.superseded_at is not None and row.superseded_by == cast.ana
    assert _list(account) == []
    refused("code.gone", remove)
    assert [each["reason"] for each in payloads("coding.diagnosis_removed")] == ["Ruled out."]
    assert _assign(account, cast, "I21.4").pk != row.pk


def test_another_accounts_code_is_out_of_reach(account: Account, cast: Cast) -> None:
    row = _assign(to_code(cast, "A2"), cast, "I21.4")
    ana = cast.actor("ana")
    refused("code.gone", lambda: services.remove_diagnosis(account_id=account.pk, diagnosis_id=row.pk, by=ana))
    refused("code.gone", lambda: services.set_poa(account_id=account.pk, diagnosis_id=row.pk, poa="Y", by=ana))
    refused("code.order", lambda: services.reorder_diagnoses(account_id=account.pk, order=[row.pk], by=ana))


def test_a_new_principal_makes_its_chooser_a_coder_of_the_account(account: Account, cast: Cast) -> None:
    rows = [_assign(account, cast, code) for code in ("I21.4", "I10", "E11.9")]
    CodedDiagnosis.objects.filter(account=account).update(changed_by=cast.ben)
    order = [rows[2].pk, rows[0].pk, rows[1].pk]
    services.reorder_diagnoses(account_id=account.pk, order=order, by=cast.actor("ana"))
    assert _list(account) == ["E119", "I214", "I10"]
    assert payloads("coding.reordered") == [{"before": ["I214", "I10", "E119"], "after": ["E119", "I214", "I10"]}]
    changed = CodedDiagnosis.objects.filter(account=account).order_by("position").values_list("changed_by_id", flat=True)
    assert list(changed) == [cast.ana.pk, cast.ben.pk, cast.ben.pk]


def test_an_order_of_another_list_than_the_one_in_force_is_refused(account: Account, cast: Cast) -> None:
    rows = [_assign(account, cast, code).pk for code in ("I21.4", "I10")]
    for order in (rows[:1], [*rows, rows[0]], [*rows, 0]):
        refused(
            "code.order",
            lambda order=order: services.reorder_diagnoses(account_id=account.pk, order=order, by=cast.actor("ana")),  # type: ignore[misc]
        )
    assert _list(account) == ["I214", "I10"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE coding_codeddiagnosis SET code = 'I10'",
        "UPDATE coding_codeddiagnosis SET assigned_by_id = NULL",
        "DELETE FROM coding_codeddiagnosis",
    ],
)
def test_plain_sql_cannot_make_another_code_of_an_assigned_one(account: Account, cast: Cast, statement: str) -> None:
    _assign(account, cast, "I21.4")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
