"""Exchanges: every venue's columns, order and units read into the same figures; only whole, finished candles count."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, Stale
from sources.metrics import CATALOGUE
from sources.providers import ALL
from sources.providers._candles import INTERVALS
from sources.providers.exchanges import VENUES
from sources.replay import ReplayFolder
from sources.types import Kind, Observation, Question, Request, Response, Window

ROOT = Path(__file__).parents[3]
NAMES = [venue.name for venue in VENUES]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THREE = datetime(2026, 1, 14, 3, tzinfo=UTC)
TEN_PAST = THREE + 10 * MINUTE
SOON = timedelta(seconds=5)


def broken(
    end: datetime = TEN_PAST, length: timedelta = 10 * MINUTE, subject: str = "BTC", extreme: str = "high"
) -> Question:
    return Question.of("price_break", subject, Window(end - length, end), extreme=extreme)


def priced(at: datetime = TEN_PAST, subject: str = "BTC") -> Question:
    return Question.of("price", subject, Window(at, at))


def changed(end: datetime = TEN_PAST, length: timedelta = 10 * MINUTE) -> Question:
    return Question.of("price_change", "BTC", Window(end - length, end))


def converse(name: str, question: Question, answer: Callable[[Request], Response]) -> tuple[Observation, list[Request]]:
    conversation, asked = ALL[name].ask(question), []
    try:
        asked.append(next(conversation))
        while True:
            asked.append(conversation.send(answer(asked[-1])))
    except StopIteration as end:
        return end.value, asked


def told(name: str, question: Question, answer: Callable[[Request], Response]) -> Observation:
    return converse(name, question, answer)[0]


@cache
def recordings(name: str) -> ReplayFolder:
    return ReplayFolder.load(ROOT / "tests" / "recordings" / name)


@cache
def market_day() -> ReplayFolder:
    return ReplayFolder.load(ROOT / "sources" / "replay" / "2026-01-14")


def request_of(name: str, question: Question) -> Request:
    return next(ALL[name].ask(question))


# Asking

DAY_REQUESTS: dict[str, tuple[str, dict[str, str] | None]] = {
    "binance": (
        "https://api.binance.com/api/v3/klines",
        {
            "symbol": "BTCUSDT",
            "interval": "1m",
            "limit": "1000",
            "startTime": "1768273020000",
            "endTime": "1768333019999",
        },
    ),
    "coinbase_exchange": (
        "https://api.exchange.coinbase.com/products/BTC-USD/candles",
        {"granularity": "300", "start": "2026-01-13T02:45:00.000Z", "end": "2026-01-14T02:55:00.000Z"},
    ),
    "kraken": ("https://api.kraken.com/0/public/OHLC", {"pair": "XBTUSD", "interval": "5", "since": "1768272000"}),
    "bitstamp": (
        "https://www.bitstamp.net/api/v2/ohlc/btcusd/",
        {"step": "60", "limit": "1000", "start": "1768273020", "end": "1768333019"},
    ),
    "okx": (
        "https://www.okx.com/api/v5/market/history-candles",
        {"instId": "BTC-USDT", "bar": "5m", "limit": "291", "before": "1768272299999", "after": "1768359600000"},
    ),
    "bybit": (
        "https://api.bybit.com/v5/market/kline",
        {
            "category": "spot",
            "symbol": "BTCUSDT",
            "interval": "1",
            "limit": "1000",
            "start": "1768273020000",
            "end": "1768333019999",
        },
    ),
    "bitfinex": (
        "https://api-pub.bitfinex.com/v2/candles/trade:1m:tBTCUSD/hist",
        {"limit": "1443", "start": "1768273020000", "end": "1768359599999", "sort": "1"},
    ),
    "gemini": ("https://api.gemini.com/v2/candles/btcusd/5m", {}),
    "kucoin": (
        "https://api.kucoin.com/api/v1/market/candles",
        {"symbol": "BTC-USDT", "type": "1min", "startAt": "1768273020", "endAt": "1768359600"},
    ),
    "hyperliquid": ("https://api.hyperliquid.xyz/info", None),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_day_is_asked_for_in_the_words_of_the_venue(name: str) -> None:
    request = request_of(name, broken(end=THREE, length=DAY))
    url, params = DAY_REQUESTS[name]
    assert (request.url, dict(request.params)) == (url, params or {})
    assert {header for header, _ in request.headers} <= {"Content-Type"}


def test_hyperliquid_is_asked_with_a_json_body() -> None:
    request = request_of("hyperliquid", broken(end=THREE, length=DAY))
    assert request.method == "POST"
    span = {"startTime": 1768272300000, "endTime": 1768359599999}
    assert request.json == {"type": "candleSnapshot", "req": {"coin": "BTC", "interval": "5m"} | span}


IDS = [
    ("kraken", "DOGE", "pair", "XDGUSD"),
    ("kraken", "ETH", "pair", "ETHUSD"),
    ("okx", "SOL", "instId", "SOL-USDT"),
    ("bybit", "XRP", "symbol", "XRPUSDT"),
    ("kucoin", "ADA", "symbol", "ADA-USDT"),
    ("binance", "NEWCOIN", "symbol", "NEWCOINUSDT"),
]


@pytest.mark.parametrize(("name", "subject", "param", "expected"), IDS)
def test_a_coin_is_named_as_the_venue_names_it(name: str, subject: str, param: str, expected: str) -> None:
    assert dict(request_of(name, broken(subject=subject)).params)[param] == expected


@pytest.mark.parametrize(("subject", "pair"), [("ETH", "tETHUSD"), ("DOGE", "tDOGE:USD"), ("BCH", "tBCHN:USD")])
def test_bitfinex_puts_a_colon_after_a_long_name(subject: str, pair: str) -> None:
    assert f":{pair}/" in request_of("bitfinex", broken(subject=subject)).url


FIVE_MINUTES = {"coinbase_exchange", "kraken", "okx", "gemini", "hyperliquid"}
MONTH = {name: "15m" for name in ("binance", "bitstamp", "bybit", "kucoin")} | {"kraken": "4h", "bitfinex": "5m"}
PLANS = [
    (HOUR, {name: "1m" for name in NAMES}),
    (DAY, {name: "5m" if name in FIVE_MINUTES else "1m" for name in NAMES}),
    (31 * DAY, {name: MONTH.get(name, "1h") for name in NAMES}),
]


@pytest.mark.parametrize(("length", "plan"), PLANS, ids=["an hour", "a day", "a month"])
def test_the_finest_candles_that_fit_a_few_pages_are_asked_for(length: timedelta, plan: dict[str, str]) -> None:
    assert {venue.name: venue.finest(Window(THREE - length, THREE)) for venue in VENUES} == plan


def test_a_venue_of_newest_rows_only_may_be_asked_a_little_late() -> None:
    """710 minutes are 720 rows at 03:00, but asked at 03:15 the first of them are gone."""
    kraken = next(venue for venue in VENUES if venue.name == "kraken")
    assert kraken.finest(Window(THREE - 710 * MINUTE, THREE)) == "5m"
    assert kraken.finest(Window(THREE - 690 * MINUTE, THREE)) == "1m"


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_every_interval_of_a_row_is_one_the_venue_has(venue: Any) -> None:
    import ccxt

    assert set(venue.intervals) <= set(INTERVALS)
    assert set(venue.intervals) <= set(getattr(ccxt, venue.wire.exchange)().timeframes)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_question_is_the_same_request_whenever_it_is_asked(name: str) -> None:
    assert request_of(name, broken()) == request_of(name, broken())


NOT_COVERED = [
    (broken(subject="NIKKEI225"), "trades no NIKKEI225/USDT"),
    (broken(subject="CRYPTO"), "trades no CRYPTO/USDT"),
    (broken(subject="USDT"), "trades no USDT/USDT"),
    (broken(subject="BTC/USD"), "trades no BTC/USD"),
    (broken(extreme="middle"), "names no extreme"),
    (Question.of("price", "BTC", Window(THREE, THREE), venue="kraken"), "about another venue"),
    (Question.of("price", "BTC", Window(THREE, THREE), basis="index"), "do not tell basis"),
    (broken(length=400 * DAY), "no candles that fit this window"),
    (broken(length=timedelta(seconds=30)), "no candles that fit this window"),
    (Question.of("open_interest", "BTC", Window(THREE, THREE)), "do not tell open_interest"),
]


@pytest.mark.parametrize(("question", "reason"), NOT_COVERED, ids=[reason for _, reason in NOT_COVERED])
def test_what_candles_cannot_tell_is_not_asked(question: Question, reason: str) -> None:
    with pytest.raises(NotCovered, match=reason):
        ALL["binance"].covers(question)


def test_a_question_about_this_very_venue_is_covered() -> None:
    ALL["kraken"].covers(Question.of("price", "BTC", Window(THREE, THREE), venue="kraken"))


# Reading: the recordings of all venues hold the same ten minutes, with false extremes in the neighbours


@pytest.mark.parametrize("name", NAMES)
def test_every_venue_reads_the_same_extremes_from_its_own_columns(name: str) -> None:
    high = told(name, broken(), recordings(name).answer)
    low = told(name, broken(extreme="low"), recordings(name).answer)
    assert (high.value, high.kind) == (Decimal("96100.0"), Kind.EXACT)
    assert (low.value, low.kind) == (Decimal("94950.0"), Kind.EXACT)
    assert (high.low, high.high) == (Decimal("96099.9"), Decimal("96100.1"))
    assert high.observed_at == TEN_PAST


@pytest.mark.parametrize("name", NAMES)
def test_every_venue_tells_how_the_level_was_reached(name: str) -> None:
    quote = next(venue.quote for venue in VENUES if venue.name == name)
    assert told(name, broken(), recordings(name).answer).detail == {
        "steps": [
            ["2026-01-14T03:00Z", "95220.5"],
            ["2026-01-14T03:03Z", "95805"],
            ["2026-01-14T03:04Z", "96100"],
        ],
        "highest_close": "96020",
        "last_close": "95940.5",
        "open": "95000.1",
        "before_high": "95020",
        "interval": "1m",
        "quote": quote,
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_price_is_the_close_of_the_last_finished_minute(name: str) -> None:
    price = told(name, priced(), recordings(name).answer)
    assert (price.value, price.kind, price.observed_at) == (Decimal("95940.5"), Kind.EXACT, TEN_PAST)
    mid_minute = told(name, priced(THREE + timedelta(minutes=6, seconds=59)), recordings(name).answer)
    assert (mid_minute.value, mid_minute.observed_at) == (Decimal("96020.0"), THREE + 6 * MINUTE)


@pytest.mark.parametrize("name", NAMES)
def test_a_change_is_measured_between_the_prices_at_both_ends(name: str) -> None:
    change, asked = converse(name, changed(), recordings(name).answer)
    assert change.value == ((Decimal("95940.5") / Decimal("95000.1") - 1) * 100).quantize(Decimal("1e-10"))
    worst = (Decimal("95940.6") / Decimal("95000.0") - 1) * 100
    assert change.high is not None
    assert abs(change.high - worst) < Decimal("1e-6")
    assert change.observed_at == TEN_PAST
    assert change.detail["start"] == ["2026-01-14T03:00Z", "95000.1"]
    assert len(asked) == 2


def test_a_perpetual_contract_is_called_one() -> None:
    assert "BTC/USDC perpetual" in told("hyperliquid", broken(), recordings("hyperliquid").answer).note


def _other_unit(stamp: Any) -> Any:
    figure = int(stamp) * 1000 if len(str(stamp)) == 10 else int(stamp) // 1000
    return str(figure) if isinstance(stamp, str) else figure


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_milliseconds_for_seconds_and_the_other_way_round_are_malformed(venue: Any) -> None:
    def answer(request: Request) -> Response:
        response = recordings(venue.name).answer(request)
        body = json.loads(response.body)
        for row in rows_of(body):
            row[venue.stamp] = _other_unit(row[venue.stamp])
        return replace(response, body=json.dumps(body).encode())

    with pytest.raises(Malformed, match="documented unit"):
        told(venue.name, broken(), answer)


def rows_of(body: Any) -> Any:
    """The rows of any venue's answer, for a test to change."""
    if isinstance(body, list):
        return body
    inner = body.get("data") or body["result"]
    if isinstance(inner, dict):
        return rows_of(next(value for key, value in inner.items() if isinstance(value, list)))
    return inner


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_the_order_of_rows_does_not_matter(venue: Any) -> None:
    def answer(request: Request) -> Response:
        response = recordings(venue.name).answer(request)
        body = json.loads(response.body)
        rows_of(body).reverse()
        return replace(response, body=json.dumps(body).encode())

    assert told(venue.name, broken(), answer) == told(venue.name, broken(), recordings(venue.name).answer)


# Refusals that say more than a reason (the reasons themselves: test_contract.py)


def refused(name: str, subject: str) -> Any:
    with pytest.raises(RateLimited) as caught:
        told(name, broken(subject=subject), recordings(name).answer)
    return caught.value.after


def test_a_rate_limit_carries_the_wait_it_asks_for() -> None:
    assert refused("binance", "ETH") == timedelta(seconds=37)
    assert refused("binance", "SOL") == timedelta(seconds=120)
    assert refused("kraken", "ETH") is None


def test_a_wait_named_as_a_date_counts_from_the_answer() -> None:
    def answer(request: Request) -> Response:
        headers = {"retry-after": "Wed, 14 Jan 2026 03:11:05 GMT"}
        return Response(429, b'{"message":"slow down"}', TEN_PAST + SOON, TEN_PAST + SOON, headers)

    with pytest.raises(RateLimited) as caught:
        told("coinbase_exchange", broken(), answer)
    assert caught.value.after == timedelta(minutes=1)


def test_the_words_of_a_web_page_are_not_believed() -> None:
    def answer(request: Request) -> Response:
        return Response(403, b"<html>Too many requests, invalid symbol</html>", TEN_PAST, TEN_PAST)

    with pytest.raises(AccessDenied):
        told("bybit", broken(), answer)


# Which candles count


def minute_rows(
    start: datetime, highs: Sequence[float | None], step: timedelta = MINUTE, price: float = 95000.5
) -> list[list[Any]]:
    """Binance's rows from `start`, one per high; None leaves the interval out, as a market without trades does."""
    return [
        [
            int((start + k * step).timestamp()) * 1000,
            str(price),
            str(high),
            "94000.5",
            str(price),
            "1",
            0,
            "1",
            1,
            "1",
            "1",
            "0",
        ]
        for k, high in enumerate(highs)
        if high is not None
    ]


def serve(rows: Any, at: datetime = TEN_PAST + SOON) -> Callable[[Request], Response]:
    return lambda request: Response(200, json.dumps(rows).encode(), at, at)


CALM = [95001.5] * 10


def test_a_candle_that_had_not_ended_when_the_answer_came_does_not_count() -> None:
    rows = minute_rows(THREE, [*CALM[:9], 99999.5])
    asked_early = TEN_PAST - timedelta(seconds=1)
    assert told("binance", broken(), serve(rows)).value == Decimal("99999.5")
    assert told("binance", broken(), serve(rows, asked_early)).value == Decimal("95001.5")


def test_a_row_the_venue_marks_as_running_does_not_count() -> None:
    def answer(request: Request) -> Response:
        response = recordings("okx").answer(request)
        body = json.loads(response.body)
        for row in body["data"]:
            row[8] = "0" if row[2] == "96100.0" else row[8]
        return replace(response, body=json.dumps(body).encode())

    assert told("okx", broken(), answer).value == Decimal("96090.0")


def test_neighbours_of_the_window_do_not_count() -> None:
    rows = minute_rows(THREE - MINUTE, [99999.5, *CALM, 99999.5])
    assert told("binance", broken(), serve(rows, TEN_PAST + HOUR)).value == Decimal("95001.5")


def test_a_candle_that_straddles_the_edge_of_the_window_does_not_count() -> None:
    rows = minute_rows(THREE, [99999.5, *CALM[:8], 99999.5])
    odd = Question.of("price_break", "BTC", Window(THREE + SOON, TEN_PAST - SOON), extreme="high")
    observation = told("binance", odd, serve(rows))
    assert (observation.value, observation.kind) == (Decimal("95001.5"), Kind.EXACT)
    assert observation.observed_at == TEN_PAST - MINUTE


@pytest.mark.parametrize("edges", [(SOON, timedelta(0)), (timedelta(0), SOON), (SOON, SOON)])
def test_what_a_straddling_candle_saw_may_lie_inside_the_window_or_not(edges: tuple[timedelta, timedelta]) -> None:
    first, last = (99999.5 if cut else 95001.5 for cut in edges)
    odd = Question.of("price_break", "BTC", Window(THREE + edges[0], TEN_PAST - edges[1]), extreme="high")
    observation = told("binance", odd, serve(minute_rows(THREE, [first, *CALM[:8], last])))
    assert (observation.low, observation.value, observation.high) == (
        Decimal("95001.4"),
        Decimal("95001.5"),
        Decimal("99999.6"),
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_minutes_that_the_edges_cut_are_asked_for_too(name: str) -> None:
    cut = broken(end=TEN_PAST + timedelta(seconds=27), length=10 * MINUTE)
    assert request_of(name, cut) == request_of(name, broken(end=TEN_PAST + MINUTE, length=11 * MINUTE))


def test_a_level_is_not_denied_before_the_last_minute_could_be_seen() -> None:
    just_now = broken(end=TEN_PAST + timedelta(seconds=27))
    calm = minute_rows(THREE - MINUTE, [95001.5, *CALM])
    running = minute_rows(TEN_PAST, [96500.5])
    asked_at = TEN_PAST + timedelta(seconds=30)
    early = told("binance", just_now, serve(calm + running, asked_at))
    assert (early.value, early.kind, early.high) == (Decimal("95001.5"), Kind.FLOOR, None)
    later = told("binance", just_now, serve(calm + running, asked_at + MINUTE))
    assert (later.value, later.kind, later.high) == (Decimal("95001.5"), Kind.EXACT, Decimal("96500.6"))


@pytest.mark.parametrize("question", [priced(), broken(), changed()], ids=["price", "extreme", "change"])
def test_a_venue_that_has_only_newer_candles_is_asked_too_late(question: Question) -> None:
    newer = {"error": [], "result": {"XXBTZUSD": [[int((TEN_PAST + DAY).timestamp()), *["95000.5"] * 5, "1", 1]]}}
    with pytest.raises(Stale, match="Kraken serves its newest candles only"):
        told("kraken", question, serve(newer, TEN_PAST + 2 * DAY))


@pytest.mark.parametrize(("waited", "kind"), [(SOON, Kind.FLOOR), (3 * MINUTE, Kind.EXACT)])
def test_a_last_minute_that_is_missing_may_not_be_published_yet_or_had_no_trades(waited: timedelta, kind: Kind) -> None:
    rows = minute_rows(THREE - MINUTE, [95001.5, *CALM[:9]])
    assert told("binance", broken(), serve(rows, TEN_PAST + waited)).kind is kind


def test_minutes_without_trades_are_no_error_and_are_counted() -> None:
    rows = minute_rows(THREE - MINUTE, [95001.5, 95001.5, None, 95002.5, None, None, 95001.5, 95001.5, *CALM[:3]])
    observation = told("binance", broken(), serve(rows))
    assert (observation.value, observation.kind) == (Decimal("95002.5"), Kind.EXACT)
    assert observation.note == "BTC/USDT, 1m candles, 7 of 10 minutes"


SHORT = [
    ("the venue's history begins inside the window", [None] * 40 + [95001.5] * 20, "20 of 60 minutes"),
    ("the newest minutes are missing", [95001.5] * 50 + [None] * 10, "50 of 60 minutes"),
    ("a long hole in the middle", [95001.5] * 20 + [None] * 20 + [95001.5] * 20, "40 of 60 minutes"),
]


@pytest.mark.parametrize(("highs", "note"), [row[1:] for row in SHORT], ids=[row[0] for row in SHORT])
def test_a_short_history_gives_a_bound_and_says_how_short(highs: list[float | None], note: str) -> None:
    rows = minute_rows(THREE, highs)
    end = THREE + HOUR
    high = told("binance", broken(end, HOUR), serve(rows, end + SOON))
    low = told("binance", broken(end, HOUR, extreme="low"), serve(rows, end + SOON))
    assert (high.kind, high.low, high.high) == (Kind.FLOOR, Decimal("95001.5"), None)
    assert (low.kind, low.low, low.high) == (Kind.CEILING, None, Decimal("94000.5"))
    assert high.note.endswith(note)


def test_kraken_serves_its_newest_rows_only_so_an_old_window_is_a_bound() -> None:
    """720 rows and the running one: asked at 16:00 for the twelve hours before, minutes reach back to 04:00 only."""
    asked_at = THREE + 13 * HOUR
    rows = [
        [int((asked_at - k * MINUTE).timestamp()), "95000.1", "95010.5", "94990.0", "95000.1", "95000.0", "3.2", 5]
        for k in range(720, -1, -1)
    ]
    body = {"error": [], "result": {"XXBTZUSD": rows, "last": rows[-2][0]}}
    late = told("kraken", broken(THREE + 10 * HOUR, 10 * HOUR), serve(body, asked_at + SOON))
    assert (late.kind, late.note) == (Kind.FLOOR, "BTC/USD, 1m candles, 540 of 600 minutes")
    with pytest.raises(Stale, match="newest candles only"):
        told("kraken", priced(), serve(body, asked_at + SOON))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_inside_the_window_is_no_data(name: str) -> None:
    elsewhere = broken(end=THREE - HOUR)
    with pytest.raises((NoData, Stale), match=r"lies inside the window|newest candles only"):
        told(name, elsewhere, recordings(name).answer)


def test_an_old_price_is_not_the_price_of_the_moment() -> None:
    with pytest.raises(NoData, match="ends within 10 minutes"):
        told("binance", priced(), serve(minute_rows(THREE - 10 * MINUTE, [95001.5] * 10)))


def test_what_was_passed_before_the_window_is_told() -> None:
    before = minute_rows(THREE - 3 * MINUTE, [96500.5, 96400.5, 96300.5], price=94900.5)
    detail = told("binance", broken(), serve(before + minute_rows(THREE, CALM))).detail
    assert (detail["open"], detail["before_high"]) == ("94900.5", "96500.5")


def test_without_a_candle_before_the_window_its_first_one_tells_the_opening_price() -> None:
    detail = told("binance", broken(), serve(minute_rows(THREE, CALM))).detail
    assert detail["open"] == "95000.5"
    assert "before_high" not in detail


def test_the_resolution_is_the_finest_step_written_anywhere_in_the_answer() -> None:
    """JSON numbers lose their zeros: 0.1 of a coin quoted to a hundredth of a cent is not rounded to ten cents."""
    rows = [[int((THREE + k * MINUTE).timestamp()), 0.0995, 0.1, 0.0996, 0.0999, 5] for k in range(10)]
    observation = told("coinbase_exchange", broken(subject="DOGE"), serve(rows))
    assert (observation.low, observation.high) == (Decimal("0.0999"), Decimal("0.1001"))


# Pages and edges


def by_the_minute(at: datetime, asked: list[Request]) -> Callable[[Request], Response]:
    """A Coinbase that serves what is asked for, newest first, and refuses more than 300 rows."""

    def answer(request: Request) -> Response:
        asked.append(request)
        params = dict(request.params)
        start, end = (datetime.fromisoformat(params[name]) for name in ("start", "end"))
        step = timedelta(seconds=int(params["granularity"]))
        count = (end - start) // step + 1
        assert count <= 300, "Count of aggregations requested exceeds 300"
        stamps = [int((start + k * step).timestamp()) for k in range(count)]
        rows = [[stamp, 94000.5, 95000.5 + stamp % 997, 94500.5, 94500.5, 1.5] for stamp in reversed(stamps)]
        return Response(200, json.dumps(rows).encode(), at, at)

    return answer


def test_a_long_window_is_asked_for_page_by_page() -> None:
    asked: list[Request] = []
    end = THREE + 12 * HOUR
    observation = told("coinbase_exchange", broken(end, 12 * HOUR), by_the_minute(end + SOON, asked))
    assert [dict(request.params)["start"] for request in asked] == [
        "2026-01-14T02:57:00.000Z",
        "2026-01-14T07:57:00.000Z",
        "2026-01-14T12:57:00.000Z",
    ]
    stamps = range(int(THREE.timestamp()), int(end.timestamp()), 60)
    assert observation.value == Decimal("95000.5") + max(stamp % 997 for stamp in stamps)
    assert (observation.kind, observation.note) == (Kind.EXACT, "BTC/USD, 1m candles")


def test_the_edges_of_a_long_window_are_looked_at_by_the_minute() -> None:
    """A level broken three minutes ago lies in no finished five-minute candle, and must not be missed."""
    asked: list[Request] = []
    end = THREE + 3 * MINUTE
    serve_minutes = by_the_minute(end + SOON, asked)
    peak = int((end - MINUTE).timestamp())

    def answer(request: Request) -> Response:
        response = serve_minutes(request)
        rows = [[*row[:2], 97777.5, *row[3:]] if row[0] == peak else row for row in json.loads(response.body)]
        return replace(response, body=json.dumps(rows).encode())

    observation = told("coinbase_exchange", broken(end, DAY), answer)
    assert (observation.value, observation.kind) == (Decimal("97777.5"), Kind.EXACT)
    assert observation.observed_at == end
    asked_for = [tuple(dict(request.params).values()) for request in asked]
    assert asked_for[1:] == [
        ("60", "2026-01-13T03:03:00.000Z", "2026-01-13T03:04:00.000Z"),
        ("60", "2026-01-14T03:00:00.000Z", "2026-01-14T03:02:00.000Z"),
    ]


def test_the_same_candle_on_two_pages_counts_once() -> None:
    rows = minute_rows(THREE - 3 * MINUTE, [95001.5] * 1443)
    end = THREE + DAY
    observation, asked = converse("binance", broken(end, DAY), serve(rows, end + SOON))
    assert (observation.kind, observation.note, len(asked)) == (Kind.EXACT, "BTC/USDT, 1m candles", 1)


def test_two_different_candles_of_one_minute_are_malformed() -> None:
    rows = minute_rows(THREE, CALM) + minute_rows(THREE, [99999.5])
    with pytest.raises(Malformed, match="two different candles"):
        told("binance", broken(), serve(rows))
    assert told("binance", broken(), serve(minute_rows(THREE, CALM) * 2)).value == Decimal("95001.5")


def test_a_candle_beside_the_grid_of_its_interval_is_malformed() -> None:
    with pytest.raises(Malformed, match="does not start where its interval starts"):
        told("binance", broken(), serve(minute_rows(THREE + timedelta(seconds=7), CALM)))


def test_columns_in_another_order_are_malformed() -> None:
    """Coinbase's order read as Binance's, or a venue that changes its columns, shows as a low above a high."""
    rows = [[row[0], row[3], row[2], row[1], row[4], *row[5:]] for row in minute_rows(THREE, CALM)]
    with pytest.raises(Malformed, match="out of order"):
        told("binance", broken(), serve(rows))


@pytest.mark.parametrize("token", ["NaN", "null", "true", "[]"])
def test_a_cell_that_is_no_figure_is_malformed_even_where_no_price_is_read(token: str) -> None:
    rows = minute_rows(THREE, CALM)
    rows[3][5] = "@"
    body = json.dumps(rows).replace('"@"', token).encode()
    with pytest.raises(Malformed):
        told("binance", broken(), lambda request: Response(200, body, TEN_PAST + SOON, TEN_PAST + SOON))


@pytest.mark.parametrize("figure", ["1e13", "1e-13", "0", "-95000.5"])
def test_a_figure_that_is_no_price_of_a_coin_is_malformed(figure: str) -> None:
    rows = minute_rows(THREE, CALM)
    rows[3][1:5] = [figure] * 4
    with pytest.raises(Malformed):
        told("binance", broken(), serve(rows))


# The market day that comes with the project

HIGHS = {
    "binance": ("96240.0", "3331.4"),
    "coinbase_exchange": ("96231.4", "3330.9"),
    "kraken": ("96198.2", "3329.6"),
    "bitstamp": ("96205.0", "3329.9"),
    "okx": ("96238.5", "3331.2"),
    "bybit": ("96233.1", "3331.0"),
    "bitfinex": ("96214.0", "3330.1"),
    "gemini": ("96187.3", "3328.8"),
    "kucoin": ("96236.7", "3331.3"),
    "hyperliquid": ("96152.0", "3327.9"),
}
FIVE = datetime(2026, 1, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("name", NAMES)
def test_the_replayed_day_broke_96000_at_every_venue(name: str) -> None:
    for subject, high in zip(("BTC", "ETH"), HIGHS[name], strict=True):
        observation = told(name, broken(FIVE, DAY, subject), market_day().answer)
        assert (observation.value, observation.kind) == (Decimal(high), Kind.EXACT)
        assert observation.observed_at == FIVE


@pytest.mark.parametrize("name", NAMES)
def test_the_replayed_day_ends_near_95_450_and_above_3_300(name: str) -> None:
    btc, eth = (told(name, priced(FIVE, subject), market_day().answer) for subject in ("BTC", "ETH"))
    assert Decimal(95_400) < btc.value < Decimal(95_500)
    assert Decimal(3_300) < eth.value < Decimal(3_320)
    change = told(name, changed(FIVE, DAY), market_day().answer)
    assert Decimal("4.3") < change.value < Decimal("4.5")


def test_the_replayed_day_is_composed_the_same_on_every_run(tmp_path: Path) -> None:
    import runpy

    script = runpy.run_path(str(ROOT / "sources" / "replay" / "2026-01-14" / "compose" / "exchanges.py"))
    bars = script["minutes"]("kraken", "BTC")
    answer = script["compose"]("kraken", "BTC", 5, bars, FIVE)
    kept = json.loads((ROOT / "sources" / "replay" / "2026-01-14" / "kraken" / "btc-5m.json").read_text())
    assert answer["body"] == kept["body"]


# Lineage


def test_every_venue_is_one_voice_of_its_own_owner() -> None:
    owners = {name: ALL[name].lineage.owner for name in NAMES}
    assert len(set(owners.values())) == len(NAMES)
    assert owners["binance"] == "Binance"
    assert "unconfirmed" in ALL["bitstamp"].lineage.read


def test_every_metric_of_a_venue_is_in_the_catalogue() -> None:
    assert all(ALL[name].metrics <= CATALOGUE.keys() for name in NAMES)
