"""The generated FHIR population told once more in HL7 version 2: arrivals, discharges and notes, as an interface engine would.

It is told by the writer of this project, so it proves nothing about reading what others write; the public samples do that.
"""

import base64
import datetime
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from coding_workflow.registration.hl7 import write

POPULATION: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir" / "clinosim_us_300"
_CLASS: Final = {"AMB": "O", "EMER": "E", "IMP": "I"}
_DISPOSITION: Final = {"home": "01", "exp": "20"}
_SEX: Final = {"male": "M", "female": "F"}


def messages(facility: str, stays: int | None) -> list[bytes]:
    """In the order in which it happened; of so many encounters of each class, or of all."""
    people = {each["id"]: each for each in _read("Patient")}
    told: list[tuple[str, bytes]] = []
    chosen: dict[str, dict[str, Any]] = {}
    for code in _CLASS:
        every = [each for each in _read("Encounter") if each["class"]["code"] == code]
        chosen |= {each["id"]: each for each in every[:stays]}
    for encounter in chosen.values():
        told += _stay(encounter, people[_id(encounter["subject"])], facility)
    for document in _read("DocumentReference"):
        about = chosen.get(_id(document["context"]["encounter"][0]))
        if about:
            told.append(_note(document, about, people[_id(about["subject"])], facility))
    return [message for _, message in sorted(told, key=lambda each: each[0])]


def _read(kind: str) -> Iterator[dict[str, Any]]:
    with gzip.open(POPULATION / f"{kind}.ndjson.gz") as stream:
        yield from map(json.loads, stream)


def _id(reference: dict[str, str]) -> str:
    return reference["reference"].rpartition("/")[2]


def _stay(encounter: dict[str, Any], person: dict[str, Any], facility: str) -> Iterator[tuple[str, bytes]]:
    start, end = encounter["period"]["start"], encounter["period"]["end"]
    kind = _CLASS[encounter["class"]["code"]]
    here: dict[str, Any] = {"account_number": _number(encounter), "class_code": kind, "admitted_at": _time(start)}
    where = encounter.get("hospitalization", {}).get("dischargeDisposition", {}).get("coding", [{}])[0].get("code")
    gone: dict[str, Any] = {"discharged_at": _time(end), "disposition": _DISPOSITION.get(where, "01")}
    arrives = "A01" if kind == "I" else "A04"
    yield start, write.adt(arrives, _sending(facility, encounter["id"], start), _patient(person), write.Visit(**here))
    yield end, write.adt("A03", _sending(facility, f"{encounter['id']}-x", end), _patient(person), write.Visit(**here, **gone))


def _note(document: dict[str, Any], encounter: dict[str, Any], person: dict[str, Any], facility: str) -> tuple[str, bytes]:
    at, coding = document["date"], document["type"]["coding"][0]
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    note = write.Note(
        number=document["id"], type=coding["code"], title=coding["display"], text=text, authored_at=_time(at), signed_at=_time(at)
    )
    return at, write.mdm(_sending(facility, document["id"], at), _patient(person), _number(encounter), note)


def _patient(person: dict[str, Any]) -> write.Patient:
    name = person["name"][0]
    return write.Patient(
        mrn=person["identifier"][0]["value"],
        family_name=name["family"],
        given_name=" ".join(name["given"]),
        birth_date=datetime.date.fromisoformat(person["birthDate"]),
        sex=_SEX.get(person["gender"], "U"),
    )


def _number(encounter: dict[str, Any]) -> str:
    return str(encounter["identifier"][0]["value"])


def _sending(facility: str, control_id: str, at: str) -> write.Sending:
    return write.Sending(facility=facility, control_id=control_id, sent_at=_time(at))


def _time(said: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(said).replace(microsecond=0)
