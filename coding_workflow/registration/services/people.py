"""Patients, providers and payers as messages tell of them."""

from typing import Any, Final

from accounts import history
from accounts.errors import Refused
from accounts.locking import lock_accounts
from accounts.models import Account, Coverage, Patient, Payer, PayerKind, Provider, Sex
from accounts.services.revisions import touch
from coding_workflow.registration.facts import CoverageFacts, PatientFacts, ProviderFacts

from . import told
from .source import Source, fitting

#: Text elements of a patient with the field of PID they come from.
_TEXTS: Final = (
    ("family_name", 5), ("given_name", 5), ("middle_name", 5),
    ("address_line", 11), ("city", 11), ("state", 11), ("zip_code", 11),
)  # fmt: skip
_JUDGED: Final = frozenset({"birth_date", "sex"})
_MUST_STAY: Final = frozenset({"family_name"})


def patient_for(facts: PatientFacts, source: Source) -> Patient:
    """The patient of this number, created or brought up to date. A number that was merged keeps what it says to itself.

    Raises Refused ``registration.other_authority`` when the number belongs to another facility's authority, so that no
    feed can reach across.
    """
    patient = patient_by_number(facts.authority, facts.mrn, source)
    _update_patient(patient, facts, source)
    return patient


def patient_by_number(authority: str, mrn: str, source: Source, segment: str = "PID", number: int = 3) -> Patient:
    """The locked patient of a number, created without a name where it is new. Refuses as ``patient_for``."""
    if authority in source.foreign_authorities:
        raise Refused("registration.other_authority", f"{segment}-{number} names the patient by another facility's numbers.")
    patient, _ = Patient.objects.select_for_update().get_or_create(
        facility=source.facility,
        authority=fitting(authority, Patient, "authority", segment, number),
        mrn=fitting(mrn, Patient, "mrn", segment, number),
        defaults={"family_name": "", "given_name": ""},
    )
    return patient


def _update_patient(patient: Patient, facts: PatientFacts, source: Source) -> None:
    news = told.about_patient(patient, source.sent_at)
    changes: dict[str, Any] = {
        name: fitting(value, Patient, name, "PID", field)
        for name, field in _TEXTS
        if (value := _text_of(facts, name, source)) is not None and news.fresh(name)
    }
    if facts.birth is not None and news.fresh("birth_date"):
        changes["birth_date"] = None if facts.birth.deleted else facts.birth.date(source.zone)
    if facts.sex is not None and news.fresh("sex"):
        changes["sex"] = facts.sex.upper() if facts.sex.upper() in Sex.values else Sex.UNKNOWN
    changed = [name for name, value in changes.items() if getattr(patient, name) != value]
    for name in changed:
        setattr(patient, name, changes[name])
    if changed:
        patient.save(update_fields=changed)
    if _JUDGED & set(changed):
        _tell_accounts(patient, changed, source)
    news.keep()


def _tell_accounts(patient: Patient, changed: list[str], source: Source) -> None:
    """Birth date and sex are judged: every account of the patient is checked again, or opens a discrepancy."""
    ids = Account.objects.filter(patient=patient).values_list("pk", flat=True)
    for account in lock_accounts(ids):
        history.record(account=account, kind="account.patient_changed", by=source.by, payload={"elements": sorted(changed)})
        touch(account=account, what="account.patient_changed", by=source.by)


def _text_of(facts: PatientFacts, name: str, source: Source) -> str | None:
    value: str | None = getattr(facts, name)
    if value is None or (value == "" and name in _MUST_STAY):
        return None
    if name == "zip_code":
        return "".join(character for character in value if character.isdigit())[:9]
    if name == "state" and value and not (len(value) == 2 and value.isalpha()):
        source.flag("state_not_a_code")
        return None
    return value


def provider_for(facts: ProviderFacts | None, source: Source, segment: str, number: int) -> Provider | None:
    """The clinician of this local number; name and NPI are filled in where they were missing."""
    if facts is None:
        return None
    provider, created = Provider.objects.get_or_create(
        facility=source.facility,
        source_id=fitting(facts.source_id, Provider, "source_id", segment, number),
        defaults={
            "family_name": fitting(facts.family_name, Provider, "family_name", segment, number),
            "given_name": fitting(facts.given_name, Provider, "given_name", segment, number),
            "npi": facts.npi,
        },
    )
    if not created and facts.npi and not provider.npi:
        provider.npi = facts.npi
        provider.save(update_fields=["npi"])
    return provider


def cover(account: Account, coverages: tuple[CoverageFacts, ...], source: Source) -> bool:
    """Bring the payers of a locked account up to date, rank by rank; True when one changed. Ranks not sent stay."""
    return any([_cover_rank(account, facts, source) for facts in coverages])


def _cover_rank(account: Account, facts: CoverageFacts, source: Source) -> bool:
    values = {
        "payer": _payer_for(facts, source),
        "member_id": fitting(facts.member_id, Coverage, "member_id", "IN1", 36),
        "group_number": fitting(facts.group_number, Coverage, "group_number", "IN1", 8),
    }
    coverage = Coverage.objects.filter(account=account, rank=facts.rank).first()
    if coverage is None:
        Coverage.objects.create(facility=source.facility, account=account, rank=facts.rank, **values)
        return True
    changed = [name for name, value in values.items() if getattr(coverage, name) != value]
    for name in changed:
        setattr(coverage, name, values[name])
    if changed:
        coverage.save(update_fields=changed)
    return bool(changed)


def _payer_for(facts: CoverageFacts, source: Source) -> Payer:
    """The facility's payer; one that nobody has set up yet is of kind *other*, and flagged: no rule of a kind applies to it."""
    code = fitting(source.codes.payer(facts.payer_code), Payer, "code", "IN1", 3)
    name = (facts.payer_name or code)[:60]
    payer, created = Payer.objects.get_or_create(
        facility=source.facility, code=code, defaults={"name": name, "kind": PayerKind.OTHER}
    )
    if created:
        source.flag("payer_not_set_up")
    return payer
