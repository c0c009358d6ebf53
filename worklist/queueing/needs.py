"""What a person needs to be given work of a queue: a credential, competence in types of coding, how they are supervised.

One competence record in force must have everything at once. Where types are named there must be one for each of them, else
one of any type. ``met`` says it of records that were read, ``SKILLED`` says the same in the claim's own statement; a test asks
both. Pure.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import PatientClass
from coding_workflow.guidelines.lab.faults import Fault
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.staff import credentials as known
from coding_workflow.staff.models import Supervision

MOST_CREDENTIALS: Final = 12
#: How closely somebody may be supervised at most: the word of the document, as the form says it, in a sentence.
CLOSENESS: Final[dict[str, tuple[str, str, frozenset[str]]]] = {
    "": ("Any", "", frozenset()),
    "sampled": (
        "At most samples reviewed",
        "not under review of every account",
        frozenset({Supervision.SAMPLED.value, Supervision.INDEPENDENT.value}),
    ),
    "independent": ("Independent", "working independently", frozenset({Supervision.INDEPENDENT.value})),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """``credentials``: one of them; ``coding_types``: competence in each; ``supervision``: a key of ``CLOSENESS``."""

    credentials: tuple[str, ...] = ()
    coding_types: tuple[str, ...] = ()
    supervision: str = ""

    def __bool__(self) -> bool:
        return bool(self.credentials or self.coding_types or self.supervision)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of supervision that will do; none where any will."""
        return tuple(sorted(CLOSENESS[self.supervision][2])) if self.supervision in CLOSENESS else ()


@dataclass(frozen=True, slots=True)
class Held:
    """One competence record in force of a person at the facility."""

    coding_type: str
    credential: str
    supervision: str


NOTHING: Final = Needs()

#: Queues that ask for what the person does not have. Like the queues kept for others it asks nothing of the row but its
#: queue, so it is worked out once for the statement.
SKILLED: Final = f"""coalesce(w.queue_id, 0) <> ALL(ARRAY(
 SELECT n.queue_id FROM worklist_queueneeds n JOIN accounts_queue q ON q.id = n.queue_id
 JOIN (SELECT DISTINCT facility, day FROM unnest(%(facilities)s::bigint[], %(days)s::date[]) AS d(facility, day)) AS today
   ON today.facility = q.facility_id
 WHERE (n.credentials <> '{{}}' OR n.coding_types <> '{{}}' OR n.supervision <> '{{}}')
   AND greatest(cardinality(n.coding_types), 1) > (
  SELECT count(DISTINCT CASE WHEN n.coding_types = '{{}}' THEN '' ELSE c.coding_type END) FROM staff_competence c
  WHERE c.user_id = %(me)s AND c.facility_id = q.facility_id AND c.valid_from <= today.day
   AND (c.valid_to IS NULL OR c.valid_to > today.day) AND c.trained_on <= today.day AND c.oriented_on <= today.day
   AND (n.coding_types = '{{}}' OR c.coding_type = ANY(n.coding_types))
   AND (n.credentials = '{{}}' OR regexp_split_to_array(upper(c.credential), '{known.BETWEEN}') && n.credentials::text[])
   AND (n.supervision = '{{}}' OR c.supervision = ANY(n.supervision)))))"""  # noqa: S608 - fixed words of this module


def met(needs: Needs, held: Iterable[Held]) -> bool:
    """Whether somebody who holds these competences, in force today, has what is needed."""
    types = {each.coding_type for each in held if _fits(needs, each)}
    return types >= set(needs.coding_types) and (bool(types) or not needs)


def _fits(needs: Needs, held: Held) -> bool:
    if needs.credentials and not set(needs.credentials) & set(known.named(held.credential)):
        return False
    return not needs.levels or held.supervision in needs.levels


def words(needs: Needs) -> str:
    """What is needed as a phrase: ``CCS or RHIA, competence in inpatient and newborn coding``; empty where nothing is."""
    said = [_listed(needs.credentials, "or")] if needs.credentials else []
    if needs.coding_types:
        names = [str(dict(PatientClass.choices).get(each, each)).lower() for each in needs.coding_types]
        said.append(f"competence in {_listed(names, 'and')} coding")
    if needs.supervision in CLOSENESS and needs.supervision:
        said.append(CLOSENESS[needs.supervision][1])
    return ", ".join(said)


def sentence(needs: Needs) -> str:
    """The same as a sentence beside that of the conditions; empty where nothing is needed."""
    return f"Given to people with {words(needs)}." if needs else ""


def _listed(words_of: Collection[str], last: str) -> str:
    *first, final = words_of
    return f"{', '.join(first)} {last} {final}" if first else final


def faults(needs: Needs) -> Iterator[Fault]:
    """What is wrong with them; places are those of the form."""
    if len(needs.credentials) > MOST_CREDENTIALS:
        yield Fault("credentials", f"At most {MOST_CREDENTIALS} credentials.")
    wrong = next((each for each in needs.credentials if not known.SHAPE.fullmatch(each)), None)
    if wrong is not None:
        yield Fault("credentials", f"“{wrong[:20]}” is no credential: 2 to 12 capitals, digits and hyphens, such as CCS-P.")
    if set(needs.coding_types) - set(PatientClass.values):
        yield Fault("coding_types", "There is no such type of coding.")
    if needs.supervision not in CLOSENESS:
        yield Fault("supervision", "Choose how closely somebody may be supervised.")


def to_plain(needs: Needs) -> dict[str, Any]:
    """As the document has it."""
    return {
        "credentials": list(needs.credentials),
        "coding_types": list(needs.coding_types),
        "supervision": needs.supervision,
    }


def from_plain(raw: Any, place: str) -> Needs:
    """What a document says; what is absent is nothing needed. Raises ``DefinitionError``."""
    if raw is None:
        return Needs()
    if not isinstance(raw, dict) or set(raw) != {"credentials", "coding_types", "supervision"}:
        raise DefinitionError(place, "These are credentials, coding_types and supervision.")
    lists = [raw["credentials"], raw["coding_types"]]
    if not all(isinstance(each, list) and all(isinstance(word, str) for word in each) for each in lists):
        raise DefinitionError(place, "Credentials and coding_types are lists of words.")
    if not isinstance(raw["supervision"], str):
        raise DefinitionError(f"{place}.supervision", "This must be text.")
    return made(raw["credentials"], raw["coding_types"], raw["supervision"])


def made(credentials: Iterable[str], coding_types: Iterable[str], supervision: str) -> Needs:
    """Each word once and in order, so that equal needs are equal bytes."""
    return Needs(tuple(sorted(set(credentials))), tuple(sorted(set(coding_types))), supervision)
