"""The release certificate: a defence file that an auditor can replay from its own contents."""

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts import chain
from accounts.models import Account
from coding_workflow.coding import selectors as coding
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.findings import Evaluation, Made
from coding_workflow.guidelines.ruleset import ENGINE_VERSION, again
from coding_workflow.guidelines.tables import ReplayTables
from coding_workflow.policy.reading import from_json
from coding_workflow.release.models import Certificate, Release
from coding_workflow.release.parties import parties_of
from coding_workflow.staff.models import User

if TYPE_CHECKING:
    from coding_workflow.release.services.checking import Judgement

#: 3 names who stands on the bill; 2 carries the rules that administrators made; one of 1 was judged by built-in rules alone.
FORMAT = 3


def certify(*, account: Account, release: Release, judgement: "Judgement", approver: User) -> Certificate:
    """Write the certificate of a release that was just inserted; its text is canonical JSON."""
    evaluation = judgement.evaluation
    contents = {
        "format": FORMAT,
        "account": account.pk,
        "facility": account.facility.code,
        "release": {"sequence": release.sequence, "frequency": release.frequency, "revision": release.revision},
        "facts": json.loads(judgement.facts_text),
        "parties": parties_of(account),
        "policy": json.loads(judgement.policy.to_json()),
        "policy_hash": judgement.policy.hash,
        "ruleset": evaluation.ruleset_hash,
        "made_rules": _made_rules(evaluation),
        "engine": evaluation.engine_version,
        "tables": dict(evaluation.tables),
        "answers": evaluation.answers,
        "evaluation": evaluation.as_dict(),
        "coded_by": sorted(coding.coder_ids(account.pk)),
        "approved_by": _approver(approver, account),
        "by_policy": bool(release.policy),
        "previous_event": account.event_head,
    }
    text = chain.canonical(contents)
    return Certificate.objects.create(
        facility_id=account.facility_id, account=account, release=release, text=text, sha256=_digest(text)
    )


def _made_rules(evaluation: Evaluation) -> dict[str, Any]:
    """The name of all rules that administrators made, and those that were asked about this account, in full."""
    asked = [{"rule": rule, "version": version, "definition": text} for rule, version, text in evaluation.made.asked]
    return {"hash": evaluation.made.hash, "asked": asked}


def _made_then(contents: dict[str, Any]) -> Made:
    kept = contents.get("made_rules", {"hash": "", "asked": []})
    return Made(kept["hash"], tuple((each["rule"], each["version"], each["definition"]) for each in kept["asked"]))


def _approver(approver: User, account: Account) -> dict[str, Any]:
    roles = sorted(str(role) for role in approver.roles_at(account.facility_id))
    credentials = approver.competences.filter(facility_id=account.facility_id).values_list("credential", "coding_type")
    return {"user": approver.pk, "roles": roles, "credentials": sorted(list(pair) for pair in credentials)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying a certificate says. ``same_engine`` false means that the comparison is with another version."""

    intact: bool
    same_engine: bool
    same_rules: bool
    same_verdict: bool
    differences: tuple[str, ...] = ()

    @property
    def holds_up(self) -> bool:
        """The text is as it was written and the same facts still give the same verdict."""
        return self.intact and self.same_verdict


def replay(certificate: Certificate) -> Replay:
    """Evaluate a certificate's own facts by its own rules, policy and table answers again, and compare.

    What administrators did with a rule since then changes nothing; only the built-in rules are those of now.
    """
    contents = json.loads(certificate.text)
    facts = facts_from_json(contents["facts"])
    policy = from_json(json.dumps(contents["policy"]))
    evaluation = evaluate(facts, again(_made_then(contents)), ReplayTables(contents["answers"]), policy)
    then, now = contents["evaluation"], json.loads(evaluation.as_json())
    differences = tuple(key for key in ("verdict", "conditions", "findings", "drg", "tables") if then.get(key) != now.get(key))
    return Replay(
        intact=_digest(certificate.text) == certificate.sha256,
        same_engine=contents["engine"] == ENGINE_VERSION,
        same_rules=contents["ruleset"] == evaluation.ruleset_hash,
        same_verdict=not differences,
        differences=differences,
    )
