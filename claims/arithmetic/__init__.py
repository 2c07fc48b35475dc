"""Claims that cannot all be true, by arithmetic alone: no provider is asked.

Every claim leaves an interval of values open (`extents`); claims are in breach when no truth lies in all of theirs.
Claims that name no common source may each be right about other venues: those are given the class tolerance on top.
Windows are compared only where one contains the other exactly, so rolling figures of two moments never meet.

extents     what a claim leaves open
quantities  claims about one quantity, and what a breach is
laws        what quantities owe each other
sweeping    windows inside each other
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import localcontext

from claims.arithmetic.extents import Extent, extent_of
from claims.arithmetic.laws import broken
from claims.arithmetic.quantities import Breach, Known, Rule, Stated, Term, gathered
from claims.policy import ARITHMETIC
from claims.types import Comparator
from sources.metrics import CATALOGUE

__all__ = ["Breach", "Rule", "Stated", "Term", "breaches"]

# What one look may cost: a hostile text must not make it quadratic.
MOST_SOURCES = 4  # of a claim, in order of their names
MOST_JOINED = 8  # sources of an article that its claims without a source are read together with
MOST_BREACHES = 1_000


def breaches(stated: Iterable[Stated]) -> tuple[Breach, ...]:
    """Every breach once, in order of rule and claims; at most MOST_BREACHES, and for each claim in any at least one.

    The order of the claims does not matter. Leave out claims that the copy itself denies or forecasts.
    """
    with localcontext(ARITHMETIC):
        known = [(one, extent) for one in stated if (extent := extent_of(one.assertion)) is not None]
        known.sort(key=lambda pair: pair[0].id)
        found = {one.key: one for scope in _scopes(known) for one in _found(scope)}
    return tuple(found[key] for key in sorted(found)[:MOST_BREACHES])


def _found(known: Sequence[Known]) -> Iterator[Breach]:
    quantities, apart = gathered(known)
    yield from apart
    yield from broken(quantities)


def _scopes(known: Sequence[Known]) -> Iterator[list[Known]]:
    """Claims that speak of the same venues: of one source, of an article that names none; and all, less strictly."""
    yield [(one, _leniently(one, extent)) for one, extent in known]
    by_source: dict[str, list[Known]] = {}
    by_article: dict[str, list[Known]] = {}
    for pair in known:
        for source in _named(pair[0]):
            by_source.setdefault(source, []).append(pair)
        if pair[0].article:
            by_article.setdefault(pair[0].article, []).append(pair)
    yield from by_source.values()
    for article in by_article.values():
        yield from _of_article(article)


def _leniently(one: Stated, extent: Extent) -> Extent:
    """With the class tolerance; a word for a magnitude is loose enough as it is."""
    if one.assertion.comparator is Comparator.MAGNITUDE:
        return extent
    return extent.widened(CATALOGUE[one.assertion.metric].tolerance)


def _of_article(known: Sequence[Known]) -> Iterator[list[Known]]:
    """A sentence without a source goes on about that of the sentence before: it belongs to each of the article's."""
    silent = [pair for pair in known if not pair[0].sources]
    named = Counter(source for one, _ in known for source in _named(one))
    if not silent or not named:
        yield silent
        return
    for source, _ in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_JOINED]:
        yield [pair for pair in known if not pair[0].sources or source in _named(pair[0])]


def _named(one: Stated) -> list[str]:
    return sorted(one.sources)[:MOST_SOURCES]
