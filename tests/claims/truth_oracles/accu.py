"""ACCU, ACCUSIM, POPACCU: Dong, Berti-Equille, Srivastava, "Integrating conflicting data: the role of source
dependence", VLDB 2009; POPACCU from Dong, Saha, Srivastava, "Less is more", VLDB 2013. Nobody copies.

Per attribute: a source has one accuracy for each attribute instead of one (the "ATTR" variants of Li et al. 2013).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from tests.claims.truth_oracles.ballots import Attr, Ballot, Decision
from tests.claims.truth_oracles.truthfinder import similarity

FALSE_VALUES = 100  # n: how many wrong values an item is thought to have
FIRST_ACCURACY = 0.8
ROUNDS = 20
SETTLED = 1e-4
LEAST, MOST = 0.01, 0.99
SIMILAR = 0.5  # rho of ACCUSIM

Accuracy = Mapping[tuple[str, str], float]
Scores = Callable[[Ballot, Accuracy], list[float]]


def accu(ballots: Sequence[Ballot], per_attr: bool = False) -> dict[str, Decision]:
    return settle(ballots, lambda ballot, accuracy: posterior(counts(ballot, accuracy)), per_attr)


def accusim(ballots: Sequence[Ballot], attrs: Mapping[str, Attr], per_attr: bool = False) -> dict[str, Decision]:
    """C*(v) = C(v) + rho sum C(v') sim(v, v'): numbers just beyond the tolerance speak for each other a little."""

    def scores(ballot: Ballot, accuracy: Accuracy) -> list[float]:
        plain = counts(ballot, accuracy)
        kin = attrs[ballot.attr]
        helped = [
            count + SIMILAR * sum(o * similarity(kin, side.value, other.value)
                                  for other, o in zip(ballot.sides, plain, strict=True) if other is not side)
            for side, count in zip(ballot.sides, plain, strict=True)
        ]  # fmt: skip
        return posterior(helped)

    return settle(ballots, scores, per_attr)


def popaccu(ballots: Sequence[Ballot], per_attr: bool = False) -> dict[str, Decision]:
    return settle(ballots, popular, per_attr)


def counts(ballot: Ballot, accuracy: Accuracy) -> list[float]:
    """C(v) = sum of ln(n A / (1 - A)) over those who say v."""
    return [sum(weight(accuracy[source, ballot.attr]) for source in side.sources) for side in ballot.sides]


def weight(accuracy: float) -> float:
    return math.log(FALSE_VALUES * accuracy / (1 - accuracy))


def posterior(vote_counts: Sequence[float]) -> list[float]:
    """P(v) among the n + 1 values an item may have; those nobody names have a count of 0."""
    top = max(0.0, *vote_counts)
    raw = [math.exp(count - top) for count in vote_counts]
    unnamed = max(0, FALSE_VALUES + 1 - len(vote_counts)) * math.exp(-top)
    return [one / (sum(raw) + unnamed) for one in raw]


def popular(ballot: Ballot, accuracy: Accuracy) -> list[float]:
    """P(v) when wrong values are as popular as they are seen to be: those who say v are right, the others spread."""
    logs = []
    for right in ballot.sides:
        others = ballot.voters - len(right.sources)
        total = sum(math.log(accuracy[source, ballot.attr]) for source in right.sources)
        for wrong in ballot.sides:
            if wrong is not right:
                share = len(wrong.sources) / others
                total += sum(math.log((1 - accuracy[source, ballot.attr]) * share) for source in wrong.sources)
        logs.append(total)
    top = max(logs)
    raw = [math.exp(one - top) for one in logs]
    return [one / sum(raw) for one in raw]


def settle(ballots: Sequence[Ballot], scores: Scores, per_attr: bool) -> dict[str, Decision]:
    """Accuracies from probabilities and probabilities from accuracies, until neither moves."""
    keys = {(source, ballot.attr) for ballot in ballots for side in ballot.sides for source in side.sources}
    accuracy: dict[tuple[str, str], float] = dict.fromkeys(keys, FIRST_ACCURACY)
    for _ in range(ROUNDS):
        rows = [scores(ballot, accuracy) for ballot in ballots]
        before, accuracy = accuracy, accuracies(ballots, rows, per_attr)
        if max(abs(accuracy[key] - before[key]) for key in keys) < SETTLED:
            break
    return choose(ballots, [scores(ballot, accuracy) for ballot in ballots])


def accuracies(
    ballots: Sequence[Ballot], rows: Sequence[Sequence[float]], per_attr: bool
) -> dict[tuple[str, str], float]:
    """A(s) = the mean probability of what s says, kept off 0 and 1; for every (source, attribute) that was seen."""
    total: dict[tuple[str, str], float] = defaultdict(float)
    count: dict[tuple[str, str], int] = defaultdict(int)
    keys = set()
    for ballot, row in zip(ballots, rows, strict=True):
        for side, probability in zip(ballot.sides, row, strict=True):
            for source in side.sources:
                keys.add((source, ballot.attr))
                key = (source, ballot.attr if per_attr else "")
                total[key] += probability
                count[key] += 1
    mean = {key: min(MOST, max(LEAST, total[key] / count[key])) for key in total}
    return {(source, attr): mean[source, attr if per_attr else ""] for source, attr in keys}


def choose(ballots: Sequence[Ballot], rows: Sequence[Sequence[float]]) -> dict[str, Decision]:
    decided = {}
    for ballot, row in zip(ballots, rows, strict=True):
        best = max(range(len(row)), key=lambda index: row[index])
        decided[ballot.item] = Decision(ballot.sides[best].value, row[best], ballot.sides[best].sources)
    return decided
