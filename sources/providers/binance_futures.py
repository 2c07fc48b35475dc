"""Binance USD-M futures: open interest of a coin's USDT perpetual, in USD.

API      https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Open-Interest-Statistics,
         read 2026-11
Times    UTC epoch milliseconds, int or string
Units    USDT, taken as USD (the pair's basis is about 0.1 %); sumOpenInterest is in coins and is not read
Gaps     an empty list is NoData; only the latest 30 days are served, an older startTime is refused with code -1130
Limits   1000 requests per 5 minutes and address
Owner    Binance, its own matching engine; a venue speaking about itself
Licence  public market data; quoting single figures is usual
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from sources.providers._base import (
    Lineage,
    Provider,
    check_status,
    coin_of,
    epoch,
    field_of,
    instant,
    pair,
    positive,
    read_json,
    resolution_of,
    retry_after,
    rows_of,
)
from sources.types import Observation, Question, Request, Response, exact, floor

BASE = "https://fapi.binance.com"
VENUE = "binance"
REACH = timedelta(minutes=30)


def covers(question: Question) -> None:
    coin_of(question)
    if question.qualifier("venue") not in {None, VENUE}:
        raise NotCovered("Binance states its own open interest only")


def request(question: Question) -> Request:
    end = question.window.end
    params = (
        ("endTime", str(epoch(end, per_second=1000))),
        ("limit", "500"),
        ("period", "5m"),
        ("startTime", str(epoch(end - REACH, per_second=1000))),
        ("symbol", f"{question.subject}USDT"),
    )
    return Request(f"{BASE}/futures/data/openInterestHist", params=params)


def parse(question: Question, response: Response) -> Observation:
    rows = [(instant(field_of(row, "timestamp"), "timestamp", per_second=1000), row) for row in _rows(response)]
    earlier = [(at, row) for at, row in rows if at <= question.window.end]
    if not earlier:
        raise NoData("no row at or before the time asked about")
    at, row = max(earlier, key=lambda pair: pair[0])
    if question.window.end - at > REACH:
        raise Stale("the last row is more than half an hour older than the time asked about")
    value = positive(field_of(row, "sumOpenInterestValue"), "sumOpenInterestValue")
    if question.qualifier("venue") == VENUE:
        return exact(value, resolution_of(value), observed_at=at, note=f"{question.subject}USDT perpetual")
    return floor(value, observed_at=at, note=f"one venue: {question.subject}USDT perpetual on Binance")


def _rows(response: Response) -> list[Any]:
    if response.status in {418, 429, 451} or response.status >= 500:
        check_status(response)
    body = read_json(response)
    if isinstance(body, dict) and "code" in body:
        raise _refusal(str(body["code"]), response)
    check_status(response)
    return rows_of(body, "the open interest history")


def _refusal(code: str, response: Response) -> SourceError:
    """Errors are objects with a code, mostly with status 400."""
    if code == "-1121":
        return NotCovered("Binance lists no such perpetual")
    if code == "-1130":
        return Stale("Binance serves open interest of the latest 30 days only")
    if code == "-1003":
        return RateLimited("asked too often (code -1003)", retry_after(response))
    if code == "0" or response.status in {401, 403}:
        return AccessDenied("Binance refuses this key or region")
    if code in {"-1000", "-1001", "-1007"}:
        return Unavailable(f"Binance failed (code {code})")
    return Malformed(f"Binance did not understand the request (code {code[:8]})")


PROVIDERS = (
    Provider(
        name="binance_futures",
        title="Binance Futures",
        metrics=frozenset({"open_interest"}),
        lineage=Lineage(
            owner="Binance",
            read="developers.binance.com, 2026-11",
            interested=frozenset({"open_interest"}),
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://developers.binance.com/docs/derivatives/usds-margined-futures",
        per_minute=100,
        licence="public market data",
    ),
)
