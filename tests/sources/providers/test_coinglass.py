from datetime import timedelta
from decimal import Decimal

import pytest

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
from sources.types import Kind, Observation
from tests.sources.providers._talking import (
    END,
    HOUR,
    MARKET_DAY,
    SOON_AFTER,
    held,
    parameters,
    question,
    replayed,
    response,
    told,
)

MINUTE = timedelta(minutes=1)
REFUSED = response({"code": "401", "msg": "Upgrade plan"})


def minutes(*amounts: object, first: int = 1768366500000, step: int = 60_000) -> dict[str, object]:
    """Aggregated rows from 04:55 on with these longs and shorts of 1."""
    rows = [
        {"time": first + step * place, "aggregated_long_liquidation_usd": amount, "aggregated_short_liquidation_usd": 1}
        for place, amount in enumerate(amounts)
    ]
    return {"code": "0", "data": rows}


def shorts(**more: object) -> dict[str, object]:
    return {"code": "0", "data": [{"exchange": "All", "short_liquidation_usd": 5.5, **more}]}


@pytest.mark.parametrize(
    ("side", "hours", "figure"),
    [
        ("total", 1, "458222717.29"),
        ("short", 1, "419118204.91"),
        ("long", 1, "39104512.38"),
        ("total", 12, "623399451.62"),
    ],
)
def test_the_market_day_replays_the_reported_totals(side: str, hours: int, figure: str) -> None:
    asked = question("liquidations", "CRYPTO", length=hours * HOUR, side=side)
    found = replayed("coinglass", asked, MARKET_DAY)
    assert (found.value, found.kind, found.observed_at) == (Decimal(figure), Kind.EXACT, None)


@pytest.mark.parametrize("late", [timedelta(minutes=5, seconds=1), timedelta(days=300), timedelta(minutes=-6)])
def test_a_rolling_total_asked_at_another_time_is_stale(late: timedelta) -> None:
    with pytest.raises(Stale, match="can only be asked at the time"):
        told("coinglass", question("liquidations", "CRYPTO", side="short"), response(shorts(), at=END + late))


def test_a_rolling_total_five_minutes_late_still_counts() -> None:
    asked = question("liquidations", "CRYPTO", side="short")
    assert told("coinglass", asked, response(shorts(), at=END + 5 * MINUTE)).value == Decimal("5.5")


@pytest.mark.parametrize("length", [30 * MINUTE, 2 * HOUR, 48 * HOUR])
def test_only_the_four_rolling_windows_are_covered_for_all_coins(length: timedelta) -> None:
    with pytest.raises(NotCovered):
        told("coinglass", question("liquidations", "CRYPTO", length=length, side="total"))


def test_totals_over_venues_do_not_answer_for_one_venue() -> None:
    with pytest.raises(NotCovered):
        told("coinglass", question("open_interest", "BTC", venue="binance"))


def test_rows_of_a_coin_are_summed_and_say_where_their_edges_lie() -> None:
    found = replayed("coinglass", question("liquidations", "BTC", length=5 * MINUTE, side="total"))
    assert found.value == Decimal("5557001.75")
    assert (found.low, found.high) == (Decimal("5557001.74"), Decimal("5557001.76"))
    assert found.note == "5 of 5 rows of 1m, edges on the grid"


def test_a_row_across_the_edge_widens_the_answer_instead_of_shifting_it() -> None:
    asked = question("liquidations", "BTC", END + timedelta(seconds=-30), 4 * MINUTE, side="long")
    found = told("coinglass", asked, response(minutes(100, 20, 3, 4, 500)))
    assert (found.value, found.low, found.high) == (Decimal(27), Decimal("26.99"), Decimal("627.01"))
    assert "edges between two rows" in found.note


def test_a_missing_minute_makes_the_sum_a_floor() -> None:
    asked = question("liquidations", "BTC", length=5 * MINUTE, side="long")
    found = told("coinglass", asked, response(minutes(1, 2, 3, 4)))
    assert (found.kind, found.value, found.high) == (Kind.FLOOR, Decimal(10), None)
    assert found.note.startswith("4 of 5 rows")


def test_a_row_after_the_window_is_not_counted() -> None:
    asked = question("liquidations", "BTC", length=5 * MINUTE, side="long")
    found = told("coinglass", asked, response(minutes(1, 2, 3, 4, 5, 1000)))
    assert (found.value, found.high, found.kind) == (Decimal(15), Decimal("15.01"), Kind.EXACT)


def test_a_minute_stated_twice_is_not_counted_twice() -> None:
    asked = question("liquidations", "BTC", length=5 * MINUTE, side="long")
    with pytest.raises(Malformed):
        told("coinglass", asked, response(minutes(1, 2, 3, 4, 5, step=0)))


def test_seconds_where_milliseconds_are_documented_are_malformed() -> None:
    asked = question("liquidations", "BTC", length=5 * MINUTE, side="long")
    with pytest.raises(Malformed, match="documented unit"):
        told("coinglass", asked, response(minutes(1, 2, 3, 4, 5, first=1768366500, step=60)))


def test_a_plan_without_minutes_is_asked_for_the_interval_it_includes() -> None:
    halves = minutes(7, 8, first=1768363200000, step=1_800_000)
    found, requests = held("coinglass", question("liquidations", "BTC", side="long"), REFUSED, response(halves))
    assert [parameters(request)["interval"] for request in requests] == ["1m", "30m"]
    assert (found.value, found.note) == (Decimal(15), "2 of 2 rows of 30m, edges on the grid")


def test_a_plan_that_refuses_every_interval_is_access_denied() -> None:
    with pytest.raises(PlanTooSmall, match="plan"):
        told("coinglass", question("liquidations", "BTC", side="long"), REFUSED, REFUSED)


@pytest.mark.parametrize(
    ("length", "intervals"),
    [(HOUR, ["1m", "30m"]), (24 * HOUR, ["3m", "30m", "4h"]), (31 * 24 * HOUR, ["1h", "4h"]), (MINUTE, ["1m"])],
)
def test_the_finest_interval_that_fits_one_answer_is_asked_first(length: timedelta, intervals: list[str]) -> None:
    from sources.providers.coinglass import _steps

    assert list(_steps(question("liquidations", "BTC", length=length).window)) == intervals


def test_open_interest_asked_at_the_time_is_the_row_of_all_venues() -> None:
    found = replayed("coinglass", question("open_interest", "BTC"))
    assert (found.value, found.kind) == (Decimal("61204518233.41"), Kind.EXACT)


def test_open_interest_asked_later_is_the_last_finished_row() -> None:
    found = replayed("coinglass", question("open_interest", "BTC", END + timedelta(minutes=-10)))
    assert (found.value, found.observed_at) == (Decimal("61150000000.3"), END - timedelta(minutes=30))


def test_open_interest_an_hour_older_than_asked_is_stale() -> None:
    live = response({"code": "0", "data": [{"exchange": "All", "open_interest_usd": 1}]}, at=END + 24 * HOUR)
    old = {"code": "0", "data": [{"time": 1768359600000, "close": "61000000000"}]}
    with pytest.raises(Stale):
        told("coinglass", question("open_interest", "BTC"), live, response(old))


@pytest.mark.parametrize("folder", [MARKET_DAY])
def test_total_open_interest_is_a_ceiling_for_positions_in_a_zone(folder: object) -> None:
    asked = question("position_concentration", "BTC", side="short", zone_low="92000", zone_high="94000")
    found = replayed("coinglass", asked, MARKET_DAY)
    assert (found.kind, found.low, found.high) == (Kind.CEILING, None, Decimal("61204518233.41"))
    assert "ceiling for one side in one zone" in found.note


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"code": "401", "msg": "Upgrade plan"}, 200, AccessDenied),
        ({"code": "40001", "msg": "Upgrade plan"}, 200, AccessDenied),
        ({"code": "400", "msg": "API key missing."}, 200, AccessDenied),
        ({"code": "30001", "msg": "API key missing."}, 200, AccessDenied),
        ({"code": "400", "msg": "Invalid API key provided"}, 400, AccessDenied),
        ({"code": "429", "msg": "Too Many Requests"}, 200, RateLimited),
        ({"code": "500", "msg": "Server Error"}, 200, Unavailable),
        ({"code": "404", "msg": "Endpoint not found"}, 200, Malformed),
        ({"code": "400", "msg": "range is wrong"}, 200, Malformed),
        ({"code": "0", "data": []}, 200, NoData),
        ({"code": "0", "data": None}, 200, Malformed),
        ({"code": "0"}, 200, Malformed),
        ({"code": "0", "data": [{"exchange": "Binance", "short_liquidation_usd": 1}]}, 200, Malformed),
        (shorts(short_liquidation_usd=None), 200, Malformed),
        (shorts(short_liquidation_usd=-1), 200, Malformed),
        ([], 200, Malformed),
        (b"<html>maintenance</html>", 200, Malformed),
        (b"<html>bad gateway</html>", 502, Unavailable),
        (b"", 429, RateLimited),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        told("coinglass", question("liquidations", "CRYPTO", side="short"), response(body, status))
    assert isinstance(caught.value, error)


@pytest.mark.parametrize("shape", ["419118204.91", 419118204.91])
def test_figures_count_as_strings_and_as_numbers(shape: object) -> None:
    found: Observation = told(
        "coinglass",
        question("liquidations", "CRYPTO", side="short"),
        response(shorts(short_liquidation_usd=shape), at=SOON_AFTER),
    )
    assert found.value == Decimal("419118204.91")
