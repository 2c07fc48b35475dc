"""A submission as it comes from outside, read into a draft that can be stored, or refused with every wrong field named.

Nothing is guessed: a field that decides what is measured and is missing is `assertion_incomplete`. The only things
filled in follow from what is given: the extreme of a level from its comparator, the unit from the metric, a record's
scope and basis, and the window of a metric that states a default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils.dateparse import parse_duration

from claims.errors import AssertionIncomplete, InvalidInput
from claims.types import Assertion, Comparator, Hedge
from sources.assets import ASSETS
from sources.metrics import CATALOGUE, Metric
from sources.types import Question, Window
from sources.units import decimal_of, plain

LONGEST_TEXT = 10_000  # characters: a claim is a sentence or a paragraph
LONGEST_QUOTE = 2_000
LONGEST_URL = 2_000
MOST_CITATIONS = 20
EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
CLOCK_SKEW = timedelta(seconds=60)
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
    "text metric subject side comparator value value_high unit zone_low zone_high as_of window window_start window_end"
    " citations hedge extreme scope basis article start end".split()
)


@dataclass(frozen=True, slots=True)
class DraftCitation:
    source: str
    url: str = ""
    quote: str = ""


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


@dataclass(slots=True)
class _Reader:
    """Collects what is wrong, field by field, so that a caller sees everything at once."""

    data: Mapping[str, Any]
    wrong: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, reading: Callable[[Any], Any], *, required: str = "") -> Any:
        """reading(value), or None with the complaint noted. required: why it is needed."""
        raw = self.data.get(name)
        if raw is None or raw == "":
            if required:
                self.missing[name] = required
            return None
        try:
            return reading(raw)
        except ValueError as error:
            self.wrong[name] = str(error)
            return None

    def stop_if_wrong(self) -> None:
        """InvalidInput or AssertionIncomplete when anything was noted."""
        if self.wrong:
            raise InvalidInput(_sentence("These fields are wrong", self.wrong), {**self.missing, **self.wrong})
        if self.missing:
            raise AssertionIncomplete(_sentence("These fields are missing", self.missing), self.missing)


def _sentence(what: str, fields: Mapping[str, str]) -> str:
    return f"{what}: {', '.join(sorted(fields))}."


def read_draft(data: Mapping[str, Any], now: datetime) -> Draft:
    """The draft of a submission (the keys of API.md). InvalidInput or AssertionIncomplete name every wrong field."""
    reader = _Reader(data)
    for name in sorted(map(str, data.keys() - FIELDS)):
        reader.wrong[name[:80]] = "there is no such field"
    text = reader.read("text", _text_of(LONGEST_TEXT), required="the statement as published")
    as_of = reader.read("as_of", _past_instant(now), required="the instant the statement speaks of")
    metric = reader.read("metric", _metric, required=f"what is measured: one of {', '.join(CATALOGUE)}")
    hedge = reader.read("hedge", Hedge) if data.get("hedge") in list(Hedge) else reader.read("hedge", _no_hedge)
    citations = reader.read("citations", _citations) or ()
    span = _span(reader)
    assertion = _assertion(reader, metric, as_of, now) if metric else None
    reader.stop_if_wrong()
    assert assertion is not None
    assert metric is not None
    return Draft(text, assertion, metric.unit, as_of, hedge or Hedge.NONE, citations, span)


def _assertion(reader: _Reader, metric: Metric, as_of: datetime | None, now: datetime) -> Assertion | None:
    comparator = reader.read("comparator", _comparator_of(metric), required="how the value is meant")
    subject = reader.read("subject", _subject_of(metric), required="what it is about: BTC, ETH, CRYPTO, NIKKEI225 …")
    reader.read("unit", _unit_of(metric))
    value, value_high = _values(reader, metric, comparator)
    window = _window(reader, metric, as_of, now)
    qualifiers = _qualifiers(reader, metric, comparator)
    if reader.wrong or reader.missing or comparator is None or window is None:
        return None
    return Assertion(Question.of(metric.name, subject, window, **qualifiers), comparator, value, value_high)


def _values(
    reader: _Reader, metric: Metric, comparator: Comparator | None
) -> tuple[Decimal | None, Decimal | None]:
    why = "" if comparator is None or comparator in WITHOUT_VALUE else "the figure, in the metric's unit"
    value = reader.read("value", _figure, required=why)
    why_high = "the upper figure" if comparator in WITH_TWO_VALUES else ""
    high = reader.read("value_high", _figure, required=why_high)
    if comparator in WITHOUT_VALUE and (value is not None or high is not None):
        reader.wrong["value"] = f"{comparator} takes no value"
    if high is not None and comparator is not None and comparator not in WITH_TWO_VALUES:
        reader.wrong["value_high"] = f"{comparator} takes one value"
    if value is not None and high is not None and high <= value:
        reader.wrong["value_high"] = "must be above value"
    if value is not None:
        _possible(reader, metric, comparator, value)
    return value, high


def _possible(reader: _Reader, metric: Metric, comparator: Comparator | None, value: Decimal) -> None:
    if metric.unit == "percent":
        if comparator in {Comparator.UP, Comparator.DOWN} and value < 0:
            reader.wrong["value"] = "is the size of the change: write it without a sign"
        elif value < -100 or (comparator == Comparator.DOWN and value > 100):
            reader.wrong["value"] = "nothing falls by more than 100 %"
    elif value < 0 or (value == 0 and metric.name in {"price", "price_break", "index_level", "supply_cap"}):
        reader.wrong["value"] = "is impossible: must be above zero"


def _qualifiers(reader: _Reader, metric: Metric, comparator: Comparator | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, allowed in metric.qualifiers.items():
        reading = _one_of(allowed) if allowed else _positive
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


def _window(reader: _Reader, metric: Metric, as_of: datetime | None, now: datetime) -> Window | None:
    start = reader.read("window_start", _past_instant(now))
    end = reader.read("window_end", _past_instant(now)) or as_of
    length = reader.read("window", _duration)
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
    return max(end - length, EARLIEST) if length < timedelta(days=36500) else EARLIEST


def _checked_window(reader: _Reader, metric: Metric, start: datetime, end: datetime) -> Window | None:
    name = "window" if reader.data.get("window") else "window_start"
    if start >= end:
        reader.wrong[name] = "must begin before it ends"
    elif metric.window is not None and end - start > metric.window:
        reader.wrong[name] = f"is longer than {metric.window.days} days, the longest that can be checked"
    else:
        return Window(start, end)
    return None


def _span(reader: _Reader) -> tuple[int, int] | None:
    start, end = reader.data.get("start"), reader.data.get("end")
    if start is None and end is None:
        return None
    whole = all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end))
    if not whole or not 0 <= start < end <= 2**31 - 1:  # type: ignore[operator]
        reader.wrong["start"] = "start and end are code points into the article, start before end"
        return None
    return (start, end)  # type: ignore[return-value]


def clean_text(raw: Any, longest: int) -> str:
    """The text; ValueError when it is no string, too long, or holds NUL or lone surrogates."""
    if not isinstance(raw, str):
        raise ValueError("must be text")
    if len(raw) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if "\x00" in raw:
        raise ValueError("holds a NUL character")
    if any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise ValueError("holds half a character (a lone surrogate)")
    return raw.strip()


def _text_of(longest: int) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        text = clean_text(raw, longest)
        if not text:
            raise ValueError("is empty")
        return text

    return reading


def _figure(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise ValueError("must be a figure, as a string")
    text = str(raw).strip()
    if len(text) > 80 or not text.isascii() or "_" in text:
        raise ValueError("not a plain decimal figure")
    return decimal_of(text)


def _positive(raw: Any) -> str:
    value = _figure(raw)
    if value <= 0:
        raise ValueError("must be above zero")
    return plain(value)


def _instant(raw: Any) -> datetime:
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(clean_text(raw, 60))
        except ValueError:
            raise ValueError("must be an ISO 8601 time, for instance 2026-01-14T05:00:00Z") from None
    if not isinstance(raw, datetime):
        raise ValueError("must be an ISO 8601 time as a string")
    if raw.utcoffset() is None:
        raise ValueError("has no time zone: add Z or an offset")
    try:
        return raw.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _past_instant(now: datetime) -> Callable[[Any], datetime]:
    def reading(raw: Any) -> datetime:
        moment = _instant(raw)
        if moment > now + CLOCK_SKEW:
            raise ValueError("lies in the future: only what has happened can be checked")
        if moment < EARLIEST:
            raise ValueError(f"lies before {EARLIEST:%Y-%m-%d}, the first day there is data for")
        return moment

    return reading


def _duration(raw: Any) -> timedelta:
    if isinstance(raw, timedelta):
        length: timedelta | None = raw
    else:
        text = clean_text(raw, 40)
        try:
            length = parse_duration(text) if text.startswith("P") else None
        except (ValueError, OverflowError):
            length = None
    if length is None:
        raise ValueError("must be an ISO 8601 duration, for instance PT60M or P1D")
    if length <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return length


def _metric(raw: Any) -> Metric:
    if not isinstance(raw, str) or raw not in CATALOGUE:
        raise ValueError(f"unknown; one of {', '.join(CATALOGUE)}")
    return CATALOGUE[raw]


def _comparator_of(metric: Metric) -> Callable[[Any], Comparator]:
    allowed = _one_of(metric.comparators)
    return lambda raw: Comparator(allowed(raw))


def _subject_of(metric: Metric) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        name = clean_text(raw, 80)
        asset = ASSETS.get(name.upper()) or next((one for one in ASSETS.values() if name.lower() in one.names), None)
        if asset is None:
            raise ValueError(f"unknown asset {name!r}; known are {', '.join(ASSETS)}")
        if asset.kind not in metric.asset_kinds:
            raise ValueError(f"{asset.symbol} is a {asset.kind}; {metric.name} is measured on a {_or(metric)}")
        return asset.symbol

    return reading


def _or(metric: Metric) -> str:
    return " or ".join(metric.asset_kinds)


def _unit_of(metric: Metric) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        if raw != metric.unit:
            raise ValueError(f"{metric.name} is measured in {metric.unit}")
        return metric.unit

    return reading


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return raw

    return reading


def _no_hedge(raw: Any) -> Hedge:
    raise ValueError(f"must be one of {', '.join(Hedge)}")


def web_address(raw: Any) -> str:
    """An http or https address with a host and without user or password; ValueError otherwise."""
    text = clean_text(raw, LONGEST_URL)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ValueError("must be an http or https address")
    return text


def _citations(raw: Any) -> tuple[DraftCitation, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_CITATIONS:
        raise ValueError(f"must be a list of at most {MOST_CITATIONS} citations")
    return tuple(_citation(row) for row in raw)


def _citation(row: Any) -> DraftCitation:
    if not isinstance(row, dict) or row.keys() - {"source", "url", "quote"} or not row.get("source"):
        raise ValueError("each citation has a source, and may have url and quote")
    source = clean_text(row["source"], 200)
    if not source:
        raise ValueError("each citation names its source")
    url = web_address(row["url"]) if row.get("url") else ""
    return DraftCitation(source, url, clean_text(row.get("quote") or "", LONGEST_QUOTE))
