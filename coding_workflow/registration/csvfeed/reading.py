"""A row as facts. An empty cell changes nothing; ``(none)`` takes the value back."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, Literal, TypeVar

from accounts import claim_codes
from coding_workflow.registration.facts import (
    ChargeFacts,
    CodeFacts,
    CoverageFacts,
    DocumentFacts,
    HoldFacts,
    PatientFacts,
    ProviderFacts,
    VisitFacts,
    VisitMessage,
)
from coding_workflow.registration.hl7.times import Moment, Precision
from coding_workflow.registration.problem import Unreadable

from .rows import Row

#: A cell that takes the value back.
NONE: Final = "(none)"
T = TypeVar("T")
State = Literal["unsaid", "in_house", "discharged", "cancelled"]

_TIME: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)
_MONEY: Final = re.compile(r"-?\d{1,10}(\.\d{1,2})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: Of a value code: dollars, days or grams.
_VALUE: Final = re.compile(r"\d{1,7}(\.\d{1,2})?", re.ASCII)
#: Of each list, as a claim carries them.
_MOST_CODES: Final = 24
_UNITS: Final = re.compile(r"\d{1,7}(\.\d{1,3})?", re.ASCII)
#: A number that a spreadsheet rewrote: 1.1E+10.
_REWRITTEN: Final = re.compile(r"\d(\.\d+)?E[+-]?\d+", re.ASCII | re.IGNORECASE)
#: Lists of codes, in the words of HL7 table 0052.
_LISTS: Final = {"": "", "diagnosis": "F", "admitting": "A", "reason": "R", "procedure": ""}
_LONGEST_REASON: Final = 300
_LONGEST_NUMBER: Final = 80
_DOCUMENT_STATES: Final = frozenset({"signed", "unsigned", "dictated", "addended", "cancelled"})


def account_number(row: Row) -> str:
    """The account. Refuses a number that a spreadsheet rewrote."""
    return _number(row, "account")


def as_of(row: Row) -> Moment | None:
    """When the row was so."""
    said = _moment(row, "as_of")
    if said is not None and not said.has_time:
        raise Unreadable("csv.bad_time", "This needs a date with a time of day.", "as_of")
    return said


def visit_message(row: Row) -> tuple[VisitMessage, State]:
    """A row of accounts, and how far it says the patient is."""
    number, values = account_number(row), row.values
    facts = VisitFacts(
        account_number=number,
        visit_number=values.get("visit", number),
        class_code=values.get("patient_class"),
        patient_type=values.get("patient_class"),
        service=_told(row, "service"),
        location=_told(row, "location"),
        admission_type=_told(row, "admission_type"),
        point_of_origin=_told(row, "point_of_origin"),
        disposition=_told(row, "disposition"),
        admitted=_moment(row, "admitted"),
        discharged=_moment(row, "discharged"),
        attending=_provider(row, "attending"),
        occurrence_codes=_coded(row, "occurrence_codes", _with_day),
        occurrence_spans=_coded(row, "occurrence_spans", _with_days),
        condition_codes=_coded(row, "condition_codes", _bare),
        value_codes=_coded(row, "value_codes", _with_amount),
        place_of_service=_told(row, "place_of_service"),
        rendering=_provider(row, "rendering"),
        referring=_provider(row, "referring"),
        supervising=_provider(row, "supervising"),
        billing_provider=_told(row, "billing_provider"),
    )
    return VisitMessage("A08", _patient(row), facts), _state(row, facts)


def _state(row: Row, facts: VisitFacts) -> State:
    status = row.values.get("status", "").lower()
    if status not in {"", "cancelled"}:
        raise Unreadable("csv.code", "The status is empty or «cancelled».", "status")
    if status:
        return "cancelled"
    if facts.discharged is None:
        return "unsaid"
    return "in_house" if facts.discharged.deleted else "discharged"


def _patient(row: Row) -> PatientFacts:
    texts = ("family_name", "given_name", "middle_name", "sex", "address_line", "city", "state")
    told = {name: _told(row, name) for name in texts}
    birth = _moment(row, "birth_date")
    authority, mrn = patient_number(row)
    return PatientFacts(authority, mrn, birth=birth, zip_code=_told(row, "zip"), **told)


def patient_number(row: Row) -> tuple[str, str]:
    """Authority and number of the patient; an empty number where the row has none."""
    return row.values.get("authority", "MRN"), _number(row, "mrn") if "mrn" in row.values else ""


def coverage_facts(row: Row) -> CoverageFacts:
    """A row of coverage."""
    rank = row.values["rank"]
    if not (rank.isascii() and rank.isdigit() and 1 <= int(rank) <= 9):
        raise Unreadable("csv.code", "The rank is a number from 1 to 9.", "rank")
    values = row.values
    return CoverageFacts(
        int(rank), values["payer"], values.get("payer_name", ""), _plain(row, "member_id"), values.get("group_number", "")
    )


def document_facts(row: Row) -> DocumentFacts:
    """A row of documents; a document that is not said to be signed is not."""
    values, status = row.values, row.values.get("document_status", "unsigned").lower()
    if status not in _DOCUMENT_STATES:
        raise Unreadable("csv.code", "The status is none of those that a document can have.", "document_status")
    authored = _moment(row, "authored")
    return DocumentFacts(
        source_id=values["document"],
        type_codes=(values["type"],),
        title=values.get("title", ""),
        text=values["text"],
        status=status,
        author=_provider(row, "author", values.get("author_role", "")),
        authored=authored,
        signed=(_moment(row, "signed") or authored) if status in {"signed", "addended"} else None,
    )


def charge_facts(row: Row) -> ChargeFacts | None:
    """A row of charges; None for one that is taken off again."""
    values = row.values
    void = values.get("void", "").lower()
    if void not in {"", "yes", "no"}:
        raise Unreadable("csv.code", "This is «yes» or empty.", "void")
    service = _moment(row, "service_date")
    if void == "yes" or service is None:
        return None
    code, revenue, hcpcs = values.get("code", ""), values.get("revenue_code", ""), values.get("hcpcs", "").upper()
    if not (code or revenue or hcpcs):
        raise Unreadable("csv.missing", "A charge names a chargemaster code, a revenue code or a HCPCS code.", "code")
    return ChargeFacts(
        source_id=_number(row, "charge"),
        code=code,
        description=values.get("description", ""),
        amount=_amount(values["amount"], _MONEY, "amount"),
        units=_amount(values.get("units", "1"), _UNITS, "units"),
        service=service,
        revenue_code=revenue,
        hcpcs=hcpcs,
        modifiers=tuple(values.get("modifiers", "").upper().split()),
        place_of_service=values.get("place_of_service", ""),
        rendering=_provider(row, "rendering"),
        diagnoses=tuple(values.get("diagnoses", "").upper().replace(".", "").split()),
    )


def code_facts(row: Row) -> tuple[str, str, CodeFacts | None]:
    """A row of codes: its list (empty where the system says it), its place as three digits, and the code; None for a place that
    is taken back."""
    values = row.values
    listed, place = values.get("list", "").lower(), values["sequence"]
    if listed not in _LISTS:
        raise Unreadable("csv.code", "The list is diagnosis, admitting, reason or procedure.", "list")
    if not (place.isascii() and place.isdigit() and 1 <= int(place) <= 200):
        raise Unreadable("csv.code", "The place is a number from 1 to 200.", "sequence")
    # 3E03317 is a code of ICD-10-PCS; 3.0E+17 is what a spreadsheet makes of one.
    code = values["code"] if values["code"].isalnum() else _number(row, "code")
    if code == NONE:
        return listed, f"{int(place):03}", None
    facts = CodeFacts(
        segment="PR1" if listed == "procedure" else "DG1" if listed else "",
        code=code,
        system=values["system"],
        kind=_LISTS[listed],
        poa=values.get("poa", "").upper(),
        on=_moment(row, "date"),
        modifiers=tuple(values.get("modifiers", "").upper().split()),
        units=values.get("units", ""),
    )
    return listed, f"{int(place):03}", facts


def hold_facts(row: Row) -> HoldFacts:
    """A row of holds."""
    values = row.values
    for name in ("blocking", "lifted"):
        if values.get(name, "").lower() not in {"", "yes", "no"}:
            raise Unreadable("csv.code", "This is «yes», «no» or empty.", name)
    if len(values["reason"]) > _LONGEST_REASON:
        raise Unreadable("csv.too_long", f"The reason is longer than {_LONGEST_REASON} characters.", "reason")
    if len(values["hold"]) > _LONGEST_NUMBER:
        raise Unreadable("csv.too_long", f"The number is longer than {_LONGEST_NUMBER} characters.", "hold")
    return HoldFacts(
        number=_number(row, "hold"),
        reason=values["reason"],
        owner=values["owner"].lower(),
        since=_moment(row, "since"),
        blocking=values.get("blocking", "").lower() != "no",
        lifted=values.get("lifted", "").lower() == "yes",
    )


def _coded(row: Row, name: str, read: Callable[[str, str, str], T]) -> tuple[T, ...] | None:
    """The codes of a list of the claim form; none where the cell takes them back, None where it is empty."""
    said = _told(row, name)
    if said is None:
        return None
    codes = [_form_code(each, name) for each in said.split()]
    if len(codes) > _MOST_CODES:
        raise Unreadable("csv.too_long", f"A claim carries at most {_MOST_CODES} codes of a list.", name)
    if len(set(codes)) != len(codes):
        raise Unreadable("csv.code", "A code stands here twice with the same words.", name)
    return tuple(read(code, says, name) for code, says in codes)


def _form_code(text: str, name: str) -> tuple[str, str]:
    code, _, says = text.upper().partition(":")
    if not claim_codes.well_formed(code):
        raise Unreadable(
            "csv.code", "A code of the claim form has two digits or letters, and its day or amount behind a colon.", name
        )
    return code, says


def _bare(code: str, says: str, name: str) -> str:
    if says:
        raise Unreadable("csv.code", "A condition code has neither day nor amount.", name)
    return code


def _with_day(code: str, says: str, name: str) -> tuple[str, datetime.date]:
    return code, _day(says, name)


def _with_days(code: str, says: str, name: str) -> tuple[str, datetime.date, datetime.date]:
    first, _, last = says.partition("/")
    days = _day(first, name), _day(last, name)
    if days[1] < days[0]:
        raise Unreadable("csv.bad_time", "The last day of a span is before its first.", name)
    return code, *days


def _with_amount(code: str, says: str, name: str) -> tuple[str, Decimal]:
    return code, _amount(says, _VALUE, name)


def _day(text: str, name: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not 1800 <= day.year <= 2200:
        raise _no_time(name)
    return day


def _told(row: Row, name: str) -> str | None:
    value = row.values.get(name)
    return "" if value == NONE else value


def _plain(row: Row, name: str) -> str:
    return _number(row, name) if name in row.values else ""


def _number(row: Row, name: str) -> str:
    value = row.values[name]
    if _REWRITTEN.fullmatch(value):
        raise Unreadable("csv.rewritten", "A spreadsheet rewrote this number; format the column as text.", name)
    return value


def _provider(row: Row, who: str, role: str = "") -> ProviderFacts | None:
    values = row.values
    number = values.get(f"{who}_id")
    if number is None:
        return None
    npi = values.get(f"{who}_npi", "")
    if npi and not (npi.isascii() and npi.isdigit() and len(npi) == 10):
        raise Unreadable("csv.code", "An NPI has ten digits.", f"{who}_npi")
    return ProviderFacts(number, values.get(f"{who}_family_name", ""), values.get(f"{who}_given_name", ""), npi, role)


def _amount(text: str, shape: re.Pattern[str], name: str) -> Decimal:
    if not shape.fullmatch(text):
        raise Unreadable("csv.bad_amount", "This is not a number that a bill can hold (no signs, no thousands separators).", name)
    return Decimal(text)


def _moment(row: Row, name: str) -> Moment | None:
    text = row.values.get(name)
    if text is None:
        return None
    if text == NONE:
        return Moment(text, "deleted")
    found = _TIME.fullmatch(text)
    if found is None:
        raise _no_time(name)
    year, month, day, hour, minute, second, zone = found.groups()
    precision: Precision = "second" if second else "minute" if hour else "day"
    try:
        local = datetime.datetime(  # noqa: DTZ001 - a wall clock
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError:
        raise _no_time(name) from None
    if not 1800 <= local.year <= 2200:
        raise _no_time(name)
    return Moment(text, precision, local, _offset(zone, name))


def _offset(zone: str | None, name: str) -> int | None:
    if zone is None or zone == "Z":
        return 0 if zone else None
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 14 or minutes > 59:
        raise _no_time(name)
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _no_time(name: str) -> Unreadable:
    return Unreadable("csv.bad_time", "This is not a date of the calendar such as 2026-09-01 or 2026-09-01T08:30.", name)
