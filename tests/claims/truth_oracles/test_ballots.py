"""What is one value and what is another."""

from __future__ import annotations

import pytest

from tests.claims.truth_oracles.ballots import Attr, Row, ballots_of, sides

PERCENT = Attr("number", tol_rel=0.01)
MINUTES = Attr("number", tol_abs=10)


@pytest.mark.parametrize(
    ("attr", "a", "b", "same"),
    [
        (PERCENT, 100.0, 101.0, True),
        (PERCENT, 100.0, 101.02, False),
        (PERCENT, -100.0, -101.0, True),
        (PERCENT, 0.0, 0.0, True),
        (PERCENT, 0.0, 0.001, False),
        (MINUTES, 600.0, 610.0, True),
        (MINUTES, 600.0, 611.0, False),
        (Attr("number", tol_abs=0.1), 10.0, 10.1, True),
        (Attr("category"), "B12", "B12", True),
        (Attr("category"), "B12", "b12", False),
    ],
)
def test_two_values_are_the_same_within_the_tolerance(attr: Attr, a: float, b: float, same: bool) -> None:
    assert attr.same(a, b) is same
    assert attr.same(b, a) is same


def test_values_within_the_tolerance_are_one_side_and_its_median_speaks_for_it() -> None:
    found = sides(PERCENT, [("a", 100.0), ("b", 100.4), ("c", 100.8), ("d", 150.0)])
    assert [(side.value, side.sources) for side in found] == [(100.4, ("a", "b", "c")), (150.0, ("d",))]


def test_a_side_is_no_wider_than_the_tolerance_however_long_the_chain() -> None:
    chain = [(f"s{step}", 100.0 + 0.6 * step) for step in range(5)]
    assert [len(side.sources) for side in sides(PERCENT, chain)] == [2, 2, 1]


def test_of_equally_many_the_narrowest_run_is_the_side() -> None:
    found = sides(MINUTES, [("a", 600.0), ("b", 609.0), ("c", 700.0), ("d", 701.0)])
    assert found[0].sources == ("c", "d")


def test_the_last_word_of_a_source_counts() -> None:
    rows = [Row("i", "gate", "a", "B1"), Row("i", "gate", "b", "B2"), Row("i", "gate", "a", "B2")]
    (ballot,) = ballots_of(rows, {"gate": Attr()})
    assert ballot.voters == 2
    assert [side.sources for side in ballot.sides] == [("a", "b")]
