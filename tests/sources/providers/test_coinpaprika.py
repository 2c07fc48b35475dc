from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from sources.types import Kind
from tests.sources.providers._talking import END, MARKET_DAY, question, replayed, response, told

CAP = question("supply_cap", "BTC")
UPDATED = END - timedelta(seconds=80)


def ticker(**more: Any) -> dict[str, Any]:
    body = {"max_supply": 21000000, "circulating_supply": 19975637, "last_updated": "2026-01-14T04:58:40Z"}
    return {"id": "btc-bitcoin", "quotes": {"USD": {"price": 95409.81, "market_cap": 1905846113021}}} | body | more


@pytest.mark.parametrize(
    ("metric", "figure"),
    [
        ("supply_cap", "21000000"),
        ("supply", "19975637"),
        ("market_cap", "1905846113021"),
        ("price", "95409.81730592"),
    ],
)
def test_the_market_day_replays_the_ticker(metric: str, figure: str) -> None:
    found = replayed("coinpaprika", question(metric, "BTC"), MARKET_DAY)
    assert (found.value, found.kind, found.observed_at) == (Decimal(figure), Kind.EXACT, UPDATED)


@pytest.mark.parametrize("nothing", [None, 0, "0"])
def test_a_cap_of_zero_or_null_means_that_none_is_stated(nothing: object) -> None:
    with pytest.raises(NoData):
        told("coinpaprika", CAP, response(ticker(max_supply=nothing)))


@pytest.mark.parametrize(
    ("metric", "age"),
    [("price", timedelta(minutes=6)), ("market_cap", timedelta(hours=3)), ("supply", timedelta(days=8))],
)
def test_the_present_figure_is_no_answer_for_another_time(metric: str, age: timedelta) -> None:
    with pytest.raises(Stale):
        told("coinpaprika", question(metric, "BTC", UPDATED - age), response(ticker()))


def test_the_present_cap_answers_for_any_time() -> None:
    assert told("coinpaprika", question("supply_cap", "BTC", END - timedelta(days=300)), response(ticker())).value


def test_a_coin_without_an_id_is_not_covered() -> None:
    with pytest.raises(NotCovered):
        told("coinpaprika", question("supply_cap", "NIKKEI225"))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"error": "quota exceeded"}, 402, AccessDenied),
        ({"error": "too many requests"}, 429, RateLimited),
        ({"error": "requests limit exceeded"}, 200, RateLimited),
        ({"error": "something"}, 200, Malformed),
        ({"error": "id not found"}, 404, NotCovered),
        (ticker(max_supply=-1), 200, Malformed),
        (ticker(max_supply="twenty-one"), 200, Malformed),
        (ticker(last_updated="14-01-2026 04:58"), 200, Malformed),
        (ticker(last_updated=1768366720), 200, Malformed),
        ({}, 200, Malformed),
        ([], 200, Malformed),
        (b"<html></html>", 500, Unavailable),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("coinpaprika", CAP, response(body, status))


@pytest.mark.parametrize("quotes", [None, {}, {"USD": {}}, {"USD": {"price": None}}, {"EUR": {"price": 1}}])
def test_a_missing_quote_is_malformed_and_never_zero(quotes: object) -> None:
    with pytest.raises(Malformed):
        told("coinpaprika", question("price", "BTC"), response(ticker(quotes=quotes)))
