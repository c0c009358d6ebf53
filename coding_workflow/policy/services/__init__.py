"""Every write of a policy: drafts, proposals, publishing by a second person, files."""

from .publishing import publish_policy, publish_proposal, return_proposal, withdraw_proposal
from .rights import PUBLISHES, WRITES
from .writing import export_policy, import_policy, keep_draft, propose, take_up, throw_draft

__all__ = [
    "PUBLISHES",
    "WRITES",
    "export_policy",
    "import_policy",
    "keep_draft",
    "propose",
    "publish_policy",
    "publish_proposal",
    "return_proposal",
    "take_up",
    "throw_draft",
    "withdraw_proposal",
]
