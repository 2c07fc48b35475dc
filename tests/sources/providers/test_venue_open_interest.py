"""Binance, Bybit and OKX about themselves: what is the same for the three."""

from decimal import Decimal

import pytest

from sources.errors import NotCovered
from sources.providers import ALL
from sources.types import Kind
from tests.sources.providers._talking import END, MARKET_DAY, question, replayed

VENUES = [("binance_futures", "binance"), ("bybit_linear", "bybit"), ("okx_swap", "okx")]


@pytest.mark.parametrize(("provider", "venue"), VENUES)
def test_one_venue_is_a_floor_for_the_total(provider: str, venue: str) -> None:
    found = replayed(provider, question("open_interest", "BTC"), MARKET_DAY)
    assert (found.kind, found.low, found.high) == (Kind.FLOOR, found.value, None)
    assert Decimal("3e9") < found.value < Decimal("1e10")
    assert found.observed_at == END


@pytest.mark.parametrize(("provider", "venue"), VENUES)
def test_a_venue_is_exact_about_itself(provider: str, venue: str) -> None:
    assert replayed(provider, question("open_interest", "BTC", venue=venue)).kind is Kind.EXACT


@pytest.mark.parametrize(("provider", "venue"), VENUES)
def test_a_venue_does_not_answer_for_another(provider: str, venue: str) -> None:
    with pytest.raises(NotCovered):
        ALL[provider].covers(question("open_interest", "BTC", venue="deribit"))


@pytest.mark.parametrize(("provider", "venue"), VENUES)
def test_all_coins_together_are_not_covered(provider: str, venue: str) -> None:
    with pytest.raises(NotCovered):
        ALL[provider].covers(question("open_interest", "CRYPTO"))


@pytest.mark.parametrize(("provider", "venue"), VENUES)
def test_a_venue_is_an_interested_party(provider: str, venue: str) -> None:
    assert ALL[provider].lineage.interested == {"open_interest"}
    assert ALL[provider].lineage.owner.lower() == venue


def test_the_venues_together_stay_below_the_total_of_the_day() -> None:
    asked = question("open_interest", "BTC")
    parts = sum(replayed(provider, asked, MARKET_DAY).value for provider, _ in VENUES)
    assert parts < replayed("coinglass", asked, MARKET_DAY).value
