"""How a price level was broken: the first minute, and whether it was only touched, closed beyond, or held.

Read from the observation's detail: `steps` [[ISO time, running extreme], …], `highest_close` or `lowest_close`,
`last_close`, `open`. A field that is missing or unreadable says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from claims.types import Comparator

FALLING = frozenset({Comparator.BROKE_BELOW, Comparator.UNDER})
BREAKS = frozenset({Comparator.BROKE_ABOVE, Comparator.BROKE_BELOW})


@dataclass(frozen=True, slots=True)
class Break:
    """None where the provider's detail does not say. already: the level was passed before the window."""

    first_at: datetime | None = None
    closed_beyond: bool | None = None
    held: bool | None = None
    already: bool | None = None


def break_of(comparator: Comparator, level: Decimal, edge: Decimal, detail: Mapping[str, Any]) -> Break:
    """level: the figure the claim names. edge: where its region begins, a little short of it."""
    falling = comparator in FALLING
    extreme_close = figure_in(detail, "lowest_close" if falling else "highest_close")
    return Break(
        first_at=first_crossing(comparator, edge, detail),
        closed_beyond=_beyond(extreme_close, edge, falling),
        held=_beyond(figure_in(detail, "last_close"), edge, falling),
        already=opened_beyond(comparator, level, detail),
    )


def opened_beyond(comparator: Comparator, level: Decimal, detail: Mapping[str, Any]) -> bool | None:
    """Whether the level was passed before the window; None when the detail does not say."""
    return _beyond(figure_in(detail, "open"), level, comparator in FALLING)


def figure_in(detail: Mapping[str, Any], name: str) -> Decimal | None:
    """A finite figure of the detail, None when there is none."""
    return _figure(detail.get(name))


def _figure(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        return None
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _beyond(value: Decimal | None, edge: Decimal, falling: bool) -> bool | None:
    if value is None:
        return None
    return value <= edge if falling else value >= edge


def first_crossing(comparator: Comparator, edge: Decimal, detail: Mapping[str, Any]) -> datetime | None:
    """When the price first reached the edge; None when the detail does not say."""
    steps, falling = detail.get("steps"), comparator in FALLING
    # A running extreme only ever moves outward, so the first crossing is found by halving: a day has hundreds of steps
    # and a busy level thousands of claims.
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        return None
    first = bisect_left(steps, True, key=lambda step: _is_beyond(step, edge, falling))
    return instant(steps[first][0]) if first < len(steps) else None


def _is_beyond(step: object, edge: Decimal, falling: bool) -> bool:
    if not isinstance(step, Sequence) or isinstance(step, str) or len(step) != 2:
        return False
    return bool(_beyond(_figure(step[1]), edge, falling))


def instant(raw: object) -> datetime | None:
    """An ISO time with its zone, None for anything else."""
    try:
        moment = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.utcoffset() is not None else None
