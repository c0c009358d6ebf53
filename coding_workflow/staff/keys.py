"""The keys of the pages, and what a person may make of them. Pure.

The same map is in static/js/keys.js, which acts by it; a test keeps both equal. A person's own are what differs, by the action's
name; empty is no key.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does, the standard key, and the words that ``?`` lists."""

    name: str
    keys: str
    words: str


#: Groups of the page, in order.
GROUPS: Final[tuple[tuple[str, tuple[Action, ...]], ...]] = (
    (
        "Going to places",
        (
            Action("go-work", "g w", "Go to My work"),
            Action("go-board", "g r", "Go to Release board"),
            Action("go-queries", "g q", "Go to Queries"),
            Action("go-claims", "g c", "Go to Claims"),
            Action("go-rules", "g l", "Go to Rules"),
            Action("go-search", "g s", "Find an account by number or name"),
            Action("go-queues", "g u", "Go to Queues"),
            Action("go-imports", "g i", "Go to Imports"),
            Action("go-feeds", "g f", "Go to Feeds"),
            Action("go-parked", "g k", "Go to Parked work"),
            Action("go-process", "g o", "Go to Process"),
            Action("go-status", "g a", "Go to Status"),
            Action("go-looks", "g e", "Go to Access: who looked"),
            Action("go-people", "g p", "Go to People"),
            Action("go-tables", "g t", "Go to Code tables"),
        ),
    ),
    (
        "Work and lists",
        (
            Action("get-next", "n", "Get next account"),
            Action("next-page", "j", "Next page of the list"),
            Action("first-page", "k", "Back to the start of the list"),
            Action("find", "/", "Find on this page"),
            Action("find-account", "/", "Find an account"),
        ),
    ),
    (
        "On an account",
        (
            Action("add-diagnosis", "d", "Add a diagnosis"),
            Action("add-procedure", "p", "Add a procedure"),
            Action("see-proposal", "v", "Codes that were proposed"),
            Action("take-over-all", "o", "Take over all codes that were proposed"),
            Action("link-evidence", "e", "Link the selected text as evidence"),
            Action("query", "q", "Query the provider"),
            Action("hold", "h", "Place a hold"),
            Action("approve", "a", "Approve"),
            Action("see-poa", "c", "POA of the first code without one"),
            Action("abstract", "b", "Claim elements by the record"),
            Action("claim-codes", "f", "Codes of the claim form"),
            Action("take", "t", "Take this account"),
            Action("see-record", "1", "Record"),
            Action("see-codes", "2", "Codes"),
            Action("see-gate", "3", "Gate"),
            Action("finalize", "Ctrl+Enter", "Finalize and get next"),
        ),
    ),
    (
        "Everywhere",
        (
            Action("palette", "Ctrl+k", "Go to a place, an action or an account by number"),
            Action("show-keys", "?", "Show these keys"),
        ),
    ),
)
ACTIONS: Final[dict[str, Action]] = {action.name: action for _, actions in GROUPS for action in actions}
LONGEST: Final = 12
#: With Ctrl the browser or the operating system keeps these for itself, or people need them to type.
_KEPT: Final = frozenset("acdfhjlnopqrstuvwxyz+-0123456789")
_FUNCTION: Final = re.compile(r"F(?:2|4|7|8|9|10)")


class NoKey(ValueError):
    """What was typed is no key that a page can act by; the text says why."""


def read(typed: str) -> str:
    """What was typed, as it is kept: ``x``, ``g x``, ``Ctrl+x``, ``Ctrl+Enter``, ``F8``, or nothing. Raises ``NoKey``."""
    text = " ".join(typed.split())
    if not text:
        return ""
    control = re.fullmatch(r"(?i)ctrl ?\+ ?(.+)", text)
    if control:
        return _with_ctrl(control.group(1))
    if re.fullmatch(r"(?i)f\d{1,2}", text):
        if not _FUNCTION.fullmatch(text.upper()):
            raise NoKey(f"The browser keeps {text.upper()} for itself. Free are F2, F4 and F7 to F10.")
        return text.upper()
    parts = text.split(" ")
    if len(parts) > 2 or not all(len(part) == 1 and part.isprintable() for part in parts):
        raise NoKey("Type one key (x), two with a blank between (g x), Ctrl+ and a letter, or F2, F4, F7 to F10.")
    return text


def _with_ctrl(rest: str) -> str:
    if rest.lower() == "enter":
        return "Ctrl+Enter"
    if len(rest) != 1 or not rest.isprintable():
        raise NoKey("After Ctrl+ goes one key, or Enter.")
    if rest.lower() in _KEPT:
        raise NoKey(f"Browsers and fields of text need Ctrl+{rest.upper()} themselves: choose another.")
    return f"Ctrl+{rest.lower()}"


def effective(own: Mapping[str, str]) -> dict[str, str]:
    """The key of every action: the person's, else the standard one."""
    return {name: own.get(name, action.keys) for name, action in ACTIONS.items()}


def differing(chosen: Mapping[str, str]) -> dict[str, str]:
    """What of a whole choice is not standard: this is what is kept."""
    return {name: keys for name, keys in chosen.items() if name in ACTIONS and keys != ACTIONS[name].keys}


def conflicts(chosen: Mapping[str, str]) -> dict[str, str]:
    """For each action whose key means something else as well, the sentence that says so. Those that share one as standard may."""
    found: dict[str, str] = {}
    for one, other in combinations(sorted(chosen), 2):
        words = _clash(chosen[one], chosen[other])
        if words and not _shared_as_standard(one, other, chosen):
            for name, against in ((one, other), (other, one)):
                if chosen[name] != ACTIONS[name].keys or chosen[against] == ACTIONS[against].keys:
                    found.setdefault(name, words.format(ACTIONS[against].words))
    return found


def _clash(one: str, other: str) -> str:
    if not one or not other:
        return ""
    if one == other:
        return f"{said(one)} is also the key of “{{}}”: choose another for one of them."
    if one.startswith(f"{other} ") or other.startswith(f"{one} "):
        return f"{said(min(one, other, key=len))} alone would act before {said(max(one, other, key=len))} is typed (“{{}}”)."
    return ""


def _shared_as_standard(one: str, other: str, chosen: Mapping[str, str]) -> bool:
    """Never on one page, or the first that the page offers is meant: only in the standard map, where both are as they were."""
    standard = ACTIONS[one].keys
    return standard == ACTIONS[other].keys and chosen[one] == chosen[other] == standard


def said(keys: str) -> str:
    """A key as people read it: ``Ctrl+K``, ``g w``."""
    return f"Ctrl+{keys[5:].upper()}" if keys.startswith("Ctrl+") and len(keys) == 6 else keys


def is_character(keys: str) -> bool:
    """Whether it is typed with characters alone, which the person may have switched off (WCAG 2.1.4)."""
    return bool(keys) and not keys.startswith("Ctrl+") and not _FUNCTION.fullmatch(keys)


def lines(own: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[Action, str]]]]:
    """The groups of the page with each action's key."""
    now = effective(own)
    for title, actions in GROUPS:
        yield title, [(action, now[action.name]) for action in actions]
