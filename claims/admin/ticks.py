"""Round figures along a scale, as short as they can be told apart: "$95.9k", "$400M", "−3%", "53,500"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from claims.admin.scale import Scale

MOST = 7  # labels on a wide page
FEW = 4  # labels that a phone has room for
LETTERS = ((12, "T"), (9, "B"), (6, "M"), (3, "k"))
FROM = Decimal(10_000)  # below it a figure is shorter in full
EDGE = 3.0  # percent from an end of the line within which a label does not stand centred
DECIMALS = 4  # behind a letter; with more, the figure in full is easier to read


@dataclass(frozen=True, slots=True)
class Tick:
    """at: percent of the width. minor: left out where there is little room."""

    at: float
    label: str
    minor: bool = False

    @property
    def anchor(self) -> str:
        return "start" if self.at < EDGE else "end" if self.at > 100.0 - EDGE else "middle"


def ticks_of(scale: Scale, unit: str) -> list[Tick]:
    values, step = _decades(scale) if scale.logarithmic else _steps(scale)
    majors = _majors(values, step)
    largest = max((abs(value) for value in values), default=Decimal(0))
    return [
        Tick(
            at=round(scale.at(value), 3),
            label=label(value, step or value, unit, abs(value) if step is None else largest),
            minor=value not in majors,
        )
        for value in values
    ]


def _majors(values: Sequence[Decimal], step: Decimal | None) -> Sequence[Decimal]:
    """All where they are few; else the rounder ones: multiples of two steps, every other power of ten."""
    if len(values) <= FEW:
        return values
    if step is not None:
        return [value for value in values if not value % (2 * step)]
    powers = [value for value in values if value.normalize().as_tuple().digits == (1,)]
    return powers if len(powers) <= FEW else powers[::2]


def _steps(scale: Scale) -> tuple[list[Decimal], Decimal]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = scale.high - scale.low
    power = span.adjusted() - 1
    sizes = (Decimal((0, (digit,), power + more)) for more in range(3) for digit in (1, 2, 5))
    step = next(size for size in sizes if span / size < MOST)
    first = (scale.low / step).to_integral_value(ROUND_CEILING)
    return [(first + number) * step for number in range(MOST + 1) if (first + number) * step <= scale.high], step


def _decades(scale: Scale) -> tuple[list[Decimal], None]:
    """Powers of ten; some of them where they are many, and figures between where they are few."""
    inside = range(scale.low.adjusted(), scale.high.adjusted() + 1)
    powers = [power for power in inside if scale.low <= Decimal((0, (1,), power)) <= scale.high]
    digits = (1,) if len(powers) > 3 else (1, 3) if len(powers) == 3 else (1, 2, 5)
    kept = powers[:: (len(powers) - 1) // MOST + 1] if len(powers) > 3 else inside
    values = [Decimal((0, (digit,), power)) for power in kept for digit in digits]
    return [value for value in values if scale.low <= value <= scale.high], None


def label(value: Decimal, step: Decimal, unit: str, largest: Decimal) -> str:
    """step: what the next label is away, which says how many decimals are needed. largest: of all labels."""
    sign, before, behind = "−" if value < 0 else "", "$" if unit == "USD" else "", "%" if unit == "percent" else ""
    return f"{sign}{before}{_short(abs(value), step, unit, largest)}{behind}"


def _short(value: Decimal, step: Decimal, unit: str, largest: Decimal) -> str:
    last = step.normalize().as_tuple().exponent
    assert isinstance(last, int)
    for power, letter in LETTERS:
        fits = largest >= max(FROM, Decimal((0, (1,), power))) and power - last <= DECIMALS
        if value and fits and (unit == "USD" or letter != "k"):
            return f"{value.scaleb(-power).normalize():,f}{letter}"
    return f"{value.normalize():,f}"
