"""What registration answers when floor 1 tells of a moment: a published policy may shorten the bill hold of those who wait."""

from accounts import listeners
from accounts.actors import Actor
from coding_workflow.policy.models import PolicyVersion

from .services.waiting import ask_when_begun


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("policy_published", _on_policy)


def _on_policy(*, version: PolicyVersion, by: Actor) -> None:
    ask_when_begun(version)
