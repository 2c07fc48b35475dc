"""The words between a claim and its verdict: frozen values, no behaviour beyond checking themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sources.types import Observation, Passage, Question, Window


class Status(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    SINGLE_SOURCE = "single_source"
    RUMOR = "rumor"


class Outcome(StrEnum):
    SUPPORTED = "supported"
    CONFLICTING = "conflicting"
    REFUTED = "refuted"
    DOUBTED = "doubted"
    INSUFFICIENT = "insufficient"
    NO_AUTHORITY = "no_authority"
    TOO_EARLY = "too_early"
    INCOMPLETE = "incomplete"


class Stance(StrEnum):
    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    INCONCLUSIVE = "inconclusive"


class Result(StrEnum):
    """What a later outcome makes of an earlier figure."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"


class Hedge(StrEnum):
    """How the copy itself hedges the claim."""

    NONE = "none"
    ATTRIBUTED = "attributed"
    SINGLE_SOURCE = "single_source"
    RUMOR = "rumor"
    ANONYMOUS = "anonymous"
    REPORTEDLY = "reportedly"
    DENIED = "denied"
    FORECAST = "forecast"


class Comparator(StrEnum):
    EQUALS = "equals"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"
    BETWEEN = "between"
    BROKE_ABOVE = "broke_above"
    BROKE_BELOW = "broke_below"
    RECORD_HIGH = "record_high"
    RECORD_LOW = "record_low"
    UP = "up"
    DOWN = "down"
    MAGNITUDE = "magnitude"
    STATES = "states"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A claim in comparable form: the question plus what it says the answer is.

    value, value_high: in the metric's unit, with the digits as written (Decimal("458E+6") and Decimal("458000000") are
    the same figure, rounded to the million). value is None for records and `states`; value_high only for `between` and
    `magnitude`.
    """

    question: Question
    comparator: Comparator
    value: Decimal | None = None
    value_high: Decimal | None = None

    def __post_init__(self) -> None:
        for figure in (self.value, self.value_high):
            if figure is not None and not figure.is_finite():
                raise ValueError("an assertion holds finite figures only")

    @property
    def metric(self) -> str:
        return self.question.metric

    @property
    def window(self) -> Window:
        return self.question.window


@dataclass(frozen=True, slots=True)
class Region:
    """The values of the measured quantity that would make the claim true. None is open; guard in the metric's unit.

    below_high: the high itself is outside ("tens of billions" ends before a hundred billion).
    """

    low: Decimal | None
    high: Decimal | None
    guard: Decimal
    below_high: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One lookup as the rules see it: an observation, a passage, or an abstention (sources.errors.REASONS).

    key: identifies the lookup to the caller, carried through into the finding. source: slug of who speaks, which for a
    passage is its publisher. frozen: the feed did not move while others did (claims.freezing).
    """

    key: str
    source: str
    title: str
    observation: Observation | None = None
    abstention: str = ""
    note: str = ""
    passage: Passage | None = None
    frozen: bool = False

    @property
    def is_silent(self) -> bool:
        return self.observation is None and self.passage is None


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation read against an assertion. counts is False where the value may not vote (stale, unit slip …).

    region: what it was read against, the claim's own widened by what the market may have moved; None for a statement.
    A passage has no region: it says what it says.
    drifted: it is stale because the market moved too much, not because of its age alone.
    """

    answer: Answer
    stance: Stance
    region: Region | None
    counts: bool = True
    label: str = ""  # "", "stale", "frozen", "unit_slip", "zero", "other_venues", "unclassified", "publisher"
    drifted: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """An information-gap record: nobody publishes an authoritative figure for this metric, scope and time.

    wording: the sentence that may be printed all the same, in the language of the copy; "" leaves it to the rules.
    """

    metric: str
    subject: str
    since: datetime
    until: datetime | None
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    window_seconds: int | None = None
    note: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a ruling has to tell. Findings: one for each voice on its side, by title; `echoes` repeat a supporting one.

    region is None where the claim has none. undecided: counted but inconclusive. discounted: may not vote. split: names
    of voices whose members disagree. authority, denier: titles of the authorities that support and deny. slip: "1000"
    when two sides differ by a power of ten, exactly or not. lower_bound, interested: caveats of the supporting voices;
    only_interested: all of them.
    """

    assertion: Assertion
    unit: str
    outcome: Outcome
    status: Status
    region: Region | None = None
    supporting: Sequence[Finding] = ()
    contradicting: Sequence[Finding] = ()
    undecided: Sequence[Finding] = ()
    discounted: Sequence[Finding] = ()
    echoes: Sequence[Finding] = ()
    abstentions: Sequence[Answer] = ()
    split: Sequence[str] = ()
    authority: str = ""
    denier: str = ""
    slip: str = ""
    slip_is_exact: bool = False
    lower_bound: bool = False
    interested: bool = False
    only_interested: bool = False
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules make of all answers, without a sentence (`claims.telling` has the words). Counts are voices.

    case: what there is to tell about it.
    abstained: reason -> number of lookups. consensus_*: metric's unit, None where nothing was observed.
    voices: voice name -> stance of the voice ("supports", "contradicts", "inconclusive", "split").
    voice_of: lookup key -> voice name, for every answer. rests_on: voices whose loss would change the status.
    retryable: at least one lookup may answer when asked again.
    """

    outcome: Outcome
    status: Status
    case: Case
    asked: int
    answered: int
    supporting: int
    contradicting: int
    quorum: int
    flags: tuple[str, ...] = ()
    abstained: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    voice_of: Mapping[str, str] = field(default_factory=dict)
    consensus_low: Decimal | None = None
    consensus_high: Decimal | None = None
    consensus: Decimal | None = None
    spread: Decimal | None = None
    rests_on: tuple[str, ...] = ()
    retryable: bool = False
