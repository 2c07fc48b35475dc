"""Which cluster of a unit is taken for the truth: each voice weighs what its best member there is believed.

Choosing decides no status: that is counted, one vote a voice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from claims.adjudication.believing import Belief, before_outcomes, stretches
from claims.adjudication.clusters import Clusters
from claims.adjudication.reading import FIGURE, Known
from claims.adjudication.seating import winners
from claims.adjudication.sheet import Floats, Ints, Sheet
from claims.reliability import (
    DEFAULT_CALIBRATION,
    LEAST,
    MOST,
    RIVALS,
    Calibration,
    Weighed,
    confidence_from,
    fit_weighed,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Seats are voices in clusters, in the order of clusters. of: the seat of each row.

    share: the part of the voice's members in this unit that sit here. *_ends: where the rows, seats and clusters of
    each unit begin, and the end.
    """

    of: Ints
    cluster: Ints
    voice: Ints
    unit: Ints
    share: Floats
    row_ends: Ints
    seat_ends: Ints
    cluster_ends: Ints


def seat(sheet: Sheet, clusters: Clusters, voice: Ints) -> Bench:
    count = int(voice.max(initial=0)) + 1
    key, of, members = np.unique(clusters.of * count + voice[sheet.source], return_inverse=True, return_counts=True)
    cluster, mine = key // count, key % count
    unit = clusters.unit[cluster]
    _, place = np.unique(unit * count + mine, return_inverse=True)
    share = members / np.bincount(place, members)[place]
    bounds = np.arange(len(sheet.units) + 1)
    ends = (np.searchsorted(column, bounds) for column in (sheet.unit, unit, clusters.unit))
    return Bench(of, cluster, mine, unit, share, *ends)


def evidence(accuracy: Floats) -> Floats:
    """claims.reliability.evidence for many."""
    bounded = np.clip(accuracy, LEAST, MOST)
    return np.asarray(np.maximum(0.0, np.log(RIVALS * bounded / (1 - bounded))), np.float64)


@dataclass(slots=True)
class Choice:
    """winner: the winning cluster of each unit so far. confidence: that its value is right.

    past: the evidence for the units whose outcome is known, and whether the winner was right.
    """

    winner: Ints
    confidence: list[float]
    past: list[Weighed] = field(default_factory=list)
    calibration: Calibration = DEFAULT_CALIBRATION
    fitted_on: int = 0

    def learn(self, evidence_for: float, against: float, is_right: bool) -> None:
        """Fitted anew whenever there is a tenth more to learn from."""
        self.past.append((evidence_for, against, is_right))
        if len(self.past) >= max(FEWEST, self.fitted_on * 11 // 10):
            self.calibration = fit_weighed(self.past, pull=PULL)
            self.fitted_on = len(self.past)


FEWEST, PULL = 20, 30.0  # outcomes before a calibration is fitted, and how many the usual one is worth beside them


def choose(sheet: Sheet, clusters: Clusters, voice: Ints, bench: Bench, told: Mapping[int, Known]) -> Choice:
    """By what was known before each unit. told: the outcome of units whose truth became known."""
    belief = Belief.start(*before_outcomes(sheet, clusters, voice))
    choice = Choice(np.empty(len(sheet.units), np.int64), [])
    for stretch, news in stretches(sheet, told):
        accuracy = belief.accuracy()
        score = _scores(sheet, bench, accuracy, stretch.first, stretch.last)
        offset = int(bench.cluster_ends[stretch.first])
        winner = winners(score, clusters.unit[offset : offset + len(score)])
        choice.winner[stretch.first : stretch.last] = winner + offset
        sums = _best_two(score, winner, clusters.unit[offset : offset + len(score)] - stretch.first)
        choice.confidence += [confidence_from(*pair, choice.calibration) for pair in sums]
        for unit in news:
            right = _outcome(sheet, clusters, bench, unit, told[unit])
            won = right[clusters.of[_rows(bench, unit)] == choice.winner[unit]]
            held = bool(2 * won.sum() >= len(won))
            belief.learn(int(sheet.unit_attr[unit]), sheet.source[_rows(bench, unit)], right, held)
            choice.learn(*sums[unit - stretch.first], held)
    return choice


def _scores(sheet: Sheet, bench: Bench, accuracy: Floats, first: int, last: int) -> Floats:
    """Of the clusters of units first to last."""
    rows, seats, here = (
        slice(ends[first], ends[last]) for ends in (bench.row_ends, bench.seat_ends, bench.cluster_ends)
    )
    best = np.zeros(seats.stop - seats.start)
    np.maximum.at(best, bench.of[rows] - seats.start, accuracy[sheet.row_attr[rows], sheet.source[rows]])
    weights = bench.share[seats] * evidence(best)
    found = np.bincount(bench.cluster[seats] - here.start, weights, minlength=here.stop - here.start)
    return found.astype(np.float64)


def _best_two(score: Floats, winner: Ints, unit: Ints) -> list[tuple[float, float]]:
    """Of each unit: the score of its winner and of the best other cluster, zero where there is none."""
    others = score.copy()
    others[winner] = 0.0
    second = np.zeros(len(winner))
    np.maximum.at(second, unit, others)
    return list(zip(score[winner].tolist(), second.tolist(), strict=True))


def _rows(bench: Bench, unit: int) -> slice:
    return slice(bench.row_ends[unit], bench.row_ends[unit + 1])


def _outcome(sheet: Sheet, clusters: Clusters, bench: Bench, unit: int, known: Known) -> Floats:
    """1 for each row of the unit that is right, within its tolerance."""
    rows = _rows(bench, unit)
    texts = [sheet.written[row] == known.value and sheet.text[row] >= 0 for row in range(rows.start, rows.stop)]
    near = np.abs(sheet.number[rows] - _number(known.value)) <= clusters.tolerance[rows]
    return np.asarray(near | np.array(texts, np.bool_), np.float64)


def _number(text: str) -> float:
    return float(text) if FIGURE.fullmatch(text) else np.nan
