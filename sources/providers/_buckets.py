"""Amounts per interval, summed over a window whose edges need not fall on the intervals' own.

The buckets inside the window are the least it can hold, the buckets that touch it the most. Where the edges fall on
the grid both are the same figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sources.errors import Malformed, NoData
from sources.types import Kind, Observation, Window, floor

CENT = Decimal("0.01")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What happened in [start, start + step). series: buckets of one series never overlap."""

    start: datetime
    amount: Decimal
    series: str = ""


def floored(moment: datetime, step: timedelta) -> datetime:
    """The start of the bucket that holds `moment`."""
    return moment - (moment - EPOCH) % step


def expected(window: Window, step: timedelta) -> int:
    """How many buckets of one series touch the window."""
    return -((floored(window.start, step) - window.end) // step)


def touching(buckets: Sequence[Bucket], step: timedelta, window: Window) -> list[Bucket]:
    """Those that share time with the window. Malformed when a series states one bucket twice."""
    found = [bucket for bucket in buckets if bucket.start < window.end and bucket.start + step > window.start]
    if len({(bucket.series, bucket.start) for bucket in found}) != len(found):
        raise Malformed("the answer states one interval twice")
    return found


def summed(buckets: Sequence[Bucket], step: timedelta, window: Window, *, complete: bool, note: str) -> Observation:
    """The total of the window. complete: whether every bucket that could touch it is there; if not, a floor.

    NoData when no bucket lies wholly inside.
    """
    touched = touching(buckets, step, window)
    inside = [b for b in touched if b.start >= window.start and b.start + step <= window.end]
    if not inside:
        raise NoData("no interval of the answer lies inside the window")
    least, most = _sum(inside), _sum(touched)
    if not complete:
        return floor(least, note=note)
    return Observation(least, least - CENT, most + CENT, Kind.EXACT, note=note)


def _sum(buckets: Sequence[Bucket]) -> Decimal:
    return sum((bucket.amount for bucket in buckets), Decimal(0))
