"""Where a figure lies on the line that a claim's page draws, in percent of the width: drawn, never judged by.

The decisive area (the region's edges, their guard bands, the figure as claimed) must stay wide enough to see. What lies
too far from it is broken off and stands beyond the break; where most figures do, the line is logarithmic instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims.policy import ARITHMETIC
from claims.types import Region

REACH = 12  # decisive areas that are drawn on either side of it; what is further away is too far
WIDE = 20  # figures this many times apart are drawn by their logarithm, where breaking off a few does not help
GUTTER = 8.0  # percent of the width kept beyond a break
MARGIN = Decimal("0.05")  # of what is drawn, on both sides
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scale:
    """low, high: the ends of the line, low < high; both above zero when logarithmic.

    is_cut_left, is_cut_right: figures stand beyond a break on that side.
    """

    low: Decimal
    high: Decimal
    logarithmic: bool = False
    is_cut_left: bool = False
    is_cut_right: bool = False

    @property
    def start(self) -> float:
        return GUTTER if self.is_cut_left else 0.0

    @property
    def end(self) -> float:
        return 100.0 - GUTTER if self.is_cut_right else 100.0

    def is_off(self, value: Decimal) -> bool:
        """Beyond a break."""
        return (self.is_cut_left and value < self.low) or (self.is_cut_right and value > self.high)

    def at(self, value: Decimal) -> float:
        """Percent of the width. Beyond a break: the middle of what is kept there; beyond an end: the end."""
        if value < self.low:
            return self.start / 2
        if value > self.high:
            return (self.end + 100.0) / 2
        return self.start + (self.end - self.start) * self._share(value)

    def _share(self, value: Decimal) -> float:
        if self.logarithmic:
            low, high = _log(self.low), _log(self.high)
            return (_log(value) - low) / (high - low)
        return float(ARITHMETIC.divide(ARITHMETIC.subtract(value, self.low), self.high - self.low))


def scale_for(region: Region, claimed: Sequence[Decimal], seen: Sequence[Sequence[Decimal]]) -> Scale:
    """The scale on which this region and these figures are told apart.

    seen: of each observation the figure and then, where it has any, the ends of its interval; not empty.
    """
    core = decisive(region, claimed)
    figures = [one[0] for one in seen]
    reach = REACH * (core[-1] - core[0]) or REACH * _median([_distance(figure, core) for figure in figures])
    far = [figure for figure in figures if _distance(figure, core) > reach]
    if far and reach and 2 * len(far) <= len(figures):
        near = [end for one in seen for end in one if _distance(one[0], core) <= reach]
        return _broken([*core, *(end for end in near if _distance(end, core) <= reach)], far)
    everything = [*core, *(end for one in seen for end in one)]
    positive = [value for value in everything if value > 0]
    if far and reach and min([*core, *figures]) >= 0 < min(core) and max(positive) > WIDE * min(positive):
        return _logarithmic([value for value in everything if value >= 0])
    return Scale(*_ends(everything))


def decisive(region: Region, claimed: Sequence[Decimal]) -> list[Decimal]:
    """The edges of the region, how far their guard bands reach, and the figures as claimed; sorted, never empty."""
    points = list(claimed)
    if region.low is not None:
        points += [region.low, region.low - region.guard]
    if region.high is not None:
        points += [region.high, region.high + region.guard]
    return sorted(points) or [ZERO]


def _distance(value: Decimal, core: Sequence[Decimal]) -> Decimal:
    return max(core[0] - value, value - core[-1], ZERO)


def _median(values: Sequence[Decimal]) -> Decimal:
    return sorted(values)[(len(values) - 1) // 2]


def _broken(kept: Sequence[Decimal], far: Sequence[Decimal]) -> Scale:
    low, high = _ends(kept)
    return Scale(low, high, is_cut_left=min(far) < low, is_cut_right=max(far) > high)


def _ends(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """With a margin, and from zero where zero is near and nothing lies below it."""
    low, high = min(values), max(values)
    margin = (high - low) * MARGIN or abs(high) * MARGIN or Decimal(1)
    from_zero = low >= 0 and low < (high - low) / 4
    return ZERO if from_zero else low - margin, high + margin


def _logarithmic(values: Sequence[Decimal]) -> Scale:
    """Zero has no logarithm: it is broken off to the left."""
    positive = [value for value in values if value > 0]
    spread = Decimal((max(positive) / min(positive)) ** MARGIN)
    return Scale(min(positive) / spread, max(positive) * spread, logarithmic=True, is_cut_left=min(values) <= 0)


def _log(value: Decimal) -> float:
    """Of anything from 1e-300 to 1e+300 and beyond: a float alone would overflow."""
    return value.adjusted() + math.log10(float(value.scaleb(-value.adjusted(), ARITHMETIC)))
