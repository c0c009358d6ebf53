"""NCCI's pairs and unlikely units for the services of many accounts, read at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.models import PairEdit, TableRelease, UnitLimit


@dataclass(frozen=True)
class ServiceEdits:
    """Every pair and every limit of some releases among some codes. What is asked beyond these it cannot answer."""

    _releases: frozenset[int]
    _codes: frozenset[str]
    _pairs: Mapping[tuple[int, str], list[PairEdit]]
    _limits: Mapping[tuple[int, str], UnitLimit]

    @classmethod
    def read(cls, *, pairs_in: Iterable[TableRelease], limits_in: Iterable[TableRelease], codes: Iterable[str]) -> "ServiceEdits":
        """Two queries at most: one for the pairs of all these codes, one for their limits."""
        paired, limited = ({release.pk: release for release in releases} for releases in (pairs_in, limits_in))
        among = frozenset(codes)
        pairs: defaultdict[tuple[int, str], list[PairEdit]] = defaultdict(list)
        for row in codesets.pairs_among(paired.values(), among) if paired and among else ():
            pairs[row.release_id, row.column_1].append(row)
        limits = codesets.limits_of(limited.values(), among) if limited and among else ()
        return cls(frozenset((*paired, *limited)), among, pairs, {(row.release_id, row.code): row for row in limits})

    def cover(self, releases: Iterable[TableRelease], codes: Collection[str]) -> bool:
        """Whether everything about these was read."""
        return self._codes.issuperset(codes) and self._releases.issuperset(release.pk for release in releases)

    def pairs_among(self, releases: Iterable[TableRelease], codes: Collection[str]) -> Iterator[PairEdit]:
        """As ``codesets.selectors``."""
        for release in releases:
            for code in codes:
                yield from (row for row in self._pairs.get((release.pk, code), ()) if row.column_2 in codes)

    def limits_of(self, releases: Iterable[TableRelease], codes: Collection[str]) -> Iterator[UnitLimit]:
        """As ``codesets.selectors``."""
        for release in releases:
            yield from (limit for code in codes if (limit := self._limits.get((release.pk, code))))
