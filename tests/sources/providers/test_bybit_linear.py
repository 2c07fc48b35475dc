from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from sources.types import Response
from tests.sources.providers._talking import END, held, parameters, question, replayed, response, told

ASKED = question("open_interest", "BTC")
AT_END = 1768366800000
BEFORE = str(AT_END - 60_000)


def body(*rows: Any, code: int = 0, message: str = "OK") -> dict[str, Any]:
    return {"retCode": code, "retMsg": message, "result": {"list": list(rows)}}


def interest(**more: Any) -> Response:
    return response(body({"openInterest": "100", "timestamp": str(AT_END), **more}))


PRICE = response(body([BEFORE, "1", "9", "1", "90000.5", "1", "1"]))


def test_open_interest_counts_both_sides_and_is_halved() -> None:
    assert told("bybit_linear", ASKED, interest(), PRICE).value == Decimal("4500025.0")


def test_the_single_side_is_taken_where_it_is_given() -> None:
    assert told("bybit_linear", ASKED, interest(singleOpenInterest="49"), PRICE).value == Decimal("4410024.5")


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_single_side_is_the_same_as_none(nothing: object) -> None:
    assert told("bybit_linear", ASKED, interest(singleOpenInterest=nothing), PRICE).value == Decimal("4500025.0")


def test_the_recorded_day_is_one_side_in_usd() -> None:
    found = replayed("bybit_linear", ASKED)
    assert (found.value, found.observed_at) == (Decimal("58240.000") * Decimal("95412.6"), END)


def test_the_price_is_that_of_the_minute_before_the_row() -> None:
    _, requests = held("bybit_linear", ASKED, interest(), PRICE)
    assert (parameters(requests[1])["start"], parameters(requests[1])["interval"]) == (BEFORE, "1")


@pytest.mark.parametrize(
    ("price", "error"),
    [
        (body(), NoData),
        (body([str(AT_END), "1", "9", "1", "90000.5", "1", "1"]), NoData),
        (body([BEFORE, "1", "9", "1", "0", "1", "1"]), Malformed),
        (body([BEFORE, "1"]), Malformed),
        (body([str(int(BEFORE) // 1000), "1", "9", "1", "90000.5"]), Malformed),
    ],
)
def test_without_the_price_there_is_no_figure(price: object, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("bybit_linear", ASKED, interest(), response(price))


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (body(), 200, NoData),
        (body({"openInterest": "1", "timestamp": str(AT_END + 1)}), 200, NoData),
        (body({"openInterest": "1", "timestamp": str(AT_END - 1_800_001)}), 200, Stale),
        (body({"openInterest": "1", "timestamp": str(AT_END // 1000)}), 200, Malformed),
        (body({"openInterest": "", "timestamp": str(AT_END)}), 200, Malformed),
        (body({"openInterest": "1", "timestamp": str(AT_END), "singleOpenInterest": []}), 200, Malformed),
        (body(code=10001, message="params error: symbol invalid"), 200, NotCovered),
        (body(code=10001, message="params error"), 200, Malformed),
        (body(code=10006, message="Too many visits!"), 200, RateLimited),
        (body(code=10009, message="region"), 200, AccessDenied),
        (body(code=10016, message="server error"), 200, Unavailable),
        ({"retMsg": "OK"}, 200, Malformed),
        (b"<html>US</html>", 403, AccessDenied),
        (b"", 429, RateLimited),
    ],
)
def test_every_refusal_is_told_apart(answer: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("bybit_linear", ASKED, response(answer, status))


def test_too_frequent_access_waits_for_ten_minutes_and_is_no_lockout() -> None:
    with pytest.raises(RateLimited) as caught:
        told("bybit_linear", ASKED, response(b"access too frequent", 403))
    assert caught.value.after == timedelta(minutes=10)
