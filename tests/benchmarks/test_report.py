"""What the reader of a run is told beside the table."""

from benchmarks.arithmetic import Ratio, Summary
from benchmarks.figure import Figure
from benchmarks.report import Line, slow_lists
from benchmarks.spent import Spent


def _line(name: str, p95: float) -> Line:
    one = Ratio(1, 1, 1)
    summary = Summary(5, p95, p95, 1, to_null=one, to_floor=one, processor_to_null=one)
    return Line(Figure(name, "", lambda: Spent(1, 1), "null view"), summary, None)


def test_lists_are_held_to_one_and_a_half_null_pages_and_twenty_milliseconds() -> None:
    lines = [_line("signed-in null", 10), _line("My work", 35), _line("My work, deep", 35.1), _line("journey", 900)]

    assert slow_lists(lines) == ["My work, deep"]


def test_without_the_null_page_no_list_is_called_slow() -> None:
    assert slow_lists([_line("My work", 900)]) == []
