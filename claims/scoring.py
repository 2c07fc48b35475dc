"""One earlier figure of a source against the outcome that became known later: right, wrong, or neither.

The outcome is a region, as a claim is: its interval widened by the class tolerance of the metric, with a guard band as
wide again. A figure inside is right, one further away than the guard band is wrong, anything else is not counted. So a
floor or a ceiling can only be wrong: what it allows besides the truth is no merit. Who is scored is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from claims.anomalies import DIFFERENCES, factor_between
from claims.figures import figure, gap
from claims.matching import distance, stance_of
from claims.policy import ARITHMETIC, POLICY, Policy
from claims.types import Region, Result, Stance
from sources.metrics import Metric
from sources.types import Kind, Observation

# Differences of two figures: a share of a change of nearly nothing would be no tolerance at all. In the metric's unit.
LEAST_TOLERANCE: Mapping[str, Decimal] = {
    "price_change": Decimal("0.1"),  # percentage points: USD and USDT pairs differ by about 0.1 %
    "index_record": Decimal("0.01"),  # points: closes are published with two digits
}
RESULTS = {Stance.SUPPORTS: Result.RIGHT, Stance.CONTRADICTS: Result.WRONG, Stance.INCONCLUSIVE: Result.UNDECIDED}


@dataclass(frozen=True, slots=True)
class Truth:
    """What turned out to be so: an interval in the metric's unit, and the moment the question speaks of.

    observed_at: when the outcome itself held, None where that is not said.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    window_end: datetime
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """label: "" or what kind of error it was ("unit_slip"). reason: one clause for the table."""

    result: Result
    reason: str
    label: str = ""


def region_around(truth: Truth, metric: Metric) -> Region:
    half = max(metric.tolerance * max(abs(truth.low), abs(truth.high)), LEAST_TOLERANCE.get(metric.name, Decimal(0)))
    return Region(truth.low - half, truth.high + half, half)


def score(said: Observation, received_at: datetime, truth: Truth, metric_name: str, policy: Policy = POLICY) -> Scored:
    """The figure against the outcome. received_at: when we heard it, for figures that name no moment of their own."""
    with localcontext(ARITHMETIC):
        metric = policy.metrics[metric_name]
        if (why := _other_moment(said, received_at, truth, metric)) != "":
            return Scored(Result.UNDECIDED, why)
        region = region_around(truth, metric)
        result = RESULTS[stance_of(said, region)]
        slip = _slip(said, truth, metric) if result is Result.WRONG else ""
        return Scored(result, _reason(said, truth, region, result, slip, metric), "unit_slip" if slip else "")


def _other_moment(said: Observation, received_at: datetime, truth: Truth, metric: Metric) -> str:
    """Why the figure is of another moment than the question, "" when it is not."""
    held_at = said.observed_at
    if held_at is None:
        late = metric.window is None and received_at - truth.window_end > metric.hard_limit
        return "it names no moment, and was heard too late to be of this one" if late else ""
    if abs(held_at - truth.window_end) > metric.hard_limit:
        return "it is of another moment than the question"
    if metric.window is None and truth.observed_at and abs(held_at - truth.observed_at) > metric.half_life:
        return "it is of another moment than the outcome"
    return ""


def _slip(said: Observation, truth: Truth, metric: Metric) -> str:
    """ "1000" when the figure is a thousand times the outcome; "" when it is no slip of the unit."""
    if metric.name in DIFFERENCES or said.kind is not Kind.EXACT or not truth.value or not said.value:
        return ""
    found = factor_between(said.value, truth.value, metric.tolerance)
    return "" if found == "1" else found


def _reason(said: Observation, truth: Truth, region: Region, result: Result, slip: str, metric: Metric) -> str:
    gave, was = figure(said.value, metric.unit), figure(truth.value, metric.unit)
    bound = {Kind.EXACT: "", Kind.FLOOR: "at least ", Kind.CEILING: "at most "}[said.kind]
    if slip:
        return f"it gave {gave}, {slip} times the {was} that it was"
    if result is Result.WRONG:
        return f"it gave {bound}{gave}, {gap(distance(said, region), metric.unit)} outside of what {was} allows"
    if result is Result.RIGHT:
        return f"it gave {gave}, and it was {was}"
    if said.kind is not Kind.EXACT:
        return f"it gave {bound}{gave}: a bound that holds is no merit"
    return f"it gave {gave}, too near to {was} to be wrong and too far to be right"
