"""From a release to a professional claim: what was judged is what is billed.

Codes, pointers, charges and places come from the facts that the release was certified on; names, which are as
they were certified, addresses and member number from the account at the same revision.
"""

import datetime
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from accounts.models import Account, Coverage, Provider
from coding_workflow.guidelines import accidents
from coding_workflow.guidelines import facts as judged
from coding_workflow.payment.x12.professional import ProfessionalClaim, ProfessionalLine
from coding_workflow.release.models import Release

from . import certified, parties

#: What tells service lines apart: code, modifiers, day, pointers, place, renderer.
_Key = tuple[str, tuple[str, ...], datetime.date | None, tuple[str, ...], str, str]


def build(
    *, account: Account, release: Release, coverage: Coverage, frequency: str, original: str, note: str
) -> ProfessionalClaim:
    """The claim of a release, without its number. ``original`` is the payer's control number of the claim it changes.

    Raises ClaimUnfit where somebody on it has another name or number than was certified.
    """
    facts = judged.facts_from_json(json.loads(release.verdict.facts))
    people = _people(account)
    certified.refuse_changed(account, release, facts)
    _refuse_lost(facts, people)
    lead = account.rendering or next((people[line.rendering] for line in facts.lines if line.rendering in people), None)
    lines = roll_up(facts, people, lead.npi if lead else "")
    changes = frequency == "7"
    first = (facts.diagnoses or ())[:1]
    related, accident_on = accidents.cause({one.code: one.date for one in facts.occurrence_codes}, facts.condition_codes)
    return ProfessionalClaim(
        number="",
        submitter=parties.submitter(),
        receiver=parties.receiver(),
        provider=parties.billing_provider(account),
        subscriber=parties.subscriber(account, coverage),
        payer=parties.payer(coverage, professional=True),
        place_of_service=facts.place_of_service,
        total=sum((line.amount for line in lines), Decimal(0)),
        diagnoses=tuple(each.code for each in (*(facts.diagnoses or ()), *facts.external_causes)),
        lines=lines,
        frequency=frequency or "1",
        rendering=parties.practitioner(lead),
        referring=parties.practitioner(account.referring),
        supervising=parties.practitioner(account.supervising),
        admitted_on=facts.admit_date,
        discharged_on=facts.discharge_date,
        medical_record_number=account.patient.mrn,
        payer_control_number=original if changes else "",
        note=note if changes else "",
        related=related,
        accident_on=accident_on,
        after_others=coverage.rank > 1,
        code_set="ICD-9" if first and first[0].system.startswith("ICD-9") else "ICD-10",
    )


def _people(account: Account) -> dict[str, Provider]:
    """NPI -> who rendered, of the account and of its lines; read before it is asked who changed."""
    charges = account.charges.filter(voided_at__isnull=True, rendering__isnull=False).select_related("rendering")
    named = [account.rendering, *(charge.rendering for charge in charges)]
    return {each.npi: each for each in named if each is not None and each.npi}


def _refuse_lost(facts: judged.Facts, people: Mapping[str, Provider]) -> None:
    """Raises ClaimUnfit for a number of a line that nobody has now."""
    if not {line.rendering for line in facts.lines if line.rendering} <= people.keys():
        raise certified.unfit(["The NPI of a line's rendering provider is nobody's now."])


def roll_up(facts: judged.Facts, people: Mapping[str, Provider], lead: str) -> tuple[ProfessionalLine, ...]:
    """Charge lines as service lines, in the order in which they were charged.

    A credit lowers the line that says the same; what nets to nothing is left out. Place and renderer are those of the claim
    where the line says no other.
    """
    sums: dict[_Key, tuple[Decimal, Decimal]] = {}
    for line in facts.lines:
        key = (line.hcpcs, line.modifiers, line.date, line.pointers, line.place_of_service, line.rendering)
        units, amount = sums.get(key, (Decimal(0), Decimal(0)))
        charge = line.charge or Decimal(0)
        sums[key] = (units + (line.units if charge >= 0 else -line.units), amount + charge)
    return tuple(_lines(sums.items(), facts.place_of_service, people, lead))


def _lines(
    sums: Iterable[tuple[_Key, tuple[Decimal, Decimal]]], where: str, people: Mapping[str, Provider], lead: str
) -> Iterable[ProfessionalLine]:
    for (hcpcs, modifiers, day, pointers, place, rendering), (units, amount) in sums:
        if not units and not amount:
            continue
        yield ProfessionalLine(
            hcpcs=hcpcs,
            amount=amount,
            units=units,
            date=day,
            pointers=pointers,
            modifiers=modifiers,
            place_of_service="" if place == where else place,
            rendering=None if rendering == lead else parties.practitioner(people.get(rendering)),
        )
