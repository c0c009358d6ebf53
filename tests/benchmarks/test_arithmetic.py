"""The ratios that the benchmark prints."""

import pytest

from benchmarks.arithmetic import Batch, Round, percentile, ratio, repetitions, summarise
from benchmarks.spent import Spent


def _round(figure: float, null: float, floor: float = 1.0) -> Round:
    return Round(figure=_batch(*[figure] * 3), null=_batch(null), floor=_batch(floor))


def _batch(*times: float) -> Batch:
    """By the clock each took so long; of a processor, half of it and one more."""
    return Batch(tuple(Spent(clock=time, processor=time / 2 + 1) for time in times))


def test_a_ratio_is_made_inside_its_round_so_that_a_slow_minute_changes_nothing() -> None:
    calm, busy = _round(30, 10), _round(300, 100)

    found = summarise([calm, busy, calm, busy, calm])

    assert (found.to_null.middle, found.to_null.low, found.to_null.high) == (3, 3, 3)
    assert found.times == 15


def test_the_middle_ratio_is_a_median_and_the_extremes_are_told() -> None:
    found = ratio([(time, 10.0) for time in (20, 20, 30, 20, 90)])

    assert (found.middle, found.low, found.high) == (2, 2, 9)


def test_a_batch_speaks_by_its_median_so_that_one_hiccup_is_not_heard() -> None:
    batch = _batch(5.0, 6.0, 500.0)

    assert (batch.clock, batch.processor) == (6, 4)


def test_the_floor_has_a_ratio_of_its_own() -> None:
    found = summarise([_round(30, 10, 15)] * 5)

    assert (found.to_null.middle, found.to_floor.middle) == (3, 2)


def test_processor_time_is_compared_with_processor_time() -> None:
    found = summarise([_round(30, 6)] * 5)

    assert (found.processor, found.processor_to_null.middle) == (16, 4)


def test_four_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        summarise([_round(30, 10)] * 4)


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (95, 95), (100, 100), (0, 1)])
def test_a_percentile_is_a_time_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([float(time) for time in range(100, 0, -1)], percent) == expected


@pytest.mark.parametrize(("one", "expected"), [(10, 5), (1000, 1), (0.1, 20), (0, 20)])
def test_the_number_of_repetitions_is_bounded_on_both_sides(one: float, expected: int) -> None:
    assert repetitions(one=one, share=50, most=20) == expected
