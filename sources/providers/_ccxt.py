"""ccxt as a book of wire formats: which URL a venue wants, which column is which. Never its sockets, clock or floats.

An exchange object is copied for one call and its `fetch` replaced: while asking it notes what would be sent and stops,
while reading it hands back a recorded body. Figures travel as strings, because ccxt turns numbers into floats and reads
Decimal as nothing. ccxt is imported inside, at the first call: it costs half a second and 76 MB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NoReturn

from sources.errors import Malformed
from sources.types import Request

SPOT: Mapping[str, Any] = {"type": "spot", "spot": True}
PERPETUAL: Mapping[str, Any] = {"type": "swap", "spot": False, "swap": True, "contract": True, "linear": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What the desk knows of a venue beyond ccxt.

    exchange: ccxt's class. path: where the rows lie; "{id}" stands for the market's id.
    market: extra fields of ccxt's market. send_until: the venue is told the end of the page.
    params: what ccxt must be told to leave its own clock out of the choice of endpoint.
    """

    exchange: str
    path: tuple[str, ...] = ()
    market: Mapping[str, Any] = field(default_factory=lambda: SPOT)
    send_until: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Market:
    """One pair at one venue: the venue's own id, and the pair by desk symbols."""

    id: str
    base: str
    quote: str

    @property
    def symbol(self) -> str:
        return f"{self.base}/{self.quote}"


class _Asked(Exception):
    """Carries what ccxt was about to send."""

    def __init__(self, url: str, method: str, headers: Mapping[str, str] | None, body: str | None) -> None:
        super().__init__(url)
        self.url, self.method, self.headers, self.body = url, method, headers or {}, body


def request_of(wire: Wire, market: Market, interval: str, start: datetime, end: datetime, rows: int) -> Request:
    """The request for `rows` candles from `start` up to before `end`, as ccxt words it for this venue."""
    exchange = _exchange(wire, market, end)
    sent: dict[str, Any] = {}

    def note(params: Mapping[str, Any], *_: Any) -> str:
        sent.clear()
        sent.update(params)
        return ""

    exchange.fetch = _stop
    exchange.urlencode = exchange.rawencode = exchange.urlencode_nested = note
    params = dict(wire.params) | ({"until": _milliseconds(end) - 1} if wire.send_until else {})
    try:
        exchange.fetch_ohlcv(market.symbol, interval, _milliseconds(start), rows, params)
    except _Asked as asked:
        return _request(asked, sent)
    raise AssertionError(f"{wire.exchange} asked nothing")


def _request(asked: _Asked, sent: Mapping[str, Any]) -> Request:
    return Request(
        url=asked.url.rstrip("?"),
        method=asked.method,
        params=tuple((name, str(value)) for name, value in sent.items()),
        headers=tuple((name, str(value)) for name, value in asked.headers.items()),
        json=json.loads(asked.body) if asked.body else None,
    )


def columns_of(wire: Wire, market: Market, interval: str, rows: Sequence[Any]) -> list[list[Any]]:
    """[milliseconds, open, high, low, close, volume] per row, in the venue's order; figures as the venue wrote them.

    Cells hold None where ccxt found nothing. Malformed when a cell is neither text nor number.
    """
    exchange = _exchange(wire, market, None)
    body: Any = [_as_text(row) for row in rows]
    for key in reversed(wire.path):
        body = {key.format(id=market.id): body}
    exchange.fetch = lambda *_, **__: body
    exchange.parse_ohlcvs = lambda found, known, *_, **__: [exchange.parse_ohlcv(row, known) for row in found]
    columns: list[list[Any]] = exchange.fetch_ohlcv(market.symbol, interval, None, len(rows), dict(wire.params))
    if len(columns) != len(rows):
        raise Malformed("the candles are not where they are documented to be")
    return columns


def _exchange(wire: Wire, market: Market, now: datetime | None) -> Any:
    exchange = copy(_prototype(wire.exchange))
    exchange.fetch = _stop
    exchange.milliseconds = lambda: 0 if now is None else _milliseconds(now)
    pair = {"symbol": market.symbol, "base": market.base, "quote": market.quote}
    exchange.set_markets([{"id": market.id, "baseName": market.base} | pair | dict(wire.market)])
    return exchange


@cache
def _prototype(name: str) -> Any:
    """Making one takes milliseconds, a copy a tenth of one. Without its session it could not connect if it tried."""
    import ccxt

    exchange: Any = getattr(ccxt, name)({"enableRateLimit": False})
    exchange.number = str
    exchange.session = None
    return exchange


def _stop(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> NoReturn:
    raise _Asked(url, method, headers, body)


def _as_text(row: Any) -> Any:
    if isinstance(row, dict):
        return {name: _cell(cell) for name, cell in row.items()}
    if isinstance(row, list):
        return [_cell(cell) for cell in row]
    raise Malformed("a candle is neither a list nor an object")


def _cell(cell: Any) -> str:
    if isinstance(cell, bool) or not isinstance(cell, (str, int, Decimal)):
        raise Malformed("a candle holds something that is no figure")
    return str(cell)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
