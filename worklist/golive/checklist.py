"""What must stand before a facility goes live, looked up and not ticked: nobody can say that it is done when it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime

from accounts import clock
from accounts.models import Facility, Queue
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import PAIR_SETS, UNIT_SETS
from coding_workflow.outbox.selectors import parked
from coding_workflow.payment.models import Destination
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.selectors import in_force, policy_for
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.staff.models import Competence, Role, RoleGrant
from worklist.models import Reconciliation

#: Tables that are not loaded from a file here: they come with the grouper.
_OWN_TABLES: Final = frozenset({"MS-DRG", "MCE"})
_IN_SETS: Final = {"NCCI-PTP": "NCCI pairs", "MUE": "Unlikely units (MUE)"}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list: whether it stands, in words why not, and where it is mended."""

    title: str
    stands: bool
    words: str
    url: str = ""
    go: str = ""


def items(facility: Facility) -> list[Item]:
    """The whole list, in the order in which it is worked through."""
    policy = policy_for(facility)
    return [
        _numbers(facility),
        _own_policy(facility),
        _day(policy),
        *_tables(facility, policy),
        _bills(facility, policy),
        *_people(facility),
        _queues(facility),
        _feed(facility),
        _nothing_failed(facility),
        _reconciled(facility),
        _nothing_parked(facility),
    ]


def _place(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def _numbers(facility: Facility) -> Item:
    lacking = [
        name
        for name, value in (("NPI", facility.npi), ("tax id", facility.tax_id), ("HL7 code", facility.hl7_codes))
        if not value
    ]
    words = f"It lacks {', '.join(lacking)}." if lacking else "NPI, tax id and HL7 codes are there."
    return Item("The facility's own entry", not lacking, words)


def _own_policy(facility: Facility) -> Item:
    version = in_force(facility, clock.today(facility))
    words = (
        f"Version {version.number} is in force."
        if version
        else "The standard policy applies; two people publish the facility's own."
    )
    return Item("A policy of its own", version is not None, words, _place("worklist:process"), "Go to the process")


def _day(policy: FacilityPolicy) -> Item:
    day = policy.observe_until
    if day is None:
        return Item(
            "The day of going live",
            False,
            "No day is named: the gate holds accounts already.",
            _place("worklist:process"),
            "Go to the process",
        )
    return Item("The day of going live", True, f"Until {day:%b} {day.day}, {day.year} the gate reports and holds nothing.")


def _tables(facility: Facility, policy: FacilityPolicy) -> Iterator[Item]:
    today = clock.today(facility)
    wanted = sorted({table for row in policy.required_tables for table in row.tables} - _OWN_TABLES)
    declared = {row.table for row in policy.downstream if today < row.expires_on}
    missing = [table for table in wanted if not _loaded(table, facility)]
    undeclared = [table for table in missing if table not in declared]
    if undeclared:
        names = ", ".join(_IN_SETS.get(table, table) for table in undeclared)
        yield Item(
            "The code tables that policy requires",
            False,
            f"Not loaded for today: {names}.",
            _place("codesets:tables"),
            "Load them",
        )
        return
    words = (
        f"Loaded for today; validated downstream by declaration: {', '.join(missing)}."
        if missing
        else "All are loaded for today."
    )
    yield Item("The code tables that policy requires", True, words)


def _bills(facility: Facility, policy: FacilityPolicy) -> Item:
    title, there = "Where bills go", reverse("worklist:destinations")
    if not any(row.system == "patient_accounting" for row in policy.billed_by):
        return Item(title, True, "Claims are made here, for every released account.", there, "Patient accounting")
    chosen = Destination.objects.filter(facility=facility, active=True).first()
    words = (
        f"Final codes go to {chosen.name}."
        if chosen
        else "Policy lets patient accounting bill; nobody has said where it is reached."
    )
    return Item(title, chosen is not None, words, there, "Patient accounting")


def _loaded(table: str, facility: Facility) -> bool:
    sets = [system for system in (*PAIR_SETS, *UNIT_SETS) if system.startswith(f"{table}-")]
    systems = sets if table in _IN_SETS else [table]
    return any(codesets.loaded(system, clock.today(facility)) is not None for system in systems)


def _people(facility: Facility) -> Iterator[Item]:
    held = RoleGrant.objects.filter(facility=facility, ended_at__isnull=True, user__is_active=True)
    counts = {
        role: held.filter(role=role).values("user").distinct().count()
        for role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.BILLER)
    }
    few = [
        role.label.lower()
        for role, least in ((Role.ADMINISTRATOR, 2), (Role.SUPERVISOR, 1), (Role.BILLER, 1))
        if counts[role] < least
    ]
    words = (
        f"Too few: {', '.join(few)} (two administrators publish what one wrote)."
        if few
        else "Administrators, supervisors and billers are there."
    )
    people = _place("staff:people")
    yield Item("People with roles", not few, words, people, "Go to people")
    today = clock.today(facility)
    in_date = Competence.objects.filter(facility=facility, valid_from__lte=today).exclude(valid_to__lt=today)
    coders = held.filter(role=Role.CODER).exclude(user__in=in_date.values("user")).values("user").distinct().count()
    able = in_date.values("user").distinct().count()
    words = (
        f"{able} have one in date."
        if able and not coders
        else f"{coders} of the coders have none in date; Get next gives them nothing."
        if coders
        else "Nobody may code yet."
    )
    yield Item("Coders with a competence", bool(able) and not coders, words, people, "Go to people")


def _queues(facility: Facility) -> Item:
    number = Queue.objects.filter(facility=facility).count()
    return Item("Queues", number > 0, f"There are {number}.", _place("worklist:queues"), "Go to queues")


def _feed(facility: Facility) -> Item:
    last = InboundMessage.objects.filter(facility=facility).order_by("-pk").first()
    if last is None:
        return Item("The registration feed", False, "No message has come.", _place("worklist:imports"), "Go to imports")
    at = localtime(last.received_at)
    return Item("The registration feed", True, f"The last message came {at:%b} {at.day} at {at:%H:%M}.")


def _nothing_failed(facility: Facility) -> Item:
    failed = InboundMessage.objects.filter(facility=facility, status=MessageStatus.FAILED).count()
    words = f"{failed} messages failed." if failed else "None failed."
    return Item("Messages that could not be applied", not failed, words, _place("worklist:imports"), "Go to imports")


def _reconciled(facility: Facility) -> Item:
    title, here = "Unbilled accounts agree with patient accounting", f"{reverse('worklist:golive')}#reconciliation"
    newest = Reconciliation.objects.filter(facility=facility).order_by("-pk").first()
    if newest is None:
        return Item(title, False, "They were not compared yet.", here, "Compare them")
    day = localtime(newest.made_at)
    compared = f"Compared {day:%b} {day.day}: {newest.agreeing} of {newest.there} agree"
    if not newest.differs:
        return Item(title, True, f"{compared}, to the cent.")
    explained = newest.explained_by_id is not None
    return Item(
        title,
        explained,
        f"{compared}, {_differ(newest)}{', which is explained' if explained else ''}.",
        here,
        "See what differs",
    )


def _differ(newest: Reconciliation) -> str:
    """Accounts and charges, then counts of codes and holds, as far as they differ."""
    loads = (newest.loads or {}).items()
    counted = [
        (str(newest.differing), newest.differing),
        *((f"{name} of {each['differing']}", each["differing"]) for name, each in loads),
    ]
    return " and ".join(f"{words} differ" for words, number in counted if number)


def _nothing_parked(facility: Facility) -> Item:
    number = len(parked([facility.pk]))
    words = f"{number} rows failed for good." if number else "None."
    return Item("Parked work", not number, words, _place("worklist:parked"), "Go to parked work")
