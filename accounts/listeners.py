"""The one door upward: a short list of moments that higher floors may answer inside the same transaction.

Registered once at start-up (``AppConfig.ready``). A listener must not fail an import: what it cannot decide it
puts aside (routing sends work to *Unrouted*).
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final, Literal

Moment = Literal[
    "step_moved",
    "hold_opened",
    "hold_closed",
    "revision_raised",
    "work_opened",
    "work_returned",
    "recorded",
    "tables_loaded",
    "rules_changed",
    "policy_published",
    "competence_changed",
    "account_combining",
    "codes_told",
]
Listener = Callable[..., None]

_LISTENERS: Final[defaultdict[str, list[Listener]]] = defaultdict(list)


def listen(moment: Moment, listener: Listener) -> None:
    """Register once; a second registration of the same function is ignored.

    step_moved(account, before, after, by) · hold_opened(hold, by) · hold_closed(hold, by) ·
    revision_raised(account, what, by) · work_opened(item, by) · work_returned(item, by) ·
    recorded(event): an event was appended to an account's history (verdicts that are written in batches are not told)

    codes_told(told, by): another system said what an account's codes are, and nothing later was said before

    What is judged by changed, told in the transaction that changes it; ``by`` is an ``Actor`` as everywhere:
    tables_loaded(release, by): a release of a code table, complete · policy_published(version, by) ·
    rules_changed(facility, definitions, by): of one facility, or of all where it is None; every definition that
    was in force before or is from now on · competence_changed(competence, by): recorded or ended

    account_combining(account, into, by): before an account is combined into another. The one moment whose listeners may refuse
    (a ``Refused``): the whole is undone and nothing is combined.
    """
    if listener not in _LISTENERS[moment]:
        _LISTENERS[moment].append(listener)


def tell(moment: Moment, **facts: Any) -> None:
    """Call the listeners of a moment, in the order of registration."""
    for listener in _LISTENERS[moment]:
        listener(**facts)
