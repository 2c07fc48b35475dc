"""Coinalyze: liquidations and open interest of one coin, summed over its perpetual markets.

API      https://api.coinalyze.net/v1/doc/, read 2026-11
Times    UTC epoch seconds, `from` and `to` inclusive; a row is stamped with its start. Milliseconds are answered
         with 200 and an empty list
Units    USD, asked for with convert_to_usd=true
Gaps     intervals without liquidations have no row; a market without a row of open interest is missing;
         an empty list is NoData
Limits   40 calls a minute and key, each symbol of a request is one call, at most 20 symbols; 1500 rows are kept
         of every intraday interval
Owner    Coinalyze, own collection of about 26 venues' public streams
Licence  free key; asks to be cited as the source
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sources.errors import Malformed, NoData, NotCovered, Stale
from sources.providers._base import (
    THROTTLED_STREAMS,
    Conversation,
    Key,
    Lineage,
    Provider,
    check_status,
    coin_of,
    epoch,
    field_of,
    instant,
    not_negative,
    positive,
    read_json,
    refuse_venue,
    rows_of,
)
from sources.providers._buckets import CENT, Bucket, floored, summed, touching
from sources.types import Observation, Question, Request, Response, ceiling, exact, floor

BASE = "https://api.coinalyze.net/v1"
PER_REQUEST = 19
MOST_MARKETS = 38  # with the list of markets 39 calls: one question uses up a minute of the key
KEPT_ROWS = 1500
QUOTES = ("USDT", "USD", "USDC")  # most of the interest first, should a coin have more markets than we may ask
STEPS = {
    "1min": timedelta(minutes=1),
    "5min": timedelta(minutes=5),
    "15min": timedelta(minutes=15),
    "30min": timedelta(minutes=30),
    "1hour": timedelta(hours=1),
    "2hour": timedelta(hours=2),
    "4hour": timedelta(hours=4),
    "6hour": timedelta(hours=6),
    "12hour": timedelta(hours=12),
}
SIDES = {"long": ("l",), "short": ("s",), "total": ("l", "s")}
OPEN_INTEREST_AGE = timedelta(hours=1)  # an hour later positions have turned over


@dataclass(frozen=True, slots=True)
class Markets:
    """The markets that are asked, and how many there are."""

    asked: Sequence[str]
    known: int
    received_at: datetime

    @property
    def all_asked(self) -> bool:
        return len(self.asked) == self.known


@dataclass(frozen=True, slots=True)
class Row:
    market: str
    start: datetime
    fields: Any


def covers(question: Question) -> None:
    coin_of(question)  # 40 calls a minute cannot cover the markets of all coins
    refuse_venue(question)
    length = question.window.end - question.window.start
    if question.metric == "liquidations" and length < timedelta(minutes=1):
        raise NotCovered("the window is shorter than a minute")


def ask(question: Question) -> Conversation:
    response = yield Request(f"{BASE}/future-markets")
    markets = _markets(question, response)
    if question.metric == "liquidations":
        return (yield from _liquidations(question, markets))
    return (yield from _open_interest(question, markets))


def _markets(question: Question, response: Response) -> Markets:
    check_status(response)
    found = [row for row in rows_of(read_json(response), "the list of markets") if _is_perpetual_of(row, question)]
    if not found:
        raise NotCovered(f"Coinalyze lists no perpetual market of {question.subject}")
    symbols = [str(field_of(row, "symbol")) for row in sorted(found, key=_by_quote)]
    return Markets(symbols[:MOST_MARKETS], len(symbols), response.received_at)


def _is_perpetual_of(row: Any, question: Question) -> bool:
    return field_of(row, "base_asset") == question.subject and field_of(row, "is_perpetual") is True


def _by_quote(row: Any) -> tuple[int, str]:
    quote = row.get("quote_asset")
    return QUOTES.index(quote) if quote in QUOTES else len(QUOTES), str(field_of(row, "symbol"))


def _liquidations(question: Question, markets: Markets) -> Conversation:
    window = question.window
    name = _step(markets.received_at - window.start, window.end - window.start)
    step = STEPS[name]
    rows = yield from _rows("liquidation-history", markets, name, floored(window.start, step), window.end - CLOSED)
    buckets = [_bucket(row, SIDES[_side(question)]) for row in rows]
    answered = len({bucket.series for bucket in touching(buckets, step, window)})
    note = f"{len(markets.asked)} of {markets.known} markets asked, {answered} with liquidations, rows of {name}"
    return summed(buckets, step, window, complete=markets.all_asked, note=note)


CLOSED = timedelta(seconds=1)  # `to` is inclusive: a row that starts with the window's end is not part of it


def _bucket(row: Row, names: tuple[str, ...]) -> Bucket:
    amounts = [not_negative(field_of(row.fields, name), name) for name in names]
    return Bucket(row.start, sum(amounts[1:], amounts[0]), row.market)


def _open_interest(question: Question, markets: Markets) -> Conversation:
    end = question.window.end
    name = _step(markets.received_at - end + OPEN_INTEREST_AGE, OPEN_INTEREST_AGE, finest="5min")
    rows = yield from _rows("open-interest-history", markets, name, end - 2 * OPEN_INTEREST_AGE, end)
    closes = _last_closes(rows, STEPS[name], end)
    total = sum((value for value, _ in closes.values()), Decimal(0))
    at = min(at for _, at in closes.values())
    note = f"{len(closes)} of {markets.known} perpetual markets"
    return _read_as(question, total, at, note, is_whole=len(closes) == markets.known)


def _last_closes(rows: Sequence[Row], step: timedelta, end: datetime) -> dict[str, tuple[Decimal, datetime]]:
    """Per market the close of its last row that had ended by `end`, with the time it ended."""
    found: dict[str, tuple[Decimal, datetime]] = {}
    for row in sorted(rows, key=lambda row: row.start):
        at = row.start + step
        if end - OPEN_INTEREST_AGE <= at <= end:
            found[row.market] = positive(field_of(row.fields, "c"), "c"), at
    if not found:
        raise NoData("no row of the hour before the time asked about had ended")
    return found


def _read_as(question: Question, total: Decimal, at: datetime, note: str, *, is_whole: bool) -> Observation:
    if question.metric == "open_interest":
        return exact(total, CENT, observed_at=at, note=note) if is_whole else floor(total, observed_at=at, note=note)
    if not is_whole:
        raise NoData("a part of the markets is no ceiling for positions in a price zone")
    note = f"total open interest is a ceiling for one side in one zone; {note}"
    return ceiling(total, observed_at=at, note=note)


def _rows(
    path: str, markets: Markets, step: str, start: datetime, end: datetime
) -> Generator[Request, Response, list[Row]]:
    """The rows of all asked markets, in as many requests as it takes. NoData when none has any."""
    rows: list[Row] = []
    for first in range(0, len(markets.asked), PER_REQUEST):
        response = yield _request(path, markets.asked[first : first + PER_REQUEST], step, start, end)
        rows += _read_rows(response)
    if not rows:
        raise NoData("Coinalyze has no rows for this window")
    return rows


def _request(path: str, symbols: Sequence[str], step: str, start: datetime, end: datetime) -> Request:
    params = (
        ("convert_to_usd", "true"),
        ("from", str(epoch(start, per_second=1))),
        ("interval", step),
        ("symbols", ",".join(symbols)),
        ("to", str(epoch(end, per_second=1))),
    )
    return Request(f"{BASE}/{path}", params=params)


def _read_rows(response: Response) -> list[Row]:
    check_status(response)
    body = read_json(response)
    if not isinstance(body, list):
        raise Malformed("the answer is not a list of markets")
    rows: list[Row] = []
    for market in body:
        history = field_of(market, "history")
        if not isinstance(history, list):
            raise Malformed("a market's history is not a list")
        rows += [Row(str(field_of(market, "symbol")), _start(fields), fields) for fields in history]
    return rows


def _start(fields: Any) -> datetime:
    return instant(field_of(fields, "t"), "t", per_second=1)


def _step(age: timedelta, longest: timedelta, finest: str = "1min") -> str:
    """The finest interval whose kept rows reach back `age`; Stale when that is coarser than `longest`."""
    names = list(STEPS)
    for name in names[names.index(finest) :]:
        if STEPS[name] > longest:
            break
        if STEPS[name] * KEPT_ROWS >= age:
            return name
    raise Stale("Coinalyze no longer keeps intervals fine enough for this window")


def _side(question: Question) -> str:
    side = question.qualifier("side")
    if side not in SIDES:
        raise NotCovered("liquidations are asked for long, short or total")
    return side


PROVIDERS = (
    Provider(
        name="coinalyze",
        title="Coinalyze",
        category="dashboard",
        metrics=frozenset({"liquidations", "open_interest", "position_concentration"}),
        lineage=Lineage(
            owner="Coinalyze",
            read="API documentation, 2026-11",
            defects={"liquidations": THROTTLED_STREAMS},
        ),
        covers=covers,
        ask=ask,
        base_url=BASE,
        docs="https://api.coinalyze.net/v1/doc/",
        key=Key("header", "api_key"),
        per_minute=3,
        licence="free key; cite Coinalyze as the source",
    ),
)
