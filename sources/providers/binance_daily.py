"""Binance's daily files: the final one-minute candles of a coin against USDT, published the day after.

API      https://github.com/binance/binance-public-data, read 2026-11 in a stored copy: one zip with one CSV per pair,
         interval and day, and beside it a `.CHECKSUM` with the file's SHA-256
Times    UTC epoch of each candle's start: microseconds in files of 2025-01-01 and later, milliseconds before
Units    USDT
Gaps     a minute without trades has no row; a day not yet published, or a pair not listed then, is 404
Limits   none stated; files change only when Binance corrects one
Owner    Binance, whose own trades these are. It settles what Binance traded; for a price at a minute, which venues
         agree on within a fifth of the tolerance, also what others said of it (docs/reliability.md)
Licence  MIT (public data repository); a figure is shown with the name of the venue
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Generator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sources.errors import Malformed, NoData, NotCovered, Unavailable
from sources.providers import _candles as candles
from sources.providers._base import (
    Conversation,
    Later,
    Lineage,
    Provider,
    check_status,
    coin_of,
    instant,
    positive,
)
from sources.providers._candles import MINUTE, Candle, Series
from sources.types import Observation, Question, Request, Response, Window

BASE = "https://data.binance.vision"
QUOTE = "USDT"
METRICS = frozenset({"price", "price_break", "price_change"})
FIRST_IN_MICROSECONDS = date(2025, 1, 1)
DAY = timedelta(days=1)
PUBLISHED_WITHIN = 3 * DAY  # after its end; a file that is missing later is not coming
MOST_DAYS = 3
MOST_BYTES = 2_000_000  # 1,440 rows are about 200,000
COLUMNS = 12
DOCUMENTED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def covers(question: Question) -> None:
    if coin_of(question).symbol == QUOTE:
        raise NotCovered("Binance trades no coin against itself")
    asked = dict(question.qualifiers)
    if asked.pop("venue", "binance") != "binance":
        raise NotCovered("the question is about another venue")
    if question.metric == "price_break" and asked.pop("extreme", None) not in {"high", "low"}:
        raise NotCovered("the question names no extreme, high or low")
    if asked or question.metric not in METRICS:
        raise NotCovered("the daily files do not tell this")
    if sum(len(_days(span)) for span in _spans(question)) > MOST_DAYS:
        raise NotCovered(f"reads at most {MOST_DAYS} daily files for one question")


def ask(question: Question) -> Conversation:
    series = []
    for span in _spans(question):
        series.append((yield from _series(question.subject, span)))
    return _read(question, series)


def _spans(question: Question) -> list[Window]:
    """What must be known: the minutes of the window, or those before each moment."""
    if question.metric == "price_break":
        return [candles.touched(question.window, MINUTE)]
    moments = [question.window.end] if question.metric == "price" else [question.window.start, question.window.end]
    return [candles.touched(Window(moment - candles.LOOKBACK, moment), MINUTE) for moment in moments]


def _read(question: Question, series: list[Series]) -> Observation:
    if question.metric == "price":
        return candles.price(series[0], question.window.end)
    if question.metric == "price_break":
        return candles.extreme(series[0], question.window, question.qualifier("extreme") or "high")
    return candles.change(series[0], series[1], question.window)


def _days(span: Window) -> list[date]:
    first, last = span.start.date(), (span.end - timedelta(microseconds=1)).date()
    return [first + number * DAY for number in range((last - first).days + 1)]


def _series(coin: str, span: Window) -> Generator[Request, Response, Series]:
    found: list[Candle] = []
    heard_at = span.end
    for day in _days(span):
        name = f"{coin}{QUOTE}-1m-{day.isoformat()}"
        url = f"{BASE}/data/spot/daily/klines/{coin}{QUOTE}/1m/{name}.zip"
        checksum = _checksum(_published((yield Request(f"{url}.CHECKSUM")), day), f"{name}.zip")
        response = _published((yield Request(url)), day)
        if hashlib.sha256(response.body).hexdigest() != checksum:
            raise Malformed(f"{name}.zip does not have the checksum published beside it")
        found += _candles(_unpacked(response.body, f"{name}.csv"), day)
        heard_at = response.received_at
    near = [one for one in found if span.start <= one.start and one.end <= span.end]
    return candles.in_order(f"{coin}/{QUOTE}", QUOTE, "1m", near, heard_at)


def _published(response: Response, day: date) -> Response:
    """The response of a file that is there. Unavailable while it may still be published, NoData when it will not be."""
    if response.status != 404:
        check_status(response)
        return response
    if response.received_at - datetime.combine(day + DAY, time(), UTC) < PUBLISHED_WITHIN:
        raise Unavailable(f"the file of {day} is not published yet")
    raise NoData(f"there is no file of {day}")


def _checksum(response: Response, name: str) -> str:
    """ "<sha256>  <name>" as sha256sum writes it."""
    words = response.body[:400].decode("ascii", "replace").split()
    if len(words) != 2 or words[1] != name or len(words[0]) != 64:
        raise Malformed("the checksum is not as documented")
    return words[0].lower()


def _unpacked(body: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (member,) = archive.infolist()
            if member.filename != name or member.compress_type not in DOCUMENTED or member.file_size > MOST_BYTES:
                raise Malformed("the archive does not hold the one documented file")
            with archive.open(member) as file:
                raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Malformed("the file in the archive is too large")
        return raw.decode("ascii")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Malformed(f"the archive cannot be read ({type(error).__name__})") from None


def _candles(text: str, day: date) -> list[Candle]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        raise Malformed("the file is not CSV") from None
    if rows and rows[0][0] == "open_time":
        rows = rows[1:]
    if not rows:
        raise NoData(f"the file of {day} is empty")
    found = [_candle(row, day) for row in rows]
    if len({candle.start for candle in found}) != len(found):
        raise Malformed("the file holds one minute twice")
    return found


def _candle(row: list[str], day: date) -> Candle:
    if len(row) != COLUMNS:
        raise Malformed("a row does not have the documented columns")
    per_second = 1_000_000 if day >= FIRST_IN_MICROSECONDS else 1_000
    start = instant(row[0], "the time of a candle", per_second=per_second)
    if start.date() != day or (start - candles.EPOCH) % MINUTE:
        raise Malformed("a candle does not start on a minute of the file's day")
    return Candle(start, start + MINUTE, *(_price(cell) for cell in row[1:5]))


def _price(cell: str) -> Decimal:
    return positive(cell, "a price")


PROVIDERS = (
    Provider(
        name="binance_daily",
        title="Binance daily files",
        metrics=METRICS,
        lineage=Lineage(
            owner="Binance",
            read="github.com/binance/binance-public-data, stored copy read 2026-11",
            upstreams={"*": ("binance",)},
        ),
        covers=covers,
        ask=ask,
        later=Later(
            known_from="daily_file",
            after=timedelta(hours=36),
            own="binance",
            settles_others=frozenset({"price"}),
        ),
        base_url=BASE,
        docs="https://github.com/binance/binance-public-data",
        per_minute=60,
        timeout_seconds=20.0,
        licence="MIT (public data repository); a figure is shown with the name of the venue",
    ),
)
