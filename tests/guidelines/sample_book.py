"""The book of the samples: its exempt list is the one that the samples are written by."""

from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.findings import Evaluation
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.samples.exempt import EXEMPT

from .book import Book, policy


class SampleBook(Book):
    """As ``Book``."""

    def poa_exempt(self, code: str) -> bool:
        return code in EXEMPT


def judged(facts: Facts) -> Evaluation:
    return evaluate(facts, builtin(), SampleBook(facts.tables_date), policy())
