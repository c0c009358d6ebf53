"""What stands on a claim is what was certified: nobody is billed, or billed for, under another name or number."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from accounts.models import Account
from coding_workflow.guidelines.facts import Facts
from coding_workflow.payment.x12.claim import ClaimUnfit, Flaw
from coding_workflow.release.models import Certificate, Release
from coding_workflow.release.parties import BILLING_PROVIDER, OF_LINE, PAYER, Parties, parties_of

#: Where it is mended: by a new release.
RELEASE_AGAIN: Final = "release_again"
_MEND: Final = "Set it back where that was a mistake; else release the account again, so that what is billed is what was judged."
_WHO: Final = {PAYER: "payer", BILLING_PROVIDER: "billing provider", OF_LINE: "rendering provider of a line"}
_ELEMENTS: Final = {"npi": "NPI", "tax_id": "tax number"}


def refuse_changed(account: Account, release: Release, facts: Facts) -> None:
    """Raises ClaimUnfit, saying what differs, where payer, billing provider or a clinician has another name or number than when
    the account was released. What was empty then may have been filled in since: the claim could not be made without it."""
    now = parties_of(account)
    said = [change for place, then in _certified(release, facts).items() for change in _changes(place, then, now.get(place, {}))]
    if said:
        raise unfit(said)


def unfit(sentences: Iterable[str]) -> ClaimUnfit:
    """No claim, for these reasons and with how they are mended."""
    return ClaimUnfit([Flaw("Parties", sentence, RELEASE_AGAIN) for sentence in (*sentences, _MEND)])


def _certified(release: Release, facts: Facts) -> Parties:
    """As the certificate says, with the numbers that were judged; one from before parties were written has these alone."""
    text = Certificate.objects.filter(release=release).values_list("text", flat=True).first()
    parties: Parties = json.loads(text).get("parties", {}) if text else {}
    numbers = _of_facts(facts)
    return {place: parties.get(place, {}) | numbers.get(place, {}) for place in (*parties, *numbers)}


def _of_facts(facts: Facts) -> Parties:
    named = {one.role: {"npi": one.npi} for one in facts.providers}
    payer = {"code": facts.payer.code, "kind": facts.payer.kind}
    found: Parties = {PAYER: payer, BILLING_PROVIDER: {"npi": facts.provider_number}, **named}
    return {place: {name: value for name, value in said.items() if value} for place, said in found.items()}


def _changes(place: str, then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    kind = place.partition(" ")[0]
    who = _WHO.get(kind, f"{kind} provider")
    for element, before in then.items():
        if before and now.get(element, "") != before:
            yield f"The {who}'s {_ELEMENTS.get(element, element)} is another one now than when the account was released."
