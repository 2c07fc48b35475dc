"""Where the claim's region and each figure lie on one line, in percent of the width: drawn, never judged by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims.matching import region_of
from claims.models import Claim
from claims.types import Region
from sources.models import Observation

MARGIN = 0.12  # of the span, on both sides
WIDE = 20  # figures this many times apart are drawn by their logarithm


@dataclass(frozen=True, slots=True)
class Place:
    """left and width in percent; opens: "" for a figure, "right" for a floor, "left" for a ceiling."""

    left: str
    opens: str


@dataclass(frozen=True, slots=True)
class Scale:
    low: float
    high: float
    logarithmic: bool
    region_left: str
    region_width: str

    def percent(self, value: float) -> float:
        read = math.log10(value) if self.logarithmic else value
        return max(0.0, min(100.0, 100 * (read - self.low) / (self.high - self.low)))

    def place(self, observation: Observation) -> Place:
        opens = {"floor": "right", "ceiling": "left"}.get(observation.kind, "")
        return Place(f"{self.percent(float(observation.value)):.1f}", opens)


def scale_of(claim: Claim, observations: Sequence[Observation]) -> Scale | None:
    """None where there is nothing to draw: no figures, or a claim without a region that can be."""
    region = _region(claim)
    edges = [edge for edge in (region.low, region.high) if edge is not None] if region else []
    values = [float(value) for value in (*edges, *(one.value for one in observations))]
    if region is None or not observations or min(values) == max(values):
        return None
    logarithmic = min(values) > 0 and max(values) / min(values) > WIDE
    low, high = _ends([math.log10(value) for value in values] if logarithmic else values)
    scale = Scale(low, high, logarithmic, "0", "100")
    left = scale.percent(float(region.low)) if region.low is not None and _drawable(region.low, scale) else 0.0
    right = scale.percent(float(region.high)) if region.high is not None else 100.0
    return Scale(low, high, logarithmic, f"{left:.1f}", f"{max(right - left, 0.5):.1f}")


def _region(claim: Claim) -> Region | None:
    try:
        return region_of(claim.assertion)
    except ValueError:
        return None


def _ends(values: list[float]) -> tuple[float, float]:
    margin = (max(values) - min(values)) * MARGIN
    return min(values) - margin, max(values) + margin


def _drawable(edge: Decimal, scale: Scale) -> bool:
    return edge > 0 or not scale.logarithmic
