"""What a later outcome makes of an earlier figure: right inside the tolerance, wrong beyond the guard, else neither."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Context, Decimal, getcontext, setcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.scoring import Truth, score
from claims.types import Result
from sources.types import Observation, ceiling, exact, floor
from tests.claims.evidence import END, HOUR

D = Decimal


def truth(value: str, end: datetime = END, resolution: str = "0", **more: object) -> Truth:
    figure, half = D(value), D(resolution)
    return Truth(figure, figure - half, figure + half, end, **more)  # type: ignore[arg-type]


def scored(said: Observation, known: Truth, metric: str = "open_interest", late: timedelta = HOUR) -> Result:
    return score(said, END + late, known, metric).result


def at_end(value: str, resolution: str = "0") -> Observation:
    return exact(D(value), D(resolution), observed_at=END)


# open interest: class tolerance 5 %, so right to 105, wrong beyond 110


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (at_end("100"), Result.RIGHT),
        (at_end("105"), Result.RIGHT),
        (at_end("105.01"), Result.UNDECIDED),
        (at_end("110"), Result.UNDECIDED),
        (at_end("110.01"), Result.WRONG),
        (at_end("89.99"), Result.WRONG),
        (at_end("104", "2"), Result.UNDECIDED),
        (floor(D("90"), observed_at=END), Result.UNDECIDED),
        (floor(D("100"), observed_at=END), Result.UNDECIDED),
        (floor(D("110.01"), observed_at=END), Result.WRONG),
        (ceiling(D("200"), observed_at=END), Result.UNDECIDED),
        (ceiling(D("89.99"), observed_at=END), Result.WRONG),
    ],
)
def test_right_inside_the_tolerance_wrong_beyond_the_guard_and_a_bound_is_only_ever_wrong(
    said: Observation, result: Result
) -> None:
    assert scored(said, truth("100")) is result


def test_the_outcomes_own_interval_is_allowed_for() -> None:
    assert scored(at_end("107"), truth("100", resolution="2")) is Result.RIGHT


@pytest.mark.parametrize("factor", ["1000", "0.001", "1000000", "-1"])
def test_a_slip_of_the_unit_is_held_against_the_provider(factor: str) -> None:
    found = score(at_end(str(100 * D(factor))), END, truth("100"), "open_interest")
    assert (found.result, found.label) == (Result.WRONG, "unit_slip")
    assert f"{factor} times" in found.reason


def test_a_wrong_figure_of_the_right_size_is_no_slip() -> None:
    assert score(at_end("300"), END, truth("100"), "open_interest").label == ""


def test_a_tenth_of_a_records_excess_is_an_ordinary_error() -> None:
    assert score(at_end("20.9"), END, truth("209"), "index_record").label == ""


def test_a_figure_of_another_moment_is_not_scored() -> None:
    assert scored(exact(D(500), D(0), observed_at=END + 2 * HOUR), truth("100")) is Result.UNDECIDED
    assert scored(exact(D(500), D(0), observed_at=END + HOUR), truth("100")) is Result.WRONG


def test_a_price_of_another_minute_than_the_outcomes_is_not_scored() -> None:
    known = truth("96000", observed_at=END)
    assert scored(exact(D(90000), D(0), observed_at=END - timedelta(minutes=2)), known, "price") is Result.UNDECIDED
    assert scored(exact(D(90000), D(0), observed_at=END), known, "price") is Result.WRONG


def test_a_figure_without_a_moment_counts_only_when_it_was_heard_in_time() -> None:
    nameless = exact(D(500), D(0))
    assert scored(nameless, truth("100"), late=timedelta(minutes=59)) is Result.WRONG
    assert scored(nameless, truth("100"), late=2 * HOUR) is Result.UNDECIDED


def test_a_change_of_nearly_nothing_has_a_tolerance_all_the_same() -> None:
    assert scored(at_end("0.08"), truth("0.01"), "price_change") is Result.RIGHT
    assert scored(at_end("0.5"), truth("0.01"), "price_change") is Result.WRONG


def test_a_supply_cap_a_few_coins_short_of_the_round_figure_is_right() -> None:
    assert scored(at_end("21000000"), truth("20999999.9769"), "supply_cap") is Result.RIGHT


figures = st.decimals("1e-6", "1e12", allow_nan=False, places=6)


@given(said=figures, known=figures, scale=st.sampled_from([D("0.001"), D(7), D("1e6")]))
def test_another_unit_for_both_changes_nothing(said: D, known: D, scale: D) -> None:
    plain = score(at_end(str(said)), END, truth(str(known)), "open_interest")
    scaled = score(at_end(str(said * scale)), END, truth(str(known * scale)), "open_interest")
    assert (plain.result, plain.label) == (scaled.result, scaled.label)


@given(known=figures, near=st.decimals("-0.04", "0.04", places=4))
def test_what_is_within_the_tolerance_is_never_wrong_and_its_bounds_never_count(known: D, near: D) -> None:
    value = known * (1 + near)
    assert scored(at_end(str(value)), truth(str(known))) is Result.RIGHT
    for bound in (floor(value, observed_at=END), ceiling(value, observed_at=END)):
        assert scored(bound, truth(str(known))) is Result.UNDECIDED


def test_the_arithmetic_of_the_process_does_not_matter() -> None:
    before = getcontext()
    setcontext(Context(prec=3))
    try:
        assert scored(at_end("104.999"), truth("99.9999")) is Result.RIGHT
    finally:
        setcontext(before)
