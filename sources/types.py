"""The words between questions and answers: frozen values, no behaviour beyond checking themselves.

A Question is put to a provider; the provider turns it into Requests and reads Responses into an Observation.
Figures are Decimal, times are aware UTC datetimes, durations are timedelta.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an observed figure lets us conclude about the measured quantity."""

    EXACT = "exact"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Window:
    """Two aware UTC instants, start before end. A moment is a window whose question only reads `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if getattr(self, name).utcoffset() is None:
                raise ValueError(f"window {name} has no time zone")
        if self.start > self.end:
            raise ValueError("window ends before it starts")


@dataclass(frozen=True, slots=True)
class Question:
    """An assertion without its value. Claims with equal questions share one inquiry.

    qualifiers: sorted (name, value) pairs that change what is measured: `side` (long, short, total), `extreme`
    (high, low), `zone_low`, `zone_high`, `scope`, `basis`, `venue`. Build with `Question.of`.
    """

    metric: str
    subject: str
    window: Window
    qualifiers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, metric: str, subject: str, window: Window, **qualifiers: str) -> Question:
        return cls(metric, subject, window, tuple(sorted(qualifiers.items())))

    def qualifier(self, name: str) -> str | None:
        return dict(self.qualifiers).get(name)

    @property
    def key(self) -> str:
        """SHA-256 over all fields, hex: the same question has the same key in every process and release."""
        fields = [
            self.metric,
            self.subject,
            list(map(list, self.qualifiers)),
            _instant(self.window.start),
            _instant(self.window.end),
        ]
        return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as a provider words it: documented host, no key.

    `json` is sent as the JSON body. `body` is for a body that is already bytes. Never both.
    """

    url: str
    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, before anyone reads it. Header names are lower case.

    requested_at and received_at come from our clock; for a replayed answer both are the moment it stands for.
    """

    status: int
    body: bytes
    requested_at: datetime
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one provider lets us conclude: an interval on the metric's line, in the metric's unit.

    low or high is None where the interval is open (a floor has no high, a ceiling no low).
    value: the figure as the provider gave it, in the metric's unit.
    observed_at: when the provider says the value held; None when it does not say; never the time we asked.
    note: one clause for the evidence table ("venue set: 29 exchanges", "300 of 1440 minutes").
    detail: small JSON-ready mapping with what the claim's reading needs beyond the interval.
    """

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    kind: Kind
    observed_at: datetime | None = None
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for figure in (self.value, self.low, self.high):
            if figure is not None and not figure.is_finite():
                raise ValueError("an observation holds finite figures only")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("an observation's low is above its high")


def exact(value: Decimal, resolution: Decimal, **more: Any) -> Observation:
    """[value - resolution, value + resolution]: resolution is the provider's own, in the metric's unit."""
    return Observation(value, value - resolution, value + resolution, Kind.EXACT, **more)


def floor(value: Decimal, **more: Any) -> Observation:
    """The truth is at least `value`."""
    return Observation(value, value, None, Kind.FLOOR, **more)


def ceiling(value: Decimal, **more: Any) -> Observation:
    """The truth is at most `value`."""
    return Observation(value, None, value, Kind.CEILING, **more)


class Rung(StrEnum):
    """How near a text stands to what it tells, nearest first. Copies of one rung never climb to the next."""

    PRIMARY_RECORD = "primary_record"  # the gazette, the filing, the transcript itself
    OFFICIAL = "official"  # somebody in charge, on record
    WIRE = "wire"
    OUTLET = "outlet"
    ACCOUNT = "account"


class Says(StrEnum):
    """What a passage does with the statement it was asked about."""

    SUPPORTS = "supports"
    DENIES = "denies"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one publisher printed about a statement: the whole paragraph, so that copies can be told.

    publisher: slug of who printed it, whoever found it. published_at: None when the page does not say.
    start: code point of the text in the page, None when it is the page. verbatim: whether quoted words stand in it
    word for word; None when nothing is quoted.
    """

    publisher: str
    url: str
    text: str
    rung: Rung
    says: Says
    published_at: datetime | None = None
    start: int | None = None
    verbatim: bool | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a passage has words")
        if self.published_at is not None and self.published_at.utcoffset() is None:
            raise ValueError("published_at has no time zone")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Who stands behind the figures: the facts that decide which providers are one voice.

    A value: equal by all fields, hashed without the mappings, which nobody changes once they are in here.

    parents: who owns the owner, nearest first; sources whose chains meet are one voice.
    upstreams: metric, "metric:SUBJECT" or "*" -> feeds the figures come from; two sources on one feed are one voice
        for that metric.
    republishes: slugs of sources whose figures this one passes on.
    carries: slugs of sources some of whose texts it prints beside its own. That alone makes nobody one voice: a paper
        that takes an agency's wire also has its own reporters. Copies do, and then it tells where they come from.
    authority: "metric:SUBJECT" pairs for which this party's word is the fact.
    interested: metrics on which the party speaks about itself.
    defects: metric -> a defect shared with others, shown as the flag `lower_bound`.
    read: where and when the ownership and lineage were read.
    unconfirmed: nobody has seen a document for some of it. It ties all the same, and the reason says so.
    """

    owner: str
    read: str
    parents: tuple[str, ...] = ()
    upstreams: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    republishes: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    authority: frozenset[str] = frozenset()
    interested: frozenset[str] = frozenset()
    defects: Mapping[str, str] = field(default_factory=dict, hash=False)
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source as the independence rules see it. An empty owner means that nobody has classified it.

    aliases: other names it is cited by. domains: of its pages, without "www.".
    """

    slug: str
    name: str
    lineage: Lineage
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
