"""Single fields of a submission, read strictly: a value, or ValueError with what is wrong in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.utils.dateparse import parse_duration

from claims.drafting.names import source_name
from sources.assets import ASSETS
from sources.metrics import CATALOGUE, Metric
from sources.units import decimal_of, plain

LONGEST_TEXT = 10_000  # characters: a claim is a sentence or a paragraph
LONGEST_QUOTE = 2_000
LONGEST_URL = 2_000
MOST_CITATIONS = 20
EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
TOPIC = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?")
CLOCK_SKEW = timedelta(seconds=60)
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class DraftCitation:
    """source: a slug or a name."""

    source: str
    url: str = ""
    quote: str = ""


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


def text_of(longest: int) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        text = clean_text(raw, longest)
        if not text:
            raise ValueError("is empty")
        return text

    return reading


def figure(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise ValueError("must be a figure, as a string")
    text = str(raw).strip()
    if len(text) > 80:
        raise ValueError("not a plain decimal figure")
    return decimal_of(text)


def positive(raw: Any) -> str:
    value = figure(raw)
    if value <= 0:
        raise ValueError("must be above zero")
    return plain(value)


def instant(raw: Any) -> datetime:
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


def past_instant(now: datetime) -> Callable[[Any], datetime]:
    def reading(raw: Any) -> datetime:
        moment = instant(raw)
        if moment > now + CLOCK_SKEW:
            raise ValueError("lies in the future: only what has happened can be checked")
        if moment < EARLIEST:
            raise ValueError(f"lies before {EARLIEST:%Y-%m-%d}, the first day there is data for")
        return moment

    return reading


def day(raw: Any) -> date:
    try:
        return date.fromisoformat(clean_text(raw, 10))
    except ValueError:
        raise ValueError("must be a day, for instance 2026-03-15") from None


def duration(raw: Any) -> timedelta:
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


def metric(raw: Any) -> Metric:
    if not isinstance(raw, str) or raw not in CATALOGUE:
        raise ValueError(f"unknown; one of {', '.join(CATALOGUE)}")
    return CATALOGUE[raw]


def subject_of(metric: Metric) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        name = clean_text(raw, 80)
        if metric.asset_kinds == ("topic",):
            return _topic(name)
        asset = ASSETS.get(name.upper()) or next((one for one in ASSETS.values() if name.lower() in one.names), None)
        if asset is None:
            raise ValueError(f"unknown asset {name!r}; known are {', '.join(ASSETS)}")
        if asset.kind not in metric.asset_kinds:
            raise ValueError(f"{asset.symbol} is a {asset.kind}; {metric.name} is measured on a {_or(metric)}")
        return asset.symbol

    return reading


def _topic(name: str) -> str:
    """What an event or a quote is about has no table: any short slug, in capitals."""
    if not TOPIC.fullmatch(name.upper()):
        raise ValueError("must be a topic of letters, digits and hyphens, for instance US-EXPORT-H200")
    return name.upper()


def _or(metric: Metric) -> str:
    return " or ".join(metric.asset_kinds)


def unit_of(metric: Metric) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        if raw != metric.unit:
            raise ValueError(f"{metric.name} is measured in {metric.unit}")
        return metric.unit

    return reading


def one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def reading(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return raw

    return reading


def word_of(words: type[Word], allowed: tuple[str, ...] | None = None) -> Callable[[Any], Word]:
    """One word of an enumeration, or of the part of it that is allowed here."""
    reading = one_of(allowed if allowed is not None else tuple(words))
    return lambda raw: words(reading(raw))


def web_address(raw: Any) -> str:
    """An http or https address with a host and without user or password; ValueError otherwise."""
    text = clean_text(raw, LONGEST_URL)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and not set("@\\") & set(parts.netloc)
        usable = usable and parts.port != 0  # reading it refuses one that is no port
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ValueError("must be an http or https address")
    return text


def citations(raw: Any) -> tuple[DraftCitation, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_CITATIONS:
        raise ValueError(f"must be a list of at most {MOST_CITATIONS} citations")
    return tuple(citation(row) for row in raw)


def citation(row: Any) -> DraftCitation:
    if not isinstance(row, dict) or row.keys() - {"source", "url", "quote"} or not row.get("source"):
        raise ValueError("each citation has a source, and may have url and quote")
    source = source_name(clean_text(row["source"], 200))
    url = web_address(row["url"]) if row.get("url") else ""
    return DraftCitation(source, url, clean_text(row.get("quote") or "", LONGEST_QUOTE))
