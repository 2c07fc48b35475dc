"""A venue asked for candles: which interval and pages fit a window, and one conversation per metric.

The rows, one per venue, are in exchanges.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sources.assets import ASSETS
from sources.errors import Malformed, NotCovered, Stale
from sources.providers import _candles as candles
from sources.providers import _refusals as refusals
from sources.providers._base import Conversation, Lineage, instant, positive
from sources.providers._candles import INTERVALS, LEAD, LOOKBACK, MINUTE, Candle, Series
from sources.providers._ccxt import Market, Wire, columns_of, request_of
from sources.types import Question, Request, Response, Window

PAGES = 3  # as many as fit the deadline of a conversation when a venue needs half a second each
LATE = 15 * MINUTE  # a venue that serves only its newest rows is asked up to this long after the window
SYMBOL = re.compile(r"[A-Z0-9]{2,15}")

METRICS = frozenset({"price", "price_break", "price_change"})

Ask = Generator[Request, Response, Series]


class Heard(NamedTuple):
    """Candles, and when the last answer with some of them came."""

    candles: list[Candle]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One row: how this venue names pairs, dates and caps its rows, and complains.

    ids: the venue's id of a coin. locate: where the rows lie in an answer; Malformed when it is of another market.
    rows: most rows asked in one request. newest_only: only the newest rows are served, whatever time is asked for.
    stamp: where a row holds its time. finished: False for a row the venue itself marks as running.
    """

    name: str
    title: str
    quote: str
    wire: Wire
    ids: Callable[[str], str]
    complaint: refusals.Complaint
    rows: int
    stamp: int | str = 0
    per_second: int = 1000
    newest_only: bool = False
    intervals: tuple[str, ...] = ("1m", "5m", "15m", "1h")
    locate: Callable[[Market, str, Any], Any] = lambda market, interval, body: body
    finished: Callable[[Any], bool] = lambda row: True
    contract: str = ""  # said in the evidence when what is traded is not the coin itself
    base_url: str
    docs: str
    per_minute: int
    lineage: Lineage

    def market(self, subject: str) -> Market:
        return Market(self.ids(subject), subject, self.quote)

    def fits(self, span: Window, interval: str) -> bool:
        """Whether the span of whole candles can be had at this interval in a few pages."""
        reach = (span.end - span.start + (LATE if self.newest_only else timedelta(0))) / INTERVALS[interval]
        return reach + LEAD + 1 <= self.rows * (1 if self.newest_only else PAGES)

    def finest(self, window: Window) -> str:
        for interval in self.intervals:
            if self.fits(window, interval) and candles.aligned(window, INTERVALS[interval]):
                return interval
        raise NotCovered(f"{self.title} serves no candles that fit this window")

    def series(self, market: Market, interval: str, heard: Heard, end: datetime) -> Series:
        """Stale when the venue no longer serves candles from before `end`."""
        if self.newest_only and heard.candles and min(candle.end for candle in heard.candles) > end:
            raise Stale(f"{self.title} serves its newest candles only, and they begin later")
        pair = f"{market.symbol} {self.contract}".rstrip()
        return candles.in_order(pair, market.quote, interval, heard.candles, heard.at)


def covers(venue: Venue, question: Question) -> None:
    asset = ASSETS.get(question.subject)
    if not SYMBOL.fullmatch(question.subject) or (asset and asset.kind != "coin") or question.subject == venue.quote:
        raise NotCovered(f"{venue.title} trades no {question.subject}/{venue.quote}")
    if question.metric not in METRICS:
        raise NotCovered(f"candles do not tell {question.metric}")
    asked = dict(question.qualifiers)
    if asked.pop("venue", venue.name) != venue.name:
        raise NotCovered("the question is about another venue")
    if question.metric == "price_break" and asked.pop("extreme", None) not in {"high", "low"}:
        raise NotCovered("the question names no extreme, high or low")
    if asked:
        raise NotCovered(f"candles do not tell {', '.join(sorted(asked))}")
    if question.metric != "price":
        venue.finest(question.window)


def ask(venue: Venue, question: Question) -> Conversation:
    covers(venue, question)
    return (yield from _MEASURES[question.metric](venue, venue.market(question.subject), question))


def _price(venue: Venue, market: Market, question: Question) -> Conversation:
    series = yield from _around(venue, market, "1m", question.window.end)
    return candles.price(series, question.window.end)


def _break(venue: Venue, market: Market, question: Question) -> Conversation:
    """Coarse candles for the most of a long window, minutes for what they leave over at its edges."""
    window, interval = question.window, venue.finest(question.window)
    step, minutes = INTERVALS[interval], candles.touched(window, MINUTE)
    whole = candles.aligned(minutes, step) or minutes
    found, at = yield from _fetch(venue, market, interval, Window(whole.start - LEAD * step, whole.end))
    if minutes.start < whole.start and not venue.newest_only:
        found += (yield from _fetch(venue, market, "1m", Window(minutes.start, whole.start))).candles
    if whole.end < minutes.end:
        last = yield from _fetch(venue, market, "1m", Window(whole.end, minutes.end))
        found, at = found + last.candles, last.at
    series = venue.series(market, interval, Heard(found, at), window.end)
    return candles.extreme(series, window, question.qualifier("extreme") or "high")


def _change(venue: Venue, market: Market, question: Question) -> Conversation:
    """Both ends by the minute; where only the newest rows are served, the start by the interval that reaches it."""
    interval = venue.finest(question.window) if venue.newest_only else "1m"
    before = yield from _around(venue, market, interval, question.window.start)
    after = yield from _around(venue, market, "1m", question.window.end)
    return candles.change(before, after, question.window)


_MEASURES: dict[str, Callable[[Venue, Market, Question], Conversation]] = {
    "price": _price,
    "price_break": _break,
    "price_change": _change,
}


def _around(venue: Venue, market: Market, interval: str, moment: datetime) -> Ask:
    step = INTERVALS[interval]
    end = moment - (moment - candles.EPOCH) % step
    heard = yield from _fetch(venue, market, interval, Window(end - max(LOOKBACK, step), end))
    return venue.series(market, interval, heard, moment)


def _fetch(venue: Venue, market: Market, interval: str, span: Window) -> Generator[Request, Response, Heard]:
    """Asks page after page until the span is served; a venue with the newest rows only is asked once."""
    step, found, start, at = INTERVALS[interval], dict[datetime, Candle](), span.start, span.end
    while start < span.end:
        rows = min(venue.rows, (span.end - start) // step)
        end = span.end if venue.newest_only else start + rows * step
        response = yield request_of(venue.wire, market, interval, start, end, rows)
        found |= _finished(venue, market, interval, response)
        start, at = end, response.received_at
        if found and min(found) <= span.start and max(found) + step >= span.end:
            break
    return Heard(list(found.values()), at)


def _finished(venue: Venue, market: Market, interval: str, response: Response) -> dict[datetime, Candle]:
    """The candles of one answer that had ended when it arrived."""
    body = refusals.read_answer(response, venue.complaint, venue.title, market.symbol)
    raw = _rows(venue.locate(market, interval, body))
    found: dict[datetime, Candle] = {}
    for row, columns in zip(raw, columns_of(venue.wire, market, interval, raw), strict=True):
        candle = _candle(venue, row, columns, INTERVALS[interval])
        if candle.end > response.received_at or not venue.finished(row):
            continue
        if found.setdefault(candle.start, candle) != candle:
            raise Malformed(f"two different candles of {candles.iso(candle.start)}")
    return found


def _candle(venue: Venue, row: Any, columns: list[Any], step: timedelta) -> Candle:
    """One row by ccxt's columns. The time is also read by us: ccxt would guess its unit, and never refuses it."""
    try:
        stamp = row[venue.stamp]
    except (LookupError, TypeError):
        raise Malformed("a candle has no time") from None
    start = instant(stamp, "the time of a candle", per_second=venue.per_second)
    if columns[0] != int(start.timestamp()) * 1000 or (start - candles.EPOCH) % step:
        raise Malformed("a candle does not start where its interval starts")
    return Candle(start, start + step, *(positive(figure, "a price") for figure in columns[1:5]))


def _rows(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise Malformed("the candles are not a list")
    return found
