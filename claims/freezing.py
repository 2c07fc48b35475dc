"""A feed that stopped moving: it repeats a figure while others, who ask the same, see it change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

Polls = Sequence[tuple[datetime, Decimal]]  # when asked, what was said; in any order

LEAST_POLLS = 3  # twice the same figure happens in any quiet minute
LEAST_PEERS = 2  # one other voice may be the one that is wrong


def is_frozen(polls: Polls, peers: Mapping[str, Polls], tolerance: Decimal) -> bool:
    """Whether the newest polls of one source repeat a figure while two other voices moved by more than the tolerance.

    peers: voice name -> its polls of the same quantity. tolerance: relative, as in the catalogue. Peers are looked at
    from the first to the last of the repeated polls only.
    """
    same = _repeated(sorted(polls))
    if len(same) < LEAST_POLLS:
        return False
    start, end = same[0][0], same[-1][0]
    moved = [name for name, said in peers.items() if _has_moved(said, start, end, tolerance)]
    return len(moved) >= LEAST_PEERS


def _repeated(polls: Sequence[tuple[datetime, Decimal]]) -> Sequence[tuple[datetime, Decimal]]:
    """The newest polls as far as they say what the last one says."""
    first = len(polls)
    while first and polls[first - 1][1] == polls[-1][1]:
        first -= 1
    return polls[first:]


def _has_moved(said: Polls, start: datetime, end: datetime, tolerance: Decimal) -> bool:
    values = [value for moment, value in said if start <= moment <= end]
    if not values:
        return False
    low, high = min(values), max(values)
    return high - low > tolerance * max(abs(low), abs(high))
