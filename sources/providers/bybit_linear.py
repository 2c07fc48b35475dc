"""Bybit linear: open interest of a coin's USDT perpetual, in USD.

API      https://bybit-exchange.github.io/docs/v5/market/open-interest and …/kline, read 2026-07-24
Times    UTC epoch milliseconds as strings; newest row first
Units    openInterest is in coins and counts BOTH sides of every position; singleOpenInterest, where it is given,
         counts one. USD by the close of the minute that ends with the row, USDT taken as USD
Gaps     an empty list is NoData
Limits   600 requests per 5 seconds and address, then 403 "access too frequent" for ten minutes
Owner    Bybit, its own matching engine; a venue speaking about itself
Licence  public market data; quoting single figures is usual
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from sources.providers._base import (
    Conversation,
    Lineage,
    Provider,
    check_status,
    coin_of,
    epoch,
    field_of,
    instant,
    positive,
    read_json,
    rows_of,
)
from sources.types import Question, Request, Response, exact, floor

BASE = "https://api.bybit.com"
VENUE = "bybit"
REACH = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
BOTH_SIDES = 2
BANNED = timedelta(minutes=10)
CENT = Decimal("0.01")


def covers(question: Question) -> None:
    coin_of(question)
    if question.qualifier("venue") not in {None, VENUE}:
        raise NotCovered("Bybit states its own open interest only")


def ask(question: Question) -> Conversation:
    response = yield _open_interest_request(question)
    at, coins = _last_row(question, response)
    response = yield _price_request(question, at)
    value = coins * _close(response, at - MINUTE)
    symbol = f"{question.subject}USDT perpetual"
    if question.qualifier("venue") == VENUE:
        return exact(value, CENT, observed_at=at, note=f"{symbol}, one side, at the minute's close")
    return floor(value, observed_at=at, note=f"one venue: {symbol} on Bybit, one side, at the minute's close")


def _open_interest_request(question: Question) -> Request:
    end = question.window.end
    params = (
        ("category", "linear"),
        ("endTime", str(epoch(end, per_second=1000))),
        ("intervalTime", "5min"),
        ("limit", "200"),
        ("startTime", str(epoch(end - REACH, per_second=1000))),
        ("symbol", f"{question.subject}USDT"),
    )
    return Request(f"{BASE}/v5/market/open-interest", params=params)


def _price_request(question: Question, at: datetime) -> Request:
    minute = str(epoch(at - MINUTE, per_second=1000))
    params = (
        ("category", "linear"),
        ("end", minute),
        ("interval", "1"),
        ("limit", "1"),
        ("start", minute),
        ("symbol", f"{question.subject}USDT"),
    )
    return Request(f"{BASE}/v5/market/kline", params=params)


def _last_row(question: Question, response: Response) -> tuple[datetime, Decimal]:
    """Time and open interest in coins, one side, of the last row at or before the end of the window."""
    end = question.window.end
    rows = [(instant(field_of(row, "timestamp"), "timestamp", per_second=1000), row) for row in _rows(response)]
    earlier = [(at, row) for at, row in rows if at <= end]
    if not earlier:
        raise NoData("no row at or before the time asked about")
    at, row = max(earlier, key=lambda pair: pair[0])
    if end - at > REACH:
        raise Stale("the last row is more than half an hour older than the time asked about")
    return at, _one_side(row)


def _one_side(row: Any) -> Decimal:
    both = positive(field_of(row, "openInterest"), "openInterest")
    if row.get("singleOpenInterest") in (None, ""):
        return both / BOTH_SIDES
    return positive(row["singleOpenInterest"], "singleOpenInterest")


def _close(response: Response, minute: datetime) -> Decimal:
    for row in _rows(response):
        if not isinstance(row, list) or len(row) < 5:
            raise Malformed("a candle has too few columns")
        if instant(row[0], "start", per_second=1000) == minute:
            return positive(row[4], "close")
    raise NoData("no price for the minute of the open interest")


def _rows(response: Response) -> list[Any]:
    """The list of a v5 answer. Errors are bodies with a retCode, most of them with status 200."""
    if response.status == 403 and b"too frequent" in response.body.lower():
        raise RateLimited("asked too often (HTTP 403)", BANNED)
    check_status(response)
    body = read_json(response)
    code = str(field_of(body, "retCode"))
    if code != "0":
        raise _refusal(code, str(body.get("retMsg", "")).lower())
    return rows_of(field_of(field_of(body, "result"), "list"), "the list of rows")


def _refusal(code: str, words: str) -> SourceError:
    if code == "10001" and "symbol" in words:
        return NotCovered("Bybit lists no such perpetual")
    if code in {"10006", "10018"}:
        return RateLimited(f"asked too often (retCode {code})")
    if code in {"10003", "10004", "10005", "10009", "10010", "10024"}:
        return AccessDenied("Bybit refuses this key or region")
    if code in {"10000", "10016"}:
        return Unavailable(f"Bybit failed (retCode {code})")
    return Malformed(f"Bybit did not understand the request (retCode {code[:8]})")


PROVIDERS = (
    Provider(
        name="bybit_linear",
        title="Bybit Linear",
        metrics=frozenset({"open_interest"}),
        lineage=Lineage(
            owner="Bybit",
            read="bybit-exchange.github.io/docs, 2026-07-24",
            interested=frozenset({"open_interest"}),
        ),
        covers=covers,
        ask=ask,
        base_url=BASE,
        docs="https://bybit-exchange.github.io/docs/v5/market/open-interest",
        per_minute=120,
        licence="public market data",
    ),
)
