"""Good bodies that the cases spoil, and the bytes of a case."""

from typing import Any

from tests.registration import coded, sending
from tests.registration.fhir import resources as fhir
from tests.registration.test_csv import file_of

#: Words of the patient: none may be in a sentence or a log.
CANARIES = ("Testcase", "M100", "A100", "1EG4TE5MK73", "Springfield", "J18.9", "J189")


def base(name: str) -> bytes:
    """A good body."""
    kind, _, which = name.partition(":")
    if kind == "hl7":
        made: bytes = getattr(sending, which)()
        return made
    if kind == "coded":
        return coded.final()
    if kind == "csv":
        return file_of(which)
    return fhir.written(getattr(fhir, which)())


def body(given: dict[str, Any]) -> bytes:
    """The bytes of one body of a case."""
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "repeat" in given:
        return b"".join(part.encode() * times for part, times in given["repeat"])
    raw = base(given["base"]) if "base" in given else given["text"].encode("utf-8", "surrogatepass")
    for this, that, *times in given.get("replace", ()):
        before = _bytes(this)
        assert before in raw, f"{this!r} is not in the body"
        raw = raw.replace(before, _bytes(that) * (times[0] if times else 1))
    return raw


def _bytes(text: str) -> bytes:
    """Text as UTF-8; ``hex:`` bytes as they are."""
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode()
