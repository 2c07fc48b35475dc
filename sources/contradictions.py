"""Facts about sources that cannot all be true, named one by one.

Who writes facts is told before they count: the registry is refused at start, an editor's form names the field.
When such facts arrive all the same, `sources.independence.voices` still answers: every fact that is there ties (owners
or relays in a circle are one voice, named after its first member), what ties a source to itself or to a slug that
nobody has facts about adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from sources.independence import EVERY_METRIC
from sources.types import SourceFacts

Graph = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """field: the fact of `Source` to correct. slugs: the sources that state it, sorted."""

    field: str
    slugs: tuple[str, ...]
    sentence: str


class ContradictoryFacts(ValueError):
    """Facts that cannot all be true; the message has a sentence for each."""


def refuse_contradictions(facts: Iterable[SourceFacts]) -> None:
    """Raises ContradictoryFacts. `facts`: of all sources, else every source that is left out is missed."""
    found = contradictions(facts)
    if found:
        raise ContradictoryFacts(" ".join(one.sentence for one in found))


def contradictions(facts: Iterable[SourceFacts]) -> tuple[Contradiction, ...]:
    """Everything wrong in the facts of all sources, each once, in an order that depends on the facts only."""
    known = {fact.slug: fact for fact in sorted(facts, key=lambda fact: fact.slug)}
    rules = (_owner_circles, _self_ties, _circles, _dead, _twice_claimed)
    return tuple(found for rule in rules for found in rule(known))


def _owner_circles(known: Mapping[str, SourceFacts]) -> Iterator[Contradiction]:
    above: dict[str, set[str]] = {}
    stated: dict[str, set[str]] = {}
    titles: dict[str, str] = {}
    for slug, fact in known.items():
        chain = [owner.strip() for owner in (fact.lineage.owner, *fact.lineage.parents) if owner.strip()]
        titles = {folded(owner): owner for owner in chain} | titles
        for owner, parent in pairwise(map(folded, chain)):
            above.setdefault(owner, set()).add(parent)
            stated.setdefault(owner, set()).add(slug)
    for circle in _found_circles({owner: tuple(sorted(above[owner])) for owner in sorted(above)}):
        slugs = sorted(set().union(*(stated[owner] for owner in circle)))
        arrows = _arrows(tuple(titles[owner] for owner in circle))
        yield Contradiction("parents", tuple(slugs), f"Owners in a circle: {arrows} ({', '.join(slugs)}).")


def _self_ties(known: Mapping[str, SourceFacts]) -> Iterator[Contradiction]:
    for slug, fact in known.items():
        if slug in fact.lineage.republishes:
            yield Contradiction("republishes", (slug,), f"{slug} passes on what it publishes itself.")
        if slug in fact.lineage.carries:
            yield Contradiction("carries", (slug,), f"{slug} carries its own texts.")
        for metric, feeds in sorted(fact.lineage.upstreams.items()):
            if slug in feeds:
                yield Contradiction("upstreams", (slug,), f"{slug} is upstream of itself for {metric}.")


def _circles(known: Mapping[str, SourceFacts]) -> Iterator[Contradiction]:
    """Sources that get a figure from each other: by passing on, then for each metric by their feeds as well."""
    named = {metric for fact in known.values() for metric in fact.lineage.upstreams} - {EVERY_METRIC}
    told: set[frozenset[str]] = set()
    for metric in ("", EVERY_METRIC, *sorted(named)):
        graph = {slug: _origins(fact, metric) for slug, fact in known.items()}
        for circle in _found_circles(graph):
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield _circle(circle, metric)


def _circle(circle: tuple[str, ...], metric: str) -> Contradiction:
    how = "Relays" if not metric else "Feeds" if metric == EVERY_METRIC else f"Feeds for {metric}"
    field = "upstreams" if metric else "republishes"
    return Contradiction(field, tuple(sorted(circle)), f"{how} in a circle: {_arrows(circle)}.")


def _origins(fact: SourceFacts, metric: str) -> tuple[str, ...]:
    """metric: "" for what is passed on whatever it is; "metric:SUBJECT" includes what holds for the metric."""
    upstreams = fact.lineage.upstreams
    keys = (EVERY_METRIC, metric.partition(":")[0], metric) if metric else ()
    feeds = (feed for key in keys for feed in upstreams.get(key, ()))
    return tuple(sorted({*fact.lineage.republishes, *feeds} - {fact.slug}))


def _dead(known: Mapping[str, SourceFacts]) -> Iterator[Contradiction]:
    for slug, fact in known.items():
        for field in ("republishes", "carries"):
            for origin in getattr(fact.lineage, field):
                if origin not in known:
                    yield Contradiction(field, (slug,), f"{slug} names {origin}, and there is no such source.")


def _twice_claimed(known: Mapping[str, SourceFacts]) -> Iterator[Contradiction]:
    """An alias beats the name of a source that nobody has classified: that is how its citations once got a row."""
    taken: dict[str, set[str]] = {}
    for slug, fact in known.items():
        for name in (slug, fact.name) if fact.lineage.owner.strip() else (slug,):
            taken.setdefault(folded(name), set()).add(slug)
    yield from _claims({slug: fact.aliases for slug, fact in known.items()}, "aliases", "name", taken)
    yield from _claims({slug: fact.domains for slug, fact in known.items()}, "domains", "domain", {})


def _claims(
    claimed: Mapping[str, tuple[str, ...]], field: str, noun: str, taken: dict[str, set[str]]
) -> Iterator[Contradiction]:
    words = {folded(word): word for said in claimed.values() for word in said}
    for slug, said in claimed.items():
        for word in said:
            taken.setdefault(folded(word), set()).add(slug)
    for key in sorted(words):
        if len(taken[key]) > 1:
            slugs = tuple(sorted(taken[key]))
            yield Contradiction(field, slugs, f"The {noun} {words[key]} is claimed by {' and '.join(slugs)}.")


def folded(name: str) -> str:
    """A name as names are compared: white space and capitals aside."""
    return " ".join(name.split()).lower()


def _found_circles(graph: Graph) -> Iterator[tuple[str, ...]]:
    """One circle after the other, none sharing a node with an earlier one, each from its smallest node on."""
    left = dict(graph)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = tuple(reversed(error.args[1][1:]))  # it comes with its first node repeated, against the arrows
            yield _turned(circle)
            left = {node: tuple(set(left[node]) - set(circle)) for node in left if node not in circle}
            left = {node: tuple(sorted(ends)) for node, ends in left.items()}
        else:
            return


def _turned(circle: tuple[str, ...]) -> tuple[str, ...]:
    start = circle.index(min(circle))
    return circle[start:] + circle[:start]


def _arrows(circle: tuple[str, ...]) -> str:
    return " → ".join((*circle, circle[0]))
