"""Closing levels for tests of the index providers: one a week since the rows of the real file begin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sources.types import Question
from tests.sources.providers._talking import END, question

LAST = {date(2026, 1, 6): "52518.08", date(2026, 1, 9): "51939.89", date(2026, 1, 13): "53549.16"}


def weekly(first: date = date(2023, 1, 4), **changed: str) -> dict[date, str]:
    """A close of 30000 each week up to the days reported in January 2026. changed: d2024_07_10="42000"."""
    days = [first + timedelta(weeks=count) for count in range((date(2026, 1, 6) - first).days // 7)]
    return {day: "30000.00" for day in days} | LAST | {_day(name): close for name, close in changed.items()}


def _day(name: str) -> date:
    return date.fromisoformat(name.removeprefix("d").replace("_", "-"))


def record(extreme: str = "high", end: datetime = END, days: int = 1) -> Question:
    return question(
        "index_record", "NIKKEI225", end, timedelta(days=days), extreme=extreme, scope="all_time", basis="close"
    )


def level(end: datetime = END) -> Question:
    return question("index_level", "NIKKEI225", end, timedelta(days=1))


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


Closes = Mapping[date, str]
