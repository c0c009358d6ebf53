"""The claim elements that a visit tells: which would change, and to what."""

import datetime
from collections.abc import Callable
from typing import Any, Final

from accounts.errors import Refused
from accounts.models import Account, Unit, billing_kind_of
from accounts.services.leaves import with_leaves
from coding_workflow.registration.facts import VisitFacts
from coding_workflow.registration.hl7.times import Moment
from coding_workflow.registration.mapping import type_of_bill

from . import people
from .source import Source
from .told import News

Elements = dict[str, Any]
#: Elements whose change the gate must judge again; the others are for orientation.
SILENT: Final = frozenset({"service"})


def patient_class(visit: VisitFacts, source: Source) -> str:
    """Our class of the visit; empty when the message does not say. Refuses codes that say nothing we know."""
    if not (visit.class_code or visit.patient_type):
        return ""
    ours = source.codes.patient_class(visit.class_code, visit.patient_type, visit.service, visit.admission_type)
    if not ours and source.codes.says_no_class(visit.class_code):
        return ""
    if not ours:
        raise Refused("registration.unmapped_class", "The patient class is not known; map it in the feed's settings.")
    return ours


def told_by(visit: VisitFacts, account: Account, source: Source, news: News) -> Elements:
    """Values for the account's columns that this message may set, whether or not they differ."""
    values: Elements = {}
    ours = patient_class(visit, source)
    if ours and news.fresh("patient_class"):
        _refuse_other_bill(account, ours)
        values["patient_class"] = ours
    for name, read in _CODES.items():
        said = getattr(visit, name)
        if said is not None and news.fresh(name):
            values[_COLUMNS.get(name, name)] = read(said, source) if said else ""
    values |= _times("admitted", visit.admitted, source, news, "admitted_at", "admit_date")
    values |= _times("discharged", visit.discharged, source, news, "discharged_at", "discharge_date")
    values |= _providers(visit, source, news)
    values |= _billing_codes(visit, account, news)
    if account.is_professional:
        values |= _professional(visit, source, news)
    return values | _derived(account, values)


def _refuse_other_bill(account: Account, patient_class: str) -> None:
    """The physician's bill and the hospital's are two accounts, whatever becomes of the visit."""
    if billing_kind_of(patient_class) != account.billing_kind:
        raise Refused(
            "registration.billing_kind",
            "A professional account never becomes a facility's, nor a facility's one: the other bill has a number of its own.",
        )


def _professional(visit: VisitFacts, source: Source, news: News) -> Elements:
    """Place of service, the other providers and who bills; a unit of the facility stands for a group of physicians."""
    values: Elements = {}
    for name, segment, number in (("rendering", "PV1", 7), ("referring", "PV1", 8), ("supervising", "ROL", 4)):
        provider = people.provider_for(getattr(visit, name), source, segment, number)
        if provider is not None and news.fresh(name):
            values[name] = provider
    place = _place_of_service(visit, source)
    if place is not None and news.fresh("place_of_service"):
        values["place_of_service"] = place
    if visit.billing_provider is not None and news.fresh("billing_provider"):
        values["unit"] = _group(visit.billing_provider, source)
    return values


def _place_of_service(visit: VisitFacts, source: Source) -> str | None:
    """As said, else as the location is mapped; None where the message says neither."""
    if visit.place_of_service == "":
        return ""
    if visit.place_of_service is None:
        return source.codes.mapped_place(visit.location or "") or None
    return _or_flag(source.codes.place_of_service(visit.place_of_service), "place_of_service_not_mapped", source)


def _group(code: str, source: Source) -> Unit | None:
    unit = Unit.objects.filter(facility=source.facility, code=code).first() if code else None
    if code and unit is None:
        source.flag("billing_provider_not_set_up")
    return unit


def _service(code: str, source: Source) -> str:
    ours = source.codes.service(code)
    if len(ours) > 20:
        source.flag("service_not_mapped")
        return ""
    return ours


def _disposition(code: str, source: Source) -> str:
    ours = source.codes.disposition(code)
    if not ours:
        raise Refused("registration.unmapped_disposition", "The discharge disposition is not known; map it for the feed.")
    return ours


def _admission_type(code: str, source: Source) -> str:
    return _or_flag(source.codes.admission_type(code), "admission_type_not_mapped", source)


def _point_of_origin(code: str, source: Source) -> str:
    return _or_flag(source.codes.point_of_origin(code), "point_of_origin_not_mapped", source)


def _or_flag(ours: str, flag: str, source: Source) -> str:
    if not ours:
        source.flag(flag)
    return ours


_CODES: Final[dict[str, Callable[[str, Source], str]]] = {
    "service": _service,
    "admission_type": _admission_type,
    "point_of_origin": _point_of_origin,
    "disposition": _disposition,
}
_COLUMNS: Final = {"disposition": "discharge_status"}


def _times(element: str, moment: Moment | None, source: Source, news: News, instant: str, date: str) -> Elements:
    if moment is None or not news.fresh(element):
        return {}
    if moment.deleted:
        return {instant: None, date: None}
    day = moment.date(source.zone)
    if day is None:
        source.flag(f"{element}_not_exact")
        return {}
    return {instant: moment.instant(source.zone), date: day}


def _providers(visit: VisitFacts, source: Source, news: News) -> Elements:
    values: Elements = {}
    for name, segment, number in (("attending", "PV1", 7), ("operating", "PR1", 11)):
        provider = people.provider_for(getattr(visit, name), source, segment, number)
        if provider is not None and news.fresh(name):
            values[name] = provider
    return values


def _billing_codes(visit: VisitFacts, account: Account, news: News) -> Elements:
    values: Elements = {}
    if visit.condition_codes is not None and news.fresh("condition_codes"):
        values["condition_codes"] = list(visit.condition_codes)
    if visit.occurrence_codes is not None and news.fresh("occurrence_codes"):
        values["occurrence_codes"] = [{"code": code, "date": date.isoformat()} for code, date in visit.occurrence_codes]
    if visit.occurrence_spans is not None and news.fresh("occurrence_spans"):
        told = [
            {"code": code, "from": first.isoformat(), "through": last.isoformat()} for code, first, last in visit.occurrence_spans
        ]
        values["occurrence_spans"] = with_leaves(account, told)
    if visit.value_codes is not None and news.fresh("value_codes"):
        values["value_codes"] = [{"code": code, "amount": str(amount)} for code, amount in visit.value_codes]
    return values


def _derived(account: Account, values: Elements) -> Elements:
    """Bill type and statement dates follow class and stay, until somebody sets them otherwise."""
    derived: Elements = {}
    ours = values.get("patient_class", account.patient_class)
    if account.type_of_bill in {"", type_of_bill(account.patient_class)}:
        derived["type_of_bill"] = type_of_bill(ours)
    for column, date in (("statement_from", "admit_date"), ("statement_through", "discharge_date")):
        if date in values and getattr(account, column) in {None, getattr(account, date)}:
            derived[column] = values[date]
    return derived


def change(account: Account, values: Elements) -> Elements:
    """Set what differs on a locked account and save it; answers before and after by column, for the event.

    Raises Refused ``registration.dates_reversed`` when the patient would leave before coming.
    """
    changed = {name: (getattr(account, name), value) for name, value in values.items() if getattr(account, name) != value}
    for name, (_, value) in changed.items():
        setattr(account, name, value)
    if account.admit_date and account.discharge_date and account.discharge_date < account.admit_date:
        raise Refused("registration.dates_reversed", "The discharge is before the admission.")
    if changed:
        account.save(update_fields=list(changed))
    return {name: {"before": plain(before), "after": plain(after)} for name, (before, after) in changed.items()}


def plain(value: Any) -> Any:
    """A value as JSON: keys for rows, ISO text for times."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return getattr(value, "pk", value)
