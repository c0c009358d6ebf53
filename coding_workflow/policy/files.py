"""A policy as a file: JSON with sorted keys and a value on each line, so that a diff shows what changed. Pure."""

import hashlib
import json
from typing import Any, Final

from .reading import Fault, PolicyInvalid, from_plain, parse
from .rules import FacilityPolicy

#: Raised when files are written in another form; files of another form are refused, not guessed at.
FORMAT: Final = 1
_KEYS: Final = frozenset({"format", "policy", "sha256"})


def to_file(policy: FacilityPolicy) -> str:
    """The text of the file, with a hash that shows whether it was changed by hand."""
    contents = {"format": FORMAT, "policy": json.loads(policy.to_json()), "sha256": policy.hash}
    return json.dumps(contents, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def from_file(text: str) -> FacilityPolicy:
    """The policy in a file's text; written again it is the same text.

    Raises ``PolicyInvalid`` for another format, an unknown part, every place that is wrong, and a ``sha256`` that does not
    fit; a file without one is taken as written by hand.
    """
    raw = parse(text)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise PolicyInvalid([Fault("format", f"is not that of a policy file: {FORMAT}")])
    unknown = [
        Fault(str(key)[:40], "is no part of a policy file; it has format, policy and sha256") for key in raw.keys() - _KEYS
    ]
    policy, faults = from_plain(raw.get("policy"))
    if unknown or faults:
        raise PolicyInvalid([*unknown, *faults])
    if raw.get("sha256") not in (None, _seal(raw["policy"])):
        raise PolicyInvalid([Fault("sha256", "does not fit: the file was changed; remove this line if that was meant")])
    return policy


def _seal(plain: Any) -> str:
    """SHA-256 over what the file says; of a whole policy it is the policy's own hash."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
