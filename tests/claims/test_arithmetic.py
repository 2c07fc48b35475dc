"""Arithmetic between claims: what cannot all be true is found, and whatever some truth allows is left alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.arithmetic import MOST_BREACHES, Breach, Rule, Stated, breaches
from claims.arithmetic.extents import as_written, half_unit
from claims.telling.sums import told
from claims.types import Assertion, Comparator
from sources.metrics import CATALOGUE
from sources.types import Question, Window

AT = datetime(2026, 1, 14, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
COINGLASS = frozenset({"coinglass"})


def said(
    name: str,
    value: str,
    metric: str = "liquidations",
    subject: str = "CRYPTO",
    minutes: int = 60,
    comparator: str = "equals",
    high: str | None = None,
    ends: int = 0,
    sources: frozenset[str] = frozenset(),
    article: str = "a",
    **qualifiers: str,
) -> Stated:
    """ends: minutes before 05:00."""
    end = AT - ends * MINUTE
    start = end if CATALOGUE[metric].window is None else end - minutes * MINUTE
    if metric == "liquidations":
        qualifiers = {"side": "total", **qualifiers}
    question = Question.of(metric, subject, Window(start, end), **qualifiers)
    figures = Decimal(value), None if high is None else Decimal(high)
    return Stated(name, Assertion(question, Comparator(comparator), *figures), sources, article)


def found(*stated: Stated) -> list[tuple[str, set[str]]]:
    return [(breach.rule.value, set(breach.claims)) for breach in breaches(stated)]


SHORTS, LONGS = said("s", "419000000", side="short"), said("l", "39000000", side="long")
TOTAL = said("t", "458000000")
ZONE: dict[str, Any] = {"metric": "position_concentration", "subject": "BTC", "side": "short"}
ZONE |= {"zone_low": "92000", "zone_high": "94000"}


# The article of the market day


def test_shorts_and_longs_add_up_to_the_total() -> None:
    assert found(SHORTS, LONGS, TOTAL) == []


def test_an_hour_fits_into_twelve() -> None:
    assert found(TOTAL, said("h", "623000000", minutes=720)) == []


def test_one_zone_does_not_hold_seven_billion_and_tens_of_billions() -> None:
    tens = said("tens", "1E+10", comparator="magnitude", high="1E+11", **ZONE)
    seven = said("seven", "7000000000", comparator="about", **ZONE)
    assert found(tens, seven) == [("one_figure", {"tens", "seven"})]
    chat = said("tens", "1E+10", comparator="magnitude", sources=frozenset({"chat"}), **ZONE)
    map_ = said("seven", "7E+9", comparator="about", sources=COINGLASS, **ZONE)
    assert found(chat, map_) == [("one_figure", {"tens", "seven"})]


# What is found

BREACHES: list[tuple[str, list[Stated], str, set[str]]] = [
    ("parts come to more", [SHORTS, said("l", "49000000", side="long"), TOTAL], "parts", {"s", "l", "t"}),
    ("parts come to less", [SHORTS, said("l", "29000000", side="long"), TOTAL], "parts", {"s", "l", "t"}),
    (
        "over is half open",
        [SHORTS, said("l", "49000000", comparator="over", side="long"), TOTAL],
        "parts",
        {"s", "l", "t"},
    ),
    (
        "two coins are more than the market",
        [said("b", "312000000", subject="BTC"), said("e", "223000000", subject="ETH"), said("t", "458123456")],
        "parts",
        {"b", "e", "t"},
    ),
    ("a side is more than the total", [said("s", "519000000", side="short"), TOTAL], "part_of_whole", {"s", "t"}),
    ("a coin is more than the market", [said("b", "519000000", subject="BTC"), TOTAL], "part_of_whole", {"b", "t"}),
    ("an hour is more than a day", [TOTAL, said("d", "423000000", minutes=1440)], "shorter_window", {"t", "d"}),
    (
        "an hour in the middle of a day",
        [said("m", "458000000", ends=300), said("d", "423000000", minutes=1440)],
        "shorter_window",
        {"m", "d"},
    ),
    (
        "more accounts in an hour than in a day",
        [
            said("h", "130000", "traders_liquidated"),
            said("d", "110000", "traders_liquidated", minutes=1440),
        ],
        "shorter_window",
        {"h", "d"},
    ),
    ("two figures", [TOTAL, said("u", "623000000")], "one_figure", {"t", "u"}),
    (
        "a level broken above the highest",
        [
            said("b", "96000", "price_break", "BTC", 1440, "broke_above", extreme="high"),
            said("h", "95500", "price_break", "BTC", 1440, "under", extreme="high"),
        ],
        "one_figure",
        {"b", "h"},
    ),
    (
        "a level broken in an hour and not in its day",
        [
            said("b", "96000", "price_break", "BTC", 60, "broke_above", extreme="high"),
            said("h", "95500", "price_break", "BTC", 1440, "under", extreme="high"),
        ],
        "shorter_window",
        {"b", "h"},
    ),
    (
        "a low broken in an hour and not in its day",
        [
            said("b", "91000", "price_break", "BTC", 60, "broke_below", extreme="low"),
            said("h", "92500", "price_break", "BTC", 1440, "over", extreme="low"),
        ],
        "shorter_window",
        {"b", "h"},
    ),
    (
        "a price above the highest of its day",
        [
            said("p", "97200", "price", "BTC", ends=30),
            said("h", "95500", "price_break", "BTC", 1440, "under", extreme="high"),
        ],
        "path",
        {"p", "h"},
    ),
    (
        "a price below the lowest of its day",
        [
            said("p", "90100", "price", "BTC", ends=30),
            said("h", "92500", "price_break", "BTC", 1440, "over", extreme="low"),
        ],
        "path",
        {"p", "h"},
    ),
    (
        "a low above the highest",
        [
            said("l", "96000", "price_break", "BTC", 60, "over", extreme="low"),
            said("h", "95000", "price_break", "BTC", 1440, "under", extreme="high"),
        ],
        "path",
        {"l", "h"},
    ),
    (
        "more positions than there are",
        [said("z", "70000000000", **ZONE), said("o", "61200000000", "open_interest", "BTC")],
        "part_of_whole",
        {"z", "o"},
    ),
    (
        "more coins than there can be",
        [said("c", "22345678", "supply", "BTC"), said("m", "20999999", "supply_cap", "BTC")],
        "part_of_whole",
        {"c", "m"},
    ),
    (
        "twelve percent from 95,000 to 96,000",
        [
            said("f", "95120", "price", "BTC", ends=60),
            said("t", "96240", "price", "BTC"),
            said("c", "12", "price_change", "BTC", comparator="up"),
        ],
        "change",
        {"f", "t", "c"},
    ),
    (
        "down, and yet the price rose",
        [
            said("f", "92120", "price", "BTC", ends=60),
            said("t", "96240", "price", "BTC"),
            said("c", "4.5", "price_change", "BTC", comparator="down"),
        ],
        "change",
        {"f", "t", "c"},
    ),
]


@pytest.mark.parametrize(("stated", "rule", "claims"), [row[1:] for row in BREACHES], ids=[row[0] for row in BREACHES])
def test_what_cannot_all_be_true_is_found(stated: list[Stated], rule: str, claims: set[str]) -> None:
    assert (rule, claims) in found(*stated)
    assert found(*reversed(stated)) == found(*stated)


# What is left alone

FINE: list[tuple[str, list[Stated]]] = [
    ("about", [SHORTS, LONGS, said("t", "500000000", comparator="about")]),
    ("rounded to ten million", [SHORTS, LONGS, said("t", "460000000")]),
    ("cut off, not rounded", [said("t", "458900000"), said("u", "458000000")]),
    ("over", [SHORTS, LONGS, said("t", "450000000", comparator="over")]),
    ("rolling hours of two moments", [TOTAL, said("u", "623000000", ends=3)]),
    ("windows that overlap", [said("u", "623000000", ends=30), said("t", "458000000", minutes=60)]),
    ("another coin", [said("b", "419000000", subject="BTC"), said("e", "29000000", subject="ETH")]),
    ("two zones", [said("z", "7E+9", **ZONE), said("y", "7E+10", **(ZONE | {"zone_low": "90000"}))]),
    (
        "two dashboards",
        [said("t", "458000000", sources=COINGLASS), said("u", "402000000", sources=frozenset({"coinalyze"}))],
    ),
    ("two articles", [TOTAL, said("u", "402000000", article="b")]),
    ("accounts in several coins", [
        said("b", "90000", "traders_liquidated", "BTC"),
        said("e", "80000", "traders_liquidated", "ETH"),
        said("t", "110000", "traders_liquidated"),
    ]),
    ("each venue has a price of its own", [
        said("h", "96001", "price_break", "BTC", 1440, "under", extreme="high"),
        said("p", "96123", "price", "BTC"),
    ]),
    ("a level and the price beside it", [
        said("b", "96000", "price_break", "BTC", 1440, "broke_above", extreme="high"),
        said("p", "95200", "price", "BTC"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("stated", [row[1] for row in FINE], ids=[row[0] for row in FINE])
def test_what_some_truth_allows_is_left_alone(stated: list[Stated]) -> None:
    assert found(*stated) == []


def test_a_sentence_without_a_source_goes_on_about_that_of_the_sentence_before() -> None:
    total = said("t", "458000000", sources=COINGLASS)
    assert found(SHORTS, said("l", "49000000", side="long"), total) == [("parts", {"s", "l", "t"})]


def test_every_claim_that_does_not_fit_is_named_and_not_only_the_gravest() -> None:
    day, hours = said("d", "423000000", minutes=1440), [said(f"h{n}", f"{458 + n}000000", ends=n) for n in range(5)]
    assert {name for _, claims in found(day, *hours) for name in claims} == {"d", "h0", "h1", "h2", "h3", "h4"}


def test_what_disagrees_with_itself_is_compared_with_nothing_else() -> None:
    assert {rule for rule, _ in found(TOTAL, said("u", "623000000"), SHORTS, LONGS)} == {"one_figure"}


def test_statements_and_records_have_no_figure() -> None:
    question = TOTAL.assertion.question
    assert found(Stated("x", Assertion(question, Comparator.STATES), article="a"), TOTAL) == []


@pytest.mark.parametrize(
    ("value", "half"),
    [("458E+6", "5E+5"), ("458000000", "5E+5"), ("460000000", "5E+6"), ("0.25", "0.005"), ("7", "0.5")],
)
def test_half_of_the_last_digit_that_is_no_zero(value: str, half: str) -> None:
    assert half_unit(Decimal(value)) == Decimal(half)


def test_rounding_is_believed_up_to_a_tenth() -> None:
    assert as_written(Decimal("1E+9")).low == Decimal("9E+8")


# Any truth, rounded in any dress

LENGTH = 24  # buckets of five minutes
COINS = ("BTC", "ETH", "SOL")


class Truth:
    """What happened: liquidations by bucket, coin and side, a market that holds more than these coins, and a path."""

    def __init__(self, random: Random) -> None:
        scale = 10 ** random.randint(3, 8)
        keys = [(coin, side) for coin in COINS for side in ("long", "short")]
        self.liquidated = {key: [Decimal(random.randint(0, scale)) for _ in range(LENGTH)] for key in keys}
        self.elsewhere = {
            side: [Decimal(random.randint(0, scale)) for _ in range(LENGTH)] for side in ("long", "short")
        }
        price = Decimal(random.randint(100, 100_000))
        self.path = [price := price * Decimal(random.randint(97, 103)) / 100 for _ in range(LENGTH + 1)]
        self.interest = Decimal(random.randint(10**9, 10**11))

    def total(self, subject: str, side: str, first: int, last: int) -> Decimal:
        sides = ("long", "short") if side == "total" else (side,)
        coins = COINS if subject == "CRYPTO" else (subject,)
        rows = [self.liquidated[coin, one] for coin in coins for one in sides]
        rows += [self.elsewhere[one] for one in sides] if subject == "CRYPTO" else []
        return sum((sum(row[first:last], Decimal(0)) for row in rows), Decimal(0))


def dressed(random: Random, value: Decimal) -> dict[str, Any]:
    """comparator, value and high of words that a writer who knows the value may choose."""
    digits = random.choice([2, 3, 3, 4, 6])
    kind = random.choice(["equals", "equals", "about", "over", "under", "between", "magnitude"])
    if value <= 0:
        return {"comparator": "equals", "value": "0"} if value == 0 else {"comparator": "about", "value": str(value)}
    if kind == "equals":
        return {
            "comparator": kind,
            "value": str(rounded(value, digits, random.choice([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN]))),
        }
    if kind == "about":
        return {
            "comparator": kind,
            "value": str(
                rounded(value, digits, random.choice([ROUND_HALF_UP, ROUND_DOWN, ROUND_UP]))
                if digits > 2
                else rounded(value, 2, ROUND_HALF_UP)
            ),
        }
    if kind in {"over", "under"}:
        return {"comparator": kind, "value": str(rounded(value, digits, ROUND_DOWN if kind == "over" else ROUND_UP))}
    if kind == "between":
        low, high = rounded(value, 2, ROUND_DOWN), rounded(value, 2, ROUND_UP)
        return {"comparator": kind, "value": str(low), "high": str(high)}
    power = Decimal(10) ** value.adjusted()
    return {"comparator": kind, "value": str(power), "high": str(power * 10)}


def rounded(value: Decimal, digits: int, rounding: str) -> Decimal:
    return value.quantize(Decimal((0, (1,), value.adjusted() - digits + 1)), rounding)


def window(random: Random) -> tuple[int, int]:
    first = random.randint(0, LENGTH - 1)
    return first, random.randint(first + 1, LENGTH)


def article(random: Random) -> list[Stated]:
    """Claims that are all true, each in a dress of its own; few windows, so that claims meet."""
    truth, windows, stated = Truth(random), [window(random) for _ in range(3)], []
    sources = [frozenset(), COINGLASS, frozenset({"coinalyze"})]
    for number in range(random.randint(2, 14)):
        first, last = random.choice(windows)
        when: dict[str, Any] = {
            "minutes": (last - first) * 5,
            "ends": (LENGTH - last) * 5,
            "sources": random.choice(sources),
        }
        stated.append(one_claim(random, truth, f"c{number}", first, last, when))
    return stated


def one_claim(random: Random, truth: Truth, name: str, first: int, last: int, when: dict[str, Any]) -> Stated:
    kind = random.choice(
        ["liquidations", "liquidations", "liquidations", "price", "break", "change", "zone", "interest"]
    )
    path = truth.path[first : last + 1]
    if kind == "liquidations":
        subject, side = random.choice([*COINS, "CRYPTO", "CRYPTO"]), random.choice(["long", "short", "total"])
        words = dressed(random, truth.total(subject, side, first, last))
        return said(name, subject=subject, side=side, **words, **when)
    if kind == "price":
        words = dressed(random, path[-1])
        return said(name, metric="price", subject="BTC", **words, **when)
    if kind == "break":
        extreme = random.choice(["high", "low"])
        reached = max(path) if extreme == "high" else min(path)
        comparator = random.choice(["broke_above", "broke_below", "over", "under"])
        up = comparator in {"broke_above", "over"}
        level = rounded(reached, random.choice([2, 3, 5]), ROUND_DOWN if up else ROUND_UP)
        return said(name, str(level), "price_break", "BTC", comparator=comparator, extreme=extreme, **when)
    if kind == "change":
        change = (path[-1] / path[0] - 1) * 100
        words = {"comparator": "up" if change >= 0 else "down", "value": str(abs(change).quantize(Decimal("0.1")))}
        return said(name, metric="price_change", subject="BTC", **words, **when)
    moment = {"ends": 0, "sources": when["sources"]}
    if kind == "zone":
        part = truth.interest * random.randint(1, 100) / 100
        where = ZONE | {"zone_low": f"{name}1"}  # a zone of its own: two parts of the interest are two quantities
        return said(name, **dressed(random, part), **moment, **where)
    return said(name, metric="open_interest", subject="BTC", **dressed(random, truth.interest), **moment)


@settings(max_examples=4000)
@given(st.integers(0, 2**63))
def test_no_truth_in_any_dress_is_called_a_breach(seed: int) -> None:
    assert breaches(article(Random(seed))) == ()


@settings(max_examples=500)
@given(st.integers(10**4, 10**9), st.integers(10**4, 10**9), st.sampled_from(["more", "less"]))
def test_a_sum_that_is_off_by_more_than_rounding_explains_is_found(one: int, other: int, way: str) -> None:
    shorts, longs = (rounded(Decimal(value), 3, ROUND_HALF_UP) for value in (one, other))
    slack = 4 * (half_unit(shorts) + half_unit(longs)) + (shorts + longs) * Decimal("0.35")
    total = rounded(
        shorts + longs + slack if way == "more" else max(shorts + longs - slack, Decimal(1)), 3, ROUND_HALF_UP
    )
    rows = said("s", str(shorts), side="short"), said("l", str(longs), side="long"), said("t", str(total))
    assert found(*rows)


@settings(max_examples=300)
@given(st.integers(0, 2**63))
def test_order_and_names_change_nothing(seed: int) -> None:
    random = Random(seed)
    stated = [*article(random), said("x", "1", minutes=1440), said("y", "999999999999", side="long")]
    shuffled = random.sample(stated, len(stated))
    assert breaches(shuffled) == breaches(stated)


# In words


def breach(*stated: Stated, rule: str) -> Breach:
    return next(one for one in breaches(stated) if one.rule == rule)


def test_a_sum_is_told_with_what_it_comes_to() -> None:
    one = breach(SHORTS, said("l", "49000000", side="long"), TOTAL, rule="parts")
    assert told(one) in {"$419M + $49M = $468M, the claim says $458M", "$49M + $419M = $468M, the claim says $458M"}
    assert "4.68亿美元，而稿件称4.58亿美元" in told(one, "zh")


def test_each_rule_is_told_in_both_languages() -> None:
    kinds = set()
    for _, stated, rule, _ in BREACHES:
        one = breach(*stated, rule=rule)
        kinds.add(one.rule)
        english, chinese = told(one), told(one, "zh")
        assert "{" not in english + chinese
        assert not english.endswith(".")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert kinds == set(Rule)


def test_a_magnitude_and_a_change_are_told_as_people_say_them() -> None:
    tens = said("tens", "1E+10", comparator="magnitude", **ZONE)
    assert told(breach(tens, said("seven", "7E+9", comparator="about", **ZONE), rule="one_figure")) in {
        "about $7B and $10B to $100B are said of one quantity",
        "$10B to $100B and about $7B are said of one quantity",
    }
    change = breach(*next(row[1] for row in BREACHES if row[2] == "change"), rule="change")
    assert told(change) == "from $95,120 to $96,240 is +1.18%, the claim says +12%"


# Speed


def crowd(count: int) -> list[Stated]:
    random = Random(1)
    return [
        said(
            f"{number:05}",
            str(random.randint(1, 10**9)),
            subject=random.choice(["BTC", "ETH", "CRYPTO"]),
            minutes=random.randint(1, 40_000),
            ends=random.randint(0, 1000),
            side=random.choice(["long", "short", "total"]),
            sources=frozenset({f"s{random.randint(0, 50)}"}) if number % 2 else frozenset(),
        )
        for number in range(count)
    ]


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    small, large = crowd(1000), crowd(10_000)
    started = time.process_time()
    assert breaches(small)
    first = time.process_time() - started
    started = time.process_time()
    assert len(breaches(large)) == MOST_BREACHES
    second = time.process_time() - started
    assert second < 40 * first  # a quadratic one takes a hundred times as long
