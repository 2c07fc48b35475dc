"""What the voices agree on. Never an average: an intersection, or the densest cluster and the median of its votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from functools import lru_cache

from sources.metrics import Metric
from sources.types import Kind, Observation

ZERO = Decimal(0)
HALF = Decimal("0.5")
SECOND = timedelta(seconds=1)
WEIGHING = Context(prec=16)  # weights are only compared with each other; forty digits of a power cost a ruling
EXACT = Kind.EXACT


@dataclass(frozen=True, slots=True)
class Consensus:
    """In the metric's unit. low or high is None where open; all are None where nothing was observed."""

    low: Decimal | None = None
    high: Decimal | None = None
    value: Decimal | None = None
    spread: Decimal | None = None


Vote = tuple[Decimal, str, int]  # value, voice, and its place among the observations: sorted as it stands


def consensus_of(seen: Sequence[Observation], names: Sequence[str], metric: Metric, end: datetime) -> Consensus:
    """Of these observations, each with the name of its voice; end: the moment the claim speaks of, from which they age.

    The order matters only between members of one voice that say the same.
    """
    votes = sorted((one.value, names[place], place) for place, one in enumerate(seen) if one.kind is EXACT)
    cluster = _densest(votes, metric.tolerance)
    low, high = _intersection(seen)
    if low is not None and high is not None and low > high:
        low, high = (cluster[0][0], cluster[-1][0]) if cluster else (None, None)
    if not cluster:
        return Consensus(low, high)
    return Consensus(low, high, _median(cluster, seen, metric, end), votes[-1][0] - votes[0][0])


def _intersection(seen: Sequence[Observation]) -> tuple[Decimal | None, Decimal | None]:
    """The highest low and the lowest high; the first is above the second when the intervals share no value."""
    lows = [one.low for one in seen if one.low is not None]
    highs = [one.high for one in seen if one.high is not None]
    return max(lows, default=None), min(highs, default=None)


def _densest(votes: Sequence[Vote], tolerance: Decimal) -> Sequence[Vote]:
    """The run of votes (in order) with most voices and ends within the tolerance; the narrower one wins."""
    if not votes or (_is_run(votes[0][0], votes[-1][0], tolerance) and _is_one_each(votes)):
        return votes
    best: tuple[int, Decimal, int, int] | None = None
    end, inside = 0, dict[str, int]()
    for start, (value, voice, _) in enumerate(votes):
        while end < len(votes) and _is_run(value, votes[end][0], tolerance):
            inside[votes[end][1]] = inside.get(votes[end][1], 0) + 1
            end += 1
        rank = (-len(inside), votes[end - 1][0] - value, start, end)
        best = rank if best is None or rank < best else best
        inside[voice] -= 1
        if not inside[voice]:
            del inside[voice]
    return votes[best[2] : best[3]] if best else ()


def _is_one_each(votes: Sequence[Vote]) -> bool:
    return len({vote[1] for vote in votes}) == len(votes)


def _is_run(low: Decimal, high: Decimal, tolerance: Decimal) -> bool:
    return high - low <= tolerance * (high if low > 0 else max(abs(low), abs(high)))


def _median(cluster: Sequence[Vote], seen: Sequence[Observation], metric: Metric, end: datetime) -> Decimal:
    """The lower weighted median; a voice has one vote, shared among its members."""
    if len(cluster) == 1:
        return cluster[0][0]
    half_life = metric.half_life
    weights = [_freshness(seen[place].observed_at, half_life, end) for _, _, place in cluster]
    if not _is_one_each(cluster):
        members = Counter([voice for _, voice, _ in cluster])
        weights = [weight / members[voice] for weight, (_, voice, _) in zip(weights, cluster, strict=True)]
    reached, half = ZERO, sum(weights, ZERO) / 2
    for (value, _, _), weight in zip(cluster, weights, strict=True):
        reached += weight
        if reached >= half:
            return value
    return cluster[-1][0]


def _freshness(moment: datetime | None, half_life: timedelta, end: datetime) -> Decimal:
    """2^(−age / half-life); a provider that does not say when is taken at one half-life."""
    return HALF if moment is None else _halved(abs(moment - end) // SECOND, half_life)


def _roots(count: int) -> tuple[Decimal, ...]:
    """2^(−1/2), 2^(−1/4), 2^(−1/8) …"""
    roots = [WEIGHING.sqrt(HALF)]
    while len(roots) < count:
        roots.append(WEIGHING.sqrt(roots[-1]))
    return tuple(roots)


ROOTS = _roots(40)  # binary places of an exponent: twelve digits of the weight


@lru_cache(maxsize=65_536)  # whole seconds within a metric's hard limit are few
def _halved(age: int, half_life: timedelta) -> Decimal:
    """2^(−age / half-life) from the binary places of the exponent: a power of decimals costs more than a ruling."""
    whole = half_life // SECOND
    times, rest = divmod(age, whole)
    weight = WEIGHING.power(HALF, times)
    for root in ROOTS:
        rest *= 2
        if rest >= whole:
            rest -= whole
            weight = WEIGHING.multiply(weight, root)
        if not rest:
            break
    return weight
