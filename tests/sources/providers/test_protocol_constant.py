from decimal import Decimal

import pytest

from sources.errors import NotCovered
from sources.providers import ALL
from sources.types import Kind
from tests.sources.providers._talking import held, question


@pytest.mark.parametrize(
    ("subject", "cap"), [("BTC", "20999999.9769"), ("BCH", "20999999.9769"), ("LTC", "83999999.9076")]
)
def test_the_schedule_adds_up_to_the_cap_without_asking_anybody(subject: str, cap: str) -> None:
    found, requests = held("protocol_constant", question("supply_cap", subject))
    assert (found.value, found.kind, requests) == (Decimal(cap), Kind.EXACT, [])


def test_the_cap_is_a_ceiling_for_what_is_in_circulation() -> None:
    found, _ = held("protocol_constant", question("supply", "BTC"))
    assert (found.kind, found.low, found.high) == (Kind.CEILING, None, Decimal("20999999.9769"))


def test_the_round_figure_of_the_copy_lies_within_the_tolerance_of_the_metric() -> None:
    from sources.metrics import CATALOGUE

    found, _ = held("protocol_constant", question("supply_cap", "BTC"))
    assert abs(found.value - 21_000_000) < 21_000_000 * CATALOGUE["supply_cap"].tolerance


@pytest.mark.parametrize("subject", ["ETH", "SOL", "CRYPTO", "NIKKEI225"])
def test_a_coin_without_a_fixed_schedule_is_not_covered(subject: str) -> None:
    with pytest.raises(NotCovered):
        held("protocol_constant", question("supply_cap", subject))


def test_the_rules_are_the_authority_for_the_cap_and_not_for_the_supply() -> None:
    assert ALL["protocol_constant"].lineage.authority == {"supply_cap:BTC", "supply_cap:BCH", "supply_cap:LTC"}
