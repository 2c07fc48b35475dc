"""CoinPaprika: present supply, maximum supply, market capitalisation and price of a coin.

API      https://api.coinpaprika.com/#tag/Tickers/operation/getTickersById, read 2026-11
Times    last_updated in ISO 8601 with a zone; the answer is of now
Units    USD; coins
Gaps     max_supply null or 0 is NoData: the coin has none or it is not known. A question about a time away from now
         is Stale (the free history is daily)
Limits   20 000 calls a month without key; over quota it answers 402
Owner    CoinPaprika; price and capitalisation are computed from the exchanges' tickers
Licence  free plan is for non-commercial use; paid plans show values freely
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sources.errors import Malformed, NoData, NotCovered, RateLimited, Stale
from sources.metrics import CATALOGUE
from sources.providers._base import (
    Lineage,
    Provider,
    check_status,
    coin_of,
    field_of,
    figure,
    iso_instant,
    pair,
    positive,
    read_json,
    refuse_venue,
    resolution_of,
)
from sources.types import Observation, Question, Request, Response, exact

BASE = "https://api.coinpaprika.com/v1"
TICKERS = ("exchange-tickers",)
FIELDS = {"supply": "circulating_supply", "supply_cap": "max_supply"}
QUOTED = {"price": "price", "market_cap": "market_cap"}
PRICE_LEEWAY = timedelta(minutes=5)


def covers(question: Question) -> None:
    if not coin_of(question).coinpaprika:
        raise NotCovered("the desk knows no CoinPaprika id for this coin")
    refuse_venue(question)


def request(question: Question) -> Request:
    return Request(f"{BASE}/tickers/{coin_of(question).coinpaprika}", params=(("quotes", "USD"),))


def parse(question: Question, response: Response) -> Observation:
    body = _body(response)
    at = iso_instant(field_of(body, "last_updated"), "last_updated")
    value = _value(question, body)
    leeway = PRICE_LEEWAY if question.metric == "price" else CATALOGUE[question.metric].hard_limit
    if abs(at - question.window.end) > leeway:
        raise Stale("CoinPaprika states the present figure, too far from the time asked about")
    note = "average of tickers, not traded" if question.metric == "price" else "as stated"
    return exact(value, resolution_of(value), observed_at=at, note=note)


def _value(question: Question, body: Any) -> Decimal:
    if question.metric in QUOTED:
        name = QUOTED[question.metric]
        return positive(field_of(field_of(field_of(body, "quotes"), "USD"), name), name)
    name = FIELDS[question.metric]
    raw = field_of(body, name)
    if raw is None or figure(raw, name) == 0:
        raise NoData(f"CoinPaprika states no {name.replace('_', ' ')} for this coin")
    return positive(raw, name)


def _body(response: Response) -> Any:
    """The ticker. Errors are objects with `error`; 404 names an id CoinPaprika does not know."""
    if response.status == 404:
        raise NotCovered("CoinPaprika does not know this coin")
    check_status(response)
    body = read_json(response)
    if isinstance(body, dict) and "error" in body:
        words = str(body["error"]).lower()
        if "limit" in words or "too many" in words:
            raise RateLimited("asked too often (said in the body)")
        raise Malformed("CoinPaprika answered with an error it did not mark as one")
    return body


PROVIDERS = (
    Provider(
        name="coinpaprika",
        title="CoinPaprika",
        category="aggregator",
        metrics=frozenset({"price", "market_cap", "supply", "supply_cap"}),
        lineage=Lineage(
            owner="CoinPaprika",
            read="docs.coinpaprika.com, 2026-11",
            upstreams={"price": TICKERS, "market_cap": TICKERS, "volume": TICKERS},
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://docs.coinpaprika.com/",
        per_minute=20,
        licence="free plan for non-commercial use",
    ),
)
