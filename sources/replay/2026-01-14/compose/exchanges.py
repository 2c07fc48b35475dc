"""Composes the exchanges' answers of the market day of 14 January 2026, in each venue's documented shape and order.

Not recorded: a path is drawn through figures reported for that day, every venue a few dollars beside it, with the same
result on every run. Run: python sources/replay/2026-01-14/compose/exchanges.py
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent
MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 1, 13, 4, 45, tzinfo=UTC)
NOW = datetime(2026, 1, 14, 5, 0, tzinfo=UTC)
PEAK = datetime(2026, 1, 14, 2, 41, tzinfo=UTC)

# UTC time of 13 and 14 January and the level there
PATH = {
    "BTC": [
        *(("13T04:40", 91380), ("13T05:00", 91420), ("13T08:00", 91780), ("13T11:00", 91960), ("13T13:30", 92250)),
        *(("13T15:00", 93080), ("13T18:00", 93850), ("13T20:00", 94280), ("13T22:00", 94940), ("14T00:00", 95380)),
        *(("14T01:30", 95690), ("14T02:20", 95880), ("14T02:41", 96170), ("14T03:00", 96040), ("14T03:45", 95790)),
        *(("14T04:30", 95540), ("14T05:01", 95448)),
    ],
    "ETH": [
        *(("13T04:40", 3106), ("13T05:00", 3110), ("13T08:00", 3118), ("13T11:00", 3124), ("13T13:30", 3138)),
        *(("13T15:00", 3170), ("13T18:00", 3212), ("13T20:00", 3238), ("13T22:00", 3276), ("14T00:00", 3298)),
        *(("14T01:30", 3309), ("14T02:20", 3316), ("14T02:41", 3327), ("14T03:00", 3322), ("14T03:45", 3317)),
        *(("14T04:30", 3312), ("14T05:01", 3309)),
    ],
}
HIGHS = {  # the day's high at each venue
    "binance": {"BTC": 96240.0, "ETH": 3331.4},
    "coinbase_exchange": {"BTC": 96231.4, "ETH": 3330.9},
    "kraken": {"BTC": 96198.2, "ETH": 3329.6},
    "bitstamp": {"BTC": 96205.0, "ETH": 3329.9},
    "okx": {"BTC": 96238.5, "ETH": 3331.2},
    "bybit": {"BTC": 96233.1, "ETH": 3331.0},
    "bitfinex": {"BTC": 96214.0, "ETH": 3330.1},
    "gemini": {"BTC": 96187.3, "ETH": 3328.8},
    "kucoin": {"BTC": 96236.7, "ETH": 3331.3},
    "hyperliquid": {"BTC": 96152.0, "ETH": 3327.9},
}
THIN = {"bitfinex": 0.05, "gemini": 0.04}  # share of minutes without a trade in ETH
Bar = tuple[datetime, float, float, float, float, float]  # start, open, high, low, close, volume


def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but its parts."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:6]) / 2**48


def level(coin: str, moment: datetime) -> float:
    points = [(datetime.fromisoformat(f"2026-01-{at}:00+00:00"), value) for at, value in PATH[coin]]
    for (start, low), (end, high) in pairwise(points):
        if start <= moment <= end:
            return low + (high - low) * ((moment - start) / (end - start))
    raise ValueError(f"no level at {moment}")


def swell(moment: datetime) -> float:
    """Slow waves of some ten dollars, still at both ends of the day and at the peak, where figures were reported."""
    still = min(abs(moment - fixed) / timedelta(minutes=90) for fixed in (FIRST, PEAK, NOW))
    at = (moment - FIRST) / MINUTE
    return min(1.0, still) * (75 * math.sin(at / 13) + 110 * math.sin(at / 31))


def minutes(venue: str, coin: str) -> list[Bar]:
    """One-minute bars from FIRST to the running one, joined at their ends; only the peak reaches the day's high."""
    high_of_day, scale = HIGHS[venue][coin], PATH[coin][0][1] / 91380
    beside = (high_of_day - 96210 * scale) / 6 if coin == "BTC" else (high_of_day - 3330) / 3
    bars: list[Bar] = []
    price = round(level(coin, FIRST) + beside, 1)
    for k in range((NOW - FIRST) // MINUTE + 1):
        start = FIRST + k * MINUTE
        shared, own = chance(coin, start) - 0.5, chance(venue, coin, start) - 0.5
        near = level(coin, start + MINUTE) + beside + (36 * shared + 5 * own + swell(start)) * scale
        close = round(min(near, high_of_day - 16 * scale), 1)
        wick = (3 + 12 * chance(venue, coin, start, "wick")) * scale
        high = high_of_day if start == PEAK else min(max(price, close) + wick, high_of_day - 4 * scale)
        low = min(price, close) - wick
        bars.append((start, price, round(high, 1), round(low, 1), close, round(1 + 9 * abs(shared), 1)))
        price = close
    return [bar for bar in bars if coin == "BTC" or chance(venue, bar[0], "trade") >= THIN.get(venue, 0)]


def grouped(bars: Iterable[Bar], size: int) -> list[Bar]:
    groups: dict[datetime, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar[0] - timedelta(minutes=bar[0].minute % size), []).append(bar)
    return [
        (
            start,
            group[0][1],
            max(b[2] for b in group),
            min(b[3] for b in group),
            group[-1][4],
            round(sum(b[5] for b in group), 1),
        )
        for start, group in groups.items()
    ]


def seconds(bar: Bar) -> int:
    return int(bar[0].timestamp())


def ms(bar: Bar) -> int:
    return seconds(bar) * 1000


def turnover(bar: Bar) -> int:
    return round(bar[5] * bar[4])


def texts(*figures: float) -> list[str]:
    return [str(figure) for figure in figures]


@dataclass(frozen=True)
class Shape:
    """How a venue words one answer. row: of bar and minutes. newest_first, running: as the venue serves them."""

    url: str
    params: dict[str, str]
    row: Callable[[Bar, int], Any]
    body: Callable[[list[Any]], Any] = list
    newest_first: bool = False
    running: bool = False
    json: dict[str, Any] | None = None


def binance(coin: str, size: int) -> Shape:
    def row(b: Bar, n: int) -> Any:
        quote = str(turnover(b))
        return [ms(b), *texts(*b[1:]), ms(b) + n * 60000 - 1, quote, 90, str(b[5]), quote, "0"]

    params = {"symbol": f"{coin}USDT", "interval": f"{size}m"}
    return Shape("https://api.binance.com/api/v3/klines", params, row)


def coinbase_exchange(coin: str, size: int) -> Shape:
    url = f"https://api.exchange.coinbase.com/products/{coin}-USD/candles"
    return Shape(
        url,
        {"granularity": str(size * 60)},
        lambda b, n: [seconds(b), b[3], b[2], b[1], b[4], b[5]],
        newest_first=True,
    )


def kraken(coin: str, size: int) -> Shape:
    name = {"BTC": "XBT"}.get(coin, coin)
    return Shape(
        "https://api.kraken.com/0/public/OHLC",
        {"pair": f"{name}USD", "interval": str(size)},
        lambda b, n: [seconds(b), *texts(*b[1:5], b[4], b[5]), 55],
        lambda rows: {"error": [], "result": {f"X{name}ZUSD": rows, "last": rows[-2][0]}},
        running=True,
    )


def bitstamp(coin: str, size: int) -> Shape:
    names = ("timestamp", "open", "high", "low", "close", "volume")
    return Shape(
        f"https://www.bitstamp.net/api/v2/ohlc/{coin.lower()}usd/",
        {"step": str(size * 60)},
        lambda b, n: dict(zip(names, texts(seconds(b), *b[1:]), strict=True)),
        lambda rows: {"data": {"pair": f"{coin}/USD", "ohlc": rows}},
    )


def okx(coin: str, size: int) -> Shape:
    return Shape(
        "https://www.okx.com/api/v5/market/history-candles",
        {"instId": f"{coin}-USDT", "bar": f"{size}m"},
        lambda b, n: [str(ms(b)), *texts(*b[1:], b[5], turnover(b)), "1"],
        lambda rows: {"code": "0", "msg": "", "data": rows},
        newest_first=True,
    )


def bybit(coin: str, size: int) -> Shape:
    symbol = f"{coin}USDT"
    return Shape(
        "https://api.bybit.com/v5/market/kline",
        {"category": "spot", "symbol": symbol, "interval": str(size)},
        lambda b, n: [str(ms(b)), *texts(*b[1:], turnover(b))],
        lambda rows: {
            "retCode": 0,
            "retMsg": "OK",
            "result": {"symbol": symbol, "category": "spot", "list": rows},
            "retExtInfo": {},
            "time": int(NOW.timestamp()) * 1000,
        },
        newest_first=True,
    )


def bitfinex(coin: str, size: int) -> Shape:
    url = f"https://api-pub.bitfinex.com/v2/candles/trade:{size}m:t{coin}USD/hist"
    return Shape(url, {"sort": "1"}, lambda b, n: [ms(b), b[1], b[4], b[2], b[3], b[5]])


def gemini(coin: str, size: int) -> Shape:
    url = f"https://api.gemini.com/v2/candles/{coin.lower()}usd/{size}m"
    return Shape(url, {}, lambda b, n: [ms(b), *b[1:]], newest_first=True, running=True)


def kucoin(coin: str, size: int) -> Shape:
    return Shape(
        "https://api.kucoin.com/api/v1/market/candles",
        {"symbol": f"{coin}-USDT", "type": f"{size}min"},
        lambda b, n: texts(seconds(b), b[1], b[4], b[2], b[3], b[5], turnover(b)),
        lambda rows: {"code": "200000", "data": rows},
        newest_first=True,
    )


def hyperliquid(coin: str, size: int) -> Shape:
    def row(b: Bar, n: int) -> Any:
        o, h, low, c, v = texts(*b[1:])
        stamps = {"t": ms(b), "T": ms(b) + n * 60000 - 1, "s": coin, "i": f"{n}m"}
        return stamps | {"o": o, "c": c, "h": h, "l": low, "v": v, "n": 46}

    asked = {"type": "candleSnapshot", "req": {"coin": coin, "interval": f"{size}m"}}
    return Shape("https://api.hyperliquid.xyz/info", {}, row, json=asked)


VENUES: dict[str, Callable[[str, int], Shape]] = {
    shape.__name__: shape
    for shape in (binance, coinbase_exchange, kraken, bitstamp, okx, bybit, bitfinex, gemini, kucoin, hyperliquid)
}
# A day of minutes is more than one answer of theirs, or more than the desk asks of them.
FIVE_MINUTES = ("coinbase_exchange", "kraken", "okx", "gemini", "hyperliquid")
RECENT = NOW - timedelta(minutes=128)
START = FIRST + timedelta(minutes=16)


def served(venue: str, bars: Sequence[Bar], size: int, shape: Shape) -> list[Bar]:
    """The bars of one answer: a day, or, by the minute where that is too long, the start of the day and its end."""
    found = grouped(bars, size) if size > 1 else list(bars)
    if size == 1 and venue in FIVE_MINUTES:
        found = [bar for bar in found if bar[0] < START or bar[0] >= RECENT]
    found = [bar for bar in found if shape.running or bar[0] < NOW]
    return found[::-1] if shape.newest_first else found


def compose(venue: str, coin: str, size: int, bars: Sequence[Bar], stands_for: datetime) -> dict[str, Any]:
    shape = VENUES[venue](coin, size)
    request: dict[str, Any] = {"method": "POST" if shape.json else "GET", "url": shape.url}
    request |= {"params": shape.params} if shape.params else {}
    request |= {"json": shape.json} if shape.json else {}
    return {
        "remark": "Composed in the documented format around reported figures, not recorded live.",
        "request": request,
        "stands_for": stands_for.isoformat().replace("+00:00", "Z"),
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": shape.body([shape.row(bar, size) for bar in served(venue, bars, size, shape)]),
    }


def main() -> None:
    for number, venue in enumerate(VENUES):
        for coin in PATH:
            bars = minutes(venue, coin)
            for size in (1, 5) if venue in FIVE_MINUTES else (1,):
                answer = compose(venue, coin, size, bars, NOW + timedelta(seconds=1 + number % 5))
                file = FOLDER / venue / f"{coin.lower()}-{size}m.json"
                file.parent.mkdir(exist_ok=True)
                file.write_text(json.dumps(answer, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
