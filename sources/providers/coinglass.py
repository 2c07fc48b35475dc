"""CoinGlass: liquidations of all coins or one, and open interest of a coin, over the venues it collects.

API      https://docs.coinglass.com/reference/liquidation-exchange-list, aggregated-liquidation-history,
         oi-exchange-list and oi-ohlc-aggregated-history, read 2026-01-26
Times    UTC epoch milliseconds; a row is stamped with its start; exchange lists are of now and carry no time
Units    USD
Gaps     a minute missing inside the window makes the sum a floor; an empty list is NoData
Limits   30 requests a minute on the smallest plan; plans refuse fine intervals with "Upgrade plan" and status 200
Owner    CoinGlass, own collection of the venues' public streams (29 exchanges in the documentation)
Licence  paid API; figures may be quoted with attribution, no resale of the series
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sources.errors import (
    AccessDenied,
    Malformed,
    NoData,
    NotCovered,
    PlanTooSmall,
    RateLimited,
    SourceError,
    Stale,
    Unavailable,
)
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
    resolution_of,
    rows_of,
)
from sources.providers._buckets import Bucket, expected, floored, summed, touching
from sources.types import Observation, Question, Request, Response, Window, ceiling, exact

BASE = "https://open-api-v4.coinglass.com"
VENUES = (
    "OKX,Binance,HTX,BitMEX,Bitfinex,Bybit,Deribit,Gate,Kraken,KuCoin,CME,Bitget,dYdX,CoinEx,BingX,Coinbase,Gemini,"
    "Crypto.com,Hyperliquid,Bitunix,MEXC,WhiteBIT,Aster,Lighter,EdgeX,Drift,Paradex,Extended,ApeX Omni"
)
LIVE = timedelta(minutes=5)
MOST_ROWS = 1000
MINUTE = timedelta(minutes=1)
RANGES = {timedelta(hours=1): "1h", timedelta(hours=4): "4h", timedelta(hours=12): "12h", timedelta(hours=24): "24h"}
STEPS = {
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": 60 * MINUTE,
    "4h": 240 * MINUTE,
}
PLAN_STEPS = ("30m", "4h")  # the finest intervals of the Startup and the Hobbyist plan
HISTORY_STEP = "30m"
HISTORY_AGE = timedelta(hours=1)  # an hour later positions have turned over
FIELDS = {"long": "long_liquidation_usd", "short": "short_liquidation_usd", "total": "liquidation_usd"}
SUMMED_FIELDS = {
    "long": ("aggregated_long_liquidation_usd",),
    "short": ("aggregated_short_liquidation_usd",),
    "total": ("aggregated_long_liquidation_usd", "aggregated_short_liquidation_usd"),
}


def covers(question: Question) -> None:
    refuse_venue(question)
    length = question.window.end - question.window.start
    if question.metric == "liquidations" and question.subject == "CRYPTO":
        if length not in RANGES:
            raise NotCovered("totals over all coins exist for the past 1, 4, 12 and 24 hours only")
        return
    coin_of(question)
    if question.metric == "liquidations" and not list(_steps(question.window)):
        raise NotCovered("the window is shorter or longer than CoinGlass serves by the minute")


def ask(question: Question) -> Conversation:
    if question.metric != "liquidations":
        return (yield from _open_interest(question))
    if question.subject == "CRYPTO":
        return (yield from _rolling(question))
    return (yield from _history(question))


def _rolling(question: Question) -> Conversation:
    length = question.window.end - question.window.start
    response = yield _request("liquidation/exchange-list", range=RANGES[length])
    row = _all_venues(_data(response))
    if not _asked_at_the_time(question, response):
        raise Stale("a rolling total can only be asked at the time")
    name = FIELDS[_side(question)]
    value = not_negative(field_of(row, name), name)
    return exact(value, resolution_of(value), note=f"rolling {RANGES[length]} total of all venues and coins")


def _history(question: Question) -> Conversation:
    refusal: SourceError = NoData("no interval fits the window")
    for name in _steps(question.window):
        response = yield _history_request(question, name)
        try:
            return _sum_of_rows(question, name, _data(response))
        except PlanTooSmall as error:
            refusal = error
    raise refusal


def _history_request(question: Question, step: str) -> Request:
    return _request(
        "liquidation/aggregated-history",
        exchange_list=VENUES,
        symbol=question.subject,
        interval=step,
        limit=str(MOST_ROWS),
        start_time=str(epoch(floored(question.window.start, STEPS[step]), per_second=1000)),
        end_time=str(epoch(question.window.end, per_second=1000)),
    )


def _sum_of_rows(question: Question, name: str, data: Any) -> Observation:
    step, window = STEPS[name], question.window
    buckets = [_bucket(row, SUMMED_FIELDS[_side(question)]) for row in rows_of(data, "data")]
    found, wanted = len(touching(buckets, step, window)), expected(window, step)
    aligned = floored(window.start, step) == window.start and floored(window.end, step) == window.end
    edges = "edges on the grid" if aligned else "edges between two rows"
    return summed(buckets, step, window, complete=found == wanted, note=f"{found} of {wanted} rows of {name}, {edges}")


def _bucket(row: Any, names: tuple[str, ...]) -> Bucket:
    amounts = [not_negative(field_of(row, name), name) for name in names]
    return Bucket(instant(field_of(row, "time"), "time", per_second=1000), sum(amounts[1:], amounts[0]))


def _steps(window: Window) -> Iterator[str]:
    """The finest interval that fits one answer, then the coarser ones that smaller plans include."""
    length = window.end - window.start
    fitting = [name for name, step in STEPS.items() if step <= length <= step * (MOST_ROWS - 2)]
    yield from fitting[:1]
    yield from (name for name in PLAN_STEPS if name in fitting[1:])


def _open_interest(question: Question) -> Conversation:
    response = yield _request("open-interest/exchange-list", symbol=question.subject)
    row = _all_venues(_data(response))
    if _asked_at_the_time(question, response):
        value = positive(field_of(row, "open_interest_usd"), "open_interest_usd")
        return _read_as(question, exact(value, resolution_of(value), note="total of all venues, as of now"))
    response = yield _open_interest_request(question)
    return _read_as(question, _last_close(question, _data(response)))


def _open_interest_request(question: Question) -> Request:
    end = question.window.end
    return _request(
        "open-interest/aggregated-history",
        symbol=question.subject,
        interval=HISTORY_STEP,
        unit="usd",
        start_time=str(epoch(end - 2 * HISTORY_AGE, per_second=1000)),
        end_time=str(epoch(end, per_second=1000)),
    )


def _last_close(question: Question, data: Any) -> Observation:
    """The close of the last row that had ended by the end of the window."""
    step, end = STEPS[HISTORY_STEP], question.window.end
    rows = [(instant(field_of(row, "time"), "time", per_second=1000) + step, row) for row in rows_of(data, "data")]
    ended = [(at, row) for at, row in rows if at <= end]
    if not ended:
        raise NoData("no row had ended by the time asked about")
    at, row = max(ended, key=lambda pair: pair[0])
    if end - at > HISTORY_AGE:
        raise Stale("the last row is more than an hour older than the time asked about")
    value = positive(field_of(row, "close"), "close")
    return exact(value, resolution_of(value), observed_at=at, note=f"close of the {HISTORY_STEP} row, all venues")


def _read_as(question: Question, total: Observation) -> Observation:
    """Open interest as itself, or as the most that one side in one price zone can hold."""
    if question.metric == "open_interest":
        return total
    note = "total open interest of all venues is a ceiling for one side in one zone"
    return ceiling(total.value, observed_at=total.observed_at, note=note)


def _request(path: str, **params: str) -> Request:
    return Request(f"{BASE}/api/futures/{path}", params=tuple(sorted(params.items())))


def _side(question: Question) -> str:
    side = question.qualifier("side")
    if side not in FIELDS:
        raise NotCovered("liquidations are asked for long, short or total")
    return side


def _asked_at_the_time(question: Question, response: Response) -> bool:
    return abs(response.received_at - question.window.end) <= LIVE


def _all_venues(data: Any) -> Any:
    for row in rows_of(data, "data"):
        if field_of(row, "exchange") == "All":
            return row
    raise Malformed("the answer has no row for all exchanges")


def _data(response: Response) -> Any:
    """The `data` of an answer. Refusals come as bodies, most of them with status 200, some with 400."""
    if response.status != 400:
        check_status(response)
    body = read_json(response)
    code = str(field_of(body, "code"))
    if code != "0":
        raise _refusal(code, str(body.get("msg", "")).lower())
    check_status(response)
    return field_of(body, "data")


def _refusal(code: str, words: str) -> SourceError:
    if "upgrade plan" in words:
        return PlanTooSmall("the CoinGlass plan of this key does not include the request")
    if "api key" in words or code in {"401", "403", "30001", "40001"}:
        return AccessDenied("CoinGlass does not accept the key")
    if code == "429":
        return RateLimited("asked too often (code 429)")
    if code in {"408", "500", "503"}:
        return Unavailable(f"CoinGlass failed (code {code[:8]})")
    return Malformed(f"CoinGlass did not understand the request (code {code[:8]})")


PROVIDERS = (
    Provider(
        name="coinglass",
        title="CoinGlass",
        category="dashboard",
        metrics=frozenset({"liquidations", "open_interest", "position_concentration"}),
        lineage=Lineage(
            owner="CoinGlass",
            read="documentation and venue list, 2026-01-26",
            defects={"liquidations": THROTTLED_STREAMS},
        ),
        covers=covers,
        ask=ask,
        base_url=BASE,
        docs="https://docs.coinglass.com/reference/getting-started-with-your-api",
        key=Key("header", "CG-API-KEY"),
        per_minute=25,
        licence="paid API; quote with attribution",
    ),
)
