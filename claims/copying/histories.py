"""Pairs of sources whose histories look like one: the evidence, and the sentences that tell it to an editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from statistics import median_low

from claims.copying.odds import LIMIT, MOST_CHANCE, PRIOR, Alike, Meeting, chance_of_meeting, log_odds, probability

Value = Decimal | str
EXACT_LIMIT = 4.0  # nats: exact agreement on right figures may also come from equal rounding of one public number
NOISY = 0.5  # where the ordinary pair agrees to the last digit more often than this, last digits are no fingerprint


@dataclass(frozen=True, slots=True)
class Sighting:
    """One figure a source gave, with what was found out about the item.

    item: one question at one moment; two sources are compared on the items both reported.
    at: when the source said it; None when nobody knows. consensus: what the item turned out to be; None when nobody
    knows, then the figure is neither right nor wrong. tolerance: how far a number may be from the consensus and still
    be right, in its own unit. previous: the consensus of the moment before; a wrong figure that repeats it is stale.
    """

    item: str
    source: str
    value: Value
    at: datetime | None = None
    consensus: Value | None = None
    tolerance: Decimal = Decimal(0)
    previous: Value | None = None

    @property
    def is_wrong(self) -> bool:
        return self.consensus is not None and _differ(self.value, self.consensus, self.tolerance)

    @property
    def is_stale(self) -> bool:
        return self.is_wrong and self.previous is not None and not _differ(self.value, self.previous, self.tolerance)

    @property
    def is_inexact(self) -> bool:
        """A number that is not wrong and not the consensus itself: two that agree on it share more than the truth."""
        return isinstance(self.value, Decimal) and not self.is_wrong and self.value != self.consensus


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why two sources may be one voice. one comes before other in the alphabet.

    items: how many both reported. shared_errors: the same wrong figure; shared_stale: those of them that repeat the
    consensus of the moment before. exact_agreement: the same right figure to the last digit where others differ in the
    last digits. lag: median of other's time minus one's on what they share, None without times. direction: "one" when
    one speaks first nearly always (other follows), "other" the other way round, "" when nobody can say.
    """

    one: str
    other: str
    probability: float
    shared_errors: int
    exact_agreement: int
    shared_stale: int
    lag: timedelta | None
    direction: str
    items: int


LEADS_FROM, LEADS_SHARE = 5, 0.8  # who speaks first in four of five of at least five shared figures is followed


def suspicions(sightings: Iterable[Sighting], least: float = 0.5) -> tuple[Suspicion, ...]:
    """The pairs that are likelier than `least` to depend on each other, likeliest first. Order in does not matter.

    Of several sightings of one source on one item the latest counts; one without a time is the oldest.
    """
    figures = _by_source(sightings)
    tables = [_compared(one, other, figures) for one, other in combinations(sorted(figures), 2)]
    met = [table for table in tables if table.items]
    same, exact = _same_by_chance(met), _exact_by_chance(met)
    found = [_suspicion(table, table.odds(same, exact)) for table in met]
    likely = [one for one in found if one.probability > least]
    return tuple(sorted(likely, key=lambda one: (-one.probability, one.one, one.other)))


Figures = dict[str, dict[str, Sighting]]


def _by_source(sightings: Iterable[Sighting]) -> Figures:
    figures: Figures = {}
    for one in sorted(sightings, key=_said_at):
        figures.setdefault(one.source, {})[one.item] = one
    return figures


def _said_at(one: Sighting) -> tuple[bool, float, str]:
    return one.at is not None, one.at.timestamp() if one.at else 0.0, str(one.value)


@dataclass(frozen=True, slots=True)
class _Table:
    """Two sources on the items both reported. wrong_*: how often each is wrong, over all its own items."""

    one: str
    other: str
    items: int
    wrong_one: float
    wrong_other: float
    errors: tuple[tuple[Sighting, Sighting], ...]
    stale: int
    apart: int
    both_wrong: int
    exact: tuple[tuple[Sighting, Sighting], ...]
    both_inexact: int

    def odds(self, same: float, exact: float) -> float:
        """Stale figures are one error that many fall for; any other is one of many."""
        chance = chance_of_meeting(self.wrong_one, self.wrong_other, same)
        kinds = Alike(self.stale, chance, 0.5), Alike(len(self.errors) - self.stale, chance / 2, 0.5)
        from_errors = log_odds([Meeting(kinds, self.apart)])
        agreed, differ = len(self.exact), self.both_inexact - len(self.exact)
        noisy = exact <= NOISY
        from_digits = log_odds([Meeting((Alike(agreed, exact),), differ)]) - PRIOR if noisy else 0.0
        return max(-LIMIT, min(LIMIT, from_errors + max(0.0, min(EXACT_LIMIT, from_digits))))


def _compared(one: str, other: str, figures: Figures) -> _Table:
    mine, theirs = figures[one], figures[other]
    pairs = [(mine[item], theirs[item]) for item in sorted(mine.keys() & theirs.keys())]
    wrong = [(first, second) for first, second in pairs if first.is_wrong or second.is_wrong]
    inexact = [(first, second) for first, second in pairs if first.is_inexact or second.is_inexact]
    inexact = [(first, second) for first, second in inexact if not (first.is_wrong or second.is_wrong)]
    errors = tuple((first, second) for first, second in wrong if first.value == second.value)
    return _Table(
        one=one,
        other=other,
        items=len(pairs),
        wrong_one=_wrong_share(mine),
        wrong_other=_wrong_share(theirs),
        errors=errors,
        stale=sum(first.is_stale for first, _ in errors),
        apart=len(wrong) - len(errors),
        both_wrong=sum(first.is_wrong and second.is_wrong for first, second in wrong),
        exact=tuple((first, second) for first, second in inexact if first.value == second.value),
        both_inexact=len(inexact),
    )


def _wrong_share(mine: Mapping[str, Sighting]) -> float:
    """Of a source over all items whose truth is known, pulled towards one in five by ten items."""
    known = [one.is_wrong for one in mine.values() if one.consensus is not None]
    return (sum(known) + 2) / (len(known) + 10)


def _same_by_chance(tables: Sequence[_Table]) -> float:
    """How often two that are both wrong give the same figure, in the ordinary pair: most pairs are independent."""
    shares = [(len(table.errors) + 1) / (table.both_wrong + 4) for table in tables if table.both_wrong]
    return median_low(shares) if shares else 0.25


def _exact_by_chance(tables: Sequence[_Table]) -> float:
    """How often the ordinary pair agrees to the last digit on a right figure that is not the consensus itself."""
    shares = [(len(table.exact) + 1) / (table.both_inexact + 4) for table in tables if table.both_inexact]
    return median_low(shares) if len(shares) > 1 else MOST_CHANCE


def _suspicion(table: _Table, odds: float) -> Suspicion:
    shared = (*table.errors, *table.exact)
    lags = [second.at - first.at for first, second in shared if first.at and second.at]
    return Suspicion(
        one=table.one,
        other=table.other,
        probability=round(probability(odds), 4),
        shared_errors=len(table.errors),
        exact_agreement=len(table.exact),
        shared_stale=table.stale,
        lag=median_low(lags) if lags else None,
        direction=_direction(lags),
        items=table.items,
    )


def _direction(lags: Sequence[timedelta]) -> str:
    if len(lags) < LEADS_FROM:
        return ""
    after, before = (sum(side) for side in zip(*((lag > ZERO, lag < ZERO) for lag in lags), strict=True))
    needed = LEADS_SHARE * len(lags)
    return "one" if after >= needed else "other" if before >= needed else ""


ZERO = timedelta(0)


def _differ(value: Value, other: Value, tolerance: Decimal) -> bool:
    """Text and number always differ."""
    if isinstance(value, Decimal) and isinstance(other, Decimal):
        return abs(value - other) > tolerance
    return value != other


def in_words(found: Suspicion) -> tuple[str, ...]:
    """The evidence, one sentence each, for the person who decides about the merge."""
    names = f"{found.one} and {found.other}"
    said = [
        (found.shared_errors, f"{names} gave the same wrong figure on {_times(found.shared_errors, found.items)}."),
        (found.shared_stale, f"{found.shared_stale} of these repeated what had been true the moment before."),
        (found.exact_agreement, f"They agreed to the last digit on {_times(found.exact_agreement, found.items)} "
                                "where the consensus has other last digits."),
        (found.direction, _followed(found)),
    ]  # fmt: skip
    return tuple(sentence for applies, sentence in said if applies)


def _times(count: int, items: int) -> str:
    return f"{count} of the {items} items both reported"


def _followed(found: Suspicion) -> str:
    leader, follower = (found.one, found.other) if found.direction == "one" else (found.other, found.one)
    lag = abs(found.lag or ZERO)
    return f"{follower} follows {leader}, {lag.total_seconds():g} seconds later in the middle."
