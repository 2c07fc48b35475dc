"""A vote loses half of its weight with each half-life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from claims.consensus import HALF, _freshness

END = datetime(2026, 1, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("half_life", [60, 300, 600, 900, 3600, 86400])
def test_the_weight_of_an_age_is_a_power_of_one_half(half_life: int) -> None:
    for age in range(0, 10 * half_life, max(1, half_life // 37)):
        weight = _freshness(END - timedelta(seconds=age), timedelta(seconds=half_life), END)
        assert float(weight) == pytest.approx(0.5 ** (age / half_life), rel=1e-11)


def test_whole_half_lives_weigh_exactly_and_later_is_as_old_as_earlier() -> None:
    hour = timedelta(hours=1)
    assert _freshness(END - 3 * hour, hour, END) == _freshness(END + 3 * hour, hour, END) == Decimal("0.125")
    assert _freshness(None, hour, END) == HALF
