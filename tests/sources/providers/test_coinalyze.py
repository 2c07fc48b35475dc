from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale
from sources.types import Kind
from tests.sources.providers._talking import END, HOUR, held, parameters, question, replayed, response, told

LIQUIDATIONS = question("liquidations", "BTC", side="total")
OPEN_INTEREST = question("open_interest", "BTC")
ZONE = question("position_concentration", "BTC", side="short", zone_low="92000", zone_high="94000")
START = 1768363200  # 04:00
LAST_FIVE = 1768366500  # 04:55


def markets(count: int) -> list[dict[str, Any]]:
    return [
        {"symbol": f"BTCUSDT_PERP.{place}", "base_asset": "BTC", "quote_asset": "USDT", "is_perpetual": True}
        for place in range(count)
    ]


def history(market: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"symbol": market, "history": list(rows)}]


def test_liquidations_are_summed_over_the_coins_perpetual_markets() -> None:
    found = replayed("coinalyze", question("liquidations", "BTC", side="short"))
    assert (found.value, found.kind) == (Decimal("159002000.5"), Kind.EXACT)
    assert found.note == "3 of 3 markets asked, 2 with liquidations, rows of 1min"


def test_dated_futures_and_other_coins_are_not_asked() -> None:
    listed = [
        *markets(1),
        {"symbol": "BTC_260327", "base_asset": "BTC", "quote_asset": "USD", "is_perpetual": False},
        {"symbol": "ETHUSDT_PERP.A", "base_asset": "ETH", "quote_asset": "USDT", "is_perpetual": True},
    ]
    rows = history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2})
    _, requests = held("coinalyze", LIQUIDATIONS, response(listed), response(rows))
    assert parameters(requests[1])["symbols"] == "BTCUSDT_PERP.0"


def test_the_window_is_asked_for_in_seconds_with_its_last_row_before_the_end() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2})
    _, requests = held("coinalyze", LIQUIDATIONS, response(markets(1)), response(rows))
    asked = parameters(requests[1])
    assert (asked["from"], asked["to"], asked["interval"]) == (str(START), str(START + 3599), "1min")
    assert asked["convert_to_usd"] == "true"


def test_a_row_that_starts_at_the_windows_end_is_not_counted() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2}, {"t": START + 3600, "l": 1000, "s": 1000})
    assert told("coinalyze", LIQUIDATIONS, response(markets(1)), response(rows)).value == Decimal(3)


def test_more_markets_than_fit_one_request_are_asked_in_several() -> None:
    rows = response(history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2}))
    found, requests = held("coinalyze", LIQUIDATIONS, response(markets(25)), rows, response([]))
    assert [len(parameters(request)["symbols"].split(",")) for request in requests[1:]] == [19, 6]
    assert found.kind is Kind.EXACT


def test_a_part_of_the_markets_is_a_floor_that_says_so() -> None:
    rows = response(history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2}))
    found = told("coinalyze", LIQUIDATIONS, response(markets(60)), rows, response([]))
    assert (found.kind, found.low, found.high) == (Kind.FLOOR, Decimal(3), None)
    assert found.note.startswith("38 of 60 markets asked")


def test_open_interest_is_the_sum_of_the_last_finished_closes() -> None:
    found = replayed("coinalyze", OPEN_INTEREST)
    assert (found.value, found.kind, found.observed_at) == (Decimal("15610000000.25"), Kind.EXACT, END)


def test_open_interest_without_one_market_is_a_floor() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": LAST_FIVE, "c": 9})
    found = told("coinalyze", OPEN_INTEREST, response(markets(2)), response(rows))
    assert (found.kind, found.note) == (Kind.FLOOR, "1 of 2 perpetual markets")


def test_open_interest_of_all_markets_is_a_ceiling_for_a_zone() -> None:
    found = replayed("coinalyze", ZONE)
    assert (found.kind, found.high) == (Kind.CEILING, Decimal("15610000000.25"))


def test_a_part_of_the_markets_is_no_ceiling() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": LAST_FIVE, "c": 9})
    with pytest.raises(NoData, match="no ceiling"):
        told("coinalyze", ZONE, response(markets(2)), response(rows))


def test_open_interest_of_an_hour_before_is_no_answer() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": START - 600, "c": 9})
    with pytest.raises(NoData):
        told("coinalyze", OPEN_INTEREST, response(markets(1)), response(rows))


def test_no_rows_at_all_is_no_data_and_not_zero() -> None:
    with pytest.raises(NoData, match="no rows for this window"):
        told("coinalyze", LIQUIDATIONS, response(markets(1)), response([]))


@pytest.mark.parametrize(("age", "interval"), [(HOUR, "1min"), (26 * HOUR, "5min"), (6 * 24 * HOUR, "15min")])
def test_the_interval_is_the_finest_that_is_still_kept(age: timedelta, interval: str) -> None:
    rows = response(history("BTCUSDT_PERP.0", {"t": START, "l": 1, "s": 2}))
    _, requests = held("coinalyze", LIQUIDATIONS, response(markets(1), at=END + age), rows)
    assert parameters(requests[1])["interval"] == interval


def test_an_hour_of_months_ago_is_no_longer_kept() -> None:
    with pytest.raises(Stale, match="no longer keeps"):
        told("coinalyze", LIQUIDATIONS, response(markets(1), at=END + timedelta(days=200)))


def test_milliseconds_where_seconds_are_documented_are_malformed() -> None:
    rows = history("BTCUSDT_PERP.0", {"t": START * 1000, "l": 1, "s": 2})
    with pytest.raises(Malformed, match="documented unit"):
        told("coinalyze", LIQUIDATIONS, response(markets(1)), response(rows))


@pytest.mark.parametrize("subject", ["CRYPTO", "NIKKEI225"])
def test_only_single_coins_are_covered(subject: str) -> None:
    with pytest.raises(NotCovered):
        told("coinalyze", question("liquidations", subject, side="total"))


def test_a_coin_without_perpetuals_is_not_covered() -> None:
    with pytest.raises(NotCovered):
        told("coinalyze", question("liquidations", "XMR", side="total"), response(markets(3)))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"message": "Invalid API key"}, 401, AccessDenied),
        ({"message": "Too many"}, 429, RateLimited),
        ({"message": "wrong"}, 400, Malformed),
        ({"message": "an error with 200"}, 200, Malformed),
        ([{"symbol": "BTCUSDT_PERP.0"}], 200, Malformed),
        ([{"symbol": "BTCUSDT_PERP.0", "history": None}], 200, Malformed),
        (history("BTCUSDT_PERP.0", {"t": START, "l": None, "s": 2}), 200, Malformed),
        (history("BTCUSDT_PERP.0", {"t": START, "l": -1, "s": 2}), 200, Malformed),
        (b"", 200, Malformed),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("coinalyze", LIQUIDATIONS, response(markets(1)), response(body, status))


def test_the_wait_that_coinalyze_asks_for_is_passed_on() -> None:
    with pytest.raises(RateLimited) as caught:
        told("coinalyze", LIQUIDATIONS, response({}, 429, retry_after="17"))
    assert caught.value.after == timedelta(seconds=17)
