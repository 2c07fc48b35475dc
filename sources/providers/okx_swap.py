"""OKX swaps: open interest of a coin's USDT perpetual, in USD.

API      https://www.okx.com/docs-v5/en/#trading-statistics-rest-api-get-contract-open-interest-history, read 2026-11
         through ccxt 4.5.90
Times    UTC epoch milliseconds as strings; newest row first
Units    a row is [time, contracts, coins, USD]; one contract of BTC-USDT-SWAP is 0.01 BTC, so column 1 is not coins;
         only the USD column is read
Gaps     an empty list is NoData
Limits   10 requests per 2 seconds, address and instrument
Owner    OKX, its own matching engine; a venue speaking about itself
Licence  public market data; quoting single figures is usual
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
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
    rows_of,
)
from sources.types import Observation, Question, Request, Response, exact, floor

BASE = "https://www.okx.com"
VENUE = "okx"
REACH = timedelta(minutes=30)
USD = 3  # the column


def covers(question: Question) -> None:
    coin_of(question)
    if question.qualifier("venue") not in {None, VENUE}:
        raise NotCovered("OKX states its own open interest only")


def request(question: Question) -> Request:
    end = question.window.end
    params = (
        ("begin", str(epoch(end - REACH, per_second=1000))),
        ("end", str(epoch(end, per_second=1000))),
        ("instId", f"{question.subject}-USDT-SWAP"),
        ("limit", "100"),
        ("period", "5m"),
    )
    return Request(f"{BASE}/api/v5/rubik/stat/contracts/open-interest-history", params=params)


def parse(question: Question, response: Response) -> Observation:
    earlier = [(at, value) for at, value in map(_row, _rows(response)) if at <= question.window.end]
    if not earlier:
        raise NoData("no row at or before the time asked about")
    at, value = max(earlier)
    if question.window.end - at > REACH:
        raise Stale("the last row is more than half an hour older than the time asked about")
    symbol = f"{question.subject}-USDT-SWAP"
    if question.qualifier("venue") == VENUE:
        return exact(value, resolution_of(value), observed_at=at, note=symbol)
    return floor(value, observed_at=at, note=f"one venue: {symbol} on OKX")


def _row(row: Any) -> tuple[datetime, Decimal]:
    if not isinstance(row, list) or len(row) <= USD:
        raise Malformed("a row has too few columns")
    return instant(row[0], "time", per_second=1000), positive(row[USD], "open interest in USD")


def _rows(response: Response) -> list[Any]:
    """The data of a v5 answer. Errors are bodies with a code, some with status 200, some with 400."""
    if response.status != 400:
        check_status(response)
    body = read_json(response)
    code = str(field_of(body, "code"))
    if code != "0":
        raise _refusal(code)
    check_status(response)
    return rows_of(field_of(body, "data"), "the open interest history")


def _refusal(code: str) -> SourceError:
    if code in {"51001", "51000"}:
        return NotCovered("OKX lists no such perpetual")
    if code in {"50011", "50061"}:
        return RateLimited(f"asked too often (code {code})")
    if code in {"50001", "50004", "50013", "50026"}:
        return Unavailable(f"OKX failed (code {code})")
    if code in {"50101", "50103", "50110", "50111", "50113"}:
        return AccessDenied("OKX refuses this key or region")
    return Malformed(f"OKX did not understand the request (code {code[:8]})")


PROVIDERS = (
    Provider(
        name="okx_swap",
        title="OKX Swaps",
        metrics=frozenset({"open_interest"}),
        lineage=Lineage(
            owner="OKX",
            read="okx.com/docs-v5, 2026-11",
            interested=frozenset({"open_interest"}),
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://www.okx.com/docs-v5/en/#trading-statistics-rest-api",
        per_minute=120,
        licence="public market data",
    ),
)
