"""Windows inside each other: where a smaller one states more than a larger one can hold. In n log n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from claims.arithmetic.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Point:
    """index: of the quantity it stands for."""

    start: int
    end: int
    value: Decimal
    index: int


def exceeding(inner: Sequence[Quantity], outer: Sequence[Quantity]) -> Iterator[tuple[Quantity, Quantity]]:
    """Pairs of which the first lies within the second's window and states more than that one allows.

    Not all such pairs, of which there may be n², but for each quantity that is in any the gravest it is in.
    """
    lows = [Point(one.start, one.end, one.low.value, at) for at, one in enumerate(inner) if one.low]
    highs = [Point(one.start, one.end, one.high.value, at) for at, one in enumerate(outer) if one.high]
    for low, high in _greatest_within(lows, highs):
        if low.value > high.value:
            yield inner[low.index], outer[high.index]
    # Read backwards, what contains is contained, and the lowest upper bound is the greatest.
    for high, low in _greatest_within(_turned(highs), _turned(lows)):
        if high.value > low.value:
            yield inner[low.index], outer[high.index]


def _turned(points: Sequence[Point]) -> list[Point]:
    return [Point(-one.start, -one.end, -one.value, one.index) for one in points]


def _greatest_within(points: Sequence[Point], frames: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """For each frame the point of the greatest value that starts no earlier and ends no later, if there is one."""
    ends = {end: rank for rank, end in enumerate(sorted({one.end for one in (*points, *frames)}), start=1)}
    waiting = sorted(points, key=lambda one: one.start)
    seen = _Prefixes(len(ends))
    for frame in sorted(frames, key=lambda one: one.start, reverse=True):
        while waiting and waiting[-1].start >= frame.start:
            point = waiting.pop()
            seen.add(ends[point.end], point)
        greatest = seen.greatest(ends[frame.end])
        if greatest is not None:
            yield greatest, frame


@dataclass(slots=True)
class _Prefixes:
    """A Fenwick tree: the greatest point of all ranks up to one, in log n."""

    size: int
    tree: dict[int, Point] = field(default_factory=dict)

    def add(self, rank: int, point: Point) -> None:
        while rank <= self.size:
            held = self.tree.get(rank)
            if held is None or held.value < point.value:
                self.tree[rank] = point
            rank += rank & -rank

    def greatest(self, rank: int) -> Point | None:
        found: Point | None = None
        while rank:
            held = self.tree.get(rank)
            if held is not None and (found is None or held.value > found.value):
                found = held
            rank -= rank & -rank
        return found
