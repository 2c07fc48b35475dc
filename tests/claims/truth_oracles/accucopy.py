"""ACCUCOPY: Dong, Berti-Equille, Srivastava, "Integrating conflicting data: the role of source dependence", VLDB 2009.

Two sources that share wrong values probably copy; a copied vote counts only as far as it may be independent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from tests.claims.truth_oracles import accu
from tests.claims.truth_oracles.ballots import Ballot, Decision

DEPENDENT = 0.2  # alpha: how likely two sources are thought to depend before anything is seen
COPIED = 0.8  # c: the share of its values that a copier copies
ROUNDS = 10
SETTLED = 1e-3

Pair = tuple[str, str]


class Overlap(NamedTuple):
    """Of the items both speak about: how many same and true, same and false, different."""

    same_true: int
    same_false: int
    different: int


def accucopy(ballots: Sequence[Ballot], per_attr: bool = False) -> dict[str, Decision]:
    return with_dependence(ballots, per_attr)[0]


def with_dependence(ballots: Sequence[Ballot], per_attr: bool = False) -> tuple[dict[str, Decision], dict[Pair, float]]:
    """The decisions and, for (s1, s2), the probability that s1 copies s2."""
    keys = {(source, ballot.attr) for ballot in ballots for side in ballot.sides for source in side.sources}
    accuracy: accu.Accuracy = dict.fromkeys(keys, accu.FIRST_ACCURACY)
    copies: dict[Pair, float] = {}
    rows = [accu.posterior(accu.counts(ballot, accuracy)) for ballot in ballots]
    for _ in range(ROUNDS):
        copies = dependence(overlaps(ballots, rows), overall(ballots, accuracy))
        rows = [accu.posterior(discounted(ballot, accuracy, copies)) for ballot in ballots]
        before, accuracy = accuracy, accu.accuracies(ballots, rows, per_attr)
        if max(abs(accuracy[key] - before[key]) for key in keys) < SETTLED:
            break
    return accu.choose(ballots, rows), copies


def overlaps(ballots: Sequence[Ballot], rows: Sequence[Sequence[float]]) -> dict[Pair, Overlap]:
    """The side with the highest probability is taken as true. Pairs are in alphabetical order."""
    sources = sorted({source for ballot in ballots for side in ballot.sides for source in side.sources})
    said: dict[str, dict[int, int]] = {source: {} for source in sources}
    for number, (ballot, row) in enumerate(zip(ballots, rows, strict=True)):
        true = max(range(len(row)), key=lambda index: row[index])
        for index, side in enumerate(ballot.sides):
            for source in side.sources:
                said[source][number] = 0 if index == true else index + 1
    return {(a, b): _overlap(said[a], said[b]) for a, b in combinations(sources, 2)}


def _overlap(a: Mapping[int, int], b: Mapping[int, int]) -> Overlap:
    both = a.keys() & b.keys()
    same = [a[item] for item in both if a[item] == b[item]]
    true = same.count(0)
    return Overlap(true, len(same) - true, len(both) - len(same))


def overall(ballots: Sequence[Ballot], accuracy: accu.Accuracy) -> dict[str, float]:
    """One accuracy for each source, over its attributes as often as they occur."""
    total: dict[str, float] = {}
    count: dict[str, int] = {}
    for ballot in ballots:
        for side in ballot.sides:
            for source in side.sources:
                total[source] = total.get(source, 0.0) + accuracy[source, ballot.attr]
                count[source] = count.get(source, 0) + 1
    return {source: total[source] / count[source] for source in total}


def dependence(overlap: Mapping[Pair, Overlap], accuracy: Mapping[str, float]) -> dict[Pair, float]:
    copies = {}
    for (a, b), seen in overlap.items():
        copies[a, b], copies[b, a] = directions(seen, accuracy[a], accuracy[b])
    return copies


def directions(seen: Overlap, of_a: float, of_b: float) -> tuple[float, float]:
    """P(a copies b), P(b copies a), given their accuracies; what is left is independence."""
    true = of_a * of_b
    false = (1 - of_a) * (1 - of_b) / accu.FALSE_VALUES
    apart = 1 - true - false
    independent = math.log(1 - DEPENDENT) + _log(seen, true, false, apart)

    def copied(original: float) -> float:
        return math.log(DEPENDENT / 2) + _log(
            seen,
            original * COPIED + true * (1 - COPIED),
            (1 - original) * COPIED + false * (1 - COPIED),
            apart * (1 - COPIED),
        )

    logs = (copied(of_b), copied(of_a), independent)
    top = max(logs)
    raw = [math.exp(one - top) for one in logs]
    return raw[0] / sum(raw), raw[1] / sum(raw)


def _log(seen: Overlap, true: float, false: float, apart: float) -> float:
    return seen.same_true * math.log(true) + seen.same_false * math.log(false) + seen.different * math.log(apart)


def discounted(ballot: Ballot, accuracy: accu.Accuracy, copies: Mapping[Pair, float]) -> list[float]:
    """C(v) = sum of A'(s) I(s): every vote times the probability that it was not copied from one counted before."""
    return [
        sum(
            accu.weight(accuracy[source, ballot.attr]) * independence
            for source, independence in independent_parts(side.sources, copies)
        )
        for side in ballot.sides
    ]


def independent_parts(sources: Sequence[str], copies: Mapping[Pair, float]) -> list[tuple[str, float]]:
    """(source, I(s)) in the order of counting: next is always the one that depends most on those counted before."""
    if len(sources) == 1:
        return [(sources[0], 1.0)]
    left = sorted(sources)
    nearest = {s: max(copies[s, o] + copies[o, s] for o in left if o != s) for s in left}
    part = dict.fromkeys(left, 1.0)
    first = max(left, key=lambda source: nearest[source])
    nearest = dict.fromkeys(left, 0.0)
    order = []
    while left:
        chosen = max(left, key=lambda source: nearest[source]) if order else first
        left.remove(chosen)
        order.append((chosen, part[chosen]))
        for other in left:
            part[other] *= 1 - COPIED * copies[other, chosen]
            nearest[other] = max(nearest[other], copies[other, chosen] + copies[chosen, other])
    return order
