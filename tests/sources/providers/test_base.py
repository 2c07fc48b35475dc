from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import Malformed
from sources.providers._base import epoch, figure, instant, resolution_of, retry_after
from sources.types import Response

MOMENT = datetime(2026, 1, 14, 5, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "value"), [("96010.50", "96010.50"), (7, "7"), ("-1.5", "-1.5"), ("4.5e7", "45000000")]
)
def test_a_plain_decimal_is_a_figure(raw: Any, value: str) -> None:
    assert figure(raw, "price") == Decimal(value)


@pytest.mark.parametrize(
    "raw",
    [
        "95_000",
        " 1",
        "1 ",
        "",
        "1,000",
        "0x1f",
        "NaN",
        "inf",
        "−5",
        "９５",
        "1e400",
        "0e-999999999",
        True,
        None,
        1.5,
        [],
        {},
    ],
)
def test_anything_else_is_malformed(raw: Any) -> None:
    with pytest.raises(Malformed):
        figure(raw, "price")


@pytest.mark.parametrize(
    ("written", "resolution"), [("96010.5", "0.1"), ("96010.50", "0.01"), ("21000000", "1"), ("4.5E+10", "1")]
)
def test_the_resolution_is_the_last_digit_written_and_never_more_than_one(written: str, resolution: str) -> None:
    assert resolution_of(Decimal(written)) == Decimal(resolution)


@pytest.mark.parametrize(("per_second", "count"), [(1000, 1768366800250), (1, 1768366800)])
def test_an_epoch_count_and_its_time_belong_together(per_second: int, count: int) -> None:
    assert epoch(MOMENT, per_second=per_second) == count
    assert abs(instant(count, "time", per_second=per_second) - MOMENT).total_seconds() < 1


@pytest.mark.parametrize(("count", "per_second"), [(1768366800, 1000), (1768366800000, 1), (-1, 1), (0, 1000)])
def test_a_count_in_the_wrong_unit_is_malformed(count: int, per_second: int) -> None:
    with pytest.raises(Malformed, match="documented unit"):
        instant(count, "time", per_second=per_second)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Wed, 14 Jan 2026 05:01:00 GMT", timedelta(seconds=59.75)),
        ("Wed, 14 Jan 2026 04:00:00 GMT", timedelta(0)),
        ("1000000000", None),
        ("-1", None),
        ("Jan 1 99 99999999999999.9", None),
        ("Jan 1 9999999999 99:99:99", None),
        ("\u00b2", None),
    ],
)
def test_retry_after_is_a_wait_or_nothing(header: str, wait: timedelta | None) -> None:
    assert retry_after(Response(429, b"", MOMENT, MOMENT, {"retry-after": header})) == wait
