"""Exchanges: traded price, highest high or lowest low, and change of a coin, from each venue's own candles.

venue              pair      candles                                     rows   stamp  order of rows and columns
binance            BTC/USDT  GET /api/v3/klines                          1000   ms     oldest first
coinbase_exchange  BTC/USD   GET /products/{id}/candles                  300    s      newest first; low, high first
kraken             BTC/USD   GET /0/public/OHLC                          720    s      oldest first, last one running
bitstamp           BTC/USD   GET /api/v2/ohlc/{pair}/                    1000   s      oldest first, objects
okx                BTC/USDT  GET /api/v5/market/history-candles          300    ms     newest first
bybit              BTC/USDT  GET /v5/market/kline                        1000   ms     newest first
bitfinex           BTC/USD   GET /v2/candles/trade:{frame}:{pair}/hist   10000  ms     as asked; close second
gemini             BTC/USD   GET /v2/candles/{pair}/{frame}              ?      ms     newest first
kucoin             BTC/USDT  GET /api/v1/market/candles                  1500   s      newest first; close second
hyperliquid        BTC/USDC  POST /info candleSnapshot                   5000   ms     oldest first, objects

Kraken, Gemini and Hyperliquid serve their newest rows only; Gemini takes no times at all.

API      the page in `docs` of each row, read 2026-11 in stored copies; wire formats by ccxt 4.5.90 (_ccxt.py)
Times    UTC epoch, seconds or milliseconds as in the table; a candle is stamped with its start
Units    quote currency of the pair; Hyperliquid's is a perpetual contract in USDC, not spot
Gaps     a minute without trades has no candle at most venues; an empty answer is NoData
Limits   without a key, per IP address; `per_minute` of each row stays below the documented figure
Owner    each venue matches its own orders: its figures are its own. Owners and where they were read: the rows below
Licence  terms not read; a figure is shown with the name of the venue
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sources.errors import Malformed
from sources.providers import _refusals as refusals
from sources.providers._base import Lineage, Provider, field_of
from sources.providers._ccxt import PERPETUAL, Market, Wire
from sources.providers._venue import METRICS, Venue, ask, covers


def _same(answered: Any, asked: str, what: str) -> None:
    if answered != asked:
        raise Malformed(f"the answer is of another {what} than the one asked")


def _field(name: str) -> Any:
    return lambda market, interval, body: field_of(body, name)


def _kraken(market: Market, interval: str, body: Any) -> Any:
    """Kraken answers under its internal pair name (XXBTZUSD) or, for newer pairs, under the name asked."""
    result = field_of(body, "result")
    names = set(result) - {"last"} if isinstance(result, dict) else set()
    coin = market.id.removesuffix(market.quote)
    if len(names) != 1 or not names <= {market.id, f"X{coin}Z{market.quote}", f"{coin}/{market.quote}", market.symbol}:
        raise Malformed("the answer is of another pair than the one asked")
    return result[names.pop()]


def _bitstamp(market: Market, interval: str, body: Any) -> Any:
    data = field_of(body, "data")
    _same(field_of(data, "pair"), market.symbol, "pair")
    return field_of(data, "ohlc")


def _bybit(market: Market, interval: str, body: Any) -> Any:
    result = field_of(body, "result")
    _same(field_of(result, "symbol"), market.id, "symbol")
    _same(field_of(result, "category"), "spot", "category")
    return field_of(result, "list")


def _hyperliquid(market: Market, interval: str, body: Any) -> Any:
    for row in body if isinstance(body, list) else []:
        _same(field_of(row, "s"), market.id, "coin")
        _same(field_of(row, "i"), interval, "interval")
    return body


_KRAKEN_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
_BITFINEX_NAMES = {"BCH": "BCHN"}


def _bitfinex_id(coin: str) -> str:
    name = _BITFINEX_NAMES.get(coin, coin)
    return f"t{name}:USD" if len(name) > 3 else f"t{name}USD"


# A party speaking about itself: counted as a voice, never alone.
_INTERESTED = frozenset({"open_interest", "volume", "exchange_reserve"})


def _owner(owner: str, fact: str) -> Lineage:
    """A venue matches its own orders, so its only upstream is itself."""
    return Lineage(owner=owner, read=f"{fact}; stored copies of public pages, read 2026-11", interested=_INTERESTED)


VENUES = (
    Venue(
        name="binance",
        title="Binance",
        base_url="https://api.binance.com",
        docs="https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints",
        per_minute=600,
        lineage=_owner("Binance", "owns CoinMarketCap since 2020"),
        quote="USDT",
        wire=Wire(exchange="binance", send_until=True),
        ids="{}USDT".format,
        complaint=refusals.code_and_msg(),
        rows=1000,
    ),
    Venue(
        name="coinbase_exchange",
        title="Coinbase Exchange",
        base_url="https://api.exchange.coinbase.com",
        docs="https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductcandles",
        per_minute=300,
        lineage=_owner("Coinbase Global", "owns Deribit since 2025-08-14, SEC filing"),
        quote="USD",
        wire=Wire(exchange="coinbaseexchange"),
        ids="{}-USD".format,
        complaint=refusals.message,
        rows=300,
        per_second=1,
    ),
    Venue(
        name="kraken",
        title="Kraken",
        base_url="https://api.kraken.com",
        docs="https://docs.kraken.com/api/docs/rest-api/get-ohlc-data",
        per_minute=50,
        lineage=_owner("Payward", "operates Kraken and Kraken Futures"),
        quote="USD",
        wire=Wire(exchange="kraken", path=("result", "{id}")),
        ids=lambda coin: f"{_KRAKEN_NAMES.get(coin, coin)}USD",
        complaint=refusals.error_list,
        rows=720,
        per_second=1,
        newest_only=True,
        intervals=("1m", "5m", "15m", "1h", "4h"),
        locate=_kraken,
    ),
    Venue(
        name="bitstamp",
        title="Bitstamp",
        base_url="https://www.bitstamp.net",
        docs="https://www.bitstamp.net/api/#tag/Market-info/operation/GetOHLCData",
        per_minute=120,
        lineage=_owner("Robinhood", "purchase agreed in 2024-06, completion unconfirmed"),
        quote="USD",
        wire=Wire(exchange="bitstamp", path=("data", "ohlc")),
        ids=lambda coin: f"{coin}usd".lower(),
        complaint=refusals.status_error,
        rows=1000,
        stamp="timestamp",
        per_second=1,
        locate=_bitstamp,
    ),
    Venue(
        name="okx",
        title="OKX",
        base_url="https://www.okx.com",
        docs="https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-candlesticks-history",
        per_minute=300,
        lineage=_owner("OKX", "alone in its group"),
        quote="USDT",
        # ccxt would choose between two endpoints by its own clock; this one serves old and new candles
        wire=Wire(exchange="okx", path=("data",), params={"type": "HistoryCandles"}),
        ids="{}-USDT".format,
        complaint=refusals.code_and_msg("0"),
        rows=300,
        locate=_field("data"),
        finished=lambda row: row[8:9] != ["0"],
    ),
    Venue(
        name="bybit",
        title="Bybit",
        base_url="https://api.bybit.com",
        docs="https://bybit-exchange.github.io/docs/v5/market/kline",
        per_minute=600,
        lineage=_owner("Bybit", "alone in its group"),
        quote="USDT",
        wire=Wire(exchange="bybit", path=("result", "list"), send_until=True),
        ids="{}USDT".format,
        complaint=refusals.ret_code,
        rows=1000,
        locate=_bybit,
    ),
    Venue(
        name="bitfinex",
        title="Bitfinex",
        base_url="https://api-pub.bitfinex.com",
        docs="https://docs.bitfinex.com/reference/rest-public-candles",
        per_minute=20,
        lineage=_owner("iFinex", "sister of Tether"),
        quote="USD",
        wire=Wire(exchange="bitfinex", send_until=True),
        ids=_bitfinex_id,
        complaint=refusals.error_row,
        rows=10000,
    ),
    Venue(
        name="gemini",
        title="Gemini",
        base_url="https://api.gemini.com",
        docs="https://docs.gemini.com/rest-api/#candles",
        per_minute=60,
        lineage=_owner("Gemini", "alone in its group"),
        quote="USD",
        wire=Wire(exchange="gemini"),
        ids=lambda coin: f"{coin}usd".lower(),
        complaint=refusals.result_error,
        rows=1440,  # how many it serves is not documented: a day of minutes is what clients have seen
        newest_only=True,
    ),
    Venue(
        name="kucoin",
        title="KuCoin",
        base_url="https://api.kucoin.com",
        docs="https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-klines",
        per_minute=120,
        lineage=_owner("KuCoin", "alone in its group, owner not read"),
        quote="USDT",
        wire=Wire(exchange="kucoin", path=("data",)),
        ids="{}-USDT".format,
        complaint=refusals.code_and_msg("200000"),
        rows=1500,
        per_second=1,
        locate=_field("data"),
    ),
    Venue(
        name="hyperliquid",
        title="Hyperliquid",
        base_url="https://api.hyperliquid.xyz",
        docs="https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint#candle-snapshot",
        per_minute=20,
        lineage=_owner("Hyperliquid", "alone in its group"),
        quote="USDC",
        wire=Wire(exchange="hyperliquid", market=PERPETUAL, send_until=True),
        ids=str,
        complaint=refusals.status_error,
        rows=1000,  # of 5000: an answer weighs 20 and one more per 60 rows
        stamp="t",
        newest_only=True,
        locate=_hyperliquid,
        contract="perpetual",
    ),
)


def _provider(venue: Venue) -> Provider:
    return Provider(
        name=venue.name,
        title=venue.title,
        metrics=METRICS,
        lineage=venue.lineage,
        covers=partial(covers, venue),
        ask=partial(ask, venue),
        base_url=venue.base_url,
        docs=venue.docs,
        per_minute=venue.per_minute,
        timeout_seconds=12.0,
        licence="terms not read; a figure is shown with the name of the venue",
    )


PROVIDERS = tuple(map(_provider, VENUES))
