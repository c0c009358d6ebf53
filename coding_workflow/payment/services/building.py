"""From a release to an institutional claim: what was judged is what is billed.

Codes, charges and claim elements come from the facts that the release was certified on; names, which are as
they were certified, addresses and member number from the account at the same revision.
"""

import datetime
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.claim_codes import CLAIM_CHANGES
from accounts.models import Account, Coverage
from coding_workflow.codesets import selectors as codesets
from coding_workflow.guidelines import facts as judged
from coding_workflow.payment.x12 import claim as x12
from coding_workflow.release.models import Release

from . import certified, parties


def build(*, account: Account, release: Release, coverage: Coverage, frequency: str, original: str, note: str) -> x12.Claim:
    """The claim of a release, without its number. ``original`` is the payer's control number of the claim it changes.

    Raises ClaimUnfit where somebody on it has another name or number than was certified.
    """
    facts = judged.facts_from_json(json.loads(release.verdict.facts))
    certified.refuse_changed(account, release, facts)
    changes = frequency in {"7", "8"}
    lines = roll_up(facts.lines, inpatient=facts.inpatient)
    claim = _with_codes(_frame(account, coverage, facts, lines), facts, changed=changes)
    bill = facts.type_of_bill or account.type_of_bill
    drg = (release.verdict.drg or {}).get("drg") or ""
    return replace(
        claim,
        type_of_bill=bill[:3] + frequency if frequency else bill,
        payer_control_number=original if changes else "",
        note=note if changes else "",
        drg=drg if facts.inpatient else "",
    )


def roll_up(lines: Iterable[judged.Line], *, inpatient: bool) -> tuple[x12.ServiceLine, ...]:
    """Charge lines as service lines: same revenue code, procedure, modifiers and (outpatient) day are one line.

    A credit lowers the line it belongs to; what nets to nothing is left out.
    """
    sums: dict[tuple[str, str, tuple[str, ...], datetime.date | None], tuple[Decimal, Decimal]] = {}
    for line in lines:
        day = None if inpatient and not line.hcpcs else line.date
        key = (line.revenue_code.zfill(4), line.hcpcs, line.modifiers, day)
        units, amount = sums.get(key, (Decimal(0), Decimal(0)))
        charge = line.charge or Decimal(0)
        sums[key] = (units + (line.units if charge >= 0 else -line.units), amount + charge)
    kept = sorted((key, total) for key, total in sums.items() if any(total))
    return tuple(
        x12.ServiceLine(revenue, amount, units, hcpcs, modifiers, day)
        for (revenue, hcpcs, modifiers, day), (units, amount) in kept
    )


def _frame(account: Account, coverage: Coverage, facts: judged.Facts, lines: tuple[x12.ServiceLine, ...]) -> x12.Claim:
    """Everything but the codes."""
    zone = ZoneInfo(account.facility.time_zone)
    last = max((line.date for line in lines if line.date), default=None)
    from_ = facts.statement_from or facts.admit_date or min((line.date for line in lines if line.date), default=None)
    through = facts.statement_through or facts.discharge_date or last or from_
    unknown = datetime.date(1, 1, 1)  # refused by the writer: outside every statement period
    return x12.Claim(
        number="",
        submitter=parties.submitter(),
        receiver=parties.receiver(),
        provider=parties.billing_provider(account),
        subscriber=parties.subscriber(account, coverage),
        payer=parties.payer(coverage),
        inpatient=facts.inpatient,
        type_of_bill="",
        total=sum((line.amount for line in lines), Decimal(0)),
        statement_from=from_ or unknown,
        statement_through=through or unknown,
        principal=x12.Diagnosis(""),
        lines=lines,
        attending=parties.practitioner(account.attending),
        operating=parties.practitioner(account.operating),
        admitted_at=_local(facts.admitted_at, zone),
        admitted_on=facts.admit_date,
        discharged_at=_local(facts.discharged_at, zone),
        admission_type=facts.admission_type,
        point_of_origin=facts.point_of_origin,
        patient_status=facts.discharge_status,
        medical_record_number=account.patient.mrn,
    )


def _with_codes(claim: x12.Claim, facts: judged.Facts, *, changed: bool) -> x12.Claim:
    principal, *others = (facts.diagnoses or ()) or (judged.Diagnosis(""),)
    conditions = tuple(code for code in facts.condition_codes if changed or code not in CLAIM_CHANGES)
    return replace(
        claim,
        principal=_diagnosis(principal, facts),
        other_diagnoses=tuple(_diagnosis(one, facts) for one in others),
        external_causes=tuple(_diagnosis(one, facts) for one in facts.external_causes),
        admitting_diagnosis=facts.admitting_diagnosis,
        reason_for_visit=() if facts.inpatient else facts.reason_for_visit,
        procedures=tuple(x12.Procedure(one.code, one.date) for one in facts.procedures) if facts.inpatient else (),
        occurrences=tuple(x12.Occurrence(one.code, one.date) for one in facts.occurrence_codes if one.date),
        spans=tuple(
            x12.OccurrenceSpan(one.code, one.first, one.last) for one in facts.occurrence_spans if one.first and one.last
        ),
        values=tuple(x12.Value(one.code, one.amount) for one in facts.value_codes),
        conditions=conditions,
        code_set="ICD-9" if principal.system.startswith("ICD-9") else "ICD-10",
        poa_required=not facts.poa_exempt_hospital,
    )


def _diagnosis(one: judged.Diagnosis, facts: judged.Facts) -> x12.Diagnosis:
    """Without an indicator it must be exempt. Where the list is not loaded, the gate's judgement (condition 4) stands."""
    if not facts.inpatient:
        return x12.Diagnosis(one.code)
    exempt = not one.poa and _listed_exempt(one.code, facts.tables_date) is not False
    return x12.Diagnosis(one.code, one.poa, poa_exempt=exempt)


def _listed_exempt(code: str, on: datetime.date | None) -> bool | None:
    return codesets.poa_exempt(code, on) if on else None


def _local(instant: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    return instant.astimezone(zone) if instant else None
