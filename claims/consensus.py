"""What the voices agree on. Never an average: an intersection, or the densest cluster and the median of its votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from claims.types import Finding
from sources.metrics import Metric
from sources.types import Kind, Observation

ONE = Decimal(1)
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Consensus:
    """In the metric's unit. low or high is None where open; all are None where nothing was observed."""

    low: Decimal | None = None
    high: Decimal | None = None
    value: Decimal | None = None
    spread: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    value: Decimal
    weight: Decimal
    voice: str


def consensus_of(
    findings: Sequence[Finding], voice_of: Callable[[Finding], str], metric: Metric, end: datetime
) -> Consensus:
    """Of these findings; end: the moment the claim speaks of, from which values age."""
    observed = [(one.answer.observation, voice_of(one)) for one in findings if one.answer.observation is not None]
    votes = sorted(
        (Vote(seen.value, _freshness(seen, metric, end), voice) for seen, voice in observed if seen.kind is Kind.EXACT),
        key=lambda vote: (vote.value, vote.voice, vote.weight),
    )
    spread = votes[-1].value - votes[0].value if votes else None
    cluster = _densest(votes, metric.tolerance)
    value = _median(cluster) if cluster else None
    low, high = _intersection([seen for seen, _ in observed])
    if low is not None and high is not None and low > high:
        low, high = (cluster[0].value, cluster[-1].value) if cluster else (None, None)
    return Consensus(low, high, value, spread)


def _intersection(observed: Sequence[Observation]) -> tuple[Decimal | None, Decimal | None]:
    """The highest low and the lowest high; the first is above the second when the intervals share no value."""
    lows = [seen.low for seen in observed if seen.low is not None]
    highs = [seen.high for seen in observed if seen.high is not None]
    return max(lows, default=None), min(highs, default=None)


def _freshness(seen: Observation, metric: Metric, end: datetime) -> Decimal:
    """2^(−age / half-life); a provider that does not say when is taken at one half-life."""
    if seen.observed_at is None:
        return HALF
    age = Decimal(int(abs(seen.observed_at - end).total_seconds()))
    return HALF ** (age / Decimal(int(metric.half_life.total_seconds())))


def _densest(votes: Sequence[Vote], tolerance: Decimal) -> list[Vote]:
    """The run of votes (sorted by value) with most voices and ends within the tolerance; the narrower one wins."""
    runs = [_run(votes, start, tolerance) for start in range(len(votes))]
    return min(runs, key=lambda run: (-len({vote.voice for vote in run}), run[-1].value - run[0].value), default=[])


def _run(votes: Sequence[Vote], start: int, tolerance: Decimal) -> list[Vote]:
    low = votes[start].value
    return [vote for vote in votes[start:] if vote.value - low <= tolerance * max(abs(low), abs(vote.value))]


def _median(cluster: Sequence[Vote]) -> Decimal:
    """The lower weighted median; a voice has one vote, shared among its members."""
    voices = [vote.voice for vote in cluster]
    weights = [vote.weight / voices.count(vote.voice) for vote in cluster]
    reached, half = Decimal(0), sum(weights, Decimal(0)) / 2
    for vote, weight in zip(cluster, weights, strict=True):
        reached += weight
        if reached >= half:
            return vote.value
    return cluster[-1].value
