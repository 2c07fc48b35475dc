"""Writes the dashboards', aggregators' and index answers of the replayed day beside this folder.

    python sources/replay/2026-01-14/compose/reference.py

Same bytes on every run: what is interpolated is derived from a hash of its date. ../README.md says which figures were
reported and which were filled in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

DAY_FOLDER = Path(__file__).resolve().parent.parent
STANDS_FOR = "2026-01-14T05:00:05Z"
AS_OF = datetime(2026, 1, 14, 5, tzinfo=UTC)
CENT = Decimal("0.01")

# Closing levels as reported in the press on the day.
REPORTED = {
    date(2023, 1, 4): "25716.86",
    date(2023, 12, 29): "33464.17",
    date(2024, 2, 22): "39098.68",
    date(2024, 3, 22): "40888.43",
    date(2024, 7, 11): "42224.02",
    date(2024, 8, 5): "31458.42",
    date(2024, 12, 30): "39894.54",
    date(2025, 4, 7): "31136.58",
    date(2025, 8, 18): "43714.31",
    date(2025, 10, 31): "52411.34",
    date(2025, 12, 30): "50339.48",
    date(2026, 1, 5): "51832.80",
    date(2026, 1, 6): "52518.08",
    date(2026, 1, 9): "51939.89",
    date(2026, 1, 13): "53549.16",
}
CLOSED = """
2023-01-09 2023-02-23 2023-03-21 2023-05-03 2023-05-04 2023-05-05 2023-07-17 2023-08-11 2023-09-18 2023-10-09
2023-11-03 2023-11-23 2024-01-01 2024-01-02 2024-01-03 2024-01-08 2024-02-12 2024-02-23 2024-03-20 2024-04-29
2024-05-03 2024-05-06 2024-07-15 2024-08-12 2024-09-16 2024-09-23 2024-10-14 2024-11-04 2024-12-31 2025-01-01
2025-01-02 2025-01-03 2025-01-13 2025-02-11 2025-02-24 2025-03-20 2025-04-29 2025-05-05 2025-05-06 2025-07-21
2025-08-11 2025-09-15 2025-09-23 2025-10-13 2025-11-03 2025-11-24 2025-12-31 2026-01-01 2026-01-02 2026-01-12
"""
HOLIDAYS = frozenset(map(date.fromisoformat, CLOSED.split()))
NOTICE = "This material is a copyrightable work of Nikkei. (Composed for a demonstration: not Nikkei's file.)"

# (longs, shorts) of the past hour and half day: the sums are the reported totals.
LIQUIDATIONS = {"1h": ("39104512.38", "419118204.91"), "12h": ("118902331.07", "504497120.55")}
LIQUIDATION_SHARES = {"Bybit": "0.31", "Binance": "0.27", "Hyperliquid": "0.16", "OKX": "0.12", "Gate": "0.08"}
OPEN_INTEREST = "61204518233.41"
OPEN_INTEREST_SHARES = {"Binance": "0.20", "CME": "0.17", "Bybit": "0.12", "Gate": "0.11", "OKX": "0.08"}
BTC = Decimal("95412.6")


def main() -> None:
    for write in (coinglass, binance_futures, bybit_linear, okx_swap, coingecko, coinpaprika, nikkei, fred):
        write()


def coinglass() -> None:
    for span, (longs, shorts) in LIQUIDATIONS.items():
        data = [_liquidation_row(name, long, short) for name, long, short in _split(longs, shorts)]
        _coinglass(f"liquidations-{span}", "liquidation/exchange-list", {"range": span}, data)
    rows = [("All", Decimal(OPEN_INTEREST)), *_shares(Decimal(OPEN_INTEREST), OPEN_INTEREST_SHARES)]
    data = [_interest_row(name, usd) for name, usd in rows]
    _coinglass("open-interest-btc", "open-interest/exchange-list", {"symbol": "BTC"}, data)


def _coinglass(name: str, path: str, params: Mapping[str, str], data: Sequence[Mapping[str, Any]]) -> None:
    url = f"https://open-api-v4.coinglass.com/api/futures/{path}"
    _record(f"coinglass/{name}", url, params, {"code": "0", "msg": "success", "data": data})


def _split(longs: str, shorts: str) -> list[tuple[str, Decimal, Decimal]]:
    long, short = Decimal(longs), Decimal(shorts)
    parts = zip(_shares(long, LIQUIDATION_SHARES), _shares(short, LIQUIDATION_SHARES), strict=True)
    return [("All", long, short), *((name, part, other) for (name, part), (_, other) in parts)]


def _shares(total: Decimal, shares: Mapping[str, str]) -> list[tuple[str, Decimal]]:
    """The total dealt out by share, the rest to HTX."""
    rows = [(name, _cents(total * Decimal(share))) for name, share in shares.items()]
    return [*rows, ("HTX", total - sum(part for _, part in rows))]


def _liquidation_row(exchange: str, long: Decimal, short: Decimal) -> dict[str, Any]:
    return {
        "exchange": exchange,
        "liquidation_usd": float(long + short),
        "long_liquidation_usd": float(long),
        "short_liquidation_usd": float(short),
    }


def _interest_row(exchange: str, usd: Decimal) -> dict[str, Any]:
    return {
        "exchange": exchange,
        "symbol": "BTC",
        "open_interest_usd": float(usd),
        "open_interest_quantity": float(_cents(usd / BTC)),
    }


def _five_minutes() -> list[datetime]:
    return [AS_OF - timedelta(minutes=5 * step) for step in range(6, -1, -1)]


def binance_futures() -> None:
    rows = []
    for at in _five_minutes():
        coins = _cents(Decimal("94210") * _near_one(at))
        row = {"symbol": "BTCUSDT", "sumOpenInterest": str(coins), "sumOpenInterestValue": str(_cents(coins * BTC))}
        rows.append({**row, "CMCCirculatingSupply": "19975640.00000000", "timestamp": _ms(at)})
    params = {"symbol": "BTCUSDT", "period": "5m"}
    _record("binance_futures/btc", "https://fapi.binance.com/futures/data/openInterestHist", params, rows)


def bybit_linear() -> None:
    rows = [
        {"openInterest": str(_cents(Decimal("116480") * _near_one(at))), "timestamp": str(_ms(at))}
        for at in reversed(_five_minutes())
    ]
    remark = "both sides; singleOpenInterest was added to the format in June 2026"
    params = {"category": "linear", "symbol": "BTCUSDT", "intervalTime": "5min"}
    result = {"symbol": "BTCUSDT", "category": "linear", "list": rows, "nextPageCursor": ""}
    _record("bybit_linear/btc", "https://api.bybit.com/v5/market/open-interest", params, _bybit(result), remark)
    minute = str(_ms(AS_OF - timedelta(minutes=1)))
    candle = [minute, "95390.1", "95431.8", "95377.2", str(BTC), "41.207", "3931402.55"]
    result = {"symbol": "BTCUSDT", "category": "linear", "list": [candle]}
    params = {"category": "linear", "symbol": "BTCUSDT", "interval": "1", "start": minute}
    _record("bybit_linear/btc-price", "https://api.bybit.com/v5/market/kline", params, _bybit(result))


def _bybit(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": _ms(AS_OF)}


def okx_swap() -> None:
    rows = []
    for at in reversed(_five_minutes()):
        contracts = (Decimal("3562800") * _near_one(at)).quantize(Decimal(1))
        coins = contracts / 100
        rows.append([str(_ms(at)), str(contracts), str(coins), str(_cents(coins * BTC))])
    url = "https://www.okx.com/api/v5/rubik/stat/contracts/open-interest-history"
    params = {"instId": "BTC-USDT-SWAP", "period": "5m"}
    _record("okx_swap/btc", url, params, {"code": "0", "data": rows, "msg": ""})


def coingecko() -> None:
    data = {
        "current_price": {"usd": 95418},
        "market_cap": {"usd": 1905968412377},
        "total_supply": 19975640.0,
        "max_supply": 21000000.0,
        "max_supply_infinite": False,
        "circulating_supply": 19975640.0,
        "last_updated": "2026-01-14T04:59:12.345Z",
    }
    body = {"id": "bitcoin", "symbol": "btc", "name": "Bitcoin", "market_data": data}
    _record("coingecko/bitcoin", "https://api.coingecko.com/api/v3/coins/bitcoin", {}, body)


def coinpaprika() -> None:
    quote = {"price": 95409.81730592, "volume_24h": 61730221904.31, "market_cap": 1905846113021}
    body = {
        "id": "btc-bitcoin",
        "name": "Bitcoin",
        "symbol": "BTC",
        "rank": 1,
        "circulating_supply": 19975637,
        "total_supply": 19975637,
        "max_supply": 21000000,
        "last_updated": "2026-01-14T04:58:40Z",
        "quotes": {"USD": quote},
    }
    _record("coinpaprika/btc-bitcoin", "https://api.coinpaprika.com/v1/tickers/btc-bitcoin", {}, body)


def nikkei() -> None:
    lines = ["Date of Data,Close,Open,High,Low"]
    opened = Decimal("25834.93")
    for day, close in closes().items():
        high = _cents(max(opened, close) * (1 + _fraction(day, "high") / 400))
        low = _cents(min(opened, close) * (1 - _fraction(day, "low") / 400))
        lines.append(f'"{day:%Y/%m/%d}","{close}","{opened}","{high}","{low}"')
        opened = close
    lines.append(f'"{NOTICE}"')
    (_folder("nikkei") / "daily.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    url = "https://indexes.nikkei.co.jp/nkave/historical/nikkei_stock_average_daily_en.csv"
    _write("nikkei/daily", {"request": _get(url, {}), "file": "daily.csv"})


def fred() -> None:
    """The relay has the week before: the 12th was a holiday, the 13th has not arrived yet."""
    known = {day: str(close) for day, close in closes().items() if day < date(2026, 1, 12)}
    known |= {day: "." for day in HOLIDAYS}
    vintage = {"realtime_start": "2026-01-13", "realtime_end": "2026-01-13"}
    rows = [{**vintage, "date": day.isoformat(), "value": known[day]} for day in sorted(known)]
    frame = {"observation_start": "2023-01-04", "observation_end": "2026-01-14", "units": "lin", "output_type": 1}
    page = {"file_type": "json", "order_by": "observation_date", "sort_order": "asc", "offset": 0, "limit": 100000}
    body = {**vintage, **frame, **page, "count": len(rows), "observations": rows}
    params = {"series_id": "NIKKEI225", "file_type": "json", "sort_order": "asc"}
    _record("fred/nikkei225", "https://api.stlouisfed.org/fred/series/observations", params, body)


def closes() -> dict[date, Decimal]:
    """Every session from the first to the last reported close; between two reported ones never beyond either."""
    found: dict[date, Decimal] = {}
    for first, last in pairwise(REPORTED):
        start, end = Decimal(REPORTED[first]), Decimal(REPORTED[last])
        days = [first + timedelta(days=count) for count in range((last - first).days)]
        sessions = [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]
        for place, day in enumerate(sessions):
            found[day] = start if day == first else _cents(start + (end - start) * _way(place, len(sessions), day))
    return {**found, last: end}


def _way(place: int, count: int, day: date) -> Decimal:
    """How far between the two reported closes: the straight line, moved by up to five sessions, ends excluded."""
    moved = Decimal(place) + 10 * _fraction(day, "way") - 5
    edge = _fraction(day, "edge") / 2
    return min(max(moved, edge), count - edge) / count


def _fraction(day: date, salt: str) -> Decimal:
    """Between 0 and 1, fixed by the day."""
    digest = hashlib.sha256(f"{salt} {day.isoformat()}".encode()).digest()
    return (Decimal(int.from_bytes(digest[:4], "big")) + 1) / (2**32 + 1)


def _near_one(at: datetime) -> Decimal:
    return 1 + (_fraction(at.date(), at.isoformat()) - Decimal("0.5")) / 500


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_EVEN)


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _get(url: str, params: Mapping[str, str]) -> dict[str, Any]:
    return {"method": "GET", "url": url, "params": dict(params)}


def _record(name: str, url: str, params: Mapping[str, str], body: object, remark: str = "") -> None:
    more = {"remark": remark} if remark else {}
    _write(name, {"request": _get(url, params), "body": body, **more})


def _write(name: str, recording: Mapping[str, Any]) -> None:
    kind = "text/csv" if "file" in recording else "application/json"
    answer = {"stands_for": STANDS_FOR, "status": 200, "headers": {"content-type": kind}}
    path = _folder(name.split("/")[0]) / f"{name.split('/')[1]}.json"
    text = json.dumps({"request": recording["request"], **answer, **recording}, indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _folder(provider: str) -> Path:
    folder = DAY_FOLDER / provider
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
