"""Totals over other venues, records with a history, feeds that froze, values made of parts, markets that move."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.freezing import is_frozen
from claims.matching import read
from claims.telling import explain
from claims.types import Answer, Outcome, Ruling, Stance, Status
from claims.volatility import sigma, volatility_of
from sources.types import exact
from tests.claims.evidence import END, amount, claim, gives, judge, says, source

D = Decimal
OI = claim("open_interest", "equals", "61B")
ALL, SOME, FEW, ELSEWHERE = ["Binance", "OKX", "Bybit"], ["Binance", "OKX"], ["Binance"], ["Deribit", "OKX"]
VERIFIED, SINGLE = (Outcome.SUPPORTED, Status.VERIFIED), (Outcome.SUPPORTED, Status.SINGLE_SOURCE)
CONFLICTING = (Outcome.CONFLICTING, Status.RUMOR)


def total(name: str, value: str, venues: list[str] | None = None) -> Answer:
    return gives(name, value, detail={"venues": venues} if venues else {})


def verdict(ruling: Ruling) -> tuple[Outcome, Status]:
    return ruling.outcome, ruling.status


def labels(ruling: Ruling) -> dict[str, str]:
    return {one.answer.title: one.label for one in ruling.findings if one.label}


@pytest.mark.parametrize(
    ("venues", "value", "expected", "label"),
    [
        (SOME, "40B", SINGLE, {"B": "other_venues"}),  # fewer venues: a floor
        (["binance ", "OKX"], "40B", SINGLE, {"B": "other_venues"}),
        (SOME, "90B", CONFLICTING, {}),  # a part is not larger than the whole
        ([*ALL, "Deribit"], "90B", SINGLE, {"B": "other_venues"}),  # more venues: a ceiling
        ([*ALL, "Deribit"], "40B", CONFLICTING, {}),
        (ELSEWHERE, "40B", SINGLE, {"B": "other_venues"}),
        (ELSEWHERE, "90B", SINGLE, {"B": "other_venues"}),
        (ALL, "40B", CONFLICTING, {}),
        (None, "40B", CONFLICTING, {}),
        ("Binance", "40B", CONFLICTING, {}),
        ([], "40B", CONFLICTING, {}),
    ],
)
def test_a_total_over_other_venues_is_a_bound_and_no_contradiction(
    venues: Any, value: str, expected: tuple[Outcome, Status], label: dict[str, str]
) -> None:
    ruling = judge(OI, [total("A", "61.2B", ALL), gives("B", value, detail={"venues": venues})])
    assert (verdict(ruling), labels(ruling)) == (expected, label)


def test_a_supporter_that_names_no_venues_excuses_nobody() -> None:
    assert verdict(judge(OI, [total("A", "61.2B"), total("B", "40B", SOME)])) == CONFLICTING


def test_venues_matter_to_totals_only() -> None:
    price = claim("price", "equals", "96000")
    assert verdict(judge(price, [total("A", "96000", ALL), total("B", "90000", SOME)])) == CONFLICTING


def test_an_excused_total_hangs_on_the_voice_that_excuses_it() -> None:
    ruling = judge(OI, [total("A", "61.2B", ALL), gives("C", "61B"), gives("D", "60.9B"), total("B", "40B", FEW)])
    assert verdict(ruling) == VERIFIED
    assert ruling.rests_on == ("A",)  # without it B contradicts, and two against one are too few


def test_two_totals_that_both_miss_the_claim_still_refute_it() -> None:
    ruling = judge(claim("open_interest", "equals", "100B"), [total("A", "61.2B", ALL), total("B", "40B", SOME)])
    assert verdict(ruling) == (Outcome.REFUTED, Status.RUMOR)


def test_totals_over_other_venues_that_outnumber_the_support_keep_it_from_verified() -> None:
    lies = [total("L", "61B", ["Nowhere"]), total("M", "61B", ["Nowhere"])]
    ruling = judge(OI, [*lies, *(total(name, "30B", SOME) for name in "ABCD")])
    assert (verdict(ruling), ruling.rests_on) == (SINGLE, ())
    assert explain(ruling).reason == "Only L and M give $61B; A, B and 2 more sources cover other venues."
    assert verdict(judge(OI, [*lies, total("A", "30B", SOME)])) == VERIFIED
    assert verdict(judge(OI, [*lies, total("A", "30B", SOME), total("B", "30B", SOME)])) == SINGLE


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 12), st.data())
def test_with_venues_too_a_third_of_the_voices_lying_never_makes_a_false_verified(
    many: int, data: st.DataObject
) -> None:
    sets, liars = st.sampled_from([None, FEW, SOME, ALL, ELSEWHERE, ["Nowhere"]]), many // 3
    lies = [total(f"Liar {place}", "61B", data.draw(sets)) for place in range(liars)]
    truth = [total(f"Source {place}", "30B", data.draw(sets)) for place in range(many - liars)]
    assert judge(OI, lies + truth).status is not Status.VERIFIED


SETS = st.sampled_from([None, FEW, SOME, ALL, ELSEWHERE])
TOTALS = st.lists(st.tuples(st.sampled_from(["40B", "58B", "61B", "63B", "90B"]), SETS), max_size=7)
RANK = {Status.PENDING: 0, Status.RUMOR: 1, Status.SINGLE_SOURCE: 2, Status.VERIFIED: 3}


@settings(max_examples=100, deadline=None)
@given(TOTALS, st.sampled_from(["58B", "61B", "63B", "40B", "90B"]), SETS)
def test_with_venues_too_support_never_lowers_and_contradiction_never_raises(
    said: list[tuple[str, Any]], value: str, venues: Any
) -> None:
    answers = [total(f"Source {place}", one, named) for place, (one, named) in enumerate(said)]
    before, after = judge(OI, answers), judge(OI, [*answers, total("New", value, venues)])
    if value in {"58B", "61B", "63B"}:
        assert RANK[after.status] >= RANK[before.status]
    elif after.voices["New"] == "contradicts":
        assert RANK[after.status] <= max(RANK[before.status], RANK[Status.RUMOR])


@settings(max_examples=100, deadline=None)
@given(TOTALS)
def test_with_venues_too_a_verdict_rests_on_what_it_would_change_without(said: list[tuple[str, Any]]) -> None:
    answers = [total(f"Source {place}", one, named) for place, (one, named) in enumerate(said)]
    ruling = judge(OI, answers)
    facts = [source(one.title) for one in answers]
    without = {one.title: judge(OI, [other for other in answers if other is not one], *facts) for one in answers}
    assert set(ruling.rests_on) == {name for name, other in without.items() if other.status is not ruling.status}


RECORD = claim("index_record", "record_high", subject="NIKKEI225", scope="52_weeks")
SINCE = claim("index_record", "record_high", subject="NIKKEI225", since="2024-07-11")


@pytest.mark.parametrize(
    ("assertion", "excess", "detail", "stance"),
    [
        (RECORD, "209.67", {"history_from": "2025-01-15"}, Stance.SUPPORTS),
        (RECORD, "209.67", {"history_from": "2025-01-16"}, Stance.INCONCLUSIVE),
        (RECORD, "-10", {"history_from": "2025-06-01"}, Stance.CONTRADICTS),
        (RECORD, "209.67", {"history_from": "long ago"}, Stance.SUPPORTS),
        (SINCE, "209.67", {"crossing": "12.5"}, Stance.SUPPORTS),
        (SINCE, "209.67", {"crossing": "-12.5"}, Stance.CONTRADICTS),
        (SINCE, "209.67", {}, Stance.INCONCLUSIVE),
        (SINCE, "209.67", {"crossing": "12.5", "history_from": "2024-07-12"}, Stance.INCONCLUSIVE),
        (SINCE, "-10", {"crossing": "12.5"}, Stance.CONTRADICTS),
    ],
)
def test_a_record_needs_its_history_and_the_first_since_a_day_needs_the_crossing(
    assertion: Any, excess: str, detail: dict[str, str], stance: Stance
) -> None:
    assert read(assertion, gives("A", excess, "0.01", detail=detail)).stance is stance


def test_a_value_made_of_parts_is_as_old_as_its_oldest_part() -> None:
    old, fresh = (END - timedelta(minutes=age) for age in (90, 5))
    parts = {"parts": [fresh.isoformat(), old.isoformat()]}
    assert read(OI, gives("A", "61B", observed_at=fresh, detail=parts)).label == "stale"
    assert read(OI, gives("A", "61B", observed_at=None, detail=parts)).label == "stale"
    assert read(OI, gives("A", "61B", observed_at=fresh, detail={"parts": [fresh.isoformat(), "?"]})).label == ""


def test_a_frozen_feed_counts_for_nobody() -> None:
    stuck = Answer("key", "c", "C", exact(D("90E+9"), D(0), observed_at=END), frozen=True)
    ruling = judge(OI, [gives("A", "61B"), gives("B", "61.2B"), stuck])
    assert (verdict(ruling), labels(ruling)) == (VERIFIED, {"C": "frozen"})
    alone = judge(OI, [stuck])
    assert verdict(alone) == (Outcome.INSUFFICIENT, Status.RUMOR)
    assert explain(alone).reason == "Nothing that was found may count: C did not move while others did."


def polls(*values: str) -> list[tuple[datetime, Decimal]]:
    return [(END + timedelta(minutes=place), D(value)) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("said", "peers", "frozen"),
    [
        (polls("100", "100", "100"), [polls("100", "103", "106"), polls("100", "102", "106")], True),
        (polls("90", "100", "100", "100"), [polls("1", "100", "103", "106"), polls("1", "100", "102", "106")], True),
        (polls("100", "100"), [polls("100", "106"), polls("100", "106")], False),
        (polls("100", "100", "100.1"), [polls("100", "103", "106"), polls("100", "102", "106")], False),
        (polls("100", "100", "100"), [polls("100", "103", "106")], False),
        (polls("100", "100", "100"), [polls("100", "103", "106"), polls("100", "101", "104")], False),
        (polls("9", "100", "100", "100"), [polls("9", "100", "101", "102"), polls("9", "100", "101", "102")], False),
        ([], [], False),
    ],
)
def test_a_feed_is_frozen_that_repeats_itself_three_times_while_two_voices_move(
    said: list[Any], peers: list[Any], frozen: bool
) -> None:
    tolerance, named = D("0.05"), {f"voice {place}": one for place, one in enumerate(peers)}
    assert is_frozen(said, named, tolerance) is frozen
    assert is_frozen(said[::-1], named, tolerance) is frozen


def moving(name: str, value: str, swing: str, seconds: int = 0, count: int = 10) -> Answer:
    base = D(value)
    ranges = [[f"{base * (1 + D(swing))}", value]] * count
    detail = {"interval": "1m", "ranges": ranges}
    return says(name, exact(amount(value), D(0), observed_at=END + timedelta(seconds=seconds), detail=detail))


PRICE = claim("price", "equals", "96000")


def test_volatility_is_parkinsons_estimate_per_root_of_a_second() -> None:
    observation = moving("A", "96000", "0.001").observation
    assert observation is not None
    found = sigma(observation)
    assert found is not None
    assert abs(found / D("0.0000774934") - 1) < D("0.0001")  # ln(1.001) / sqrt(4 ln 2) / sqrt(60)


@pytest.mark.parametrize(
    "detail",
    [
        {"interval": "1m", "ranges": [["2", "1"]] * 4},
        {"interval": "1d", "ranges": [["2", "1"]] * 9},
        {"ranges": [["2", "1"]] * 9},
        {
            "interval": "1m",
            "ranges": [["1", "2"], ["NaN", "1"], ["1", "0"], ["x", "1"], [1, 2], "21", ["2", "1", "1"]] * 2,
        },
        {"interval": "1m", "ranges": "much"},
    ],
)
def test_ranges_that_are_few_or_cannot_be_read_tell_no_volatility(detail: dict[str, Any]) -> None:
    assert sigma(exact(D(1), D(0), detail=detail)) is None


def test_one_feed_of_three_that_invents_wide_minutes_excuses_nobody() -> None:
    calm = [moving(name, "96000", "0.0001") for name in "AB"]
    names = {"a": "A", "b": "B", "c": "C"}
    assert volatility_of([*calm, moving("C", "96000", "0.5")], names) == volatility_of(calm, names)
    assert volatility_of([gives("A", "96000")], names) is None


def test_who_alone_sends_minutes_and_invents_them_makes_nobody_elses_figure_stale() -> None:
    price, later = claim("price", "equals", "96000"), END + timedelta(seconds=30)
    lies = [moving("A", "96000", "0.5"), moving("B", "96000", "0.5")]
    truth = [gives(name, "90000", observed_at=later) for name in "CDEF"]
    ruling = judge(price, [*lies, *truth])
    assert (verdict(ruling), ruling.contradicting) == (CONFLICTING, 4)


def test_a_moving_market_excuses_a_later_figure_and_makes_a_much_later_one_stale() -> None:
    def later(swing: str) -> Ruling:
        calm = [moving(name, "96000", swing) for name in "AB"]
        return judge(PRICE, [*calm, moving("C", "97200", swing, seconds=240)])

    assert (later("0.00001").voices["C"], later("0.002").voices["C"]) == ("contradicts", "inconclusive")
    assert labels(later("0.006")) == {"C": "stale"}
