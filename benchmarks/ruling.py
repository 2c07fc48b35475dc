"""Decisions a second of the pure rules on varied claims, and a trivial vote on the same figures beside them.

    python benchmarks/ruling.py [--rulings 100000] [--observations 8]

Every ruling has a claim and observations of its own: eight metrics, eight comparators, true, wrong and disputed claims,
figures around the edges of the region, slips of a unit, stale values, floors and ceilings, sources that share owners.
Only the register of sources is shared, as it is in the product. What is timed is a whole ruling: status, outcome,
flags, counts, consensus, `rests_on`; with its sentences and without. The trivial vote counts figures near the claim's.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from claims.houses import Register
from claims.telling import explain
from claims.types import Answer, Assertion, Comparator, Status
from claims.verdict import rule
from sources.metrics import CATALOGUE
from sources.types import Lineage, Observation, Question, SourceFacts, Window, ceiling, exact, floor

BATCH = 500  # inputs made at a time, outside the clock
END = datetime(2026, 1, 14, 5, tzinfo=UTC)
NOW = END + timedelta(hours=1)
METRICS = (
    "price",
    "price_break",
    "price_change",
    "liquidations",
    "open_interest",
    "market_cap",
    "supply",
    "index_level",
)
SUBJECTS = ("BTC", "ETH", "SOL", "XRP")
SIZES = {"USD": ("96000", "419E+6", "61.2E+9"), "percent": ("3.2",), "coins": ("19.97E+6",), "points": ("53549.16",)}
COMPARATORS = ("equals", "about", "over", "under", "between", "broke_above", "broke_below", "up")
Input = tuple[Assertion, tuple[Answer, ...]]


def register(sources: int) -> tuple[SourceFacts, ...]:
    """Sources as in the product: most of them their own owners, a holding with two, one that passes on another."""
    facts = []
    for number in range(sources):
        owner = "Holding" if number in {1, 2} else f"Owner {number}"
        republishes = ("source_03",) if number == 4 else ()
        defects = {"liquidations": "reads throttled streams"} if number % 3 == 0 else {}
        lineage = Lineage(owner, "its own pages", republishes=republishes, defects=defects)
        facts.append(SourceFacts(f"source_{number:02}", f"Source {number:02}", lineage))
    return tuple(facts)


def inputs(chance: random.Random, facts: Sequence[SourceFacts], many: int, observations: int) -> list[Input]:
    return [_input(chance, facts, observations) for _ in range(many)]


def _input(chance: random.Random, facts: Sequence[SourceFacts], observations: int) -> Input:
    metric = CATALOGUE[chance.choice(METRICS)]
    comparator = chance.choice([word for word in COMPARATORS if word in metric.comparators])
    value = Decimal(chance.choice(SIZES[metric.unit])) * (100 + chance.randint(0, 899)) / 100
    question = Question.of(metric.name, chance.choice(SUBJECTS), Window(END - timedelta(hours=24), END))
    high = value * Decimal("1.1") if comparator == "between" else None
    said = chance.sample(facts, observations)
    truth = value * (1 + metric.tolerance * Decimal(chance.choice(("0", "0", "0", "0.9", "-0.9", "1.8", "-4", "6"))))
    spread = metric.tolerance * Decimal(chance.choice(("0.1", "0.5", "1.5")))
    answers = tuple(_answer(chance, fact, truth, spread, metric.hard_limit) for fact in said)
    return Assertion(question, Comparator(comparator), value, high), answers


def _answer(chance: random.Random, fact: SourceFacts, truth: Decimal, spread: Decimal, limit: timedelta) -> Answer:
    draw = chance.random()
    figure = truth * (1 + spread * chance.randint(-100, 100) / 100)
    if 0.97 < draw < 0.98:
        figure *= 1000
    seen_at = END - (limit * 2 if 0.96 < draw < 0.97 else timedelta(seconds=chance.randint(0, 600)))
    return Answer(fact.slug, fact.slug, fact.name, _observation(draw, figure, seen_at))


def _observation(draw: float, figure: Decimal, seen_at: datetime) -> Observation:
    if draw < 0.03:
        return floor(figure / 2, observed_at=seen_at)
    if draw < 0.05:
        return ceiling(figure * 2, observed_at=seen_at)
    return exact(figure, abs(figure) / 10_000, observed_at=seen_at, detail={"open": str(figure)})


def trivial(assertion: Assertion, answers: Sequence[Answer]) -> Status:
    """Two figures within the tolerance and no other: what a script of ten lines does."""
    value, tolerance = assertion.value, CATALOGUE[assertion.metric].tolerance
    if value is None:
        return Status.RUMOR
    near = sum(1 for one in answers if one.observation and abs(one.observation.value - value) <= tolerance * value)
    return Status.VERIFIED if near >= 2 and 5 * near >= 4 * len(answers) else Status.RUMOR


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rulings", type=int, default=100_000)
    parser.add_argument("--observations", type=int, default=8)
    options = parser.parse_args()
    chance, known = random.Random(14), register(max(24, options.observations))
    facts = Register(known)
    spent = {"trivial": 0.0, "ruled": 0.0, "worded": 0.0}
    outcomes: Counter[str] = Counter()
    for first in range(0, options.rulings, BATCH):
        batch = inputs(chance, known, min(BATCH, options.rulings - first), options.observations)
        gc.collect()
        started = time.process_time()
        for assertion, answers in batch:
            trivial(assertion, answers)
        voted = time.process_time()
        rulings = [rule(assertion, answers, facts, now=NOW) for assertion, answers in batch]
        ruled = time.process_time()
        for ruling in rulings:
            explain(ruling)
        spent["trivial"] += voted - started
        spent["ruled"] += ruled - voted
        spent["worded"] += time.process_time() - ruled
        outcomes.update(f"{ruling.outcome}/{ruling.status}" for ruling in rulings)
    report(options.rulings, options.observations, spent, outcomes)


def report(many: int, observations: int, spent: dict[str, float], outcomes: Counter[str]) -> None:
    print(f"{many} rulings, {observations} observations each, one core")
    votes = spent["trivial"]
    for name, seconds in {
        "ruled": spent["ruled"],
        "and worded": spent["ruled"] + spent["worded"],
        "trivial": votes,
    }.items():
        each, pace = 1e6 * seconds / many, many / seconds
        print(
            f"{name:11} {seconds:7.2f} s = {each:6.1f} us, {pace:8.0f} a second, {seconds / votes:5.1f} trivial votes"
        )
    print(", ".join(f"{outcome} {count / many:.1%}" for outcome, count in outcomes.most_common()))


if __name__ == "__main__":
    main()
