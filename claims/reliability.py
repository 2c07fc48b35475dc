"""How far a source is to be believed, and how sure the figure is. Neither ever decides a status.

Reliability is learned from later authoritative outcomes only: a settlement price, an official release, an editor's
ruling with a document. Never from the engine's own verdicts: measured, that makes verdicts worse than counting.
Confidence is a probability: what part of past figures with this evidence turned out right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, fsum, isfinite, log, log1p

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
    """From evidence to a probability: logit = intercept + ratio·log((s + 1) / (c + 1)) + margin·(s − c).

    s, c: the evidence for and against, in nats. ratio, margin: at least zero, so that a supporting voice more never
    lowers and a contradicting one never raises.
    """

    intercept: float
    ratio: float
    margin: float

    def __post_init__(self) -> None:
        if not all(isfinite(number) for number in self._numbers) or min(self._numbers[1:]) < 0:
            raise ValueError("a calibration holds finite numbers, and its slopes are not below zero")

    @property
    def _numbers(self) -> tuple[float, float, float]:
        return self.intercept, self.ratio, self.margin

    @property
    def version(self) -> str:
        """Hash of every number: equal numbers give an equal version in every process. Stored with each confidence."""
        text = json.dumps([f"{number:.6f}" for number in self._numbers])
        return hashlib.sha256(text.encode()).hexdigest()[:10]


# Fitted by `fit` on tables of conflicting observations whose truth is known: see docs/adjudicate.md.
DEFAULT_CALIBRATION = Calibration(intercept=-0.09, ratio=2.41, margin=0.135)


def confidence_of(
    supporting: Sequence[float], contradicting: Sequence[float], calibration: Calibration = DEFAULT_CALIBRATION
) -> float:
    """The probability that the supported figure is right, rounded to four digits, within [0.0001, 0.9999].

    Each number is the accuracy of one voice: that of its best member. The order of the voices does not matter.
    0.0001 when nobody supports the figure.
    """
    if not supporting:
        return LEAST_CONFIDENCE
    return confidence_from(_sum(supporting), _sum(contradicting), calibration)


def confidence_from(support: float, contradiction: float, calibration: Calibration = DEFAULT_CALIBRATION) -> float:
    """The same from evidence that is summed already, in nats.

    Never more than the supporting evidence alone makes it, e^s / (e^s + rivals): a voice alone is believed as itself.
    """
    features = _features(support, contradiction)
    guess = _logistic(fsum(number * one for number, one in zip(calibration._numbers, features, strict=True)))
    guess = min(guess, _logistic(support - log(RIVALS)))
    return min(1 - LEAST_CONFIDENCE, max(LEAST_CONFIDENCE, round(guess, 4)))


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


Weighed = tuple[float, float, bool]  # evidence for and against, in nats, and whether the figure was right


def fit(past: Iterable[Past], start: Calibration = DEFAULT_CALIBRATION, pull: float = 10.0) -> Calibration:
    """The calibration with the least log loss on these items, pulled towards `start`.

    pull: how many items the start is worth; without items the start itself comes back. The order does not matter.
    """
    return fit_weighed(((_sum(one.supporting), _sum(one.contradicting), one.right) for one in past), start, pull)


def fit_weighed(past: Iterable[Weighed], start: Calibration = DEFAULT_CALIBRATION, pull: float = 10.0) -> Calibration:
    """The same from evidence that is summed already."""
    rows = [(_features(support, against), right) for support, against, right in sorted(past)]
    free = {0, 1, 2}
    found = _least(rows, start._numbers, pull, free)
    while min(found[1:]) < 0:  # a slope that would go below zero is zero, and the others are fitted again
        free -= {place for place in (1, 2) if found[place] < 0}
        found = _least(rows, start._numbers, pull, free)
    return Calibration(*(round(number, 6) for number in found))


def _least(rows: Sequence[Row], origin: Numbers, pull: float, free: Collection[int]) -> Numbers:
    """The numbers with the least loss; those that are not free are zero."""
    first, second, third = (number if place in free else 0.0 for place, number in enumerate(origin))
    numbers = first, second, third
    loss = _loss(rows, numbers, origin, pull)
    for _ in range(STEPS):
        moved = _step(rows, numbers, origin, pull, free)
        while (less := _loss(rows, moved, origin, pull)) > loss and _distance(moved, numbers) > CLOSE_ENOUGH:
            moved = _halfway(moved, numbers)
        if less > loss or _distance(moved, numbers) < CLOSE_ENOUGH:
            break
        numbers, loss = moved, less
    return numbers


STEPS, CLOSE_ENOUGH = 50, 1e-9
SCALES = (1.0, 1.0, 8.0)  # typical sizes of the three features: the pull is equal in those units
Numbers = tuple[float, float, float]
Row = tuple[Numbers, bool]


def _sum(accuracies: Sequence[float]) -> float:
    return fsum(sorted(evidence(one) for one in accuracies))


def _features(support: float, contradiction: float) -> Numbers:
    return 1.0, log((support + 1) / (contradiction + 1)), support - contradiction


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-score)) if score >= 0 else exp(score) / (1 + exp(score))


def _loss(rows: Sequence[Row], numbers: Numbers, origin: Numbers, pull: float) -> float:
    """Log loss in nats, and what the distance from the origin costs."""
    weights = [pull * scale**2 / 4 for scale in SCALES]
    away = fsum(weight * (now - then) ** 2 / 2 for weight, now, then in zip(weights, numbers, origin, strict=True))
    scores = (fsum(number * one for number, one in zip(numbers, features, strict=True)) for features, _ in rows)
    return away + fsum(_softplus(-score if right else score) for score, (_, right) in zip(scores, rows, strict=True))


def _softplus(score: float) -> float:
    return max(score, 0.0) + log1p(exp(-abs(score)))


def _distance(one: Numbers, other: Numbers) -> float:
    return max(abs(first - second) for first, second in zip(one, other, strict=True))


def _halfway(one: Numbers, other: Numbers) -> Numbers:
    first, second, third = ((a + b) / 2 for a, b in zip(one, other, strict=True))
    return first, second, third


def _step(rows: Sequence[Row], numbers: Numbers, origin: Numbers, pull: float, free: Collection[int]) -> Numbers:
    """One Newton step of logistic regression with a Gaussian pull."""
    weights = [pull * scale**2 / 4 for scale in SCALES]  # the curvature of `pull` undecided items of that size
    slope = [-weight * (now - then) for weight, now, then in zip(weights, numbers, origin, strict=True)]
    curve = [[weights[row] if row == column else 0.0 for column in range(3)] for row in range(3)]
    for features, right in rows:
        guess = _logistic(sum(number * feature for number, feature in zip(numbers, features, strict=True)))
        for row in free:
            slope[row] += (right - guess) * features[row]
            for column in free:
                curve[row][column] += guess * (1 - guess) * features[row] * features[column]
    change = _solve(curve, [number if place in free else 0.0 for place, number in enumerate(slope)])
    first, second, third = (now + by for now, by in zip(numbers, change, strict=True))
    return first, second, third


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss without pivoting: the pull makes the matrix positive definite."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at, pivot in enumerate(rows):
        for other in rows:
            if other is not pivot:
                factor = other[at] / pivot[at]
                other[:] = [value - factor * lead for value, lead in zip(other, pivot, strict=True)]
    return [line[-1] / line[at] for at, line in enumerate(rows)]
