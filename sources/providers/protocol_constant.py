"""Protocol constants: the maximum supply that a coin's own issuance rules add up to.

API      none: computed from the schedule in the reference clients' sources (Bitcoin Core, Litecoin Core and
         Bitcoin Cash Node, chainparams.cpp `nSubsidyHalvingInterval` and GetBlockSubsidy), read 2026-11
Times    none: a rule holds until a fork changes it, so observed_at is None
Units    coins; subsidies are halved in whole hundred-millionths, the rest of a division is never issued
Gaps     coins without a fixed halving schedule are NotCovered
Limits   none, no request is made
Owner    the protocol's rules, which are the authority for the cap
Licence  facts of open-source software
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sources.errors import NotCovered
from sources.providers._base import Conversation, Lineage, Provider, coin_of, refuse_venue
from sources.types import Question, ceiling, exact

UNITS_PER_COIN = 100_000_000
RESOLUTION = Decimal(1) / UNITS_PER_COIN


@dataclass(frozen=True, slots=True)
class Halvings:
    """A first block subsidy in coins, halved every `era` blocks, rounded down to whole units."""

    era: int
    first_subsidy: int = 50

    def cap(self) -> Decimal:
        subsidy, issued = self.first_subsidy * UNITS_PER_COIN, 0
        while subsidy:
            issued += subsidy * self.era
            subsidy >>= 1
        return Decimal(issued) / UNITS_PER_COIN


SCHEDULES: Mapping[str, Halvings] = {
    "BTC": Halvings(era=210_000),
    "BCH": Halvings(era=210_000),  # the chain split off at height 478 558 and kept the schedule
    "LTC": Halvings(era=840_000),
}


def covers(question: Question) -> None:
    refuse_venue(question)
    if coin_of(question).symbol not in SCHEDULES:
        raise NotCovered("the desk knows no fixed issuance schedule of this coin")


def ask(question: Question) -> Conversation:
    yield from ()  # nothing is requested
    schedule = SCHEDULES[question.subject]
    cap = schedule.cap()
    if question.metric == "supply":
        return ceiling(cap, note="no more than the cap can be in circulation")
    return exact(cap, RESOLUTION, note=f"computed: eras of {schedule.era} blocks, halved in whole units")


PROVIDERS = (
    Provider(
        name="protocol_constant",
        title="The issuance schedule",
        category="computed",
        metrics=frozenset({"supply_cap", "supply"}),
        lineage=Lineage(
            owner="Protocol rules",
            read="sources of the reference clients, 2026-11",
            authority=frozenset(f"supply_cap:{symbol}" for symbol in SCHEDULES),
        ),
        covers=covers,
        ask=ask,
        docs="https://github.com/bitcoin/bitcoin/blob/master/src/validation.cpp",
        per_minute=6000,
        licence="facts of open-source software",
    ),
)
