"""A submission as it comes from outside, read into a draft that can be stored, or refused with every wrong field named.

Nothing is guessed: a field that decides what is measured and is missing is `assertion_incomplete`. The only things
filled in follow from what is given: the extreme of a level from its comparator, the unit from the metric, a record's
scope and basis, and the window of a metric that states a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from claims.drafting import fields
from claims.drafting.fields import DraftCitation
from claims.drafting.reader import Reader
from claims.types import Assertion, Comparator, Hedge
from sources.metrics import CATALOGUE, Metric
from sources.types import Question, Window

WITHOUT_VALUE = {Comparator.RECORD_HIGH, Comparator.RECORD_LOW, Comparator.STATES}
WITH_TWO_VALUES = {Comparator.BETWEEN, Comparator.MAGNITUDE}
EXTREMES = {
    Comparator.BROKE_ABOVE: "high",
    Comparator.OVER: "high",
    Comparator.RECORD_HIGH: "high",
    Comparator.BROKE_BELOW: "low",
    Comparator.UNDER: "low",
    Comparator.RECORD_LOW: "low",
}
FILLED = {"scope": "all_time", "basis": "close"}
FIELDS = frozenset(
    {"text", "metric", "subject", "side", "comparator", "value", "value_high", "unit", "zone_low", "zone_high"}
    | {"as_of", "window", "window_start", "window_end", "citations", "hedge", "extreme", "scope", "basis"}
    | {"article", "start", "end"}  # the door looks the article up
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim that may be stored. start and end are code points into the article's text, or None."""

    text: str
    assertion: Assertion
    unit: str
    as_of: datetime
    hedge: Hedge
    citations: tuple[DraftCitation, ...]
    span: tuple[int, int] | None = None


def read_draft(data: Mapping[str, Any], now: datetime) -> Draft:
    """The draft of a submission, the body of `POST /api/v1/claims/`.

    InvalidInput and AssertionIncomplete name every wrong and missing field.
    """
    reader = Reader(data)
    for name in sorted(map(str, data.keys() - FIELDS)):
        reader.wrong[name[:80]] = "there is no such field"
    text = reader.read("text", fields.text_of(fields.LONGEST_TEXT), required="the statement as published")
    as_of = reader.read("as_of", fields.past_instant(now), required="the instant the statement speaks of")
    metric = reader.read("metric", fields.metric, required=f"what is measured: one of {', '.join(CATALOGUE)}")
    hedge = reader.read("hedge", fields.word_of(Hedge))
    citations = reader.read("citations", fields.citations) or ()
    span = _span(reader)
    assertion = _assertion(reader, metric, as_of, now) if metric else None
    reader.stop_if_wrong()
    assert assertion is not None
    assert metric is not None
    return Draft(text, assertion, metric.unit, as_of, hedge or Hedge.NONE, citations, span)


def _assertion(reader: Reader, metric: Metric, as_of: datetime | None, now: datetime) -> Assertion | None:
    comparator = reader.read(
        "comparator", fields.word_of(Comparator, metric.comparators), required="how the value is meant"
    )
    subject = reader.read(
        "subject", fields.subject_of(metric), required="what it is about: BTC, ETH, CRYPTO, NIKKEI225 …"
    )
    reader.read("unit", fields.unit_of(metric))
    value, value_high = _values(reader, metric, comparator)
    window = _window(reader, metric, as_of, now)
    qualifiers = _qualifiers(reader, metric, comparator)
    if reader.wrong or reader.missing or comparator is None or window is None:
        return None
    return Assertion(Question.of(metric.name, subject, window, **qualifiers), comparator, value, value_high)


def _values(reader: Reader, metric: Metric, comparator: Comparator | None) -> tuple[Decimal | None, Decimal | None]:
    why = "" if comparator is None or comparator in WITHOUT_VALUE else "the figure, in the metric's unit"
    value = reader.read("value", fields.figure, required=why)
    why_high = "the upper figure" if comparator in WITH_TWO_VALUES else ""
    high = reader.read("value_high", fields.figure, required=why_high)
    if comparator in WITHOUT_VALUE and (value is not None or high is not None):
        reader.wrong["value"] = f"{comparator} takes no value"
    if high is not None and comparator is not None and comparator not in WITH_TWO_VALUES:
        reader.wrong["value_high"] = f"{comparator} takes one value"
    if value is not None and high is not None and high <= value:
        reader.wrong["value_high"] = "must be above value"
    if value is not None:
        _possible(reader, metric, comparator, value)
    return value, high


def _possible(reader: Reader, metric: Metric, comparator: Comparator | None, value: Decimal) -> None:
    if metric.unit == "percent":
        if comparator in {Comparator.UP, Comparator.DOWN} and value < 0:
            reader.wrong["value"] = "is the size of the change: write it without a sign"
        elif value < -100 or (comparator == Comparator.DOWN and value > 100):
            reader.wrong["value"] = "nothing falls by more than 100 %"
    elif value < 0 or (value == 0 and metric.name in {"price", "price_break", "index_level", "supply_cap"}):
        reader.wrong["value"] = "is impossible: must be above zero"


def _qualifiers(reader: Reader, metric: Metric, comparator: Comparator | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, allowed in metric.qualifiers.items():
        reading = fields.one_of(allowed) if allowed else fields.positive
        implied = EXTREMES.get(comparator, "") if name == "extreme" and comparator else FILLED.get(name, "")
        required = "" if implied else f"one of {', '.join(allowed)}" if allowed else "a price"
        value = reader.read(name, reading, required=required) or implied
        if name == "extreme" and implied and value != implied:
            reader.wrong[name] = f"{comparator} reads the {implied}"
        found[name] = value
    for name in ("side", "zone_low", "zone_high", "extreme", "scope", "basis"):
        if name not in metric.qualifiers and reader.data.get(name) not in (None, ""):
            reader.wrong[name] = f"{metric.name} has no {name}"
    low, high = found.get("zone_low"), found.get("zone_high")
    if low and high and Decimal(low) >= Decimal(high):
        reader.wrong["zone_high"] = "must be above zone_low"
    return found


def _window(reader: Reader, metric: Metric, as_of: datetime | None, now: datetime) -> Window | None:
    start = reader.read("window_start", fields.past_instant(now))
    end = reader.read("window_end", fields.past_instant(now)) or as_of
    length = reader.read("window", fields.duration)
    if as_of is None or end is None:
        return None
    if metric.window is None:
        return Window(as_of, as_of)
    if length is not None and (start is not None or reader.data.get("window_end")):
        reader.wrong["window"] = "give window, or window_start and window_end, not both"
        return None
    if start is None:
        if length is None and metric.default_window is None:
            reader.missing["window"] = "the length of time the figure covers, for instance PT60M"
            return None
        start = _before(end, length or metric.default_window or timedelta(0))
    return _checked_window(reader, metric, start, end)


def _before(end: datetime, length: timedelta) -> datetime:
    return max(end - length, fields.EARLIEST) if length < timedelta(days=36500) else fields.EARLIEST


def _checked_window(reader: Reader, metric: Metric, start: datetime, end: datetime) -> Window | None:
    name = "window" if reader.data.get("window") else "window_start"
    if start >= end:
        reader.wrong[name] = "must begin before it ends"
    elif metric.window is not None and end - start > metric.window:
        reader.wrong[name] = f"is longer than {metric.window.days} days, the longest that can be checked"
    else:
        return Window(start, end)
    return None


def _span(reader: Reader) -> tuple[int, int] | None:
    start, end = reader.data.get("start"), reader.data.get("end")
    if start is None and end is None:
        return None
    whole = all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end))
    if not whole or not 0 <= start < end <= 2**31 - 1:  # type: ignore[operator]
        reader.wrong["start"] = "start and end are code points into the article, start before end"
        return None
    return (start, end)  # type: ignore[return-value]
