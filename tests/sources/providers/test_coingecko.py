from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import (
    AccessDenied,
    DefinitionDiffers,
    Malformed,
    NoData,
    NotCovered,
    RateLimited,
    SourceError,
    Stale,
    Unavailable,
)
from sources.types import Kind
from tests.sources.providers._talking import (
    END,
    HOUR,
    MARKET_DAY,
    held,
    parameters,
    question,
    replayed,
    response,
    told,
)

CAP = question("supply_cap", "BTC")
PRICE = question("price", "BTC")
AT_END = 1768366800000


def coin(**more: Any) -> dict[str, Any]:
    data = {"max_supply": 21000000, "circulating_supply": 19975640, "last_updated": "2026-01-14T04:59:12.345Z"}
    return {"id": "bitcoin", "market_data": data | more}


def prices(*samples: Any) -> dict[str, Any]:
    return {"prices": list(samples), "market_caps": list(samples)}


def test_the_cap_of_the_market_day_is_twenty_one_million() -> None:
    found = replayed("coingecko", CAP, MARKET_DAY)
    assert (found.value, found.kind) == (Decimal(21000000), Kind.EXACT)
    assert found.observed_at == END - timedelta(seconds=47, microseconds=655000)


@pytest.mark.parametrize(("written", "resolution"), [(21000000, "1"), (21000000.0, "0.1"), ("21000000.50", "0.01")])
def test_the_resolution_is_the_last_digit_as_written(written: object, resolution: str) -> None:
    found = told("coingecko", CAP, response(coin(max_supply=written)))
    assert found.high is not None
    assert found.high - found.value == Decimal(resolution)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"max_supply": None}, NoData),
        ({"max_supply": None, "max_supply_infinite": False}, NoData),
        ({"max_supply": None, "max_supply_infinite": True}, DefinitionDiffers),
        ({"max_supply": 0}, Malformed),
        ({"max_supply": "∞"}, Malformed),
        ({"last_updated": None}, Malformed),
        ({"last_updated": "14-01-2026"}, Malformed),
        ({"last_updated": "2026-01-14T04:59:12"}, Malformed),
    ],
)
def test_a_coin_without_a_stated_cap_gives_none(more: dict[str, Any], error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("coingecko", CAP, response(coin(**more)))


def test_the_present_supply_is_no_answer_for_last_month() -> None:
    with pytest.raises(Stale):
        told("coingecko", question("supply", "BTC", END - timedelta(days=30)), response(coin()))


def test_the_cap_stated_today_still_answers_for_last_month() -> None:
    asked = question("supply_cap", "BTC", END - timedelta(days=30))
    assert told("coingecko", asked, response(coin())).value == 21000000


def test_the_supply_is_the_circulating_one() -> None:
    assert told("coingecko", question("supply", "BTC"), response(coin(total_supply=1))).value == 19975640


def test_a_price_is_the_nearest_sample_and_says_so() -> None:
    found = replayed("coingecko", PRICE)
    assert (found.value, found.kind) == (Decimal("95418.773"), Kind.EXACT)
    assert found.observed_at == END - timedelta(seconds=57, microseconds=544000)
    assert found.note == "sampled, not traded; 58 s away"


def test_the_samples_are_asked_for_in_seconds() -> None:
    _, requests = held("coingecko", PRICE, response(prices([AT_END, 1])))
    asked = parameters(requests[0])
    assert (asked["from"], asked["to"]) == (str(AT_END // 1000 - 300), str(AT_END // 1000 + 300))


@pytest.mark.parametrize(("metric", "leeway"), [("price", timedelta(minutes=5)), ("market_cap", HOUR)])
def test_a_sample_counts_up_to_its_leeway_and_not_beyond(metric: str, leeway: timedelta) -> None:
    edge = AT_END - int(leeway.total_seconds()) * 1000
    assert told("coingecko", question(metric, "BTC"), response(prices([edge, 5]))).value == 5
    with pytest.raises(Stale):
        told("coingecko", question(metric, "BTC"), response(prices([edge - 1000, 5])))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (prices(), 200, NoData),
        (prices([AT_END // 1000, 5]), 200, Malformed),
        (prices([AT_END, None]), 200, Malformed),
        (prices([AT_END]), 200, Malformed),
        ({}, 200, Malformed),
        ({"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}, 200, RateLimited),
        ({"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}, 429, RateLimited),
        ({"status": {"error_code": 10002, "error_message": "API Key Missing"}}, 200, AccessDenied),
        ({"error": {"status": {"error_code": 10005, "error_message": "limited to Pro"}}}, 200, AccessDenied),
        ({"error": {"status": {"error_code": 10010, "error_message": "wrong host"}}}, 400, AccessDenied),
        ({"error": {"status": {"error_code": 10012, "error_message": "past 365 days"}}}, 401, Stale),
        ({"error_code": 1020, "status": {"error_code": 1020}}, 403, AccessDenied),
        ({"status": {"error_code": 500}}, 200, Unavailable),
        ({"error": "coin not found"}, 404, NotCovered),
        ({"error": "something"}, 200, Malformed),
        (b"<html>Cloudflare</html>", 403, AccessDenied),
        (b"<html></html>", 503, Unavailable),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("coingecko", PRICE, response(body, status))


def test_price_and_capitalisation_share_the_exchanges_tickers_with_coinpaprika_and_supply_does_not() -> None:
    from sources.providers import ALL

    upstreams = [ALL[name].lineage.upstreams for name in ("coingecko", "coinpaprika")]
    assert upstreams[0] == upstreams[1]
    assert upstreams[0].keys() == {"price", "market_cap", "volume"}
