"""CoinGecko: supply, maximum supply, market capitalisation and sampled price of a coin.

API      https://docs.coingecko.com/reference/coins-id and /coins-id-market-chart-range, read 2026-06-22
Times    requests in UTC epoch seconds, sampled answers in milliseconds, last_updated in ISO 8601 with a zone.
         (The history endpoint wants dd-mm-yyyy; it is not used.)
Units    USD; coins. Figures are JSON numbers, whole or with a fraction
Gaps     max_supply null is NoData, max_supply_infinite true is DefinitionDiffers; samples are every 5 minutes on the
         day itself, hourly for 90 days, daily before that, a year back at most
Limits   30 to 100 calls a minute with a demo key; without a key the limit is shared by address
Owner    Gecko Labs; price and capitalisation are volume-weighted over the exchanges' tickers
Licence  free plan asks for attribution
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sources.errors import (
    AccessDenied,
    DefinitionDiffers,
    Malformed,
    NoData,
    NotCovered,
    RateLimited,
    SourceError,
    Stale,
    Unavailable,
)
from sources.metrics import CATALOGUE
from sources.providers._base import (
    Key,
    Lineage,
    Provider,
    check_status,
    coin_of,
    epoch,
    field_of,
    instant,
    iso_instant,
    pair,
    positive,
    read_json,
    refuse_venue,
    resolution_of,
    retry_after,
    rows_of,
)
from sources.types import Observation, Question, Request, Response, exact

BASE = "https://api.coingecko.com/api/v3"
# How far a sample may lie from the moment asked about: the samples of a price, and the hourly ones of a capitalisation.
LEEWAY = {"price": timedelta(minutes=5), "market_cap": timedelta(hours=1)}
SERIES = {"price": "prices", "market_cap": "market_caps"}
FIELDS = {"supply": "circulating_supply", "supply_cap": "max_supply"}
TICKERS = ("exchange-tickers",)


def covers(question: Question) -> None:
    if not coin_of(question).coingecko:
        raise NotCovered("the desk knows no CoinGecko id for this coin")
    refuse_venue(question)


def request(question: Question) -> Request:
    url = f"{BASE}/coins/{coin_of(question).coingecko}"
    if question.metric in FIELDS:
        unwanted = ("community_data", "developer_data", "localization", "sparkline", "tickers")
        return Request(url, params=tuple((name, "false") for name in unwanted))
    end, leeway = question.window.end, LEEWAY[question.metric]
    params = (
        ("from", str(epoch(end - leeway, per_second=1))),
        ("to", str(epoch(end + leeway, per_second=1))),
        ("vs_currency", "usd"),
    )
    return Request(f"{url}/market_chart/range", params=params)


def parse(question: Question, response: Response) -> Observation:
    body = _body(response)
    if question.metric in FIELDS:
        return _current(question, field_of(body, "market_data"))
    return _sampled(question, field_of(body, SERIES[question.metric]))


def _current(question: Question, data: Any) -> Observation:
    name = FIELDS[question.metric]
    at = iso_instant(field_of(data, "last_updated"), "last_updated")
    if question.metric == "supply_cap" and data.get("max_supply_infinite") is True:
        raise DefinitionDiffers("CoinGecko lists this coin as having no maximum supply")
    raw = field_of(data, name)
    if raw is None:
        raise NoData(f"CoinGecko states no {name.replace('_', ' ')} for this coin")
    if abs(at - question.window.end) > CATALOGUE[question.metric].hard_limit:
        raise Stale("CoinGecko states the present figure, too far from the time asked about")
    value = positive(raw, name)
    return exact(value, resolution_of(value), observed_at=at, note=f"{name} as stated")


def _sampled(question: Question, series: Any) -> Observation:
    end = question.window.end
    samples = [_sample(row) for row in rows_of(series, SERIES[question.metric])]
    at, value = min(samples, key=lambda sample: abs(sample[0] - end))
    if abs(at - end) > LEEWAY[question.metric]:
        raise Stale("the nearest sample is too far from the time asked about")
    seconds = abs(at - end).total_seconds()
    return exact(value, resolution_of(value), observed_at=at, note=f"sampled, not traded; {seconds:.0f} s away")


def _sample(row: Any) -> tuple[datetime, Decimal]:
    if not isinstance(row, list) or len(row) != 2:
        raise Malformed("a sample is not a pair of time and figure")
    return instant(row[0], "time", per_second=1000), positive(row[1], "sample")


def _body(response: Response) -> Any:
    """The answer. Errors are bodies with a status or an error, whatever the HTTP status says."""
    if response.status in {429, 451} or response.status >= 500:
        check_status(response)
    if response.status >= 300 and not response.body.lstrip().startswith(b"{"):
        check_status(response)
    body = read_json(response)
    if isinstance(body, dict) and ("status" in body or "error" in body):
        raise _refusal(body, response)
    check_status(response)
    return body


def _refusal(body: dict[str, Any], response: Response) -> SourceError:
    code = _code(body)
    if code == "429":
        return RateLimited("asked too often (code 429)", retry_after(response))
    if code == "10012":
        return Stale("CoinGecko's free plan reaches back 365 days only")
    if code in {"401", "403", "1020", "10002", "10005", "10010", "10011"} or response.status in {401, 402, 403}:
        return AccessDenied("CoinGecko refuses this key, plan or region")
    if code in {"408", "500", "503"} or response.status == 408:
        return Unavailable("CoinGecko failed")
    if code == "404" or response.status == 404:
        return NotCovered("CoinGecko does not know this coin")
    return Malformed("CoinGecko did not understand the request")


def _code(body: dict[str, Any]) -> str:
    """The error code of {"status": {…}} or {"error": {"status": {…}}}; empty when there is none."""
    error = body.get("error")
    status = error.get("status") if isinstance(error, dict) else body.get("status")
    return str(status.get("error_code", "")) if isinstance(status, dict) else ""


PROVIDERS = (
    Provider(
        name="coingecko",
        title="CoinGecko",
        category="aggregator",
        metrics=frozenset({"price", "market_cap", "supply", "supply_cap"}),
        lineage=Lineage(
            owner="Gecko Labs",
            read="docs.coingecko.com, 2026-06-22",
            upstreams={"price": TICKERS, "market_cap": TICKERS, "volume": TICKERS},
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://docs.coingecko.com/reference/introduction",
        key=Key("header", "x-cg-demo-api-key", required=False),
        per_minute=20,
        licence="attribution required on the free plan",
    ),
)
