"""Changing the policy part by part, as a draft of one's own; every button works without scripts and keeps what is typed."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.errors import Refused
from coding_workflow.policy import form, reading, services
from coding_workflow.policy.reading import Fault
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.services.rights import people_faults
from coding_workflow.policy.shapes import PARTS, Shape, is_rows, shape_of
from coding_workflow.policy.text import rows as rows_in_words
from coding_workflow.staff.access import StaffRequest, require_role
from worklist.views.answers import go_to

from .reaching import WRITES, Bench, bench_of, edit_address

#: Names of one form; a row of required documents has some sixty.
_MOST_NAMES: Final = 3_000


@require_role(*WRITES)
def edit_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """The policy as the person is changing it: each section with its sentences, and what is wrong in it."""
    return _page(request, bench_of(request, pk))


def _page(request: StaffRequest, bench: Bench, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {
        "bench": bench,
        "facility": bench.facility,
        "parts": [_part(bench, code) for code in PARTS],
        "sentence": sentence,
    }
    return render(request, "worklist/process/edit.html", context, status=status)


def _part(bench: Bench, code: str) -> dict[str, Any]:
    """One section of the page: rows to move and edit one by one, or sentences with one form."""
    section = next(each for each in bench.sections if each.code == code)
    part = {"code": code, "section": section, "is_rows": is_rows(code)}
    wrong = [fault for fault in bench.faults if _of(fault, PARTS[code])]
    if not is_rows(code):
        return part | {"wrong": wrong}
    said = rows_in_words(bench.after, code, bench.people)
    rows = [
        {"number": n, "place": f"{code}[{n}]", "words": words, "wrong": _wrong(wrong, f"{code}[{n}]")}
        for n, words in enumerate(said)
    ]
    whole = [fault for fault in wrong if "[" not in fault.place]
    return part | {"rows": rows, "wrong": whole, "may_add": len(rows) < form.MOST_ROWS}


def _of(fault: Fault, names: tuple[str, ...]) -> bool:
    """Whether a fault is in one of these settings."""
    return any(fault.place == name or fault.place.startswith((f"{name}.", f"{name}[")) for name in names)


def _wrong(faults: list[Fault], place: str) -> Fault | None:
    return next((fault for fault in faults if fault.place.startswith(f"{place}.") or fault.place == place), None)


@require_role(*WRITES, write=True)
def order_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """A row up, down or out of its list."""
    bench = bench_of(request, pk)
    do, _, place = request.POST.get("do", "").partition(":")
    if do in {"up", "down", "drop"} and _keep(bench, form.act(bench.plain, do, place)) is None and do == "drop":
        messages.success(request, "Taken out of your changes.")
    return go_to(request, f"{edit_address(bench.facility)}#part-{place.partition('[')[0]}")


def _keep(bench: Bench, plain: dict[str, Any]) -> Refused | None:
    """Keep the changes; answers what was refused, except where the role is missing."""
    try:
        services.keep_draft(facility=bench.facility, by=bench.person, plain=plain, base=bench.base)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return refusal
    return None


@require_role(*WRITES, write=True)
def throw_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget what the person changed."""
    bench = bench_of(request, pk)
    services.throw_draft(facility=bench.facility, by=request.user)
    messages.success(request, "Thrown away. The policy is as it was.")
    return go_to(request, edit_address(bench.facility))


@require_role(*WRITES)
def edit_policy_part(request: StaffRequest, pk: int, part: str) -> HttpResponse:
    """One part as a form, or one row of it (``?row=3``, ``?row=new``); what is typed is kept, right or wrong."""
    bench = bench_of(request, pk)
    names = PARTS.get(part)
    if names is None:
        raise Http404("There is no such record.")
    where = _row(request, bench, part) if is_rows(part) else None
    if request.method != "POST":
        return _show(request, bench, part, where)
    return _posted(request, bench, part, where)


def _row(request: StaffRequest, bench: Bench, part: str) -> int:
    """Which row the address names; a new one is added to the person's changes in memory. Http404 where there is none."""
    wanted = request.POST.get("row") or request.GET.get("row", "")
    rows = bench.plain[part]
    if wanted == "new" and len(rows) < form.MOST_ROWS:
        form.act(bench.plain, "add", part)
        return len(rows) - 1
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 and int(wanted) < len(rows):
        return int(wanted)
    raise Http404("There is no such record.")


def _posted(request: StaffRequest, bench: Bench, part: str, where: int | None) -> HttpResponse:
    """Read the form, do what its button says, keep it; back to all parts when it was saved and nothing is wrong."""
    _read(request, bench, part, where)
    do, _, place = request.POST.get("do", "save").partition(":")
    if do in {"add", "drop", "up", "down"} and place.startswith(f"{part}["):
        form.act(bench.plain, do, place)
        return _show(request, bench, part, where)
    if do == "refresh":
        return _show(request, bench, part, where)
    refused = _keep(bench, bench.plain)
    if refused is not None:
        return _show(request, bench, part, where, sentence=refused.sentence, status=refused.status)
    faults = _faults(bench, part, where)
    if faults:
        said = "Kept as you typed it, but it cannot be published like this."
        return _show(request, bench, part, where, sentence=said, status=422, kept=True)
    messages.success(request, "Kept in your changes. Nothing is in force yet.")
    return go_to(request, f"{edit_address(bench.facility)}#part-{part}")


def _read(request: StaffRequest, bench: Bench, part: str, where: int | None) -> None:
    typed = {name: request.POST.getlist(name) for name in list(request.POST)[:_MOST_NAMES]}
    if where is not None:
        of = _shapes(part)[0].of or FacilityPolicy
        bench.plain[part][where] = form.read(of, typed, f"{part}[{where}]", bench.plain[part][where])
        return
    for shape in _shapes(part):
        bench.plain[shape.name] = form.read_one(shape, typed, shape.name, bench.plain[shape.name])


def _shapes(part: str) -> list[Shape]:
    return [shape_of(FacilityPolicy, name) for name in PARTS[part]]


def _faults(bench: Bench, part: str, where: int | None) -> list[Fault]:
    """What is wrong in what the form holds, as it stands now."""
    policy, faults = reading.from_plain(bench.plain)
    mine = PARTS[part] if where is None else (f"{part}[{where}]",)
    return [fault for fault in (*faults, *people_faults(bench.facility, policy)) if _of(fault, mine)]


def _show(
    request: StaffRequest,
    bench: Bench,
    part: str,
    where: int | None,
    *,
    sentence: str = "",
    status: int = 200,
    kept: bool = False,
) -> HttpResponse:
    # A row that was only just opened is not told what it lacks.
    faults = _faults(bench, part, where) if request.method == "POST" and sentence else []
    section = next(each for each in bench.sections if each.code == part)
    context = {
        "bench": bench,
        "facility": bench.facility,
        "part": part,
        "section": section,
        "cells": _cells(bench, part, where, faults),
        "unplaced": [fault for fault in faults if fault.place in PARTS[part]],
        # Once it was kept a new row has a number.
        "row": "" if where is None else "new" if _is_new(request) and not kept else str(where),
        "is_new": _is_new(request),
        "sentence": sentence,
        "address": reverse("worklist:edit_policy_part", args=[bench.facility.pk, part]),
    }
    return render(request, "worklist/process/part.html", context, status=status)


def _is_new(request: StaffRequest) -> bool:
    return (request.POST.get("row") or request.GET.get("row", "")) == "new"


def _cells(bench: Bench, part: str, where: int | None, faults: list[Fault]) -> tuple[form.Cell, ...]:
    if where is None:
        return tuple(form.draw_one(shape, bench.plain, faults, bench.choosable) for shape in _shapes(part))
    of = _shapes(part)[0].of or FacilityPolicy
    return form.draw(of, bench.plain[part][where], f"{part}[{where}]", faults, bench.choosable)
