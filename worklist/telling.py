"""Events in words: what a person reads in an account's history. Pure: kinds and payloads in, sentences out."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from accounts import claim_codes

Payload = Mapping[str, Any]
Telling = Callable[[Payload], str]

#: Kinds that stop an account, and kinds that free it: the mark on the timeline.
HOLDING: Final = frozenset({"hold.opened", "discrepancy.opened", "claim.rejected", "document.deficient"})
FREEING: Final = frozenset({"hold.resolved", "release.approved", "claim.accepted", "discrepancy.closed", "remittance.posted"})


def _plain(text: str) -> Telling:
    return lambda payload: text


def _with(text: str, *names: str) -> Telling:
    def tell(payload: Payload) -> str:
        said = [_words(payload[name]) for name in names if payload.get(name) not in (None, "", [], {})]
        return f"{text}: {' · '.join(said)}" if said else text

    return tell


def _words(value: Any) -> str:
    """A code, several, or the names of elements that changed."""
    several = [str(each) for each in value] if isinstance(value, list | dict) else [str(value)]
    return ", ".join(several).replace("_", " ")


def _moved(payload: Payload) -> str:
    verb = str(payload.get("verb", "")).capitalize() or "Moved"
    after = str(payload.get("after", "")).replace("_", " ")
    reason = f". {payload['reason']}" if payload.get("reason") else ""
    return f"{verb}: now {after}{reason}"


def _combined(text: str) -> Telling:
    def tell(payload: Payload) -> str:
        there = [(int(payload.get(f"{one}s") or 0), one) for one in ("charge", "document", "order")]
        counts = [f"{count} {one}{'' if count == 1 else 's'}" for count, one in there if count]
        kept = (
            "; who had it open goes on"
            if payload.get("claim_kept")
            else "; somebody had it open"
            if payload.get("held_by")
            else ""
        )
        return f"{text}{f' with {_and(counts)}' if counts else ''}{kept}"

    return tell


def _and(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def _claim_code(verb: str) -> Telling:
    def tell(payload: Payload) -> str:
        named = f"{claim_codes.KINDS.get(str(payload.get('kind')), 'Claim code')} {payload.get('code', '')}"
        done = "taken off" if payload.get("off") and verb == "entered" else verb
        says, before = (_spoken(str(payload.get(name) or "")) for name in ("says", "before"))
        return f"{named} {done}{f': {says}' if says else ''}{f', was {before}' if before else ''}"

    return tell


def _spoken(says: str) -> str:
    return says.replace("/", " to ")


def _hold(payload: Payload) -> str:
    condition = f"condition {payload['condition']}, " if payload.get("condition") else ""
    kind = "Hold opened" if payload.get("blocking", True) else "Warning opened"
    return f"{kind}: {condition}{payload.get('reason', '')}, with {str(payload.get('owner', '')).replace('_', ' ')}"


def _charge(payload: Payload) -> str:
    revenue = f"revenue code {payload['revenue_code']}" if payload.get("revenue_code") else ""
    said = " ".join(part for part in (revenue, str(payload.get("hcpcs", ""))) if part) or "no code"
    return f"Charge posted: {said}, {_dollars(payload.get('amount'))}"


def _dollars(amount: Any) -> str:
    return f"${Decimal(str(amount or 0)):,.2f}"


#: Who tells codes, in words.
_TELLERS: Final = {"encoder": "the encoder", "host": "patient accounting", "opening": "the opening load"}

_TELLINGS: Final[dict[str, Telling]] = {
    "registration.registered": _with("Registered", "class"),
    "registration.updated": _with("Registration updated", "elements"),
    "registration.discharge_cancelled": _plain("Discharge cancelled"),
    "registration.named": _plain("Known by its number only: the sender combined it before anything came for it"),
    "registration.transferred": _with("Moved in the house", "before", "after"),
    "registration.visit_moved": _plain("A visit was moved between accounts"),
    "registration.visit_merged": _plain("Two visit numbers became one"),
    "account.patient_merged": _plain("The patient's numbers became one"),
    "account.patient_moved": _plain("The account was moved to another patient"),
    "account.patient_changed": _with("Patient changed", "elements"),
    "account.combined": _combined("Combined into another account"),
    "account.absorbed": _combined("Took another account in"),
    "leave.left": _with("Leave of absence: left", "on"),
    "leave.returned": _with("Leave of absence: back", "on"),
    "leave.left_cancelled": _with("Leave of absence taken back", "on"),
    "leave.return_cancelled": _with("Return from leave taken back", "on"),
    "order.received": _with("Order received", "kind", "status"),
    "order.changed": _with("Order changed", "kind", "status", "elements"),
    "document.renamed": _with("Document renamed", "type"),
    "account.moved": _moved,
    "account.ended": _with("Ended without a claim", "reason"),
    "document.received": _with("Document received", "type", "status"),
    "document.deficient": _with("Document found wanting", "quality"),
    "charge.posted": _charge,
    "charge.voided": _with("Charge voided", "reason"),
    "hold.opened": _hold,
    "hold.resolved": _with("Hold resolved", "resolution"),
    "work.opened": _with("Work opened", "kind"),
    "work.claimed": _with("Work taken", "kind"),
    "work.returned": _with("Work put back", "reason"),
    "work.taken_over": _with("Work taken over", "reason"),
    "work.carried_over": _plain("Work goes on with who had the combined account"),
    "work.rerouted": _with("Moved to another queue", "queue"),
    "work.assigned": _with("Work assigned", "reason"),
    "work.unassigned": _plain("Assignment undone"),
    "release.sample_looked": lambda payload: (
        "Looked at in the daily sample: right" if payload.get("right") else "Looked at in the daily sample: something is wrong"
    ),
    "work.closed": _with("Work done", "kind", "outcome"),
    "coding.abstracted": _plain("Claim elements abstracted from the record"),
    "claim_code.entered": _claim_code("entered"),
    "claim_code.changed": _claim_code("changed"),
    "claim_code.withdrawn": _claim_code("withdrawn"),
    "coding.evidence_linked": _plain("Evidence linked"),
    "coding.evidence_unlinked": _plain("Evidence unlinked"),
    "coding.line_pointed": _with("A line's diagnoses set", "after"),
    "coding.reordered": _plain("Codes put in another order"),
    "coding.suggested": _plain("Codes suggested from the record's words"),
    "coding.suggestion_viewed": _plain("Passage of a suggestion looked at"),
    "coding.suggestion_accepted": lambda payload: (
        f"Suggestion accepted{' without a look at its passage' if payload.get('unseen') else ''}: {payload.get('code', '')}"
    ),
    "coding.suggestion_dismissed": _with("Suggestion dismissed", "code"),
    "query.drafted": _plain("Query begun"),
    "query.sent": _plain("Query sent to the provider"),
    "query.link_renewed": _plain("Query: another link made"),
    "query.link_refused": _plain("Query link: wrong code or number"),
    "query.link_locked": _plain("Query link locked after wrong tries"),
    "query.viewed": _plain("Query opened by the link"),
    "query.reminded": _plain("Query not answered: reminder due"),
    "query.escalated": _with("Query escalated", "desk"),
    "query.mailed": _with("Query reminder by mail", "state", "desk"),
    "query.answered": _with("Query answered", "outcome", "way"),
    "query.documented": _plain("Query: the answer stands in the record, signed"),
    "query.withdrawn": _with("Query withdrawn", "reason"),
    "query.closed": _with("Query closed without an answer", "reason"),
    "query.asked_again": _plain("Query asked again"),
    "release.checked": _with("Release check", "verdict"),
    "release.override_asked": _with("Override asked for; a second person agrees", "rule"),
    "release.overridden": _with("Finding overridden", "rule"),
    "release.approved": _plain("Released to billing"),
    "claim.made": lambda payload: f"Claim made: {_dollars(payload.get('total'))}",
    "claim.submitted": _plain("Claim submitted"),
    "claim.accepted": _plain("Claim accepted by the payer"),
    "claim.rejected": _with("Claim rejected", "reason"),
    "claim.asked_again": _plain("Claim asked for again"),
    "discrepancy.opened": _with("Discrepancy opened", "source"),
    "discrepancy.corrected": _plain("Discrepancy: correction recorded"),
    "discrepancy.verified": lambda payload: (
        "Discrepancy: patient accounting has the corrected codes"
        if payload.get("seen") == "host"
        else "Discrepancy: correction seen on the remittance"
    ),
    "codes.told": lambda payload: f"Codes told by {_TELLERS.get(str(payload.get('source')), 'another system')}",
    "host.agrees": _plain("Patient accounting has the released codes"),
    "host.differs": lambda payload: (
        "Patient accounting has other codes than were released"
        if payload.get("release")
        else "Patient accounting has other codes than were assigned here"
    ),
    "coding.codes_proposed": lambda payload: (
        f"Codes proposed by {_TELLERS.get(str(payload.get('source')), 'another system')}: {payload.get('proposed', 0)} new"
    ),
    "coding.proposal_taken": _with("Proposed code taken over", "code"),
    "coding.proposal_dismissed": _with("Proposed code dismissed", "code"),
    "discrepancy.closed": _plain("Discrepancy closed"),
}


def sentence(kind: str, payload: Payload) -> str:
    """One event as a sentence; a kind without words of its own is read from its dotted code."""
    telling = _TELLINGS.get(kind)
    if telling is not None:
        return telling(payload)
    room, _, what = kind.partition(".")
    return _with(f"{room.capitalize()}: {what.replace('_', ' ')}", "code", "reason")(payload)


def mark(kind: str) -> str:
    """``hold``, ``ok`` or nothing: the state that the event leaves behind."""
    if kind in HOLDING:
        return "hold"
    return "ok" if kind in FREEING else ""
