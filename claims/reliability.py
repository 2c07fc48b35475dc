"""How far a source is to be believed, and how sure the figure is. Neither ever decides a status.

Reliability is learned from later authoritative outcomes only: a settlement price, an official release, an editor's
ruling with a document. Never from the engine's own verdicts: measured, that makes verdicts worse than counting.
Confidence is a probability: what part of past figures with this evidence turned out right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, fsum, isfinite, log

PRIOR_RIGHT, PRIOR_WRONG = 8, 2  # a source nobody has checked is taken to be right on four of five
ALL_METRICS_WEIGHT = 20  # outcomes that the record over all metrics is worth beside the record of one metric
LEAST, MOST = 0.05, 0.99
RIVALS = 4  # false figures a wrong source may fall for: two that agree by chance are rarer than one error


@dataclass(frozen=True, slots=True)
class Record:
    """What later outcomes said about the figures of a source: how many were right, how many wrong."""

    right: int = 0
    wrong: int = 0

    def __post_init__(self) -> None:
        if self.right < 0 or self.wrong < 0:
            raise ValueError("a record counts outcomes: neither number is below zero")

    def __add__(self, other: Record) -> Record:
        return Record(self.right + other.right, self.wrong + other.wrong)

    @property
    def outcomes(self) -> int:
        """The n to be shown beside every accuracy."""
        return self.right + self.wrong


def base_accuracy(record: Record) -> float:
    """Of a source over all its metrics: posterior mean, not clipped."""
    return (PRIOR_RIGHT + record.right) / (PRIOR_RIGHT + PRIOR_WRONG + record.outcomes)


def accuracy(all_metrics: Record, of_metric: Record) -> float:
    """The probability that the next figure of this source for this metric is right, in [0.05, 0.99].

    all_metrics includes the outcomes of this metric. Shrunk in two levels, so that a few outcomes of one metric do not
    outweigh what is known of the source: base = (8 + R) / (10 + R + W); A = (20·base + R_m) / (20 + R_m + W_m).
    """
    pulled = ALL_METRICS_WEIGHT * base_accuracy(all_metrics) + of_metric.right
    return min(MOST, max(LEAST, pulled / (ALL_METRICS_WEIGHT + of_metric.outcomes)))


def evidence(accuracy_of_voice: float) -> float:
    """What one voice weighs, in nats, never below zero: log(n·A / (1 − A)) with n the number of rival figures.

    ACCU of Dong, Berti-Équille and Srivastava, "Integrating conflicting data", VLDB 2009.
    """
    if not 0 <= accuracy_of_voice <= 1:
        raise ValueError("an accuracy lies between 0 and 1")
    bounded = min(MOST, max(LEAST, accuracy_of_voice))
    return max(0.0, log(RIVALS * bounded / (1 - bounded)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """From evidence to a probability: logit = intercept + support·Σ supporting − contradiction·Σ contradicting.

    support, contradiction: at least zero, so that a voice more never lowers and a contradiction never raises.
    Each sum ends at `limit` nats: agreement beyond it says nothing new, because errors are never quite independent.
    """

    intercept: float
    support: float
    contradiction: float
    limit: float = 12.0

    def __post_init__(self) -> None:
        if not all(isfinite(number) for number in self._numbers) or min(self._numbers[1:]) < 0:
            raise ValueError("a calibration holds finite numbers, and its slopes are not below zero")

    @property
    def _numbers(self) -> tuple[float, ...]:
        return self.intercept, self.support, self.contradiction, self.limit

    @property
    def version(self) -> str:
        """Hash of every number: equal numbers give an equal version in every process. Stored with each confidence."""
        text = json.dumps([f"{number:.6f}" for number in self._numbers])
        return hashlib.sha256(text.encode()).hexdigest()[:10]


# Fitted by `fit` on conflicting observations of many made-up markets: see docs/adjudicate.md.
DEFAULT_CALIBRATION = Calibration(intercept=-1.3, support=0.95, contradiction=0.8)


def confidence_of(
    supporting: Sequence[float], contradicting: Sequence[float], calibration: Calibration = DEFAULT_CALIBRATION
) -> float:
    """The probability that the supported figure is right, rounded to four digits, within [0.0001, 0.9999].

    Each number is the accuracy of one voice: that of its best member. The order of the voices does not matter.
    0.0001 when nobody supports the figure.
    """
    if not supporting:
        return LEAST_CONFIDENCE
    weighed = _weigh(supporting, contradicting, calibration.limit)
    return _bounded(_logistic(_score(weighed, calibration)))


LEAST_CONFIDENCE = 0.0001


def confidence_text(confidence: float) -> Decimal:
    """As a verdict stores it: four digits after the point, the same in every process."""
    return Decimal(f"{confidence:.4f}")


@dataclass(frozen=True, slots=True)
class Past:
    """A figure whose truth is known by now: the accuracies of the voices for and against it at the time."""

    supporting: tuple[float, ...]
    contradicting: tuple[float, ...]
    right: bool


def fit(past: Iterable[Past], start: Calibration = DEFAULT_CALIBRATION, pull: float = 10.0) -> Calibration:
    """The calibration with the least log loss on these items, pulled towards `start`.

    pull: how many items the start is worth; without items the start itself comes back. The order does not matter.
    """
    rows = sorted((_weigh(one.supporting, one.contradicting, start.limit), one.right) for one in past)
    numbers = (start.intercept, start.support, start.contradiction)
    for _ in range(STEPS):
        moved = _step(rows, numbers, start, pull)
        change = max(abs(after - before) for after, before in zip(moved, numbers, strict=True))
        numbers = moved
        if change < CLOSE_ENOUGH:
            break
    intercept, support, contradiction = (round(number, 6) for number in numbers)
    return Calibration(intercept, support, contradiction, start.limit)


STEPS, CLOSE_ENOUGH = 50, 1e-9
SCALES = (1.0, 4.0, 4.0)  # typical size of intercept's one and of the two sums: the pull is equal in those units
Numbers = tuple[float, float, float]
Row = tuple[tuple[float, float], bool]


def _weigh(supporting: Sequence[float], contradicting: Sequence[float], limit: float) -> tuple[float, float]:
    sums = (fsum(sorted(evidence(one) for one in side)) for side in (supporting, contradicting))
    first, second = (min(limit, total) for total in sums)
    return first, second


def _score(weighed: tuple[float, float], calibration: Calibration) -> float:
    return calibration.intercept + calibration.support * weighed[0] - calibration.contradiction * weighed[1]


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-score)) if score >= 0 else exp(score) / (1 + exp(score))


def _bounded(probability: float) -> float:
    return min(1 - LEAST_CONFIDENCE, max(LEAST_CONFIDENCE, round(probability, 4)))


def _step(rows: Sequence[Row], numbers: Numbers, start: Calibration, pull: float) -> Numbers:
    """One Newton step of logistic regression with a Gaussian pull; slopes are kept at zero or above."""
    origin = (start.intercept, start.support, start.contradiction)
    weights = [pull * scale**2 / 4 for scale in SCALES]  # the curvature of `pull` undecided items of that size
    slope = [-weight * (now - then) for weight, now, then in zip(weights, numbers, origin, strict=True)]
    curve = [[weights[row] if row == column else 0.0 for column in range(3)] for row in range(3)]
    for (support, contradiction), right in rows:
        features = (1.0, support, -contradiction)
        guess = _logistic(sum(number * feature for number, feature in zip(numbers, features, strict=True)))
        for row in range(3):
            slope[row] += (right - guess) * features[row]
            for column in range(3):
                curve[row][column] += guess * (1 - guess) * features[row] * features[column]
    change = _solve(curve, slope)
    intercept, *slopes = (now + by for now, by in zip(numbers, change, strict=True))
    return intercept, max(0.0, slopes[0]), max(0.0, slopes[1])


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss without pivoting: the pull makes the matrix positive definite."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at, pivot in enumerate(rows):
        for other in rows:
            if other is not pivot:
                factor = other[at] / pivot[at]
                other[:] = [value - factor * lead for value, lead in zip(other, pivot, strict=True)]
    return [line[-1] / line[at] for at, line in enumerate(rows)]
