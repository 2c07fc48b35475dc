"""Claims worded so that they cannot fail carry a flag that says so; the mark stays what the rules make of it."""

from __future__ import annotations

from typing import Any

import pytest

from claims.types import Assertion, Status
from tests.claims.evidence import HOUR, at_least, at_most, claim, gives, judge

SHORTS: dict[str, Any] = {"side": "short", "span": HOUR}


def flags_of(assertion: Assertion, *figures: str) -> set[str]:
    ruling = judge(assertion, [gives(name, figure) for name, figure in zip("ABC", figures, strict=False)])
    assert ruling.status is Status.VERIFIED
    return set(ruling.flags) & {"loose"}


@pytest.mark.parametrize(
    ("assertion", "figures"),
    [
        (claim("price", "over", "0.0000001"), ("96240", "96231")),
        (claim("price", "under", "1E+30"), ("96240", "96231")),
        (claim("price", "between", "1", "1E+39"), ("96240", "96231")),
        (claim("price_break", "broke_above", "9000"), ("96240", "96231")),
        (claim("liquidations", "over", "0", **SHORTS), ("419M", "402M")),
        (claim("liquidations", "between", "0", "1E+39", **SHORTS), ("419M", "402M")),
        (claim("open_interest", "magnitude", "1", "1E+39"), ("61.2B", "61.0B")),
        (claim("price_change", "under", "1E+30"), ("3.1", "3.2")),
        (claim("price_change", "over", "-100"), ("3.1", "3.2")),
        (claim("price_change", "between", "-100", "1E+39"), ("3.1", "3.2")),
    ],
)
def test_a_claim_that_nearly_any_figure_would_fit_is_flagged(assertion: Assertion, figures: tuple[str, ...]) -> None:
    assert flags_of(assertion, *figures) == {"loose"}


@pytest.mark.parametrize(
    ("assertion", "figures"),
    [
        (claim("price", "over", "90000"), ("96240", "96231")),
        (claim("price", "over", "10000"), ("96240", "96231")),
        (claim("price", "under", "100000"), ("96240", "96231")),
        (claim("price", "between", "1", "100000"), ("96240", "96231")),
        (claim("price", "equals", "96000"), ("96240", "96231")),
        (claim("liquidations", "about", "0", **SHORTS), ("0", "0")),
        (claim("liquidations", "under", "1M", **SHORTS), ("0", "0")),
        (claim("open_interest", "magnitude", "1E+10", "1E+11"), ("10.2B", "99.0B")),
        (claim("price_change", "over", "0"), ("12.1", "12.2")),
        (claim("price_change", "under", "5"), ("0.1", "0.2")),
        (claim("price_change", "up", "3"), ("3.1", "3.2")),
    ],
)
def test_a_claim_that_might_have_failed_is_not(assertion: Assertion, figures: tuple[str, ...]) -> None:
    assert flags_of(assertion, *figures) == set()


def test_a_floor_far_above_the_figure_makes_it_loose_and_a_ceiling_far_below() -> None:
    over = claim("liquidations", "over", "1M", span=HOUR)
    assert "loose" in judge(over, [at_least("A", "61M"), at_least("B", "58M")]).flags
    under = claim("liquidations", "under", "1B", span=HOUR)
    assert "loose" in judge(under, [at_most("A", "61M"), at_most("B", "58M")]).flags


def test_what_nobody_supports_is_not_called_loose() -> None:
    ruling = judge(claim("price", "over", "1E+30"), [gives("A", "96240"), gives("B", "96231")])
    assert "loose" not in ruling.flags
