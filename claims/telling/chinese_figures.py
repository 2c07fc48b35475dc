"""Figures and times the way Chinese financial news writes them.

Prices and other amounts below a million stand in full ("96,000美元"); above, in 万, 亿 and 万亿 ("4.58亿美元"), rounded
to the same digit as in English, so that both languages tell the same figures apart. UTC stays UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from claims.figures import CENT, NEARLY, SCALES, TENTH, UNREADABLE
from claims.policy import ARITHMETIC

SIZES = ((Decimal("1E+12"), "万亿"), (Decimal("1E+8"), "亿"), (Decimal("1E+4"), "万"))
SUFFIXES = {"USD": "美元", "percent": "%", "points": "点", "coins": "枚", "accounts": "个账户"}


def figure(value: Decimal, unit: str) -> str:
    """4.582亿美元, 612亿美元, 96,240美元, 3.2%, 53,549.16点, 20,999,999.98枚."""
    if abs(value) >= UNREADABLE:
        return f"{value:.3E}"
    sign, size = "−" if value < 0 else "", abs(value)
    digits = _money(size) if unit == "USD" else _digits(size)
    return f"{sign}{digits}{SUFFIXES.get(unit, '')}"


def gap(value: Decimal, unit: str) -> str:
    """3.2%和1.2%相差2个百分点."""
    text = figure(value, unit)
    return f"{text.removesuffix('%')}个百分点" if unit == "percent" else text


def figures(values: Sequence[Decimal], unit: str) -> str:
    """One figure, or the lowest and the highest: "610亿至612亿美元", "119至120.5点"."""
    low, high = figure(min(values), unit), figure(max(values), unit)
    if low == high:
        return low
    return f"{low if unit == 'percent' else low.removesuffix(SUFFIXES.get(unit, ''))}至{high}"


def _money(value: Decimal) -> str:
    for size, _ in SCALES:
        if value >= size * NEARLY:
            return _large(_rounded(value / size, CENT if value < 10 * size else TENTH) * size)
    return _digits(value, exact_below=Decimal(1))


def _large(value: Decimal) -> str:
    size, word = next((size, word) for size, word in SIZES if value >= size)
    return f"{_trimmed(f'{value / size:f}')}{word}"


def _digits(value: Decimal, exact_below: Decimal = CENT) -> str:
    """In full, grouped by thousands, to the hundredth; below a bound, four digits."""
    step = Decimal((0, (1,), value.adjusted() - 3)) if 0 < value < exact_below else CENT
    return _trimmed(f"{_rounded(value, step):,f}")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP, ARITHMETIC)


def clock(moment: datetime, other: datetime) -> str:
    """ "UTC时间02:41", with its day when that is not the day of the other moment."""
    at, day = moment.astimezone(UTC), other.astimezone(UTC).date()
    date = "" if at.date() == day else f"{at.month}月{at.day}日"
    return f"UTC时间{date}{at.hour:02}:{at.minute:02}"


def calendar(moment: datetime) -> str:
    """ "UTC时间2026年1月14日05:00"."""
    at = moment.astimezone(UTC)
    return f"UTC时间{at.year}年{at.month}月{at.day}日{at.hour:02}:{at.minute:02}"
