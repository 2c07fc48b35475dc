"""What quantities owe each other: parts and wholes, windows, levels, changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from claims.arithmetic.quantities import Bound, Breach, Quantity, Rule, term
from claims.arithmetic.sweeping import exceeding
from sources.assets import ASSETS

TOTALS = frozenset({"liquidations", "traders_liquidated"})  # they only grow with the window and with what is counted
ADDITIVE = frozenset({"liquidations"})
WHOLES = {"position_concentration": "open_interest", "supply": "supply_cap"}  # of one subject at one moment
TOTAL = "total"
HUNDRED = Decimal(100)


def broken(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    yield from _totals(quantities)
    yield from _sides(quantities)
    yield from _coins(quantities)
    yield from _levels(quantities)
    yield from _wholes(quantities)
    yield from _changes(quantities)


def _totals(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """A shorter window, a side or a coin holds no more than the longer window, the total or the market around it."""
    groups = _by(lambda one: (one.metric, one.subject, one.side, one.rest), quantities, TOTALS)
    for key, outer in groups.items():
        metric, subject, side, rest = key
        subjects = _coins_of(groups, metric) | {subject} if _is_market(subject) else {subject}
        sides = {"long", "short", TOTAL} if side == TOTAL else {side}
        parts = [(metric, coin, part, rest) for coin in sorted(subjects) for part in sorted(sides)]
        inner = [one for part in parts for one in groups.get(part, ())]
        for small, large in exceeding(inner, outer):
            same = (small.start, small.end) == (large.start, large.end)
            yield from _above(Rule.PART_OF_WHOLE if same else Rule.SHORTER_WINDOW, small, large)


def _coins_of(groups: Iterable[tuple[Any, ...]], metric: str) -> set[str]:
    return {subject for name, subject, _, _ in groups if name == metric and not _is_market(subject)}


def _is_market(subject: str) -> bool:
    return subject in ASSETS and ASSETS[subject].kind == "market"


def _above(rule: Rule, small: Quantity, large: Quantity) -> Iterator[Breach]:
    if small.low and large.high:
        yield Breach(rule, (term(small.low.by),), term(large.high.by))


def _sides(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """long + short = total, in one window."""
    for sides in _by(lambda one: (one.metric, one.subject, one.rest, one.start, one.end), quantities, TOTALS).values():
        by_side = {one.side: one for one in sides}
        if {"long", "short", TOTAL} <= by_side.keys():
            yield from _sum([by_side["long"], by_side["short"]], by_side[TOTAL], is_all=True)


def _coins(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """Several coins together are not more than the market, in one window. Accounts may have been in several coins."""
    for same in _by(lambda one: (one.metric, one.side, one.rest, one.start, one.end), quantities, ADDITIVE).values():
        coins = sorted((one for one in same if not _is_market(one.subject) and one.low), key=lambda one: one.subject)
        for market in same:
            if _is_market(market.subject) and len(coins) > 1:
                yield from _sum(coins, market, is_all=False)


def _sum(parts: Sequence[Quantity], whole: Quantity, *, is_all: bool) -> Iterator[Breach]:
    """is_all: nothing is missing, so that the parts may not come to less either."""
    lows = [one.low for one in parts if one.low]
    highs = [one.high for one in parts if one.high]
    if whole.high and len(lows) == len(parts) and _total(lows) > whole.high.value:
        yield _added(lows, whole.high)
    elif is_all and whole.low and len(highs) == len(parts) and _total(highs) < whole.low.value:
        yield _added(highs, whole.low)


def _total(bounds: Iterable[Bound]) -> Decimal:
    return sum((bound.value for bound in bounds), Decimal(0))


def _added(bounds: Sequence[Bound], whole: Bound) -> Breach:
    terms = tuple(term(bound.by) for bound in bounds)
    return Breach(Rule.PARTS, terms, term(whole.by), sum((one.value for one in terms), Decimal(0)))


def _levels(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """No price in a window is above its highest or below its lowest, and no window inside it reaches further."""
    groups = _by(lambda one: (one.subject, one.metric, one.side), quantities, {"price", "price_break"})
    for subject in sorted({key[0] for key in groups}):
        highs, lows = groups.get((subject, "price_break", "high"), []), groups.get((subject, "price_break", "low"), [])
        prices = [*highs, *lows, *groups.get((subject, "price", ""), [])]
        for small, large in exceeding(prices, highs):
            yield from _above(_along(small, large), small, large)
        for small, large in exceeding([one.turned for one in prices], [one.turned for one in lows]):
            yield from _above(_along(small, large), small, large)


def _along(small: Quantity, large: Quantity) -> Rule:
    return Rule.SHORTER_WINDOW if (small.metric, small.side) == (large.metric, large.side) else Rule.PATH


def _wholes(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """Positions in a zone are part of the open interest, coins in circulation of all there will ever be."""
    wholes = {(one.metric, one.subject, one.end): one for one in quantities if one.metric in WHOLES.values()}
    for one in quantities:
        whole = wholes.get((WHOLES.get(one.metric, ""), one.subject, one.end))
        if whole and one.low and whole.high and one.low.value > whole.high.value:
            yield from _above(Rule.PART_OF_WHOLE, one, whole)


def _changes(quantities: Sequence[Quantity]) -> Iterator[Breach]:
    """A change in percent fits the prices at both ends of its window."""
    prices = {(one.subject, one.end): one for one in quantities if one.metric == "price"}
    for change in quantities:
        if change.metric == "price_change":
            first, last = prices.get((change.subject, change.start)), prices.get((change.subject, change.end))
            if first and last:
                yield from _change(first, last, change)


def _change(first: Quantity, last: Quantity, change: Quantity) -> Iterator[Breach]:
    if first.low and last.high and change.low and first.low.value > 0:
        most = (last.high.value / first.low.value - 1) * HUNDRED
        if change.low.value > most:
            yield _moved(first.low, last.high, change.low)
    if first.high and last.low and change.high:
        least = (last.low.value / first.high.value - 1) * HUNDRED
        if change.high.value < least:
            yield _moved(first.high, last.low, change.high)


def _moved(first: Bound, last: Bound, change: Bound) -> Breach:
    start, end = term(first.by), term(last.by)
    result = (end.value / start.value - 1) * HUNDRED if start.value else None
    return Breach(Rule.CHANGE, (start, end), term(change.by), result)


def _by(
    key: Callable[[Quantity], tuple[Any, ...]], quantities: Sequence[Quantity], metrics: Collection[str]
) -> dict[tuple[Any, ...], list[Quantity]]:
    groups: dict[tuple[Any, ...], list[Quantity]] = {}
    for one in quantities:
        if one.metric in metrics:
            groups.setdefault(key(one), []).append(one)
    return groups
