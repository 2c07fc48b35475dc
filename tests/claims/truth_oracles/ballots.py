"""One table for every oracle: who says what about each item, values within the tolerance taken as one.

The same meaning of "equal" is used to judge: two numbers are the same when they differ by no more than the larger of
tol_abs and tol_rel of the larger of the two; categories are the same when their texts are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Value = float | str


@dataclass(frozen=True, slots=True)
class Attr:
    """kind: "number" or "category"."""

    kind: str = "category"
    tol_abs: float = 0.0
    tol_rel: float = 0.0

    def tolerance(self, a: float, b: float) -> float:
        # a hair above, so that 10.1 - 10.0 is within 0.1
        return max(self.tol_abs, self.tol_rel * max(abs(a), abs(b))) * (1 + 1e-9)

    def same(self, a: Value, b: Value) -> bool:
        if isinstance(a, str) or isinstance(b, str):
            return str(a) == str(b)
        return abs(a - b) <= self.tolerance(a, b)


class Row(NamedTuple):
    item: str
    attr: str
    source: str
    value: Value


class Side(NamedTuple):
    """Those who say the same; value is the lower median of what they wrote."""

    value: Value
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    item: str
    attr: str
    sides: tuple[Side, ...]

    @property
    def voters(self) -> int:
        return sum(len(side.sources) for side in self.sides)


class Decision(NamedTuple):
    value: Value
    confidence: float
    sources: tuple[str, ...]


def ballots_of(rows: Iterable[Row], attrs: Mapping[str, Attr]) -> list[Ballot]:
    """In the order in which items first appear. The last word of a source about an item counts."""
    said: dict[str, dict[str, Value]] = defaultdict(dict)
    attr_of: dict[str, str] = {}
    for row in rows:
        said[row.item][row.source] = row.value
        attr_of[row.item] = row.attr
    return [
        Ballot(item, attr_of[item], tuple(sides(attrs[attr_of[item]], list(votes.items()))))
        for item, votes in said.items()
    ]


def sides(attr: Attr, votes: Sequence[tuple[str, Value]]) -> list[Side]:
    """The largest first: the run with most voters whose ends are within the tolerance, then again among the rest."""
    if attr.kind == "category":
        return _by_text(votes)
    left = sorted(((float(value), source) for source, value in votes), key=lambda vote: (vote[0], vote[1]))
    found = []
    while left:
        start, end = _densest(attr, [value for value, _ in left])
        run = left[start:end]
        found.append(Side(run[(len(run) - 1) // 2][0], tuple(source for _, source in run)))
        del left[start:end]
    return found


def _by_text(votes: Sequence[tuple[str, Value]]) -> list[Side]:
    by_text: dict[str, list[str]] = defaultdict(list)
    for source, value in votes:
        by_text[str(value)].append(source)
    ordered = sorted(by_text.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [Side(text, tuple(sources)) for text, sources in ordered]


def _densest(attr: Attr, values: Sequence[float]) -> tuple[int, int]:
    """Ends of the run with most values; of equally many the narrowest, then the lowest."""
    best, best_rank, start = (0, 1), (-1, 0.0), 0
    for end, high in enumerate(values):
        while high - values[start] > attr.tolerance(high, values[start]):
            start += 1
        rank = (-(end + 1 - start), high - values[start])
        if rank < best_rank:
            best, best_rank = (start, end + 1), rank
    return best
