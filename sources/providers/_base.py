"""What a provider is, and the strict reading that all of them share.

A provider is two pure functions, `request(question)` and `parse(question, response)`, or, where one answer leads to the
next request, one generator `ask(question)` that yields Requests and is sent Responses. It sees no socket, no clock, no
key, no database. It raises the errors of sources/errors.py and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from sources.assets import ASSETS, Asset
from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, Unavailable
from sources.types import Lineage as Lineage
from sources.types import Observation, Question, Request, Response
from sources.units import DIGITS, PLAIN

Conversation = Generator[Request, Response, Observation]

# Stated by every collector of liquidation streams: Binance sends at most one order per symbol and second.
THROTTLED_STREAMS = "venues throttle their liquidation streams, so every collector of them counts too little"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key goes. The setting is `<NAME>_KEY`. Not required: sent when there is one."""

    place: str  # "header" or "query"
    name: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What makes a provider one of later outcomes: it publishes the final figure long after, and is never a voice.

    known_from: "daily_file" or "settlement". after: how long after the window's end it is there. own: the provider
    whose own figures it makes final, "" for none. settles_others: metrics on which it also settles what others said.
    """

    known_from: str
    after: timedelta
    own: str = ""
    settles_others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One source that can be asked.

    covers(question) raises NotCovered with a plain reason, for a metric in `metrics` that it cannot answer here.
    base_url: documented scheme and host; `<NAME>_URL` replaces it.
    per_minute: requests a minute we allow ourselves, below the documented limit.
    timeout_seconds: whole conversation, all requests together.
    later: set for a provider of later outcomes only.
    """

    name: str
    title: str
    metrics: frozenset[str]
    lineage: Lineage
    covers: Callable[[Question], None]
    ask: Callable[[Question], Conversation]
    base_url: str = ""
    docs: str = ""
    key: Key | None = None
    per_minute: int = 60
    timeout_seconds: float = 8.0
    licence: str = ""
    category: str = "venue"  # a value of Source.Category
    later: Later | None = None


def pair(
    request: Callable[[Question], Request], parse: Callable[[Question, Response], Observation]
) -> Callable[[Question], Conversation]:
    """The conversation of a provider that needs a single request."""

    def ask(question: Question) -> Conversation:
        response = yield request(question)
        return parse(question, response)

    return ask


def read_json(response: Response) -> Any:
    """The body as JSON with Decimal figures. Malformed on HTML, truncation, NaN, Infinity, duplicate keys, depth."""
    try:
        return json.loads(
            response.body,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_no_duplicates,
        )
    except Malformed:
        raise
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise Malformed(f"the answer is not JSON as documented ({type(error).__name__})") from None


def _refuse_constant(name: str) -> Any:
    raise Malformed(f"the answer holds {name}, which is no figure")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise Malformed("the answer names one field twice")
    return row


def figure(raw: Any, name: str) -> Decimal:
    """A finite Decimal from a JSON number or plain decimal string; Malformed for null, bool, "", NaN, U+2212, 1e400."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        raise Malformed(f"{name} is not a figure")
    if isinstance(raw, str) and not PLAIN.fullmatch(raw):
        raise Malformed(f"{name} is not a plain figure")
    try:
        value = Decimal(raw)
    except (InvalidOperation, ValueError):
        raise Malformed(f"{name} is not a figure") from None
    if not value.is_finite() or not -DIGITS < value.adjusted() < DIGITS:
        raise Malformed(f"{name} is not a finite figure of a believable size")
    return value


def positive(raw: Any, name: str) -> Decimal:
    """As `figure`, and above zero."""
    value = figure(raw, name)
    if value <= 0:
        raise Malformed(f"{name} is not above zero")
    return value


def not_negative(raw: Any, name: str) -> Decimal:
    """As `figure`, and zero or more."""
    value = figure(raw, name)
    if value < 0:
        raise Malformed(f"{name} is below zero")
    return value


def resolution_of(value: Decimal) -> Decimal:
    """One unit of the last digit as the provider wrote it, at most 1: 96010.5 -> 0.1, 21000000 -> 1."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)


EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)  # before any market we ask about
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def instant(raw: Any, name: str, *, per_second: int) -> datetime:
    """An aware UTC time from an epoch count; per_second 1 = seconds, 1000 = milliseconds. Wrong unit -> Malformed."""
    seconds = figure(raw, name) / per_second
    if not EARLIEST.timestamp() <= seconds <= LATEST.timestamp():
        raise Malformed(f"{name} is not a time in the documented unit")
    whole = int(seconds)
    return datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=int((seconds - whole) * 1_000_000))


def epoch(moment: datetime, *, per_second: int) -> int:
    """The whole count of seconds (1) or milliseconds (1000) since 1970; the way back of `instant`."""
    return int(moment.timestamp()) * per_second + moment.microsecond * per_second // 1_000_000


def iso_instant(raw: Any, name: str) -> datetime:
    """An aware UTC time from an ISO 8601 string with a zone; Malformed without one."""
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Malformed(f"{name} is not an ISO time") from None
    if moment.utcoffset() is None:
        raise Malformed(f"{name} has no time zone")
    return moment.astimezone(UTC)


def rows_of(raw: Any, name: str) -> list[Any]:
    """A list; NoData when it is empty, Malformed when it is no list."""
    if not isinstance(raw, list):
        raise Malformed(f"{name} is not a list")
    if not raw:
        raise NoData(f"{name} is empty")
    return raw


def field_of(row: Any, name: str) -> Any:
    """row[name]; Malformed when the row is no object or lacks the field."""
    if not isinstance(row, dict) or name not in row:
        raise Malformed(f"the answer has no field {name}")
    return row[name]


def coin_of(question: Question) -> Asset:
    """The coin a question is about; NotCovered for an index, a whole market, or a symbol the desk does not know."""
    asset = ASSETS.get(question.subject)
    if asset is None or asset.kind != "coin":
        raise NotCovered("answers for single coins only")
    return asset


def refuse_venue(question: Question) -> None:
    """NotCovered when the question names one venue and this provider only states totals."""
    if question.qualifier("venue") is not None:
        raise NotCovered("states totals over venues, not a single venue")


def check_status(response: Response) -> None:
    """Raise by HTTP status. Bodies that hide an error behind 200 are the provider's own business, before this."""
    status = response.status
    if status < 300:
        return
    if status in {418, 429}:
        raise RateLimited(f"asked too often (HTTP {status})", retry_after(response))
    if status in {401, 402, 403, 451}:
        raise AccessDenied(f"access refused (HTTP {status})")
    if status == 408 or status >= 500:
        raise Unavailable(f"the provider failed (HTTP {status})")
    raise Malformed(f"the request was not understood (HTTP {status})")


def retry_after(response: Response) -> timedelta | None:
    """The wait a Retry-After header asks for, in seconds or as an HTTP date; None without one or with nonsense."""
    raw = response.headers.get("retry-after", "").strip()
    if raw.isascii() and raw.isdigit() and len(raw) < 9:
        return timedelta(seconds=int(raw))
    try:
        moment = parsedate_to_datetime(raw)
    except (TypeError, ValueError, OverflowError):  # the last for a year of twenty digits
        return None
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - response.received_at, timedelta(0))
