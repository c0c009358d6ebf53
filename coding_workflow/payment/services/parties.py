"""Who is on a claim of either kind: names, addresses and numbers, which facts do not hold, from the account's rows."""

from typing import Final

from django.conf import settings

from accounts.models import Account, Coverage, PayerKind, Provider
from coding_workflow.payment.x12 import claim as x12

#: Claim filing indicators (SBR09) by payer kind. An 837I bills Medicare Part A, also for outpatient bills of a hospital;
#: an 837P Part B.
_FILING: Final = {
    PayerKind.MEDICARE: "MA",
    PayerKind.MEDICARE_ADVANTAGE: "16",
    PayerKind.MEDICAID: "MC",
    PayerKind.COMMERCIAL: "CI",
}
_PROFESSIONAL: Final = {PayerKind.MEDICARE: "MB"}
_OTHER_FILING: Final = "ZZ"


def submitter() -> x12.Submitter:
    """Who sends, as the installation's settings say."""
    return x12.Submitter(
        settings.CLAIM_SUBMITTER_NAME,
        settings.CLAIM_SUBMITTER_ID,
        settings.CLAIM_CONTACT_NAME,
        settings.CLAIM_CONTACT_PHONE,
    )


def receiver() -> x12.Receiver:
    """Who takes the file."""
    return x12.Receiver(settings.CLAIM_RECEIVER_NAME, settings.CLAIM_RECEIVER_ID)


def billing_provider(account: Account) -> x12.BillingProvider:
    """The facility or its unit under their numbers. A unit that bills for physicians does so under its own name as well."""
    facility, unit = account.facility, account.unit
    return x12.BillingProvider(
        name=unit.name if unit and account.is_professional else facility.name,
        npi=unit.npi if unit else facility.npi,
        taxonomy=unit.taxonomy if unit else facility.taxonomy,
        tax_id=facility.tax_id,
        address=x12.Address(facility.address_line, facility.city, facility.state, facility.zip_code),
    )


def subscriber(account: Account, coverage: Coverage) -> x12.Subscriber:
    """The patient, insured in the patient's own name."""
    patient = account.patient
    return x12.Subscriber(
        family_name=patient.family_name,
        given_name=patient.given_name,
        middle_name=patient.middle_name,
        member_id=coverage.member_id,
        group_number=coverage.group_number,
        birth_date=patient.birth_date,
        sex=patient.sex,
        address=x12.Address(patient.address_line, patient.city, patient.state, patient.zip_code),
    )


def payer(coverage: Coverage, *, professional: bool = False) -> x12.ClaimPayer:
    """Who is asked to pay, with the filing indicator of this kind of claim."""
    payer, kinds = coverage.payer, _FILING | (_PROFESSIONAL if professional else {})
    filing = kinds.get(PayerKind(payer.kind), _OTHER_FILING)
    return x12.ClaimPayer(payer.name, payer.electronic_id, filing, medicare=payer.kind == PayerKind.MEDICARE)


def practitioner(provider: Provider | None) -> x12.Practitioner | None:
    """A clinician; None where nobody is named."""
    if provider is None:
        return None
    return x12.Practitioner(provider.family_name, provider.given_name, provider.npi, provider.taxonomy)
