"""Who did something: a person, a policy, a feed or the system itself."""

from dataclasses import dataclass
from typing import Literal

from .errors import Refused

ActorKind = Literal["person", "policy", "feed", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an event. ``code`` is a user's primary key as text, or the code of a policy, feed or task."""

    kind: ActorKind
    code: str
    user_id: int | None = None

    @property
    def person_id(self) -> int:
        """The person's key. Raises Refused ``actor.person`` for a feed, a policy or the system: a person does this."""
        if self.user_id is None:
            raise Refused("actor.person", "A person does this, not a feed or a policy.")
        return self.user_id

    @classmethod
    def person(cls, user_id: int) -> "Actor":
        """A person who is signed in, or named by a command."""
        return cls("person", str(user_id), user_id)

    @classmethod
    def policy(cls, code: str) -> "Actor":
        """A facility's policy acting by itself (bill hold ended, auto-release)."""
        return cls("policy", code)

    @classmethod
    def feed(cls, code: str) -> "Actor":
        """An interface: the sending application of a message."""
        return cls("feed", code)

    @classmethod
    def system(cls, code: str) -> "Actor":
        """A task of this system, such as ``release.check``."""
        return cls("system", code)
