"""Facts of the last check brought up to date, where nothing of the account itself has changed since.

The account's revision stands for what the coder wrote, documents, charges, coverage, overrides and the discrepancy case
(ARCHITECTURE.md, "Revision"): at the same revision these are taken as they were stored. Everything else that goes into
facts is read again, for all accounts of a batch at once: the account's own row with facility, unit and providers, the
payer, competences, owners of chargemaster entries, related accounts, open holds, and the day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.models import Account, ChargeLine, Coverage, Hold
from coding_workflow.guidelines.facts import Facts, Line
from coding_workflow.staff.models import Competence

from .assembling import elements, open_holds, payer
from .coders import coders_among, competences
from .related import may_be_related, related_among


@dataclass(frozen=True)
class SharedRows:
    """What is read again for several locked accounts of one facility. Five queries, however many accounts."""

    coverages: dict[int, Coverage]
    owners: dict[int, list[int | None]]
    competences: dict[int, list[Competence]]
    near: dict[int, list[Account]]
    holds: dict[int, list[Hold]]

    @classmethod
    def read(cls, accounts: Sequence[Account], coder_ids: set[int]) -> "SharedRows":
        """Of these accounts, and the competences of these people. The rows of accounts must be locked."""
        ids = [account.pk for account in accounts]
        owners: defaultdict[int, list[int | None]] = defaultdict(list)
        charges = ChargeLine.objects.filter(account__in=ids, voided_at__isnull=True).order_by("account_id", "pk")
        for account_id, owner_id in charges.values_list("account_id", "entry__owner_id"):
            owners[account_id].append(owner_id)
        covers = Coverage.objects.filter(account__in=ids).select_related("payer").order_by("account_id", "-rank")
        return cls(
            coverages={each.account_id: each for each in covers},
            owners=owners,
            competences=_by_person(accounts[0].facility_id, coder_ids) if accounts else {},
            near=_near(accounts),
            holds=holds_of(ids),
        )


def holds_of(account_ids: Sequence[int]) -> dict[int, list[Hold]]:
    """Every open hold of these accounts, oldest first. One query."""
    found: defaultdict[int, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(account__in=account_ids, resolved_at__isnull=True).order_by("pk"):
        found[hold.account_id].append(hold)
    return found


def _by_person(facility_id: int, user_ids: set[int]) -> dict[int, list[Competence]]:
    found: defaultdict[int, list[Competence]] = defaultdict(list)
    for row in competences(facility_id, user_ids):
        found[row.user_id].append(row)
    return found


def _near(accounts: Sequence[Account]) -> dict[int, list[Account]]:
    """What may be related, by the patient and by the account that is mother or child."""
    rows = may_be_related(accounts)
    by_patient: defaultdict[int, list[Account]] = defaultdict(list)
    by_key: defaultdict[int, list[Account]] = defaultdict(list)
    for row in rows:
        by_patient[row.patient_id].append(row)
        for key in {row.pk, row.mother_id or row.pk}:
            by_key[key].append(row)
    found = {}
    for account in accounts:
        few = {row.pk: row for row in (*by_patient[account.patient_id], *by_key[account.pk], *by_key[account.mother_id or 0])}
        found[account.pk] = [few[key] for key in sorted(few)]
    return found


def refreshed(account: Account, stored: Facts, shared: SharedRows) -> Facts | None:
    """The facts that ``assemble`` would give now, from those stored at the account's present revision.

    None where that is not certain: charges do not fit the stored lines, or their entries have other owners. Who owned
    the entry of a line that a coder coded stays among the coders: no rule asks for people whom no code and no line names.
    Lines of a professional account name providers, whose rows are shared: they are always assembled.
    """
    if account.is_professional:
        return None
    owners = shared.owners.get(account.pk, [])
    lines = _with_owners(stored.lines, owners)
    people = {int(coder.id) for coder in stored.coders}
    if lines != stored.lines or not people.issuperset(owner for owner in owners if owner):
        return None
    held = [row for person in sorted(people) for row in shared.competences.get(person, ())]
    return replace(
        stored,
        **elements(account),
        payer=payer(shared.coverages.get(account.pk)),
        coders=coders_among(account, people, held),
        related_accounts=related_among(account, shared.near.get(account.pk, ())),
        open_holds=open_holds(shared.holds.get(account.pk, ())),
    )


def _with_owners(lines: tuple[Line, ...], owners: list[int | None]) -> tuple[Line, ...] | None:
    """Charges stand first, in the order of their keys; codes without a charge follow, and have no owner."""
    if len(owners) > len(lines):
        return None
    charged = tuple(_with_owner(line, owner) for line, owner in zip(lines, owners, strict=False))
    return (*charged, *lines[len(owners) :])


def _with_owner(line: Line, owner: int | None) -> Line:
    wanted = str(owner) if owner and line.source == "chargemaster" else None
    return line if line.owner == wanted else replace(line, owner=wanted)
