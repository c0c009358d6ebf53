"""Final-coded accounts whose newest verdict carries the facts that were judged, so that checking again starts from them.

Made from typical accounts (``guidelines.samples``). What holds: rows and facts name the same codes, charges, dates, payer
and people; each verdict is the engine's own on these facts under what is in force; charges add up; keys, chains of events
and revisions agree; ``refreshed`` gives the stored facts again. What is not there: the passages behind the codes have no
rows (they are in the facts), and documents are called by their type in the facts. An account that was assembled anew would
therefore be judged otherwise: none must be, and the benchmark ends where one would.
"""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count, islice
from typing import Any, Final

from accounts.models import Account, ChargemasterEntry, Facility, Payer, Provider, Step
from accounts.scope import scoped
from coding_workflow.coding.models import DiagnosisRole
from coding_workflow.guidelines.facts import Diagnosis, Facts, Line, Patient, facts_from_json
from coding_workflow.guidelines.facts import Payer as PayerFacts
from coding_workflow.guidelines.samples import typical_inpatient, typical_outpatient
from coding_workflow.release.facts import ASSEMBLY, SharedRows, refreshed
from coding_workflow.release.facts.assembling import claim_codes_of, elements
from coding_workflow.release.facts.coders import coders_among, competences
from coding_workflow.release.in_force import InForce
from coding_workflow.release.models import Check
from coding_workflow.release.services.checking import verdict_of
from coding_workflow.staff.models import Competence, User

from .bulk import free_keys, write
from .stored_sql import ACCOUNT, EMPTY, PARTS, PLAN, SAMPLES, STATEMENTS

#: So many different accounts of each kind; the others repeat them, each with its own patient and key. More stays than two
#: processes keep groupings of (``grouper.answer``), so that each is grouped anew, as different stays are.
KINDS: Final = 5000
_AT_A_TIME: Final = 500
_LONG_AGO: Final = datetime.date(2025, 1, 1)
CODED: Final = "coder"


class NotClean(RuntimeError):
    """A sample is held under what is in force: it would change hands instead of being judged again."""


@dataclass(frozen=True)
class Cast:
    """Whom the accounts name."""

    facility: Facility
    coder: User
    providers: dict[str, Provider]
    payers: dict[str, Payer]
    held: tuple[Competence, ...]
    in_force: InForce


def fill(*, facility: Facility, accounts: int, coder: User, kinds: int = KINDS) -> None:
    """Add so many final-coded, releasable accounts, stays and visits in turn, each with release work open.

    ``coder`` assigned every code and owns the chargemaster's entries, and must be competent for both classes. The facility
    has a queue for releases. Raises NotClean where the engine does not call a sample releasable.
    """
    kinds = min(kinds, -(-accounts // 2))
    values = {"facility": facility.pk, "coder": coder.pk, "accounts": accounts, "assembly": ASSEMBLY}
    with scoped([facility.pk]):
        samples = map(partial(_sample, _cast(facility, coder)), count(), _typical(kinds))
        told = [(SAMPLES, {"samples": text}) for text in _texts(samples)]
    write([(EMPTY, {}), *told, (PARTS, {}), (PLAN, {})], STATEMENTS, values | free_keys())


def _texts(samples: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Some hundreds at a time as JSON."""
    while some := list(islice(samples, _AT_A_TIME)):
        yield json.dumps(some, default=str)


def services_of_samples() -> frozenset[str]:
    """Every HCPCS code on a line of a sample: the templates repeat with few samples."""
    return frozenset(line.hcpcs for facts in _typical(50) for line in facts.lines if line.hcpcs)


def _typical(kinds: int) -> Iterator[Facts]:
    """Stays and visits in turn. A hospital that is exempt from POA is another one than ours."""
    stays = (facts for facts in map(typical_inpatient, count()) if not facts.poa_exempt_hospital)
    return chain.from_iterable(islice(zip(stays, map(typical_outpatient, count()), strict=False), kinds))


def _cast(facility: Facility, coder: User) -> Cast:
    providers = {
        npi: Provider.objects.get_or_create(
            facility=facility, source_id=f"STORED{npi}", defaults={"npi": npi, "family_name": "Stored", "given_name": "Bulk"}
        )[0]
        for npi in {each.npi for facts in _typical(2) for each in facts.providers}
    }
    payers = {payer.kind: payer for payer in Payer.objects.filter(facility=facility).order_by("-pk")}
    return Cast(facility, coder, providers, payers, tuple(competences(facility.pk, {coder.pk})), InForce(facility))


def _sample(cast: Cast, number: int, facts: Facts) -> dict[str, Any]:
    """One sample as the statements want it, with its verdict."""
    account = _account(facts, cast)
    payer = cast.payers.get(facts.payer.kind) or cast.payers[min(cast.payers)]
    mine = _as_assembled(facts, account, payer, cast)
    verdict = verdict_of(account, cast.in_force.check(mine))
    if verdict.verdict != "releasable":
        holding = [finding["message"] for finding in verdict.findings if finding["severity"] == "hold"]
        raise NotClean(f"{facts.id} is held: {holding or verdict.conditions}")
    return {
        "number": number,
        "class": facts.patient_class,
        "service": facts.service,
        "admitted": account.admit_date,
        "discharged": account.discharge_date,
        "admitted_at": account.admitted_at,
        "discharged_at": account.discharged_at,
        "status": account.discharge_status,
        "admission_type": account.admission_type,
        "origin": account.point_of_origin,
        "bill": account.type_of_bill,
        "statement_from": account.statement_from,
        "statement_through": account.statement_through,
        "birth_date": mine.patient.birth_date,
        "sex": mine.patient.sex,
        "payer": payer.pk,
        "attending": account.attending_id,
        "operating": account.operating_id,
        "charges": str(sum(line.charge or 0 for line in mine.lines)),
        "lines": _lines(mine, cast),
        "diagnoses": list(_diagnoses(mine)),
        "procedures": [
            {"place": place, "code": each.code, "day": each.date, "specimen": each.specimen}
            for place, each in enumerate(mine.procedures, start=1)
        ],
        "documents": [{"type": each.type, "role": each.author_role, "at": each.authored_at} for each in mine.documents or ()],
        **{name: getattr(verdict, name) for name in _OF_VERDICT},
    }


_OF_VERDICT: Final = (
    *("facts", "verdict", "conditions", "findings", "drg", "tables"),
    *("ruleset_hash", "tables_hash", "policy_hash", "engine_version"),
)


def _account(facts: Facts, cast: Cast) -> Account:
    """The account's row as it will be, never saved."""
    by_role = {each.role: cast.providers[each.npi] for each in facts.providers}
    return Account(
        facility=cast.facility,
        patient_class=facts.patient_class,
        service=facts.service,
        admit_date=facts.admit_date,
        admitted_at=facts.admitted_at,
        discharge_date=facts.discharge_date,
        discharged_at=facts.discharged_at,
        discharge_status=facts.discharge_status,
        admission_type=facts.admission_type,
        point_of_origin=facts.point_of_origin,
        type_of_bill=facts.type_of_bill,
        statement_from=facts.statement_from,
        statement_through=facts.statement_through,
        attending=by_role.get("attending"),
        operating=by_role.get("operating"),
    )


def _as_assembled(facts: Facts, account: Account, payer: Payer, cast: Cast) -> Facts:
    """The sample as this hospital's assembly would have read it: its people, its payer, the account's own row."""
    who = str(cast.coder.pk)
    return replace(
        facts,
        **{**elements(account), **claim_codes_of(account, ()), "id": ACCOUNT},
        patient=Patient(facts.patient.birth_date, facts.patient.sex),
        payer=PayerFacts(payer.code, payer.kind),
        coder=None,
        coders=coders_among(account, {cast.coder.pk}, cast.held),
        diagnoses=tuple(replace(each, coder=who) for each in facts.diagnoses or ()),
        external_causes=tuple(replace(each, coder=who) for each in facts.external_causes),
        procedures=tuple(replace(each, coder=who) for each in facts.procedures),
        lines=tuple(_line(line, who) for line in facts.lines),
        related_accounts=(),
        open_holds=(),
    )


def _line(line: Line, who: str) -> Line:
    """Coded by the coder, or from the chargemaster: then its entry, where it has a code, is the coder's own."""
    if line.source == CODED and line.hcpcs:
        return replace(line, coder=who)
    return replace(line, source="chargemaster", owner=who if line.hcpcs else None)


def _lines(facts: Facts, cast: Cast) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "revenue_code": line.revenue_code,
            "hcpcs": line.hcpcs,
            "modifiers": list(line.modifiers),
            "units": line.units,
            "amount": line.charge or 0,
            "day": line.date,
            "entry": _entry(line, cast) if line.owner else None,
            "coded": line.source == CODED,
        }
        for place, line in enumerate(facts.lines, start=1)
    ]


def _entry(line: Line, cast: Cast) -> int:
    """The chargemaster's entry of a line."""
    values = {"description": "Bulk charge", "revenue_code": line.revenue_code, "hcpcs": line.hcpcs, "owner": cast.coder}
    entry, _ = ChargemasterEntry.objects.get_or_create(
        facility=cast.facility, code=f"B{line.revenue_code}{line.hcpcs}", valid_from=_LONG_AGO, defaults=values
    )
    return entry.pk


def _diagnoses(facts: Facts) -> Iterator[dict[str, Any]]:
    """Every list of the claim, each in its order."""
    lists = {
        DiagnosisRole.DIAGNOSIS: facts.diagnoses or (),
        DiagnosisRole.EXTERNAL_CAUSE: facts.external_causes,
        DiagnosisRole.ADMITTING: tuple(Diagnosis(code) for code in (facts.admitting_diagnosis,) if code),
        DiagnosisRole.REASON_FOR_VISIT: tuple(map(Diagnosis, facts.reason_for_visit)),
    }
    for role, coded in lists.items():
        for place, each in enumerate(coded, start=1):
            yield {"place": place, "role": role.value, "code": each.code, "poa": each.poa}


def from_stored_facts(*, facility: Facility, most: int) -> tuple[int, int]:
    """How many of the facility's first accounts a check would judge from their stored facts, and how many were looked at."""
    rows = Account.objects.filter(facility=facility, step=Step.FINAL_CODED).order_by("pk")
    accounts = list(rows.select_related("facility", "patient", "unit", "attending", "operating")[:most])
    kept = {account.pk: _kept(account) for account in accounts}
    people = {int(coder.id) for facts in kept.values() if facts for coder in facts.coders}
    shared = SharedRows.read(accounts, people)
    fitting = [account for account in accounts if (facts := kept[account.pk]) and refreshed(account, facts, shared)]
    return len(fitting), len(accounts)


def _kept(account: Account) -> Facts | None:
    check = Check.objects.filter(account=account).latest("pk")
    fresh = check.revision == account.revision and check.assembly == ASSEMBLY
    return facts_from_json(json.loads(check.facts)) if fresh else None
