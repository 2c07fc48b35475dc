"""Candles read as evidence: which of them count for a window, and what they say about price, extreme and change.

A candle counts when it lies entirely inside the window and was finished when the answer arrived. Neighbours and the
running candle never count. A stretch without candles is a stretch without trades, unless it lies at an edge of the
window and nothing was seen beyond it: then the history is too short, and an extreme is only a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sources.errors import Malformed, NoData
from sources.providers._base import resolution_of
from sources.types import Kind, Observation, Window, ceiling, exact, floor
from sources.units import plain

MINUTE = timedelta(minutes=1)
INTERVALS = {"1m": MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "1h": 60 * MINUTE, "4h": 240 * MINUTE}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAD = 3  # candles asked before a window: they tell the price it opened at and that the history reaches back to it
LOOKBACK = 10 * MINUTE  # a thin market has minutes without trades; an older price is not the price of the moment
PUBLISHED_WITHIN = 2 * MINUTE  # after its end a candle that is missing had no trades
DEAREST, CHEAPEST = Decimal("1e12"), Decimal("1e-12")  # outside of these a figure is no price of a coin


@dataclass(frozen=True, slots=True)
class Candle:
    """One finished interval, from its start up to before its end."""

    start: datetime
    end: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal

    def __post_init__(self) -> None:
        if not CHEAPEST <= self.low <= min(self.open, self.close) <= max(self.open, self.close) <= self.high <= DEAREST:
            raise Malformed(f"the candle of {iso(self.start)} has its low, high, open and close out of order")


@dataclass(frozen=True, slots=True)
class Series:
    """Finished candles of one market, oldest first. Never empty.

    interval: of most of them; the edges of a window are looked at by the minute. heard_at: when the last answer came.
    """

    pair: str
    quote: str
    interval: str
    candles: tuple[Candle, ...]
    heard_at: datetime

    @property
    def step(self) -> timedelta:
        return INTERVALS[self.interval]

    @property
    def tick(self) -> Decimal:
        """The finest step any figure is written in. JSON numbers lose their zeros, so a single figure would mislead."""
        return min(resolution_of(value) for c in self.candles for value in (c.open, c.high, c.low, c.close))

    def inside(self, window: Window) -> tuple[Candle, ...]:
        found = tuple(c for c in self.candles if window.start <= c.start and c.end <= window.end)
        if not found:
            raise NoData(f"no finished {self.interval} candle of {self.pair} lies inside the window")
        return found


def in_order(pair: str, quote: str, interval: str, candles: Iterable[Candle], heard_at: datetime) -> Series:
    found = tuple(sorted(candles, key=lambda candle: candle.start))
    if not found:
        raise NoData(f"no finished {interval} candle of {pair} was served")
    return Series(pair, quote, interval, found, heard_at)


def aligned(window: Window, step: timedelta) -> Window | None:
    """The widest window of whole steps inside this one; None when not even one fits."""
    start = window.start + (EPOCH - window.start) % step
    end = window.end - (window.end - EPOCH) % step
    return Window(start, end) if start < end else None


def touched(window: Window, step: timedelta) -> Window:
    """The whole steps that this window has any part in."""
    return Window(window.start - (window.start - EPOCH) % step, window.end + (EPOCH - window.end) % step)


def price_at(series: Series, moment: datetime) -> tuple[Decimal, datetime]:
    """The close of the last candle that ended at or before the moment, and when it ended."""
    last = latest(series, moment)[-1]
    return last.close, last.end


def latest(series: Series, moment: datetime) -> list[Candle]:
    """The candles of the last ten minutes before the moment, at least one."""
    earlier = [c for c in series.candles if moment - LOOKBACK < c.end <= moment]
    if not earlier:
        raise NoData(f"no finished candle of {series.pair} ends within 10 minutes before {iso(moment)}")
    return earlier


def price(series: Series, moment: datetime) -> Observation:
    value, held_at = price_at(series, moment)
    return exact(
        value,
        series.tick,
        observed_at=held_at,
        note=f"{series.pair}, close of the {series.interval} candle",
        detail={
            "interval": series.interval,
            "quote": series.quote,
            "ranges": [[plain(c.high), plain(c.low)] for c in latest(series, moment)],
        },
    )


def change(before: Series, after: Series, window: Window) -> Observation:
    """Percent from the price at the window's start to the price at its end; the resolution is that of both prices."""
    start, started_at = price_at(before, window.start)
    end, ended_at = price_at(after, window.end)
    percent = (end / start - 1) * 100
    resolution = 100 * (after.tick * start + before.tick * end) / (start * start)
    return exact(
        _rounded(percent),
        _rounded(resolution) + _SMALLEST,
        observed_at=ended_at,
        note=f"{after.pair}, {plain(start)} to {plain(end)}",
        detail={
            "start": [iso(started_at), plain(start)],
            "end": [iso(ended_at), plain(end)],
            "quote": after.quote,
        },
    )


_SMALLEST = Decimal("1e-10")


def _rounded(figure: Decimal) -> Decimal:
    if abs(figure) >= DEAREST:
        raise Malformed("the two prices are too far apart to be of one market")
    return figure.quantize(_SMALLEST)


def extreme(series: Series, window: Window, which: str) -> Observation:
    """The highest high (which: "high") or lowest low ("low") of the window; a bound only when history is short.

    What a candle saw that an edge of the window cuts may lie inside or not: the interval reaches that far.
    """
    counted = series.inside(window)
    pick = max if which == "high" else min
    best = pick(getattr(candle, which) for candle in counted)
    farthest = pick([best, *(getattr(candle, which) for candle in cut(series, counted, window))])
    about: dict[str, Any] = {
        "observed_at": counted[-1].end,
        "note": _note(series, counted, window),
        "detail": _reading(series, counted, window, which),
    }
    if covers(series, counted, window):
        low, high = min(best, farthest) - series.tick, max(best, farthest) + series.tick
        return Observation(best, low, high, Kind.EXACT, **about)
    return floor(best, **about) if which == "high" else ceiling(best, **about)


def cut(series: Series, counted: tuple[Candle, ...], window: Window) -> list[Candle]:
    """The candles that hold an edge no whole candle reaches up to, at most one for each: the finest."""
    edges = {window.start} - {counted[0].start} | {window.end} - {counted[-1].end}
    holding = [[candle for candle in series.candles if candle.start < edge < candle.end] for edge in edges]
    return [min(found, key=lambda candle: candle.end - candle.start) for found in holding if found]


def covers(series: Series, counted: tuple[Candle, ...], window: Window) -> bool:
    """Whether the served history spans the window: a pause is believed between two candles, hardly at an open end.

    The end is the strict one: a level broken in the last minutes is news, and must not be refuted by their absence
    before the venue had time to publish them.
    """
    whole = aligned(window, MINUTE) or window
    pause = max(5 * MINUTE, 2 * series.step, (whole.end - whole.start) / 10)
    seen_before, seen_after = series.candles[0].start < window.start, series.candles[-1].end > window.end
    unseen = 2 * MINUTE if series.heard_at - window.end >= PUBLISHED_WITHIN else timedelta(0)
    pauses = [later.start - earlier.end for earlier, later in pairwise(counted)]
    return (
        counted[0].start - whole.start <= (pause if seen_before else max(2 * MINUTE, series.step))
        and window.end - counted[-1].end <= (pause if seen_after else unseen)
        and max(pauses, default=pause) <= pause
    )


def _note(series: Series, counted: tuple[Candle, ...], window: Window) -> str:
    whole = aligned(window, MINUTE) or window
    expected = (whole.end - whole.start) // MINUTE
    seen = sum((candle.end - candle.start) // MINUTE for candle in counted)
    gaps = f", {seen} of {expected} minutes" if seen < expected else ""
    return f"{series.pair}, {series.interval} candles{gaps}"


def _reading(series: Series, counted: tuple[Candle, ...], window: Window, which: str) -> dict[str, Any]:
    """What a claim's reading needs beyond the extreme: each new record, the closes, and the price before the window."""
    earlier = tuple(c for c in series.candles if c.end <= window.start)[-LEAD:]
    best = max if which == "high" else min
    reading: dict[str, Any] = {
        "steps": _records(counted, which),
        f"{which}est_close": plain(best(c.close for c in counted)),
        "last_close": plain(counted[-1].close),
        "open": plain(earlier[-1].close if earlier else counted[0].open),
        "interval": series.interval,
        "quote": series.quote,
    }
    if earlier:
        reading[f"before_{which}"] = plain(best(getattr(c, which) for c in earlier))
    return reading


def _records(counted: tuple[Candle, ...], which: str) -> list[list[str]]:
    """[start of the candle, new extreme] each time the extreme moved, so the first crossing of any level is in it."""
    records: list[list[str]] = []
    best: Decimal | None = None
    for candle in counted:
        value: Decimal = getattr(candle, which)
        if best is None or (value > best if which == "high" else value < best):
            best = value
            records.append([iso(candle.start), plain(value)])
    return records


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
