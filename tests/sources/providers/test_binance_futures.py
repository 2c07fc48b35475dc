from datetime import timedelta
from decimal import Decimal

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from tests.sources.providers._talking import END, held, parameters, question, replayed, response, told

ASKED = question("open_interest", "BTC")
AT_END = 1768366800000


def row(timestamp: object = AT_END, value: object = "8988875520.33") -> dict[str, object]:
    return {"symbol": "BTCUSDT", "sumOpenInterest": "94210.5", "sumOpenInterestValue": value, "timestamp": timestamp}


def test_the_last_row_at_the_end_is_read_in_usd() -> None:
    found = replayed("binance_futures", ASKED)
    assert (found.value, found.observed_at) == (Decimal("8988875520.33"), END)


@pytest.mark.parametrize("timestamp", [AT_END, str(AT_END)])
def test_timestamps_count_as_numbers_and_as_strings(timestamp: object) -> None:
    assert told("binance_futures", ASKED, response([row(timestamp)])).observed_at == END


def test_a_row_after_the_time_asked_about_is_not_read() -> None:
    later = row(AT_END + 300_000, "1")
    assert told("binance_futures", ASKED, response([row(), later])).value == Decimal("8988875520.33")


def test_the_half_hour_before_the_end_is_asked_for_in_milliseconds() -> None:
    _, requests = held("binance_futures", ASKED, response([row()]))
    asked = parameters(requests[0])
    assert (asked["startTime"], asked["endTime"]) == (str(AT_END - 1_800_000), str(AT_END))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ([], 200, NoData),
        ([row(AT_END + 1)], 200, NoData),
        ([row(AT_END - 1_800_001)], 200, Stale),
        ([row(AT_END // 1000)], 200, Malformed),
        ([row(value=None)], 200, Malformed),
        ([row(value="NaN")], 200, Malformed),
        ([row(value="0")], 200, Malformed),
        ({"code": -1130, "msg": "parameter 'startTime' is invalid."}, 400, Stale),
        ({"code": -1121, "msg": "Invalid symbol."}, 400, NotCovered),
        ({"code": -1003, "msg": "Too much request weight used"}, 400, RateLimited),
        ({"code": -1000, "msg": "unknown"}, 400, Unavailable),
        ({"code": -1100, "msg": "illegal characters"}, 400, Malformed),
        ({"code": 0, "msg": "Service unavailable from a restricted location"}, 200, AccessDenied),
        ({"code": 0, "msg": "Service unavailable from a restricted location"}, 451, AccessDenied),
        (b"banned", 418, RateLimited),
        (b"<html></html>", 403, Malformed),
        (b"<html></html>", 503, Unavailable),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("binance_futures", ASKED, response(body, status))


@pytest.mark.parametrize(("body", "status"), [(b"", 418), (b"", 429), ({"code": -1003, "msg": "Too much"}, 400)])
def test_the_wait_that_binance_asks_for_is_passed_on(body: object, status: int) -> None:
    with pytest.raises(RateLimited) as caught:
        told("binance_futures", ASKED, response(body, status, retry_after="120"))
    assert caught.value.after == timedelta(minutes=2)
