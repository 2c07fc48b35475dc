"""TruthFinder: Yin, Han, Yu, "Truth discovery with multiple conflicting information providers on the web", KDD 2007."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from tests.claims.truth_oracles.ballots import Attr, Ballot, Decision, Side

DAMPENING = 0.3  # gamma
INFLUENCE = 0.5  # rho, how much values speak for each other
BASE_SIMILARITY = 0.5
FIRST_TRUST = 0.9
SETTLED = 1e-5  # 1 - cosine of two successive vectors of trust
ROUNDS = 20
MOST = 1 - 1e-9


def truthfinder(ballots: Sequence[Ballot], attrs: dict[str, Attr]) -> dict[str, Decision]:
    sources = {source for ballot in ballots for side in ballot.sides for source in side.sources}
    trust = dict.fromkeys(sorted(sources), FIRST_TRUST)
    implications = [implication_table(attrs[ballot.attr], ballot.sides) for ballot in ballots]
    for _ in range(ROUNDS):
        confidences = [confidence(ballot, trust, table) for ballot, table in zip(ballots, implications, strict=True)]
        before, trust = trust, trust_from(ballots, confidences)
        if 1 - cosine(before, trust) < SETTLED:
            break
    return {
        ballot.item: _choose(ballot, confidence(ballot, trust, table))
        for ballot, table in zip(ballots, implications, strict=True)
    }


def confidence(ballot: Ballot, trust: dict[str, float], implications: Sequence[Sequence[float]]) -> list[float]:
    """1 / (1 + exp(-gamma sigma*)), sigma*(v) = sigma(v) + rho sum sigma(v') imp(v' -> v)."""
    scores = [sum(-math.log(1 - min(trust[source], MOST)) for source in side.sources) for side in ballot.sides]
    adjusted = [
        score + INFLUENCE * sum(other * imp for other, imp in zip(scores, row, strict=True))
        for score, row in zip(scores, implications, strict=True)
    ]
    return [1 / (1 + math.exp(-max(-700.0, DAMPENING * score))) for score in adjusted]


def implication_table(attr: Attr, sides: Sequence[Side]) -> list[list[float]]:
    """imp(other -> one), one row for each side: similarity less the base; a side says nothing to itself."""
    return [
        [0.0 if i == j else similarity(attr, one.value, other.value) - BASE_SIMILARITY for j, other in enumerate(sides)]
        for i, one in enumerate(sides)
    ]


def similarity(attr: Attr, a: float | str, b: float | str) -> float:
    """1 at the same number, falling with the distance in tolerances; 0 between different texts."""
    if isinstance(a, str) or isinstance(b, str):
        return float(str(a) == str(b))
    width = attr.tolerance(a, b)
    return math.exp(-abs(a - b) / width) if width > 0 else float(a == b)


def trust_from(ballots: Sequence[Ballot], confidences: Sequence[Sequence[float]]) -> dict[str, float]:
    """The mean confidence of what a source says."""
    total: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    for ballot, row in zip(ballots, confidences, strict=True):
        for side, sure in zip(ballot.sides, row, strict=True):
            for source in side.sources:
                total[source] += sure
                count[source] += 1
    return {source: total[source] / count[source] for source in sorted(total)}


def cosine(a: dict[str, float], b: dict[str, float]) -> float:
    dot = sum(a[key] * b[key] for key in a)
    return dot / math.sqrt(sum(x * x for x in a.values()) * sum(x * x for x in b.values()))


def _choose(ballot: Ballot, row: Sequence[float]) -> Decision:
    best = max(range(len(row)), key=lambda index: row[index])
    return Decision(ballot.sides[best].value, row[best], ballot.sides[best].sources)
