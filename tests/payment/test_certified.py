"""What stands on a claim is what was certified: names and numbers that changed since keep the claim of either kind, until it is
released again."""

import datetime
import hashlib
import json
from typing import Any

import pytest
from django.conf import LazySettings

from accounts import chain
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Facility, Hold, Payer, Provider, Step, Unit
from coding_workflow.payment.models import Claim
from coding_workflow.payment.record import claim_alone
from coding_workflow.payment.services import certified, make_claims, open_discrepancy, record_correction, release_again, try_again
from coding_workflow.release.models import Certificate, Release
from coding_workflow.release.parties import parties_of
from tests.cast import Cast
from tests.payment import professional, stage
from tests.tables import trust_downstream

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("coded_db")]

WORDS = {"root_cause": "The entry was corrected.", "correction": "Judged again.", "prevention": "Tell coding first."}


@pytest.fixture(autouse=True)
def _business_date(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 20)


def _hospital(cast: Cast, account: Account | None = None) -> Release:
    """A hospital's account with both clinicians, released with its certificate."""
    if account is None:
        surgeon = Provider.objects.create(facility=cast.main, source_id="DR9", npi="1679576722", family_name="Cutter")
        account = stage.coded(cast, attending=cast.provider(), operating=surgeon)
    row = stage.release(cast, account)
    text = chain.canonical({"parties": parties_of(account)})
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    Certificate.objects.create(facility=cast.main, account=account, release=row, text=text, sha256=sha256)
    return row


def _physician(cast: Cast) -> Release:
    """A physician's account with a line of another renderer, a supervisor and a group that bills."""
    trust_downstream(cast)
    Unit.objects.create(facility=cast.main, code="GRP", name="Main Street Physicians", npi="1679576722", taxonomy="193200000X")
    other = {"rendering_id": "DR9", "rendering_family_name": "Cutter", "rendering_npi": "1679576722"}
    lines = [
        professional.charge("P1", "99213", "180.00", modifiers="25"),
        professional.charge("P1", "20610", "240.00", modifiers="RT", diagnoses="M25.511", **other),
    ]
    account = professional.registered(charges=lines, billing_provider="GRP")
    professional.code(cast, account)
    professional.finalized(cast, account)
    return Release.objects.get(pk=professional.released(cast, account))


def _unfit(release: Release) -> str:
    assert make_claims(release_id=release.pk) == []
    assert Account.objects.get(pk=release.account_id).step == Step.RELEASED
    hold = Hold.objects.get(account_id=release.account_id, reason="claim.unfit", resolved_at__isnull=True)
    assert (hold.blocking, hold.owner_role) == (False, "billing")
    return hold.message


Change = tuple[Any, dict[str, str], dict[str, str], str]
PAYER: list[Change] = [
    (Payer, {}, {"name": "Another plan"}, "The payer's name"),
    (Payer, {}, {"electronic_id": "99999"}, "The payer's id"),
    (Payer, {}, {"kind": "medicaid"}, "The payer's kind"),
    (Facility, {"code": "MAIN"}, {"tax_id": "999999999"}, "The billing provider's tax number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "which", "change", "words"),
    [
        *PAYER,
        (Facility, {"code": "MAIN"}, {"name": "Another house"}, "The billing provider's name"),
        (Facility, {"code": "MAIN"}, {"npi": "1679576722"}, "The billing provider's NPI"),
        (Provider, {"source_id": "DR1"}, {"npi": "1922075605"}, "The attending provider's NPI"),
        (Provider, {"source_id": "DR1"}, {"family_name": "Other"}, "The attending provider's name"),
        (Provider, {"source_id": "DR9"}, {"npi": "1922075605"}, "The operating provider's NPI"),
        (Provider, {"source_id": "DR9"}, {"given_name": "Other"}, "The operating provider's name"),
    ],
)
def test_no_hospital_claim_under_another_name_or_number(
    cast: Cast, model: Any, which: dict[str, str], change: dict[str, str], words: str
) -> None:
    release = _hospital(cast)
    assert model.objects.filter(**which).update(**change)
    said = _unfit(release)
    assert f"{words} is another one now" in said and "release the account again" in said
    assert next(iter(change.values())) not in said


@pytest.mark.parametrize(
    ("model", "which", "change", "words"),
    [
        *PAYER,
        (Unit, {}, {"name": "Another group"}, "The billing provider's name"),
        (Unit, {}, {"npi": "1922075605"}, "The billing provider's NPI"),
        (Provider, {"source_id": "DR1"}, {"npi": "1922075605"}, "The rendering provider's NPI"),
        (Provider, {"source_id": "DR2"}, {"family_name": "Other"}, "The referring provider's name"),
        (Provider, {"source_id": "DR9"}, {"family_name": "Other"}, "The rendering provider of a line's name"),
        (Provider, {"source_id": "DR9"}, {"npi": "1922075605"}, "The rendering provider of a line's NPI"),
    ],
)
def test_no_physicians_claim_under_another_name_or_number(
    cast: Cast, model: Any, which: dict[str, str], change: dict[str, str], words: str
) -> None:
    release = _physician(cast)
    assert model.objects.filter(**which).update(**change)
    assert f"{words} is another one now" in _unfit(release)


@pytest.mark.parametrize("made", [_hospital, _physician])
def test_what_did_not_change_goes_out_and_so_does_what_was_set_back(cast: Cast, made: Any) -> None:
    release = made(cast)
    Payer.objects.update(electronic_id="99999")
    _unfit(release)
    for payer in (cast.medicare, cast.commercial):
        payer.save(update_fields=["electronic_id"])
    Facility.objects.update(address_line="2 Main St")
    try_again(release_id=release.pk, by=cast.actor("bill"))
    [claim] = make_claims(release_id=release.pk)
    assert "2 MAIN ST" in claim.file.text
    assert not Hold.objects.filter(reason="claim.unfit", resolved_at__isnull=True).exists()


def test_what_was_empty_may_be_filled_in(cast: Cast) -> None:
    Payer.objects.update(electronic_id="")
    release = _hospital(cast)
    assert "Payer id is missing" in _unfit(release)
    Payer.objects.update(electronic_id="00000")
    assert len(make_claims(release_id=release.pk)) == 1


@pytest.mark.parametrize("numbers", ["no certificate", "one from before parties were written"])
def test_an_older_release_is_held_to_the_numbers_of_its_facts(cast: Cast, numbers: str) -> None:
    account = stage.coded(cast, attending=cast.provider())
    row = stage.release(cast, account)
    if numbers != "no certificate":
        Certificate.objects.create(facility=cast.main, account=account, release=row, text="{}", sha256="0" * 64)
    Provider.objects.update(family_name="Married")
    Provider.objects.update(npi="1922075605")
    assert "The attending provider's NPI is another one now" in _unfit(row)
    assert "name is" not in _unfit(row), "facts hold no names"
    Provider.objects.update(npi=stage.NPI)
    assert "NM1*71*1*MARRIED" in make_claims(release_id=row.pk)[0].file.text


def test_a_new_release_bills_under_the_new_name(cast: Cast) -> None:
    first = _hospital(cast)
    Provider.objects.filter(source_id="DR1").update(family_name="Married")
    said = _unfit(first)
    case = release_again(release_id=first.pk, by=cast.actor("bill"))
    assert case.description and case.description in said
    record_correction(case_id=case.pk, by=cast.actor("cleo"), **WORDS)
    second = _hospital(cast, stage.finalize(cast, lock_account(first.account_id)))
    [claim] = make_claims(release_id=second.pk)
    assert "NM1*71*1*MARRIED" in claim.file.text and (claim.frequency, claim.replaces) == ("1", None)
    assert not Hold.objects.filter(reason="claim.unfit", resolved_at__isnull=True).exists()


def test_a_new_release_of_a_physicians_account_bills_under_the_new_number(cast: Cast) -> None:
    first = _physician(cast)
    Provider.objects.filter(source_id="DR1").update(npi="1922075605")
    _unfit(first)
    case = release_again(release_id=first.pk, by=cast.actor("bill"))
    record_correction(case_id=case.pk, by=cast.actor("cleo"), **WORDS)
    professional.finalized(cast, first.account)
    [claim] = make_claims(release_id=professional.released(cast, first.account))
    assert "1922075605" in claim.file.text


@pytest.mark.parametrize("who", ["ben", "cora", "ana", "dov"])
def test_who_may_not_ask_for_a_claim_again_does_not_release_again(cast: Cast, who: str) -> None:
    release = _hospital(cast)
    Provider.objects.filter(source_id="DR1").update(family_name="Married")
    _unfit(release)
    with pytest.raises(NotAllowed, match="Only a biller or supervisor"):
        release_again(release_id=release.pk, by=cast.actor(who))
    assert Account.objects.get().step == Step.RELEASED


def test_what_kept_an_earlier_release_opens_no_case_on_the_one_that_stands(cast: Cast) -> None:
    first = _hospital(cast)
    Provider.objects.filter(source_id="DR1").update(family_name="Married")
    _unfit(first)
    case = open_discrepancy(account_id=first.account_id, by=cast.actor("bill"), source="person", description="Seen elsewhere")
    record_correction(case_id=case.pk, by=cast.actor("cleo"), **WORDS)
    second = _hospital(cast, stage.finalize(cast, lock_account(first.account_id)))
    with pytest.raises(Conflict, match="not as it was released"):
        release_again(release_id=first.pk, by=cast.actor("bill"))
    assert len(make_claims(release_id=second.pk)) == 1


def test_the_reason_is_gone_when_the_account_is_released_again(cast: Cast) -> None:
    release = _hospital(cast)
    Provider.objects.filter(source_id="DR1").update(family_name="Married")
    _unfit(release)
    release_again(release_id=release.pk, by=cast.actor("bill"))
    assert not Hold.objects.filter(reason="claim.unfit", resolved_at__isnull=True).exists()


def test_a_number_that_changed_between_verdict_and_certificate_was_not_judged(cast: Cast) -> None:
    account = stage.coded(cast, attending=cast.provider())
    release = stage.release(cast, account)
    Provider.objects.filter(source_id="DR1").update(npi="1922075605")
    text = chain.canonical({"parties": parties_of(Account.objects.get(pk=account.pk))})
    Certificate.objects.create(facility=cast.main, account=account, release=release, text=text, sha256="0" * 64)
    assert "The attending provider's NPI is another one now" in _unfit(release)


def test_who_is_renamed_while_the_claim_is_built_is_billed_as_certified(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    release, look = _physician(cast), certified.refuse_changed

    def renamed_after(*what: Any) -> None:
        look(*what)
        Provider.objects.filter(source_id="DR9").update(family_name="Other")

    monkeypatch.setattr(certified, "refuse_changed", renamed_after)
    [claim] = make_claims(release_id=release.pk)
    assert "CUTTER" in claim.file.text and "OTHER" not in claim.file.text


def test_only_who_changed_is_a_reason_to_release_again(cast: Cast) -> None:
    release = _hospital(cast)
    with pytest.raises(Conflict, match="Nobody on this claim"):
        release_again(release_id=release.pk, by=cast.actor("bill"))


def test_the_certificate_names_who_stands_on_the_bill(cast: Cast) -> None:
    certificate = json.loads(_physician(cast).certificate.text)
    assert certificate["format"] == 3
    assert certificate["parties"]["payer"] == {"code": "COM", "kind": "commercial", "name": "Acme Health", "id": "11111"}
    assert certificate["parties"]["billing_provider"]["name"] == "Main Street Physicians"
    assert certificate["parties"]["rendering"] == {"name": "Ward, Wanda", "npi": professional.RENDERING}
    assert set(certificate["parties"]) == {"payer", "billing_provider", "rendering", "referring", "line_rendering DR9"}


@pytest.mark.parametrize("made", [_hospital, _physician])
def test_as_fhir_nobody_is_said_to_be_on_it_who_was_not(cast: Cast, made: Any) -> None:
    make_claims(release_id=made(cast).pk)
    assert claim_alone(Claim.objects.get())["status"] == "active"
    Provider.objects.update(family_name="Other")
    with pytest.raises(Refused) as caught:
        claim_alone(Claim.objects.get())
    assert caught.value.code == "claim.parties"
