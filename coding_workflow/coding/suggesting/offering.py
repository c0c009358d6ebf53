"""Which codes the documents of a record name, each with its passage, and which of them are offered. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from coding_workflow.codesets.naming import LONGEST, Named
from coding_workflow.codesets.words import STOP_WORDS, indexed

from .reading import Context, Run, Word, runs
from .vocabulary import ABOUT, GOES_ON, HARMLESS, SAYS_HISTORY, TOO_PLAIN

#: Offers for one account at most: a list that nobody reads to its end helps nobody.
MOST_OFFERS: Final = 30

#: Whose words a code may rest on: providers' (I.B.14). Results, orders, nursing and other papers are not read.
DOCUMENT_TYPES: Final = (
    "discharge_summary",
    "death_summary",
    "final_progress_note",
    "operative_note",
    "procedure_note",
    "delivery_note",
    "newborn_record",
    "observation_note",
    "ed_note",
    "clinic_note",
    "consultation",
    "history_and_physical",
    "progress_note",
    "brief_operative_note",
    "query_response",
    "plan_of_care",
)
#: An order's reason is the diagnosis of a test (42 CFR 410.32).
_ORDERS: Final = ("order",)
#: Uncertain at discharge counts on a stay, and only there (II.H, III.C; IV.H for outpatients); never these (I.C.1.a.2, I.C.10.e).
_AT_DISCHARGE: Final = frozenset({"discharge_summary", "death_summary", "final_progress_note"})
_NEVER_UNCERTAIN: Final = ("B20", "A925", "U071", "J09", "O987")
#: Personal history, and what a past operation left.
_HISTORY_CODES: Final = ("Z85", "Z86", "Z87", "Z89", "Z90", "Z94", "Z95", "Z96", "Z98")
_HISTORY_WORDS: Final = ("personal history", "acquired absence", "presence", "status")
#: Signs and symptoms (chapter 18), which are not coded beside a diagnosis that explains them (I.B.5); these say more.
_SYMPTOM: Final = "R"
_NO_SYMPTOMS: Final = ("R65", "R57", "R296", "R297", "R402", "R403", "R73", "R78", "R97")
_NEWBORN: Final = ("P", "Z38")
#: Not offered beside these: hypertension with heart failure or chronic kidney disease is presumed to be of that organ, and
#: which combination it is, a coder decides (I.C.9.a); tobacco use beside dependence.
_INSTEAD: Final[dict[str, tuple[str, ...]]] = {"I10": ("I11", "I12", "I13", "I50", "N18"), "Z720": ("F17",)}
_EXTERNAL: Final = ("V", "W", "X", "Y")


class Naming(Protocol):
    """What the loaded table's names answer."""

    def named(self, said: Sequence[str], *, more: str = "") -> Named | None:
        """The code that the words name, if one does."""
        ...

    def knows(self, word: str) -> bool:
        """Whether some name has the word."""
        ...


@dataclass(frozen=True, slots=True)
class Paper:
    """One document version: its key, document type and text."""

    version: int
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One code with the passage that names it; ``why`` are the context words that were recognised."""

    version: int
    start: int
    end: int
    quote: str
    code: str
    why: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """The list of the claim that the code stands in."""
        return "external_cause" if self.code.startswith(_EXTERNAL) else "diagnosis"


def offers(papers: Iterable[Paper], names: Naming, *, patient_class: str, inpatient: bool) -> tuple[Offer, ...]:
    """The codes worth a coder's look, each once with its best passage, in the order of the record.

    Negated words and those of relatives are never offered; uncertain ones only on a stay, from a document of the
    discharge; past ones only as the code of a history. Symptoms only where nothing explains them.
    """
    types = DOCUMENT_TYPES if inpatient else DOCUMENT_TYPES + _ORDERS
    read = sorted((paper for paper in papers if paper.type in types), key=lambda paper: (types.index(paper.type), -paper.version))
    found: dict[str, Offer] = {}
    for paper in read:
        for offer in named_in(paper, names):
            if _may_be_offered(offer, paper, patient_class, inpatient):
                found.setdefault(offer.code, offer)
    return tuple(_most_telling(_without_symptoms(found.values())))[:MOST_OFFERS]


def named_in(paper: Paper, names: Naming) -> Iterator[Offer]:
    """Every code that a document names, whatever is said about it: the longest name first, none inside another."""
    for run in runs(paper.text):
        at = 0
        while at < len(run):
            offer, length = _named_at(run, at, paper, names)
            if offer is not None:
                yield offer
            at += length


def _named_at(run: Run, at: int, paper: Paper, names: Naming) -> tuple[Offer | None, int]:
    contexts = run[at].contexts
    if run[at].text.lower() in STOP_WORDS:
        return None, 1
    for length in range(min(LONGEST, len(run) - at), 0, -1):
        window = run[at : at + length]
        if window[-1].text.lower() in STOP_WORDS:
            continue
        named = _named([word.text for word in window], contexts, names)
        if named is None:
            continue
        if _says_more(run, at, length, paper.text, names, named):
            return None, length
        start, end = window[0].start, window[-1].end
        return Offer(paper.version, start, end, paper.text[start:end], named.code, tuple(sorted(contexts))), length
    return None, 1


def _named(said: Sequence[str], contexts: frozenset[Context], names: Naming) -> Named | None:
    if len(said) == 1 and (said[0].lower() in TOO_PLAIN or len(said[0]) < 2 or said[0].isdigit()):
        return None
    if Context.HISTORY not in contexts:
        return names.named(said)
    past = [word for word in said if word.lower() not in SAYS_HISTORY]
    found = (names.named(past, more=more) for more in _HISTORY_WORDS)
    return next((each for each in found if each and each.code.startswith(_HISTORY_CODES)), None) or names.named(said)


def _says_more(run: Run, at: int, length: int, text: str, names: Naming, named: Named) -> bool:
    """Whether the words around say something that the name does not: then it is not the code of what stands there."""
    before = run[at - 1] if at else None
    after = run[at + length] if at + length < len(run) else None
    if before and _joined(text, before, run[at]) and _tells(before.text.lower(), names):
        return True
    if after is None or not _joined(text, run[at + length - 1], after):
        return False
    follows = after.text.lower()
    if follows in ABOUT or follows in GOES_ON or (follows == "with" and named.assumed):
        return True
    if follows == "in" and any(_tells(word.text.lower(), names) for word in run[at + length + 1 : at + length + 3]):
        return True
    return _tells(follows, names)


def _joined(text: str, one: Word, other: Word) -> bool:
    """Whether nothing but a space, a hyphen or a line end stands between two words."""
    return not text[one.end : other.start].strip(" \t\n-")


def _tells(word: str, names: Naming) -> bool:
    """Whether the classification tells cases apart by this word. Shorthand (s/p, h/o, r/o) joins, it does not tell."""
    return not (word in HARMLESS or word in STOP_WORDS or word.isdigit() or "/" in word) and names.knows(word)


def _may_be_offered(offer: Offer, paper: Paper, patient_class: str, inpatient: bool) -> bool:
    said = frozenset(offer.why)
    if said & {Context.NEGATED, Context.FAMILY, Context.ASIDE}:
        return False
    if Context.HISTORY in said and not offer.code.startswith(_HISTORY_CODES):
        return False
    if Context.UNCERTAIN in said and not _counts_though_uncertain(offer, paper, inpatient):
        return False
    return not offer.code.startswith(_NEWBORN) or patient_class == "newborn"


def _counts_though_uncertain(offer: Offer, paper: Paper, inpatient: bool) -> bool:
    return inpatient and paper.type in _AT_DISCHARGE and not offer.code.startswith(_NEVER_UNCERTAIN)


def _without_symptoms(found: Iterable[Offer]) -> list[Offer]:
    every = list(found)
    if all(_is_symptom(offer) or offer.role != "diagnosis" for offer in every):
        return every
    return [offer for offer in every if not _is_symptom(offer)]


def _is_symptom(offer: Offer) -> bool:
    return offer.code.startswith(_SYMPTOM) and not offer.code.startswith(_NO_SYMPTOMS)


def _most_telling(found: Sequence[Offer]) -> Iterator[Offer]:
    """Without what the record says more exactly elsewhere: kidney disease beside chronic kidney disease, stage 4."""
    said = {offer.code: frozenset(indexed(offer.quote)) for offer in found}
    for offer in found:
        more_telling = any(said[offer.code] < other for other in said.values())
        if not more_telling and not any(code.startswith(_INSTEAD.get(offer.code, ())) for code in said):
            yield offer
