"""Figures, times and lists the way people read them. English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from claims.policy import ARITHMETIC

SCALES = ((Decimal("1E+12"), "T"), (Decimal("1E+9"), "B"), (Decimal("1E+6"), "M"))
SUFFIXES = {"percent": "%", "points": " points", "coins": " coins", "accounts": " accounts"}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
TENTH = Decimal("0.1")
CENT = Decimal("0.01")
NEARLY = Decimal("0.99995")  # 999.95 million is written as a billion, 980 million is not
UNREADABLE = Decimal("1E+30")  # nothing anyone reports; printed as a power so that a broken feed cannot break a page


def figure(value: Decimal, unit: str) -> str:
    """$458.2M, $61.2B, $96,240, $0.5123, 3.2%, 53,549.16 points, 20,999,999.98 coins."""
    if abs(value) >= UNREADABLE:
        return f"{value:.3E}"
    sign = "−" if value < 0 else ""
    if unit == "USD":
        return f"{sign}${_money(abs(value))}"
    return f"{sign}{_digits(abs(value), CENT)}{SUFFIXES.get(unit, '')}"


def gap(value: Decimal, unit: str) -> str:
    """How far two figures are apart: 3.2% and 1.2% are 2 percentage points apart, not 2%."""
    text = figure(value, unit)
    return f"{text.removesuffix('%')} percentage points" if unit == "percent" else text


def _money(value: Decimal) -> str:
    for size, letter in SCALES:
        if value >= size * NEARLY:
            return f"{_digits(value / size, CENT if value < 10 * size else TENTH)}{letter}"
    if value >= 1 or not value:
        return f"{_rounded(value, CENT):,f}".removesuffix(".00")
    text = f"{_rounded(value, Decimal((0, (1,), value.adjusted() - 3))).normalize():f}"
    return f"{text}0" if len(text) == len("0.5") else text


def _digits(value: Decimal, step: Decimal) -> str:
    """Grouped by thousands, rounded to the step, without trailing zeros; four digits when that would leave nothing."""
    if value and value < step:
        step = Decimal((0, (1,), value.adjusted() - 3))
    text = f"{_rounded(value, step):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP, ARITHMETIC)


def figures(values: Sequence[Decimal], unit: str) -> str:
    """One figure, or the lowest and the highest: "$61B to $61.2B", "119 to 120.5 points"."""
    low, high = figure(min(values), unit), figure(max(values), unit)
    word = SUFFIXES.get(unit, "")
    return low if low == high else f"{low.removesuffix(word) if word.startswith(' ') else low} to {high}"


def clock(moment: datetime, other: datetime) -> str:
    """ "02:41 UTC", with its day when that is not the day of the other moment."""
    at, day = moment.astimezone(UTC), other.astimezone(UTC).date()
    time = f"{at.hour:02}:{at.minute:02} UTC"
    return time if at.date() == day else f"{time} on {at.day} {MONTHS[at.month - 1]}"


def calendar(moment: datetime) -> str:
    """ "05:00 UTC on 14 January 2026"."""
    at = moment.astimezone(UTC)
    return f"{at.hour:02}:{at.minute:02} UTC on {at.day} {MONTHS[at.month - 1]} {at.year}"
