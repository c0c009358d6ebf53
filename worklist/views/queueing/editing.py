"""One queue as a form that works without scripts; every button sends the whole of it. And the limits and weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django_htmx.http import reselect, retarget

from accounts.errors import Refused
from accounts.models import Facility, PatientClass, PayerKind, WorkKind
from coding_workflow.guidelines.lab.definition import Clause, Group
from coding_workflow.guidelines.lab.faults import Fault
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, MOMENTS
from coding_workflow.staff import credentials
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Competence
from worklist.lab import changing, clauses, drawing, plain
from worklist.priority import Weights
from worklist.queueing import limits, matching, needs, services
from worklist.queueing.document import RETURNED, UNROUTED, QueueRule, QueueSet
from worklist.queueing.needs import Needs
from worklist.selectors.people_at_work import takers
from worklist.selectors.queue_takers import takers_of
from worklist.views.answers import go_to

from .lists import address_of
from .reaching import WRITES, Bench, bench_of, reach

_LONGEST: Final = 2_000
_HOW: Final = (("any", "has arrived"), ("no", "has not arrived"))
#: What a condition may ask about, as the form offers it.
ABOUT: Final = (
    ("The account", tuple((f"field:{name}", FIELDS[name].label.capitalize()) for name in matching.FIELDS)),
    ("The record", ((f"count:{matching.DOCUMENTS}", "Document"),)),
)
Fields = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it stands."""

    code: str
    fields: Fields
    tree: clauses.Node
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    focus: str = ""
    status: int = 200

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.fields.get(name, ())), "").strip()


@require_role(*WRITES)
def edit_queue(request: StaffRequest, pk: int) -> HttpResponse:
    """A queue that is there (``?queue=code``) or a new one; saved into the person's changes, which change nothing yet."""
    bench = bench_of(request, reach(request, pk))
    code = (request.POST.get("queue") or request.GET.get("queue", ""))[:40]
    rule = bench.queues.named(code)
    if code and rule is None:
        raise Http404("There is no such record.")
    if request.method != "POST":
        return _show(request, bench, rule, _of_rule(rule))
    draft = _posted(request, code)
    do, _, at = request.POST.get("do", "").partition(":")
    if do == "save":
        return _save(request, bench, rule, draft)
    tree, focus = changing.act(draft.tree, do, at)
    return _show(request, bench, rule, replace(draft, tree=_fitted(tree), focus=focus))


def _of_rule(rule: QueueRule | None) -> Draft:
    if rule is None:
        return Draft("", {"kind": [WorkKind.CODING.value]}, clauses.Node("all", (clauses.Node(),)))
    tree = clauses.Node("all", tuple(plain.node_of(clause) for clause in rule.when))
    fields = {
        "name": [rule.name],
        "kind": [rule.kind],
        "returned": [rule.returned],
        "people": [str(person) for person in rule.people],
        "most_held": [str(rule.most_held or "")],
        "credentials": list(rule.needs.credentials),
        "coding_types": list(rule.needs.coding_types),
        "supervision": [rule.needs.supervision],
    }
    return Draft(rule.code, fields, tree)


def _posted(request: StaffRequest, code: str) -> Draft:
    names = list(request.POST)[:500]
    fields = {name: [value.replace("\0", "")[:_LONGEST] for value in request.POST.getlist(name)] for name in names}
    tree = clauses.read(fields)
    return Draft(code, fields, _fitted(tree if tree.kind in clauses.GROUPS else clauses.Node("all")))


def _fitted(tree: clauses.Node) -> clauses.Node:
    """Conditions side by side; of a document its type is asked, once."""
    return clauses.Node("all", tuple(_with_type(node) for node in tree.clauses if node.kind not in clauses.GROUPS))


def _with_type(node: clauses.Node) -> clauses.Node:
    if not node.of:
        return node if node.question.about in {"", *matching.FIELDS} else clauses.Node()
    if node.of != matching.DOCUMENTS:
        return clauses.Node()
    known = COLLECTIONS[node.of].attributes
    asked = next((test for test in node.tests if test.about == "type"), clauses.Question("type"))
    return replace(node, how=node.how if node.how in dict(_HOW) else "any", tests=(asked.fitted(known, "type"),))


def _save(request: StaffRequest, bench: Bench, rule: QueueRule | None, draft: Draft) -> HttpResponse:
    when, found = _when(draft.tree)
    made = _rule(draft, rule, when)
    found = (*found, *(() if found else limits.rule_faults(made)))
    if found:
        wrong = {"when": "", **drawing.errors_of(found), **{each.place: each.message for each in found}}
        return _show(request, bench, rule, replace(draft, errors=wrong, sentence=found[0].message, status=422))
    try:
        services.keep_draft(facility=bench.facility, by=request.user, queues=_with(bench.queues, made), base=bench.base)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        wrong = {refusal.fix: refusal.sentence}
        return _show(request, bench, rule, replace(draft, errors=wrong, sentence=refusal.sentence, status=refusal.status))
    return go_to(request, f"{address_of(bench.facility)}#queue-{made.code}")


def _when(tree: clauses.Node) -> tuple[tuple[Clause, ...], tuple[Fault, ...]]:
    """The conditions as far as they can be read, and what cannot."""
    if not tree.clauses:
        return (), ()
    reading = plain.definition_of(clauses.write(tree))
    group = reading.definition.when
    inside = group.clauses if isinstance(group, Group) else (group,)
    return inside, tuple(fault for fault in reading.faults if fault.place.startswith("when"))


def _rule(draft: Draft, rule: QueueRule | None, when: tuple[Clause, ...]) -> QueueRule:
    people = tuple(sorted({int(each) for each in draft.fields.get("people", ()) if each.isascii() and each.isdigit()}))
    return QueueRule(
        code=rule.code if rule else slugify(draft.typed("name"))[:40].strip("-"),
        name=draft.typed("name"),
        kind=rule.kind if rule else draft.typed("kind"),
        when=when,
        returned=draft.typed("returned") or "any",
        people=people,
        needs=_needs(draft),
        most_held=_whole(draft.typed("most_held")),
    )


def _needs(draft: Draft) -> Needs:
    """The boxes that are ticked, and what else was typed as credentials."""
    ticked = [each for each in draft.fields.get("credentials", ()) if each]
    typed = draft.typed("more_credentials").upper().replace(",", " ").split()
    return needs.made((*ticked, *typed), draft.fields.get("coding_types", ()), draft.typed("supervision"))


def _whole(text: str) -> int | None:
    """A number as typed; nothing is no limit, and what is no number is one that no limit allows."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _with(queues: QueueSet, made: QueueRule) -> QueueSet:
    """A queue in its place; a new one before the first of its kind, where it is asked first."""
    if queues.named(made.code) is not None:
        return replace(queues, queues=tuple(made if rule.code == made.code else rule for rule in queues.queues))
    at = next((place for place, rule in enumerate(queues.queues) if rule.kind == made.kind and rule.returned != "only"), 0)
    return replace(queues, queues=(*queues.queues[:at], made, *queues.queues[at:]))


def _show(request: StaffRequest, bench: Bench, rule: QueueRule | None, draft: Draft) -> HttpResponse:
    when, broken = _when(draft.tree)
    shape = _rule(draft, rule, when)
    readable = shape.kind in WorkKind.values and not broken
    context: dict[str, Any] = {
        "bench": bench,
        "rule": rule,
        "draft": draft,
        "tree": drawing.draw(draft.tree),
        "about": ABOUT,
        "how": _HOW,
        "sides": drawing.SIDES,
        "moments": MOMENTS,
        "kinds": WorkKind.choices,
        "returned": RETURNED,
        "kind": rule.kind if rule else draft.typed("kind"),
        "kind_label": WorkKind(rule.kind).label if rule else "",
        "typed": {name: draft.typed(name) for name in ("name", "returned", "most_held")},
        "people": [(str(person.pk), str(person)) for person in takers(bench.facility)],
        "chosen": draft.fields.get("people", ()),
        "says": f"{matching.sentence(shape)} {needs.sentence(shape.needs)}".strip() if readable else "",
        "who": takers_of(bench.facility, QueueSet((shape,)))[shape.code]
        if readable and not list(needs.faults(shape.needs))
        else None,
        "credentials": _offered(bench.facility, shape.needs),
        "coding_types": PatientClass.choices,
        "closeness": [(key, words) for key, (words, _, _) in needs.CLOSENESS.items()],
        "asks": shape.needs,
        "more_credentials": draft.typed("more_credentials"),
        "fixed": rule is not None and rule.code == UNROUTED,
        "errors": dict(draft.errors),
    }
    part = "_queue_form" if request.htmx else "edit"
    answer = render(request, f"worklist/queueing/{part}.html", context, status=draft.status)
    # A refusal says something at every part of the form.
    return reselect(retarget(answer, "#queue-form"), "#queue-form") if draft.sentence else answer


def _offered(facility: Facility, chosen: Needs) -> list[tuple[str, str]]:
    """Credentials to tick: those that people here have, the known ones, and what the queue asks for already. One query."""
    recorded = Competence.objects.filter(facility=facility).order_by().values_list("credential", flat=True).distinct()
    here = [each for text in recorded for each in credentials.named(text)]
    every = dict.fromkeys([*credentials.KNOWN, *sorted(here), *(each for each in chosen.credentials if len(each) <= 12)])
    return [(each, credentials.KNOWN.get(each, "")) for each in every]


#: The numbers of the weights' form: field, words, unit.
_NUMBERS: Final = (
    ("hours_per_doubling", "Earlier for each doubling of charges", "hours"),
    ("dollars_floor", "Charges from which dollars count", "dollars"),
    ("most_hours_for_dollars", "At most, for charges", "hours"),
    ("returned_hours", "Earlier for what came back", "hours"),
    ("other_target_hours", "Target of other classes, after discharge", "hours"),
)


@require_role(*WRITES)
def queue_weights(request: StaffRequest, pk: int) -> HttpResponse:
    """What moves work forward, and the limits of each person; saved into the person's changes."""
    bench = bench_of(request, reach(request, pk))
    if request.method != "POST":
        return _show_weights(request, bench, _typed_weights(bench.queues))
    typed = {name: str(value).strip()[:20] for name, value in request.POST.items()}
    changed = _weighed(bench.queues, typed)
    found = list(limits.limit_faults(changed))
    if found:
        return _show_weights(request, bench, typed, {each.place: each.message for each in found}, 422)
    services.keep_draft(facility=bench.facility, by=request.user, queues=changed, base=bench.base)
    return go_to(request, address_of(bench.facility))


def _typed_weights(queues: QueueSet) -> dict[str, str]:
    weights = queues.weights
    typed = {name: format(getattr(weights, name), ".0f") for name, _, _ in _NUMBERS}
    typed |= {f"target-{code}": str(weights.target_hours.get(code, "")) for code in PatientClass.values}
    typed |= {f"payer-{code}": str(weights.payer_hours.get(code, "")) for code in PayerKind.values}
    return typed | {name: _limit(getattr(queues, name)) for name in ("most_held", "put_backs")}


def _limit(number: int | None) -> str:
    return "" if number is None else str(number)


def _weighed(queues: QueueSet, typed: Mapping[str, str]) -> QueueSet:
    """The set with the numbers as typed; what is no number becomes one that no bound allows."""
    hours = {name: _whole(typed.get(name, "")) for name, _, _ in _NUMBERS}
    numbers: dict[str, Any] = {name: -1 if value is None else value for name, value in hours.items()}
    weights = Weights(
        target_hours=_given(typed, "target-", PatientClass.values),
        payer_hours=_given(typed, "payer-", PayerKind.values),
        **{**numbers, "dollars_floor": Decimal(numbers["dollars_floor"])},
    )
    return replace(
        queues,
        weights=weights,
        most_held=_whole(typed.get("most_held", "")),
        put_backs=_whole(typed.get("put_backs", "")),
    )


def _given(typed: Mapping[str, str], prefix: str, codes: list[str]) -> dict[str, int]:
    read = {code: _whole(typed.get(f"{prefix}{code}", "")) for code in codes}
    return {code: hours for code, hours in read.items() if hours is not None}


def _show_weights(
    request: StaffRequest, bench: Bench, typed: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    def rows(prefix: str, choices: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
        return [
            (f"{prefix}{code}", words, typed.get(f"{prefix}{code}", ""), (errors or {}).get(f"{prefix}{code}", ""))
            for code, words in choices
        ]

    context = {
        "bench": bench,
        "numbers": [(name, words, unit, typed.get(name, ""), (errors or {}).get(name, "")) for name, words, unit in _NUMBERS],
        "targets": rows("target-", PatientClass.choices),
        "payers": rows("payer-", PayerKind.choices),
        "limits": rows("", [("most_held", "Open at once, of one queue"), ("put_backs", "Put back in a day")]),
        "guard_days": round(bench.queues.weights.most_overtaken_hours / 24),
        "sentence": next(iter((errors or {}).values()), ""),
    }
    return render(request, "worklist/queueing/weights.html", context, status=status)
