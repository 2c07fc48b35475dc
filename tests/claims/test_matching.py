"""A claim is a set of values, an observation is an interval, and one rule reads one against the other."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from claims.matching import half_unit, read, region_of, stance_of
from claims.telling.english import ENGLISH
from claims.telling.readings import reading
from claims.types import Assertion, Case, Comparator, Finding, Outcome, Region, Stance, Status
from sources.metrics import CATALOGUE
from sources.types import Kind, Observation, exact
from tests.claims.evidence import END, HARD_LIMIT, amount, at_least, at_most, claim, gives, says, silent

D = Decimal
SUPPORTS, CONTRADICTS, INCONCLUSIVE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.INCONCLUSIVE


def told(assertion: Assertion, finding: Finding) -> str:
    unit = CATALOGUE[assertion.metric].unit
    return reading(
        finding, Case(assertion=assertion, unit=unit, outcome=Outcome.INSUFFICIENT, status=Status.RUMOR), ENGLISH
    )


REGIONS = [
    ("price", "equals", "96000", None, "95500", "96500", "500"),
    ("price", "equals", "96100", None, "95619.5", "96580.5", "480.5"),
    ("price", "equals", "100000", None, "98000", "102000", "2000"),
    ("price", "equals", "96240.50", None, "95759.2975", "96721.7025", "481.2025"),
    ("price_change", "equals", "0", None, "-0.5", "0.5", "0.5"),
    ("price", "about", "96000", None, "95040", "96960", "960"),
    ("supply", "equals", "19.97M", None, "19950030", "19989970", "19970"),
    ("open_interest", "equals", "61B", None, "57.95B", "64.05B", "3.05B"),
    ("liquidations", "about", "40M", None, "32M", "48M", "8M"),
    ("market_cap", "equals", "7B", None, "6.5B", "7.5B", "0.5B"),
    ("open_interest", "equals", "10B", None, "9.5B", "10.5B", "0.5B"),
    ("liquidations", "equals", "100M", None, "90M", "110M", "10M"),
    ("liquidations", "equals", "1B", None, "0.9B", "1.1B", "0.1B"),
    ("market_cap", "equals", "458M", None, "448.84M", "467.16M", "9.16M"),
    ("price", "between", "90000", "100000", "88200", "102000", "2000"),
    ("price", "between", "90500", "95500", "90047.5", "95977.5", "477.5"),
    ("price", "over", "96000", None, "95520", None, "480"),
    ("price", "under", "96000", None, None, "96480", "480"),
    ("price_break", "broke_above", "96000", None, "95952", None, "48"),
    ("price_break", "broke_below", "96000", None, None, "96048", "48"),
    ("index_record", "record_high", None, None, "0", None, "0"),
    ("index_record", "record_low", None, None, "0", None, "0"),
    ("price_change", "up", "3.0", None, "2.7", "3.3", "0.3"),
    ("price_change", "down", "3.0", None, "-3.3", "-2.7", "0.3"),
    ("price_change", "over", "-5", None, "-5.5", None, "0.5"),
    ("position_concentration", "magnitude", "10B", "100B", "10B", "100B", "0"),
    ("position_concentration", "magnitude", "10B", None, "10B", "100B", "0"),
]


@pytest.mark.parametrize(("metric", "comparator", "value", "high", "low_end", "high_end", "guard"), REGIONS)
def test_each_comparator_has_its_region_and_guard_band(
    metric: str,
    comparator: str,
    value: str | None,
    high: str | None,
    low_end: str | None,
    high_end: str | None,
    guard: str,
) -> None:
    found = region_of(claim(metric, comparator, value, high))
    expected = [None if end is None else amount(end) for end in (low_end, high_end, guard)]
    assert [found.low, found.high, found.guard] == expected


@pytest.mark.parametrize(
    ("written", "half"),
    [
        ("458E+6", "500000"),
        ("458000000", "500000"),
        ("458.2E+6", "50000"),
        ("500E+6", "500000"),
        ("500000000", "500000"),
        ("10E+9", "500000000"),
        ("7E+9", "500000000"),
        ("96240", "5"),
        ("96241", "0.5"),
        ("96240.5", "0.05"),
        ("62.0", "0.05"),
        ("62.00", "0.005"),
        ("0.5", "0.05"),
        ("0", "0.5"),
        ("-3.0", "0.05"),
    ],
)
def test_a_figure_is_as_exact_as_its_last_written_digit(written: str, half: str) -> None:
    assert half_unit(D(written)) == D(half)


def test_the_same_figure_has_one_region_however_it_was_stored() -> None:
    assert region_of(claim("liquidations", "about", "458M")) == region_of(claim("liquidations", "about", "458000000"))


def test_down_takes_its_size_as_positive_or_negative() -> None:
    assert region_of(claim("price_change", "down", "-3.0")) == region_of(claim("price_change", "down", "3.0"))


@pytest.mark.parametrize("comparator", ["equals", "about", "over", "under", "broke_above", "up", "down", "magnitude"])
def test_a_comparator_without_its_value_has_no_region(comparator: str) -> None:
    with pytest.raises(ValueError, match="needs a value"):
        region_of(claim("price", comparator))


def test_between_needs_both_ends_in_order() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        region_of(claim("price", "between", "90000"))
    with pytest.raises(ValueError, match="lower figure first"):
        region_of(claim("price", "between", "95000", "90000"))


@pytest.mark.parametrize("figure", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_figure_that_is_not_finite_cannot_get_in(figure: str) -> None:
    question = claim("price", "equals", "96000").question
    for values in ((D(figure), None), (D(1), D(figure))):
        with pytest.raises(ValueError, match="finite"):
            Assertion(question, Comparator.BETWEEN, *values)
    with pytest.raises(ValueError, match="finite"):
        Observation(D(figure), None, None, Kind.EXACT)


READINGS = [
    # metric, comparator, value, kind, observed, stance, words of the reason
    ("price_break", "broke_above", "96000", "exact", "96240", SUPPORTS, "$96,240 is at or above $95,952"),
    ("price_break", "broke_above", "96000", "exact", "95952", SUPPORTS, "$95,952 is at or above $95,952"),
    ("price_break", "broke_above", "96000", "exact", "95920", INCONCLUSIVE, "$32 short of $95,952, too close to call"),
    ("price_break", "broke_above", "96000", "exact", "95904", INCONCLUSIVE, "guard band of $48"),
    ("price_break", "broke_above", "96000", "exact", "95903.9", CONTRADICTS, "$48.10 short of $95,952"),
    ("price_break", "broke_above", "96000", "floor", "96010", SUPPORTS, "at least $96,010"),
    ("price_break", "broke_above", "96000", "floor", "90000", INCONCLUSIVE, "a floor cannot rule it out"),
    ("price_break", "broke_above", "96000", "ceiling", "95000", CONTRADICTS, "at most $95,000 is $952 short"),
    ("price_break", "broke_below", "96000", "exact", "95000", SUPPORTS, "at or below $96,048"),
    ("price_break", "broke_below", "96000", "ceiling", "97000", INCONCLUSIVE, "a ceiling cannot rule it out"),
    ("price_break", "broke_below", "96000", "exact", "97000", CONTRADICTS, "$952 above $96,048"),
    ("liquidations", "equals", "419M", "exact", "419.2M", SUPPORTS, "lies within $377.1M to $460.9M"),
    ("liquidations", "equals", "419M", "floor", "61M", INCONCLUSIVE, "a floor cannot confirm an exact figure"),
    ("liquidations", "about", "40M", "floor", "61M", CONTRADICTS, "at least $61M is $13M above $48M"),
    ("liquidations", "about", "40M", "floor", "56M", INCONCLUSIVE, "guard band of $8M"),
    ("liquidations", "over", "50M", "floor", "61M", SUPPORTS, "at least $61M"),
    ("liquidations", "under", "50M", "floor", "61M", CONTRADICTS, "$6M above $55M"),
    ("position_concentration", "about", "7B", "ceiling", "61B", INCONCLUSIVE, "a ceiling only bounds the figure"),
    ("position_concentration", "about", "700B", "ceiling", "61B", CONTRADICTS, "at most $61B is $359B short of $420B"),
    ("position_concentration", "magnitude", "10B", "exact", "99.9B", SUPPORTS, "below $100B"),
    ("position_concentration", "magnitude", "10B", "exact", "100B", INCONCLUSIVE, "on the edge"),
    ("position_concentration", "magnitude", "10B", "exact", "100.1B", CONTRADICTS, "above $100B"),
    ("price_change", "up", "3.0", "exact", "3.2", SUPPORTS, "3.2% lies within 2.7% to 3.3%"),
    ("price_change", "down", "3.0", "exact", "-3.2", SUPPORTS, "−3.2% lies within −3.3% to −2.7%"),
    ("price_change", "down", "3.0", "exact", "3.2", CONTRADICTS, "above"),
    ("index_record", "record_high", None, "exact", "209.67", SUPPORTS, "209.67 points"),
    (
        "index_record",
        "record_high",
        None,
        "ceiling",
        "209.67",
        INCONCLUSIVE,
        "too short to call that a record",
    ),
    ("index_record", "record_high", None, "ceiling", "-10", CONTRADICTS, "at least 10 points short of the record"),
]


@pytest.mark.parametrize(("metric", "comparator", "value", "kind", "observed", "stance", "words"), READINGS)
def test_a_figure_supports_inside_contradicts_beyond_the_guard_and_else_says_why_not(
    metric: str, comparator: str, value: str | None, kind: str, observed: str, stance: Stance, words: str
) -> None:
    make = {"exact": gives, "floor": at_least, "ceiling": at_most}[kind]
    assertion = claim(metric, comparator, value)
    found = read(assertion, make("A", observed))
    assert (found.stance, found.counts) == (stance, True)
    assert words in told(assertion, found)


def test_an_interval_over_the_edge_is_inconclusive() -> None:
    assertion = claim("price", "over", "96000")
    found = read(assertion, gives("A", "95530", "20"))
    assert found.stance is INCONCLUSIVE
    assert "the provider's own rounding reaches beyond it" in told(assertion, found)


@pytest.mark.parametrize(
    ("excess", "stance"),
    [("0.02", SUPPORTS), ("0.005", INCONCLUSIVE), ("-0.015", INCONCLUSIVE), ("-0.03", CONTRADICTS)],
)
def test_the_guard_band_of_a_record_is_the_resolution_of_its_series(excess: str, stance: Stance) -> None:
    assert read(claim("index_record", "record_high"), gives("A", excess, "0.01")).stance is stance


def test_a_statement_is_not_compared_with_a_figure() -> None:
    assert read(claim("price", "states"), gives("A", "1")).stance is INCONCLUSIVE


def test_an_abstention_has_nothing_to_read() -> None:
    with pytest.raises(ValueError, match="abstention"):
        read(claim("price", "equals", "96000"), silent("A", "no_data"))


def test_a_provider_that_does_not_say_when_counts_and_says_so() -> None:
    assertion = claim("price", "equals", "96000")
    found = read(assertion, gives("A", "96000", observed_at=None))
    assert found.counts
    assert told(assertion, found).endswith("the provider does not say when")


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_value_further_away_than_the_hard_limit_is_stale_before_and_after_the_window(sign: int) -> None:
    limit = HARD_LIMIT["price"]
    at_limit = gives("A", "96000", observed_at=END + sign * limit)
    beyond = gives("A", "96000", observed_at=END + sign * (limit + timedelta(seconds=1)))
    assertion = claim("price", "equals", "96000")
    assert read(assertion, at_limit).label == ""
    found = read(assertion, beyond)
    assert (found.label, found.counts) == ("stale", False)
    assert "too far from 05:00 UTC" in told(assertion, found)


BROKEN = {
    "steps": [["2026-01-14T02:40:00Z", "95900"], ["2026-01-14T02:41:00Z", "95960"], ["2026-01-14T03:00:00Z", "96240"]],
    "open": "95000",
}


def broke(detail: dict[str, object]) -> str:
    assertion = claim("price_break", "broke_above", "96000")
    return told(assertion, read(assertion, gives("A", "96240", detail=detail)))


@pytest.mark.parametrize(
    ("closes", "words"),
    [
        ({}, "first at or above $95,952 at 02:41 UTC"),
        ({"highest_close": "95940", "last_close": "95000"}, "only touched, never closed beyond"),
        ({"highest_close": "95990", "last_close": "95000"}, "closed beyond it but did not hold"),
        ({"highest_close": "96100", "last_close": "96050"}, "held to the end"),
        ({"open": "96005"}, "already above the level when the window began"),
    ],
)
def test_a_broken_level_says_when_first_and_whether_it_held(closes: dict[str, str], words: str) -> None:
    assert words in broke(BROKEN | closes)


def test_an_opening_short_of_the_level_itself_is_not_beyond_it() -> None:
    assert "already" not in broke(BROKEN | {"open": "95960"})


def test_a_level_broken_downwards_reads_the_lows() -> None:
    detail = {"steps": [["2026-01-13T23:10:00Z", "89900"]], "lowest_close": "89950", "last_close": "91000"}
    assertion = claim("price_break", "broke_below", "90000", extreme="low")
    words = told(assertion, read(assertion, gives("A", "89900", detail=detail)))
    assert "first at or below $90,045 at 23:10 UTC on 13 January, closed beyond it but did not hold" in words


@pytest.mark.parametrize(
    "detail",
    [
        {"steps": "2026-01-14"},
        {
            "steps": [
                ["yesterday", "96000"],
                ["2026-01-14T02:41:00", "96000"],
                [3, 4, 5],
                "ab",
                ["2026-01-14T02:41:00Z"],
            ]
        },
        {"steps": [["2026-01-14T02:41:00Z", "NaN"]], "open": "Infinity", "last_close": True, "highest_close": []},
        {"steps": None, "open": "much"},
    ],
)
def test_a_detail_that_cannot_be_read_says_nothing_and_breaks_nothing(detail: dict[str, object]) -> None:
    assert broke(detail) == "$96,240 is at or above $95,952"


def test_a_moving_market_widens_the_tolerance_with_the_root_of_the_time_apart() -> None:
    assertion, late = claim("price", "equals", "96000"), gives("A", "96700", observed_at=END + timedelta(seconds=100))
    assert read(assertion, late).stance is INCONCLUSIVE
    found = read(assertion, late, volatility=D("0.0001"))
    assert (found.stance, found.counts) == (SUPPORTS, True)


def test_a_market_that_may_have_moved_three_tolerances_makes_the_value_stale() -> None:
    late = gives("A", "96000", observed_at=END + timedelta(seconds=100))
    found = read(claim("price", "equals", "96000"), late, volatility=D("0.001"))
    assert (found.label, found.counts, found.drifted) == ("stale", False, True)
    assert told(claim("price", "equals", "96000"), found).endswith("the market moved too much in between")


FIGURES = st.decimals(min_value="0.001", max_value="1E+13", allow_nan=False, allow_infinity=False, places=3)
TWO_SIDED = st.sampled_from(["equals", "about"])
ONE_SIDED = st.sampled_from(["over", "under"])


@settings(deadline=None)
@given(TWO_SIDED | ONE_SIDED, FIGURES, FIGURES, st.integers(0, 12))
def test_scaling_claim_and_figure_alike_changes_no_stance(comparator: str, said: D, seen: D, power: int) -> None:
    # Scaled through the exponent: the digits stay as written, as "$458" becomes "$458M".
    factor = D((0, (1,), power))
    assume(said == said.to_integral_value() or power == 0 or comparator in {"over", "under"})
    one = read(claim("liquidations", comparator, f"{said}"), says("A", exact(seen, D(0)))).stance
    scaled = Assertion(
        claim("liquidations", comparator, "1").question, Comparator(comparator), D(f"{said}").normalize() * factor
    )
    assert read(scaled, says("A", exact(seen * factor, D(0)))).stance is one


@settings(deadline=None)
@given(FIGURES, FIGURES, FIGURES)
def test_no_interval_both_supports_and_contradicts_and_a_smaller_one_never_turns_around(low: D, width: D, v: D) -> None:
    region = region_of(claim("open_interest", "about", f"{v}"))
    wide = Observation(low, low - width, low + width, Kind.EXACT)
    narrow = Observation(low, low - width / 2, low + width / 2, Kind.EXACT)
    if stance_of(wide, region) is not INCONCLUSIVE:
        assert stance_of(narrow, region) is stance_of(wide, region)


@settings(deadline=None)
@given(FIGURES)
def test_a_figure_supports_itself(v: D) -> None:
    for comparator in ("equals", "about", "over", "under"):
        assert read(claim("liquidations", comparator, f"{v}"), says("A", exact(v, D(0)))).stance is SUPPORTS


@settings(deadline=None)
@given(FIGURES, FIGURES)
def test_a_bound_decides_nothing_inside_a_two_sided_region(v: D, bound: D) -> None:
    assertion = claim("liquidations", "equals", f"{v}")
    for answer in (at_least("A", f"{bound}"), at_most("A", f"{bound}")):
        assert read(assertion, answer).stance is not SUPPORTS


def test_a_region_without_ends_is_supported_by_anything_finite() -> None:
    assert stance_of(exact(D(1), D(1)), Region(None, None, D(0))) is SUPPORTS
