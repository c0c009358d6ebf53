"""Taking over what an encoder told: by the coder alone, as their own codes, all or one by one."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkItem
from accounts.services.told_codes import tell_codes
from accounts.told_codes import ToldCode
from coding_workflow.coding import services
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, ProposedCode
from tests.cast import Cast
from tests.coding.stage import FEED, payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")
NOW = timezone.now()
DAY = datetime.date(2026, 9, 2)


def dx(code: str, poa: str = "Y", **more: Any) -> ToldCode:
    return ToldCode(**{"kind": "diagnosis", "system": "ICD-10-CM", "code": code, "poa": poa, **more})


def px(code: str, **more: Any) -> ToldCode:
    return ToldCode(**{"kind": "procedure", "system": "ICD-10-PCS", "code": code, "on": DAY, **more})


def told(account: Account, codes: Sequence[ToldCode], part: str = "diagnoses", minute: int = 0, source: str = "encoder") -> None:
    at = NOW + datetime.timedelta(minutes=minute)
    tell_codes(account=lock_account(account.pk), source=source, part=part, codes=codes, told_at=at, by=FEED)


def proposed(state: str = "open") -> list[str]:
    return list(ProposedCode.objects.filter(state=state).order_by("position").values_list("code", flat=True))


def coded(account: Account) -> list[tuple[str, str, str]]:
    rows = CodedDiagnosis.objects.filter(account=account, superseded_at__isnull=True).order_by("role", "position")
    return list(rows.values_list("role", "code", "poa"))


def test_all_of_it_becomes_the_coders_own_in_the_encoders_order(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    services.assign_diagnosis(account_id=account.pk, code="I10", by=ana, poa="Y")
    services.assign_diagnosis(account_id=account.pk, code="E11.9", by=ana, poa="N")
    told(account, [dx("J189"), dx("E119"), dx("W19XXXA", "N"), dx("R079", "", kind="admitting")])
    told(account, [px("0BH17EZ"), px("0BH17EZ")], "procedures")
    before = revision_of(account)

    done = services.take_over_all(account_id=account.pk, by=ana)

    assert (done.taken, done.left, proposed()) == (6, (), [])
    assert coded(account) == [
        ("admitting", "R079", ""), ("diagnosis", "J189", "Y"), ("diagnosis", "E119", "Y"), ("diagnosis", "I10", "Y"),
        ("external_cause", "W19XXXA", "N"),
    ]  # fmt: skip
    assert list(CodedProcedure.objects.values_list("code", "performed_on", "assigned_by")) == [("0BH17EZ", DAY, cast.ana.pk)] * 2
    assert set(CodedDiagnosis.objects.values_list("assigned_by", flat=True)) == {cast.ana.pk}
    assert revision_of(account) > before
    assert {each["source"] for each in payloads("coding.proposal_taken")} == {"encoder"}


def test_one_by_one_with_a_second_look(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    told(account, [dx("J189"), dx("E119")])
    first, second = ProposedCode.objects.order_by("position")
    taken = services.take_over_code(account_id=account.pk, proposed_id=first.pk, by=ana)
    services.dismiss_code(account_id=account.pk, proposed_id=second.pk, by=ana)
    first.refresh_from_db()
    assert (first.state, first.diagnosis, first.settled_by) == ("taken", taken, cast.ana)
    assert coded(account) == [("diagnosis", "J189", "Y")]
    for act in (services.take_over_code, services.dismiss_code):
        refused("proposal.settled", lambda act=act: act(account_id=account.pk, proposed_id=second.pk, by=ana))  # type: ignore[misc]
    refused("proposal.none", lambda: services.take_over_all(account_id=account.pk, by=ana))


def test_codes_taken_over_before_keep_their_told_place_when_the_rest_follows(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    services.assign_diagnosis(account_id=account.pk, code="I10", by=ana, poa="Y")
    told(account, [dx("J189"), dx("E119"), dx("N179")])
    services.take_over_code(account_id=account.pk, proposed_id=ProposedCode.objects.get(code="E119").pk, by=ana)
    assert [code for _, code, _ in coded(account)] == ["I10", "E119"]
    services.take_over_all(account_id=account.pk, by=ana)
    assert [code for _, code, _ in coded(account)] == ["J189", "E119", "N179", "I10"]


def test_what_is_settled_stays_so_until_it_is_told_otherwise(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    told(account, [dx("J189"), dx("E119")])
    first, second = ProposedCode.objects.order_by("position")
    services.take_over_code(account_id=account.pk, proposed_id=first.pk, by=ana)
    services.dismiss_code(account_id=account.pk, proposed_id=second.pk, by=ana)
    told(account, [dx("J189"), dx("E119"), dx("I10")], minute=1)
    assert proposed() == ["I10"]
    told(account, [dx("J189", "N"), dx("E119")], minute=2)
    assert (proposed(), proposed("lapsed")) == (["J189"], ["I10"])
    services.take_over_all(account_id=account.pk, by=ana)
    assert coded(account) == [("diagnosis", "J189", "N")], "the POA that was told last, on the code that is there"


def test_what_the_encoder_took_back_and_tells_again_is_asked_again(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    for minute, poa in enumerate("YNY"):
        told(account, [dx("J189", poa), dx("E119")], minute=minute)
        assert proposed() == (["J189", "E119"] if minute == 0 else ["J189"])
        services.take_over_all(account_id=account.pk, by=ana)
        assert coded(account)[0] == ("diagnosis", "J189", poa)
    told(account, [dx("J189"), dx("E119")], minute=9)
    assert proposed() == [], "told once more it is settled"


def test_a_procedure_told_twice_is_asked_again_only_as_often_as_it_was_taken_back(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    for minute, (times, waiting) in enumerate(((2, 2), (1, 0), (1, 0), (2, 1))):
        told(account, [px("0BH17EZ")] * times, "procedures", minute=minute)
        assert len(proposed()) == waiting
        if waiting:
            services.take_over_all(account_id=account.pk, by=ana)


def test_a_list_without_any_poa_leaves_the_coders_poa(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    services.assign_diagnosis(account_id=account.pk, code="J18.9", by=ana, poa="Y")
    services.assign_diagnosis(account_id=account.pk, code="E11.9", by=ana, poa="Y")
    told(account, [dx("J189", ""), dx("E119", "")])
    services.take_over_all(account_id=account.pk, by=ana)
    assert coded(account) == [("diagnosis", "J189", "Y"), ("diagnosis", "E119", "Y")]
    told(account, [dx("J189", "N"), dx("E119", "")], minute=1)
    services.take_over_all(account_id=account.pk, by=ana)
    assert coded(account) == [("diagnosis", "J189", "N"), ("diagnosis", "E119", "Y")], "settled in the same words"


def test_what_was_told_after_the_coder_looked_is_not_taken_over_unseen(cast: Cast) -> None:
    account, ana = to_code(cast), cast.actor("ana")
    told(account, [dx("J189"), dx("I10")])
    seen = set(ProposedCode.objects.values_list("pk", flat=True))
    told(account, [dx("J189"), dx("E119")], minute=1)
    assert services.take_over_all(account_id=account.pk, by=ana, seen=seen).taken == 1
    assert (coded(account), proposed()) == ([("diagnosis", "J189", "Y")], ["E119"])
    refused("proposal.none", lambda: services.take_over_all(account_id=account.pk, by=ana, seen=seen))


def test_a_late_older_message_and_a_repeat_change_nothing(cast: Cast) -> None:
    account = to_code(cast)
    told(account, [dx("J189")], minute=5)
    told(account, [dx("E119")], minute=1)
    told(account, [dx("J189")], minute=5)
    assert proposed() == ["J189"]


def test_an_encoders_codes_stand_in_the_place_of_the_opening_loads_whichever_comes_first(cast: Cast) -> None:
    account, other = to_code(cast), to_code(cast, "A2")
    told(account, [dx("E119")], "diagnosis 001", source="opening")
    told(account, [dx("I10")], "diagnosis 002", source="opening")
    assert proposed() == ["E119", "I10"]
    told(account, [], "diagnosis 001", source="opening", minute=1)
    assert proposed() == ["I10"]
    told(account, [dx("J189")], minute=-5)
    assert proposed() == ["J189"]
    told(other, [dx("J189")])
    told(other, [dx("E119")], "diagnosis 001", source="opening", minute=9)
    assert proposed() == ["J189", "J189"]


def test_an_encoder_that_tells_procedures_alone_leaves_the_loaded_diagnoses(cast: Cast) -> None:
    account = to_code(cast)
    told(account, [dx("E119")], "diagnosis 001", source="opening")
    told(account, [px("0BH17EZ")], "procedure 001", source="opening")
    told(account, [px("5A1945Z")], "procedures")
    assert proposed() == ["E119", "5A1945Z"]


def test_what_is_refused_stays_open_and_is_said(cast: Cast) -> None:
    account = to_code(cast)
    told(account, [dx("J189"), dx("Z9999"), dx("41401", system="ICD-9-CM-DX")])
    done = services.take_over_all(account_id=account.pk, by=cast.actor("ana"))
    assert done.taken == 1
    assert [code for code, _ in done.left] == ["Z99.99", "414.01"]
    assert proposed() == ["Z9999", "41401"]


def test_who_may_not_code_the_account_takes_nothing_over(cast: Cast) -> None:
    account = to_code(cast)
    told(account, [dx("J189")])
    refused("coding.role", lambda: services.take_over_all(account_id=account.pk, by=cast.actor("bill")))
    services.assign_diagnosis(account_id=account.pk, code="I10", by=cast.actor("ana"))
    WorkItem.objects.filter(account=account).update(leased_to=cast.ben)
    refused("work.taken", lambda: services.take_over_all(account_id=account.pk, by=cast.actor("ana")))
    lifecycle.move(account=lock_account(account.pk), to=Step.FINAL_CODED, by=FEED)
    row = ProposedCode.objects.get()
    refused("coding.step", lambda: services.take_over_code(account_id=account.pk, proposed_id=row.pk, by=cast.actor("ana")))


def test_an_outpatients_first_diagnosis_is_the_reason_for_the_visit_and_services_keep_their_modifiers(cast: Cast) -> None:
    account = to_code(cast, patient_class="emergency", type_of_bill="0131")
    told(account, [dx("R079", "", kind="admitting"), dx("J189", "")])
    told(account, [px("99284", system="CPT", modifiers=("25",), units="2")], "procedures")
    services.take_over_all(account_id=account.pk, by=cast.actor("ana"))
    assert coded(account) == [("diagnosis", "J189", ""), ("reason_for_visit", "R079", "")]
    row = CodedProcedure.objects.get()
    assert (row.code, row.modifiers, row.units) == ("99284", ["25"], 2)


def test_what_comes_after_coding_raises_no_revision_and_changes_no_code(cast: Cast) -> None:
    account = to_code(cast)
    services.assign_diagnosis(account_id=account.pk, code="I10", by=cast.actor("ana"))
    lifecycle.move(account=lock_account(account.pk), to=Step.FINAL_CODED, by=FEED)
    before = revision_of(account)
    told(account, [dx("J189")])
    assert (revision_of(account), coded(account)) == (before, [("diagnosis", "I10", "")])


@pytest.mark.parametrize("row", ["diagnosis", "procedure"])
def test_plain_sql_takes_nothing_over_as_a_code_of_another_account(cast: Cast, row: str) -> None:
    account, other, ana = to_code(cast), to_code(cast, "A2"), cast.actor("ana")
    told(account, [dx("J189")])
    proposed_code = ProposedCode.objects.get()
    codes = {}
    for at in (account, other):
        diagnosis = services.assign_diagnosis(account_id=at.pk, code="J18.9", by=ana, poa="Y")
        procedure = services.assign_procedure(account_id=at.pk, code="0BH17EZ", by=ana, performed_on=DAY)
        codes[at.pk] = {"diagnosis": diagnosis.pk, "procedure": procedure.pk}[row]
    settle = (
        f"UPDATE coding_proposedcode SET state = 'taken', settled_at = now(), settled_by_id = %s, {row}_id = %s WHERE id = %s"
    )
    with pytest.raises(DatabaseError, match="its own account"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(settle, [cast.ana.pk, codes[other.pk], proposed_code.pk])
    with connection.cursor() as cursor:
        cursor.execute(settle, [cast.ana.pk, codes[account.pk], proposed_code.pk])
