"""The editor's form as it stands: out of what was posted, what the person left, or the rule itself; and drawn as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.lab import vocabulary
from coding_workflow.guidelines.lab.limits import warnings
from coding_workflow.guidelines.lab.reading import MAX_CHARACTERS, DefinitionError
from coding_workflow.guidelines.lab.testing import Outcome, RuleTest, run, shortfalls, tests_from_json, tests_to_json, too_much
from coding_workflow.guidelines.models import AdminRule, RuleVersion, State
from coding_workflow.staff.access import StaffRequest
from worklist.drafting import keep_draft
from worklist.lab import clauses, drawing, places, plain
from worklist.models import RuleDraft
from worklist.selectors.lab import CONDITIONS, shown_version, tables_today

#: Names of the form that are not the rule: what to do, and the reason.
_NOT_READ: Final = ("csrfmiddlewaretoken", "do", "reason", "seen")
#: The test being written, with the number of the account that its facts are taken from: shown again, never kept.
_NOT_KEPT: Final = "test:"
#: The longest text of one field, of the facts of a test, and the most fields of a form. Nothing is cut: more is refused.
_LONGEST: Final = 20_000
_LONGEST_FACTS: Final = MAX_CHARACTERS
_MOST: Final = 2_000
_UNREADABLE: Final = (
    "What you left here cannot be read any more, so nothing is kept or saved. Below is the rule as it is: throw away what "
    "you left to go on with it."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at one rule. ``version`` is the draft that the rule has, or the version that a new one starts from.

    ``broken`` says that what the person left cannot be read: then it is neither kept over nor saved.
    """

    rule: AdminRule
    version: RuleVersion
    fields: Mapping[str, Sequence[str]]
    tests: tuple[RuleTest, ...]
    seen: str
    kept: bool = False
    broken: bool = False
    reason: str = ""
    focus: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    status: int = 200
    asked_to_save: bool = False
    theirs: RuleVersion | None = None

    @property
    def draft(self) -> RuleVersion | None:
        """The draft in the rule; None where the next one is a new version."""
        return self.version if self.version.state == State.DRAFT else None

    def reading(self) -> plain.Reading:
        """The form read as a rule."""
        return plain.definition_of(self.fields)

    def with_tree(self, tree: clauses.Node, focus: str) -> "Desk":
        """With other clauses."""
        around = {name: values for name, values in self.fields.items() if not name.startswith("when")}
        return replace(self, fields={**around, **clauses.write(tree)}, focus=focus)

    def with_fields(self, **values: str) -> "Desk":
        """With other words in some fields; ``test_name`` is the field ``test:name``."""
        return replace(self, fields={**self.fields, **{name.replace("_", ":", 1): [value] for name, value in values.items()}})

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.fields.get(name, ())), "")


def desk_of(request: StaffRequest, rule: AdminRule) -> Desk:
    """The form as the person left it, else as the rule is."""
    versions = list(guidelines.versions_of(rule))
    version = next((each for each in versions if each.state == State.DRAFT), None) or shown_version(versions)
    left = RuleDraft.objects.filter(rule=rule, user=request.user).first()
    if left is None:
        return _as_it_is(rule, version)
    try:
        return Desk(rule, version, left.fields, tests_from_json(left.tests), left.seen, kept=True)
    except DefinitionError:
        return replace(_as_it_is(rule, version), broken=True, sentence=_UNREADABLE)


def _as_it_is(rule: AdminRule, version: RuleVersion) -> Desk:
    """The rule; of a version that cannot be read what can, and why there is no more."""
    definition = guidelines.readable_definition(version) or guidelines.title_alone(version)
    fields = {**plain.fields_of(definition), **clauses.write(plain.root_of(definition.when))}
    why = guidelines.unreadable(version)
    sentence = f"{why} Below is what could be read of it: write the rest anew and save it." if why else ""
    seen = version.seal if version.state == State.DRAFT else ""
    return Desk(rule, version, fields, guidelines.readable_tests(version), seen, sentence=sentence)


def posted_desk(request: StaffRequest, rule: AdminRule) -> Desk:
    """The form as it was sent, with the tests that it had."""
    before = desk_of(request, rule)
    names = [name for name in request.POST if name not in _NOT_READ]
    fields = {_clean(name): [_clean(value) for value in request.POST.getlist(name)] for name in names}
    seen = _clean(request.POST.get("seen", ""))[:64]
    sentence = before.sentence if before.broken else ""
    return replace(before, fields=fields, seen=seen, sentence=sentence, reason=request.POST.get("reason", ""))


def _clean(text: str) -> str:
    """Without the one character that the database cannot hold."""
    return text.replace("\0", "")


def keep(request: StaffRequest, desk: Desk) -> Desk:
    """Keep it, so that nothing is lost; what would not be read back is refused with a sentence above the form."""
    if refusal := _unkept(desk):
        return replace(desk, sentence=refusal, status=422)
    fields = {name: values for name, values in desk.fields.items() if not name.startswith(_NOT_KEPT)}
    keep_draft(rule=desk.rule, by=request.user, fields=fields, tests=tests_to_json(desk.tests), seen=desk.seen)
    return replace(desk, kept=True)


def _unkept(desk: Desk) -> str:
    """Why the form cannot be kept as it stands; empty where it can."""
    if desk.broken:
        return _UNREADABLE
    if len(desk.fields) > _MOST:
        return f"Not kept: the form has more than {_MOST:,} fields."
    if any(len(value) > _longest(name) for name, values in desk.fields.items() for value in values):
        return f"Not kept: a field holds more than {_LONGEST:,} characters, or the facts of a test more than {_LONGEST_FACTS:,}."
    return too_much(desk.tests)


def _longest(name: str) -> int:
    return _LONGEST_FACTS if name == "test:facts" else _LONGEST


def context(desk: Desk) -> dict[str, Any]:
    """Everything that the editor's templates read."""
    reading = desk.reading()
    ready = reading.whole and not reading.faults
    missing = shortfalls(reading.definition, desk.tests) if ready else ()
    return {
        "desk": desk,
        "rule": desk.rule,
        "fields": _fields(desk),
        "tree": drawing.draw(clauses.read(desk.fields)),
        "about": drawing.ABOUT,
        "sides": drawing.SIDES,
        "moments": vocabulary.MOMENTS,
        "placeholders": vocabulary.PLACEHOLDERS,
        "sentence": reading.sentence,
        "todo": [
            (fault.message, places.id_of(fault.place), places.words_of(fault.place)) for fault in (*reading.faults, *missing)
        ],
        "warnings": [each.message for each in warnings(reading.definition, tables_today())] if ready else [],
        "ready": ready,
        "proofs": _proofs(desk, run(reading.definition, desk.tests) if ready else ()),
        "errors": _errors(desk, reading),
        "slots": _slots(desk, reading),
        "focus": desk.focus,
    }


def _proofs(desk: Desk, outcomes: tuple[Outcome, ...]) -> list[dict[str, Any]]:
    """The tests with how each goes, None while the rule is not complete."""
    gone = outcomes or (None,) * len(desk.tests)
    return [
        {"at": str(at), "test": test, "outcome": outcome} for at, (test, outcome) in enumerate(zip(desk.tests, gone, strict=True))
    ]


def _errors(desk: Desk, reading: plain.Reading) -> dict[str, str]:
    """What stands at the controls: everything once the person asked to save, before that what they typed wrongly."""
    found = drawing.errors_of(reading.faults)
    if not desk.asked_to_save:
        found = {at: said for at, said in found.items() if _touched(desk, at)}
    return {**found, **desk.errors}


def _touched(desk: Desk, at: str) -> bool:
    """Whether something was typed there; a clause is touched as a whole."""
    path, _, part = at.rpartition("-")
    values = desk.fields.get(f"{path}:{part}", desk.fields.get(at, ()))
    return any(value.strip() for value in values) or (at.startswith("when-") and part not in {"value", "about"})


def _slots(desk: Desk, reading: plain.Reading) -> list[tuple[str, str]]:
    """Every place of the form that can say something, with what it says now: the live answer fills them."""
    said = _errors(desk, reading)
    names = ("title", "message", "reference", "starts", "ends", "services", "override")
    questions = [name.removesuffix(":value") for name in desk.fields if name.endswith(":value")]
    clause_paths = [path for path, _ in clauses.walk(clauses.read(desk.fields))]
    ids = [*names, *(f"{path}-value" for path in questions), *clause_paths]
    return [(each, said.get(each, "")) for each in ids]


def _fields(desk: Desk) -> dict[str, Any]:
    """The form around the clauses: choices with what is chosen."""
    chosen = {name: desk.typed(name) for name in (*plain.TEXTS, *plain.CHOSEN, *plain.DATES, "condition", "services")}
    listed = {name: tuple(desk.fields.get(name, ())) for name in ("classes", "payers")}
    test = {name: desk.typed(f"test:{name}") for name in ("name", "expect", "facts", "number", "at", "subjects")}
    return {**chosen, **listed, "test": test, "choices": _CHOICES}


_CHOICES: Final = {
    "conditions": CONDITIONS,
    "severities": vocabulary.SEVERITIES,
    "overrides": vocabulary.OVERRIDES,
    "owners": vocabulary.OWNERS,
    "fixes": vocabulary.FIXES,
    "classes": vocabulary.CLASSES,
    "payers": vocabulary.PAYERS,
}
