"""The generated set of NCCI pairs is one that the loader takes, and no sample account has a pair of it."""

from pathlib import Path

import pytest

from benchmarks import pairs, stored
from coding_workflow.codesets.loaders import PairTable, read_parts
from coding_workflow.codesets.loaders.files import open_parts

SERVICES = frozenset({"99284", "10003", "J2405"})


@pytest.mark.once
@pytest.mark.parametrize("number", [1_000, 4_321])
def test_so_many_different_pairs_are_read_from_all_parts(tmp_path: Path, number: int) -> None:
    files = pairs.written(tmp_path, number, SERVICES)
    table = read_parts(pairs.SYSTEM, [part for path in files for part in open_parts(path)])
    assert isinstance(table, PairTable)
    rows = [row.split("\t") for _, _, row in table.rows()]
    assert len(files) == 4
    assert len({(first, second) for first, second, *_ in rows}) == len(rows) == number
    assert SERVICES.isdisjoint(second for _, second, *_ in rows)
    assert {indicator.strip() for *_, indicator in rows} == {"0", "1"}
    # The lists of one account are looked up in the first column, where nothing stands beside its other services.
    assert {deleted for *_, deleted, _ in rows} == {"\\N", "2020-01-01"}


@pytest.mark.once
def test_services_of_the_samples_stand_in_the_first_column() -> None:
    services = stored.services_of_samples()
    firsts = {line.split("\t")[0] for line in pairs.pairs(40_000, services)}
    assert len(services) > 10
    assert services <= firsts


@pytest.mark.once
def test_the_same_number_makes_the_same_files(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files = pairs.written(tmp_path / name, 1_500, SERVICES)
        texts.append(read_parts(pairs.SYSTEM, [part for path in files for part in open_parts(path)]).checksum)
    assert texts[0] == texts[1]
