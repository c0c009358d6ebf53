"""Earlier accounts of a patient with their diagnoses, as a coder takes them over."""

from dataclasses import dataclass

from accounts.models import Account
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedDiagnosis, DiagnosisRole


@dataclass(frozen=True, slots=True)
class Offer:
    """One diagnosis of an earlier account; ``here`` when it is on this account already, ``valid`` by this account's date."""

    plain: str
    code: str
    title: str
    here: bool
    valid: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier account and what it was coded with."""

    account: Account
    offers: tuple[Offer, ...]


def earlier_of(account: Account) -> list[Earlier]:
    """Newest first; five queries however many codes there are."""
    accounts = list(coding.earlier_accounts(account)[: coding.EARLIER])
    rows = CodedDiagnosis.objects.filter(account__in=[account, *accounts], superseded_at__isnull=True)
    listed = list(rows.filter(role=DiagnosisRole.DIAGNOSIS).order_by("position", "pk"))
    here = {row.code for row in listed if row.account_id == account.pk}
    system, on = coding.diagnosis_system(account), coding.code_date(account)
    known = codesets.lookup_many(system, {row.code for row in listed}, on) if on else {}

    def offer(row: CodedDiagnosis) -> Offer:
        entry = known.get(row.code)
        valid = row.system == system and entry is not None and entry.billable
        return Offer(row.code, codesets.display(row.code, row.system), entry.title if entry else "", row.code in here, valid)

    return [Earlier(each, tuple(offer(row) for row in listed if row.account_id == each.pk)) for each in accounts]
