"""What a claim leaves open: the values its figure may stand for, by the digits as written and by its words.

Wider than the region that providers are read against where copy is loose, and narrower where only providers differ: a
figure may have been rounded or cut off, and the class tolerance, which covers the venue sets of two dashboards, is only
given to claims that name different sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claims.types import Assertion, Comparator
from sources.metrics import CATALOGUE

ZERO = Decimal(0)
BELIEVED = Decimal("0.1")  # nobody writes "$1 billion" for 1.4: rounding is believed up to a tenth of the figure
ABOUT = Decimal("0.1")  # "about", "nearly": as far as that, or as the rounding if that is more
ORDER = Decimal(10)
LEVELS = frozenset({"price_break"})  # "above 96,000" is that level and not 95,500
TRADED = frozenset({"price", "price_break"})  # each venue has a price of its own: the class tolerance always applies
SIGNED = frozenset({"price_change", "index_record"})
BELOW = frozenset({Comparator.UNDER, Comparator.BROKE_BELOW})
ABOVE = frozenset({Comparator.OVER, Comparator.BROKE_ABOVE})
UNSAID = frozenset({Comparator.STATES, Comparator.RECORD_HIGH, Comparator.RECORD_LOW})


@dataclass(frozen=True, slots=True)
class Extent:
    """A closed interval in the metric's unit; None is open."""

    low: Decimal | None
    high: Decimal | None

    def widened(self, share: Decimal) -> Extent:
        low = None if self.low is None else self.low - share * abs(self.low)
        return Extent(low, None if self.high is None else self.high + share * abs(self.high))

    @property
    def negative(self) -> Extent:
        return Extent(_minus(self.high), _minus(self.low))


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def extent_of(assertion: Assertion) -> Extent | None:
    """None for what states no figure."""
    if assertion.comparator in UNSAID or assertion.value is None:
        return None
    extent = _said(assertion, assertion.value)
    if assertion.metric in TRADED:
        extent = extent.widened(CATALOGUE[assertion.metric].tolerance)
    if assertion.metric in SIGNED:
        return extent
    return Extent(max(extent.low or ZERO, ZERO), extent.high)


def _said(assertion: Assertion, value: Decimal) -> Extent:
    comparator = assertion.comparator
    if comparator is Comparator.DOWN:
        value = -abs(value)
    written = Extent(value, value) if assertion.metric in LEVELS else as_written(value)
    if comparator in ABOVE:
        return Extent(written.low, None)
    if comparator in BELOW:
        return Extent(None, written.high)
    if comparator is Comparator.MAGNITUDE:
        return Extent(value, assertion.value_high or value * ORDER)
    if comparator is Comparator.BETWEEN and assertion.value_high is not None:
        return Extent(written.low, as_written(assertion.value_high).high)
    if comparator is Comparator.ABOUT:
        around = Extent(value, value).widened(ABOUT)
        return Extent(_least(written.low, around.low), _most(written.high, around.high))
    return written


def as_written(value: Decimal) -> Extent:
    """From where a figure rounds up to it, to where one is still cut off to it: 458E+6 is 457.5 to 459 million."""
    half = min(half_unit(value), BELIEVED * abs(value)) if value else half_unit(value)
    return Extent(value - half, value + 2 * half) if value >= 0 else Extent(value - 2 * half, value + half)


def half_unit(value: Decimal) -> Decimal:
    """Half of the last digit that is not a zero: "$460,000,000" may have been rounded to ten million."""
    exponent = value.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("not a finite figure")
    return Decimal((0, (5,), exponent - 1))


def _least(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else min(one, other)


def _most(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else max(one, other)
