"""How two runs are compared, and how the crowd's accounts are counted."""

import json
from pathlib import Path

import pytest

from benchmarks import compare
from benchmarks.crowd import Handed, tally


def _run(accounts: int, **figures: tuple[float, int, int | None]) -> dict:
    return {
        "rows": {"accounts_account": accounts},
        "figures": [
            {
                "name": name,
                "to_null": {"middle": ratio},
                "processor_to_null": {"middle": ratio},
                "queries": queries,
                "buffers": buffers,
            }
            for name, (ratio, queries, buffers) in figures.items()
        ],
    }


def test_growth_is_second_by_first_of_what_both_runs_have() -> None:
    before = _run(100, list=(10.0, 12, 300), gone=(1.0, 1, 1))
    after = _run(1000, list=(11.0, 12, 600), new=(1.0, 1, 1))

    (growth,) = compare.grown(before, after)

    assert (growth.name, growth.queries, growth.buffers) == ("list", 1, 2)
    assert growth.to_null == pytest.approx(1.1)
    assert growth.most == 2


def test_what_one_run_did_not_count_is_not_compared() -> None:
    (growth,) = compare.grown(_run(100, null=(1.0, 0, None)), _run(1000, null=(1.0, 0, None)))

    assert growth.cells() == ("null", "1.00", "1.00", "", "")
    assert growth.most == 1


@pytest.mark.parametrize(("buffers", "status"), [(390, 0), (391, 1)])
def test_the_command_says_what_grew_too_much(buffers, status, tmp_path: Path, monkeypatch, capsys) -> None:
    assert _compared(tmp_path, monkeypatch, _run(100, list=(10.0, 12, 300)), _run(1000, list=(10.0, 12, buffers))) == status
    assert ("list." if status else "none.") in capsys.readouterr().out.splitlines()[-1]


def test_runs_with_nothing_in_common_are_no_comparison(tmp_path: Path, monkeypatch, capsys) -> None:
    assert _compared(tmp_path, monkeypatch, _run(100, a=(1.0, 1, 1)), _run(100, b=(1.0, 1, 1))) == 2
    assert "no figure in common" in capsys.readouterr().err


def _compared(folder: Path, monkeypatch, *runs: dict) -> int:
    files = [folder / f"{number}.json" for number in range(2)]
    for file, run in zip(files, runs, strict=True):
        file.write_text(json.dumps(run))
    monkeypatch.setattr("sys.argv", ["compare", *map(str, files)])
    return compare.main()


def test_the_crowd_counts_accounts_that_were_given_twice_and_those_nobody_got() -> None:
    assert tally([1, 2, 2, 3, 3, 3], {1, 2, 3, 4}) == Handed(given=6, twice=2, never=1)
    assert tally([], set()) == Handed(given=0, twice=0, never=0)
