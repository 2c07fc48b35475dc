"""One assertion against one observation. Everything is an interval on the line of the metric's measured quantity.

Supports: the observation lies inside the claim's region. Contradicts: the two are disjoint and further apart than the
guard band. Otherwise inconclusive, with the reason. Nothing here counts anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from claims.breaks import instant
from claims.policy import ARITHMETIC, POLICY, Policy
from claims.records import judged
from claims.types import Answer, Assertion, Comparator, Finding, Region, Stance
from sources.metrics import Metric
from sources.types import Observation, Says

BOUNDED_BELOW = frozenset({Comparator.OVER, Comparator.BROKE_ABOVE})
BOUNDED_ABOVE = frozenset({Comparator.UNDER, Comparator.BROKE_BELOW})
RECORDS = frozenset({Comparator.RECORD_HIGH, Comparator.RECORD_LOW})
ZERO = Decimal(0)
SCALES = (6, 9, 12)  # "$100M" is written to the million: its zeros stand before the word
ORDER = Decimal(10)  # a magnitude word without an end spans one order: "tens of billions"


def region_of(assertion: Assertion, policy: Policy = POLICY) -> Region:
    """The values that would make the claim true. ValueError when the comparator lacks its value or has no region."""
    with localcontext(ARITHMETIC):
        return _region(assertion, policy)


def _region(assertion: Assertion, policy: Policy) -> Region:
    comparator, tolerance = assertion.comparator, policy.metrics[assertion.metric].tolerance
    if comparator is Comparator.STATES:
        raise ValueError("a statement has no region")
    if comparator in RECORDS:
        return Region(ZERO, None, ZERO)
    value = _required(assertion.value)
    if comparator in BOUNDED_BELOW:
        return Region(value - tolerance * abs(value), None, tolerance * abs(value))
    if comparator in BOUNDED_ABOVE:
        return Region(None, value + tolerance * abs(value), tolerance * abs(value))
    return _bounded(assertion, value, tolerance, policy)


def _bounded(assertion: Assertion, value: Decimal, tolerance: Decimal, policy: Policy) -> Region:
    comparator = assertion.comparator
    if comparator is Comparator.MAGNITUDE:
        return Region(value, assertion.value_high or value * ORDER, ZERO, below_high=True)
    if comparator is Comparator.BETWEEN:
        return _between(value, _required(assertion.value_high), tolerance, policy)
    if comparator is Comparator.DOWN:
        value = -abs(value)
    factor = policy.about_factor if comparator is Comparator.ABOUT else 1
    half = max(rounding(value, tolerance, policy), factor * tolerance * abs(value))
    return Region(value - half, value + half, half)


def _between(low: Decimal, high: Decimal, tolerance: Decimal, policy: Policy) -> Region:
    if low > high:
        raise ValueError("between needs the lower figure first")
    below, above = (max(rounding(end, tolerance, policy), tolerance * abs(end)) for end in (low, high))
    return Region(low - below, high + above, max(below, above))


def _required(value: Decimal | None) -> Decimal:
    if value is None:
        raise ValueError("this comparator needs a value")
    return value


def rounding(value: Decimal, tolerance: Decimal, policy: Policy) -> Decimal:
    """Half of the last written digit, as far as it is believed: "$100,000" is not anything from 50,000 to 150,000."""
    share = min(policy.rounding_limit * tolerance, policy.rounding_share)
    return min(half_unit(value), share * abs(value)) if share and value else half_unit(value)


def half_unit(value: Decimal) -> Decimal:
    """Half of the last written digit: 0.5E6 for 458E+6, for 458000000 and for 500E+6, 0.05 for 62.0."""
    last = _exponent(value)
    if last >= 0:
        zeros = _exponent(value.normalize(ARITHMETIC))
        last = min(zeros, max((scale for scale in SCALES if scale <= value.adjusted()), default=zeros))
    return Decimal((0, (5,), last - 1))


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("not a finite figure")
    return exponent


SUPPORTS, CONTRADICTS, INCONCLUSIVE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.INCONCLUSIVE


def stance_of(observation: Observation, region: Region) -> Stance:
    """The one rule."""
    if _is_inside(observation, region):
        return SUPPORTS
    return CONTRADICTS if distance(observation, region) > region.guard else INCONCLUSIVE


def _is_inside(observation: Observation, region: Region) -> bool:
    low, high = region.low, region.high
    if low is not None and (observation.low is None or observation.low < low):
        return False
    if high is None:
        return True
    seen = observation.high
    return seen is not None and (seen < high or (seen == high and not region.below_high))


def distance(observation: Observation, region: Region) -> Decimal:
    """How far the two are apart; zero when they touch or overlap."""
    if observation.high is not None and region.low is not None and observation.high < region.low:
        return region.low - observation.high
    if observation.low is not None and region.high is not None and observation.low > region.high:
        return observation.low - region.high
    return ZERO


@dataclass(frozen=True, slots=True)
class Lens:
    """What every observation of one inquiry is read with. region is None where the claim has none."""

    assertion: Assertion
    metric: Metric
    region: Region | None
    policy: Policy
    volatility: Decimal | None


def lens_of(assertion: Assertion, policy: Policy, volatility: Decimal | None) -> Lens:
    """In the arithmetic of the rules."""
    region = None if assertion.comparator is Comparator.STATES else _region(assertion, policy)
    return Lens(assertion, policy.metrics[assertion.metric], region, policy, volatility)


def read(
    assertion: Assertion, answer: Answer, *, policy: Policy = POLICY, volatility: Decimal | None = None
) -> Finding:
    """The observation of an answer read against the assertion. ValueError for an abstention.

    volatility: standard deviation of the subject's relative change per √second; None when nobody knows it.
    """
    with localcontext(ARITHMETIC):
        return read_with(lens_of(assertion, policy, volatility), answer)


def read_with(lens: Lens, answer: Answer) -> Finding:
    """As `read`, for many answers to one assertion; in the arithmetic of the rules."""
    observation = answer.observation
    if observation is None:
        return _passage(lens, answer)
    region, drift = lens.region, ZERO
    if region is None:
        return Finding(answer, INCONCLUSIVE, None)
    if lens.assertion.comparator in RECORDS:
        region = _at_resolution(region, observation)
    if lens.volatility is not None:
        drift = _drift(observation, lens, lens.volatility)
        region = _widened(region, drift)
    moment, stance = held_at(observation), stance_of(observation, region)
    if lens.assertion.comparator in RECORDS:
        stance = judged(lens.assertion, observation, stance)
    if moment is not None and abs(moment - lens.assertion.question.window.end) > lens.metric.hard_limit:
        return Finding(answer, stance, region, False, "stale")  # as stale when it is that much later than the window
    if drift and drift > lens.policy.drift_limit * lens.metric.tolerance * abs(observation.value):
        return Finding(answer, stance, region, False, "stale", drifted=True)
    if answer.frozen:
        return Finding(answer, stance, region, False, "frozen")
    return Finding(answer, stance, region)


SAID = {Says.SUPPORTS: SUPPORTS, Says.DENIES: CONTRADICTS, Says.MENTIONS: INCONCLUSIVE}


def _passage(lens: Lens, answer: Answer) -> Finding:
    """A passage tells about a statement what it says about it, and nothing about a figure. It does not age."""
    passage = answer.passage
    if passage is None:
        raise ValueError("an abstention has nothing to read")
    if passage.publisher != answer.source:
        raise ValueError("a passage speaks for its publisher")
    return Finding(answer, SAID[passage.says] if lens.region is None else INCONCLUSIVE, None)


def _at_resolution(region: Region, observation: Observation) -> Region:
    """The guard band of a record is the resolution of the series that was read."""
    if observation.low is None or observation.high is None:
        return region
    return replace(region, guard=(observation.high - observation.low) / 2)


def held_at(observation: Observation) -> datetime | None:
    """A combined value is as old as its oldest part: `detail["parts"]`, ISO times of what it was made from."""
    moment, parts = observation.observed_at, observation.detail.get("parts")
    if not isinstance(parts, (list, tuple)):
        return moment
    known = [found for found in map(instant, parts) if found is not None]
    return min(known if moment is None else [*known, moment], default=None)


def _drift(observation: Observation, lens: Lens, volatility: Decimal) -> Decimal:
    """What the market may have moved between the moment asked about and the moment observed, in the metric's unit."""
    moment = held_at(observation)
    if lens.metric.window is not None or moment is None:
        return ZERO
    apart = abs(moment - lens.assertion.window.end)
    return lens.policy.drift_sigmas * volatility * abs(observation.value) * seconds(apart).sqrt()


def seconds(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)) / 1_000_000


def _widened(region: Region, by: Decimal) -> Region:
    if not by:
        return region
    low = None if region.low is None else region.low - by
    high = None if region.high is None else region.high + by
    return replace(region, low=low, high=high, guard=region.guard + by)
