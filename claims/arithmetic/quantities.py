"""Claims about one quantity, brought together: the tightest bounds they state, and those that cannot both hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from claims.arithmetic.extents import Extent
from claims.types import Assertion, Comparator
from sources.metrics import CATALOGUE
from sources.types import Question

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Rule(StrEnum):
    ONE_FIGURE = "one_figure"  # one quantity does not carry two figures
    PARTS = "parts"  # parts add up to the whole
    PART_OF_WHOLE = "part_of_whole"  # a part is not more than the whole
    SHORTER_WINDOW = "shorter_window"  # a shorter window holds no more than a longer one around it
    PATH = "path"  # a price lies between the lowest and the highest of the window around it
    CHANGE = "change"  # a change fits its two levels


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim as arithmetic sees it. sources: slugs that it names. article: "" for a claim of no article."""

    id: str
    assertion: Assertion
    sources: frozenset[str] = frozenset()
    article: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One claim's part in a sum, with what its words need. side: "" where the metric has none."""

    claim: str
    metric: str
    subject: str
    side: str
    seconds: int
    comparator: Comparator
    value: Decimal
    value_high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """Claims that cannot all hold. terms on one side, `against` on the other.

    result: what the terms come to as written (a sum, a change in percent); None where nothing is computed.
    """

    rule: Rule
    terms: tuple[Term, ...]
    against: Term
    result: Decimal | None = None

    @property
    def claims(self) -> frozenset[str]:
        return frozenset({*(term.claim for term in self.terms), self.against.claim})

    @property
    def key(self) -> str:
        """The same for the same claims under the same rule, whoever is named first."""
        return " ".join([self.rule, *sorted(self.claims)])


def term(stated: Stated) -> Term:
    question, said = stated.assertion.question, stated.assertion
    length = question.window.end - question.window.start
    seconds = 0 if CATALOGUE[question.metric].window is None else length // timedelta(seconds=1)
    side = question.qualifier("side") or question.qualifier("extreme") or ""
    value = said.value if said.value is not None else Decimal(0)
    names = (stated.id, question.metric, question.subject, side)
    return Term(*names, seconds, said.comparator, value, said.value_high)


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound of a quantity, and the claim that states it."""

    value: Decimal
    by: Stated


@dataclass(frozen=True, slots=True)
class Quantity:
    """What all claims about it leave open. start, end: microseconds; equal for a moment. rest: all other qualifiers."""

    metric: str
    subject: str
    side: str
    rest: tuple[tuple[str, str], ...]
    start: int
    end: int
    low: Bound | None
    high: Bound | None

    @property
    def turned(self) -> Quantity:
        """On the line read backwards, where the lowest is the highest."""
        low = Bound(-self.high.value, self.high.by) if self.high else None
        high = Bound(-self.low.value, self.low.by) if self.low else None
        return Quantity(self.metric, self.subject, self.side, self.rest, self.start, self.end, low, high)


Known = tuple[Stated, Extent]


def gathered(known: Iterable[Known]) -> tuple[list[Quantity], list[Breach]]:
    """The quantities whose claims agree, and the breaches of those whose claims do not.

    What disagrees with itself is compared with nothing else: no bound of it can be believed.
    """
    groups: dict[tuple[object, ...], list[Known]] = {}
    for one in known:
        groups.setdefault(_identity(one[0]), []).append(one)
    quantities, found = [], []
    for group in groups.values():
        quantity = _tightest(group)
        if quantity.low and quantity.high and quantity.low.value > quantity.high.value:
            found += list(_apart(group, quantity.low, quantity.high))
        else:
            quantities.append(quantity)
    return quantities, found


def _identity(stated: Stated) -> tuple[object, ...]:
    question = stated.assertion.question
    return question.metric, question.subject, question.qualifiers, _start(question), question.window.end


def _start(question: Question) -> datetime:
    """Of a moment only the end counts."""
    return question.window.end if CATALOGUE[question.metric].window is None else question.window.start


def _tightest(group: Sequence[Known]) -> Quantity:
    lows = [Bound(extent.low, one) for one, extent in group if extent.low is not None]
    highs = [Bound(extent.high, one) for one, extent in group if extent.high is not None]
    question = group[0][0].assertion.question
    return Quantity(
        question.metric,
        question.subject,
        question.qualifier("side") or question.qualifier("extreme") or "",
        tuple(pair for pair in question.qualifiers if pair[0] not in {"side", "extreme"}),
        _microseconds(_start(question)),
        _microseconds(question.window.end),
        max(lows, key=lambda bound: (bound.value, bound.by.id), default=None),
        min(highs, key=lambda bound: (bound.value, bound.by.id), default=None),
    )


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _apart(group: Sequence[Known], highest: Bound, lowest: Bound) -> Iterator[Breach]:
    """Each claim that lies wholly above the lowest upper bound, or below the highest lower bound, with that claim."""
    for one, extent in group:
        if extent.low is not None and extent.low > lowest.value:
            yield Breach(Rule.ONE_FIGURE, (term(one),), term(lowest.by))
        if extent.high is not None and extent.high < highest.value and one is not lowest.by:
            yield Breach(Rule.ONE_FIGURE, (term(one),), term(highest.by))
