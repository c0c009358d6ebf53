"""Which function does which kind of work, and what runs by the clock. Filled at start-up from each app's tasks.py."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import OutboxRow
from accounts.outbox import declare_lane

Work = Callable[[OutboxRow], None]
Job = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job of the relay: at most one relay runs it, about every ``seconds``."""

    name: str
    seconds: float
    run: Job


_handlers: dict[str, Work] = {}
_errands: set[str] = set()
_periodics: dict[str, Periodic] = {}


def handler(kind: str, lane: str = "interactive") -> Callable[[Work], Work]:
    """Register the decorated function as the work of one kind, which runs in this lane unless asked otherwise.

    It runs in one transaction with the facility scope of its row, and commits together with the row's end:
    so its effect in the database happens exactly once. It must not reach outside the
    database, but for webhooks, which are told under one id however often; what does is an ``errand``.
    Raises ValueError when the kind is taken.
    """

    def register(function: Work) -> Work:
        if kind in _handlers and _origin(_handlers[kind]) != _origin(function):
            raise ValueError(f"Outbox kind {kind} has two handlers.")
        declare_lane(kind, lane)
        _handlers[kind] = function
        return function

    return register


def errand(kind: str, lane: str = "bulk") -> Callable[[Work], Work]:
    """Register the decorated function as work that reaches outside the database. It runs in no transaction.

    It opens transactions of its own, none of them while it waits for somebody else, and the row ends in one more after it. Killed
    in between it runs again: it must write down beforehand what it is about to do, and find it. Raises as ``handler``.
    """

    def register(function: Work) -> Work:
        _errands.add(kind)
        return handler(kind, lane)(function)

    return register


def is_errand(kind: str) -> bool:
    """Whether the kind's work reaches outside the database, in transactions of its own."""
    return kind in _errands


def periodic(seconds: float) -> Callable[[Job], Job]:
    """Register the decorated function to be run by the relay about every ``seconds``, in one transaction over all facilities.

    It may be run again after a crash, so it must be idempotent.
    """

    def register(function: Job) -> Job:
        name = _origin(function)
        _periodics[name] = Periodic(name=name, seconds=seconds, run=function)
        return function

    return register


def find(kind: str) -> Work | None:
    """The handler of a kind, or None when this release knows none."""
    return _handlers.get(kind)


def kinds() -> list[str]:
    """Every kind that has a handler."""
    return sorted(_handlers)


def periodics() -> list[Periodic]:
    """Every periodic job."""
    return list(_periodics.values())


def _origin(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
