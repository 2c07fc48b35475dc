"""Accuracy is learned from outcomes and shrunk twice; confidence is a probability that more agreement never lowers."""

from __future__ import annotations

import random
import subprocess
import sys
from decimal import Decimal
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.reliability import (
    DEFAULT_CALIBRATION,
    Calibration,
    Past,
    Record,
    accuracy,
    base_accuracy,
    confidence_of,
    confidence_text,
    evidence,
    fit,
)

ACCURACIES = st.lists(st.floats(0.05, 0.99), max_size=30)
NOTHING = Record()


@pytest.mark.parametrize(
    ("all_metrics", "of_metric", "expected"),
    [
        (NOTHING, NOTHING, 0.8),
        (Record(10, 0), NOTHING, 0.9),
        (Record(0, 10), NOTHING, 0.4),
        (Record(10, 0), Record(10, 0), (20 * 0.9 + 10) / 30),
        (Record(90, 10), Record(0, 10), (20 * 98 / 110) / 30),
        (Record(100_000, 0), Record(100_000, 0), 0.99),
        (Record(0, 100_000), Record(0, 100_000), 0.05),
    ],
)
def test_the_formula_of_the_rules_holds(all_metrics: Record, of_metric: Record, expected: float) -> None:
    assert accuracy(all_metrics, of_metric) == pytest.approx(expected)


def test_one_metric_moves_away_from_the_rest_only_with_outcomes_of_its_own() -> None:
    good = Record(900, 100)
    few, many = accuracy(good, Record(0, 2)), accuracy(good, Record(0, 200))
    assert base_accuracy(good) > few > 0.8 > 0.1 > many


def test_a_record_counts() -> None:
    assert Record(1, 2) + Record(3, 4) == Record(4, 6)
    assert Record(4, 6).outcomes == 10
    with pytest.raises(ValueError, match="below zero"):
        Record(-1, 0)


@given(ACCURACIES, ACCURACIES, st.floats(0.05, 0.99))
def test_a_supporting_voice_never_lowers_and_a_contradicting_one_never_raises(
    supporting: list[float], contradicting: list[float], more: float
) -> None:
    before = confidence_of(supporting, contradicting)
    assert confidence_of([*supporting, more], contradicting) >= before
    assert confidence_of(supporting, [*contradicting, more]) <= before


@given(ACCURACIES, ACCURACIES, st.randoms(use_true_random=False))
def test_the_order_of_voices_does_not_matter(
    supporting: list[float], contradicting: list[float], chance: random.Random
) -> None:
    shuffled = chance.sample(supporting, len(supporting)), chance.sample(contradicting, len(contradicting))
    assert confidence_of(supporting, contradicting) == confidence_of(*shuffled)


@given(ACCURACIES, ACCURACIES)
def test_confidence_is_a_probability_and_never_certain(supporting: list[float], contradicting: list[float]) -> None:
    assert 0 < confidence_of(supporting, contradicting) < 1


def test_a_better_voice_gives_more_confidence() -> None:
    assert confidence_of([0.95], []) > confidence_of([0.8], []) > confidence_of([0.5], [])
    assert confidence_of([], [0.8]) == 0.0001


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_accuracy_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="accuracy"):
        confidence_of([wrong], [])
    assert evidence(0.5) == pytest.approx(log(4))


@pytest.mark.parametrize("numbers", [(float("nan"), 1, 1), (0, -0.1, 1), (0, 1, -0.1), (0, 1, float("inf"))])
def test_a_calibration_that_could_lower_by_agreement_is_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="calibration"):
        Calibration(*numbers)


def past_under(truth: Calibration, items: int, seed: int) -> list[Past]:
    """Items whose outcome follows `truth` exactly."""
    chance = random.Random(seed)
    found = []
    for _ in range(items):
        sides = [tuple(chance.uniform(0.3, 0.95) for _ in range(chance.randint(low, 3))) for low in (1, 0)]
        found.append(Past(sides[0], sides[1], chance.random() < confidence_of(*sides, truth)))
    return found


def test_fitting_finds_the_calibration_the_items_were_drawn_from() -> None:
    truth = Calibration(-2.0, 0.8, 0.2)  # nowhere surer than the supporting evidence alone
    found = fit(past_under(truth, 20_000, seed=3))
    assert (found.intercept, found.ratio, found.margin) == pytest.approx((-2.0, 0.8, 0.2), abs=0.15)


def test_fitting_on_past_items_calibrates_unseen_ones() -> None:
    truth = Calibration(-2.0, 0.5, 0.2)
    fitted = fit(past_under(truth, 3_000, seed=5))
    unseen = past_under(truth, 5_000, seed=6)

    def mean_gap(calibration: Calibration) -> float:
        given = [confidence_of(one.supporting, one.contradicting, calibration) for one in unseen]
        return abs(sum(given) - sum(one.right for one in unseen)) / len(unseen)

    assert mean_gap(fitted) < 0.02 < mean_gap(DEFAULT_CALIBRATION)


def test_without_items_the_start_comes_back_and_few_items_hardly_move_it() -> None:
    assert fit([]) == DEFAULT_CALIBRATION
    nudged = fit([Past((0.8,), (), False)])
    assert abs(nudged.intercept - DEFAULT_CALIBRATION.intercept) < 0.5
    assert nudged.version != DEFAULT_CALIBRATION.version


def test_items_that_teach_against_agreement_stop_at_no_slope() -> None:
    stubborn = [Past((0.9, 0.9, 0.9), (), False), Past((0.3,), (), True)] * 500
    found = fit(stubborn)
    assert min(found.ratio, found.margin) == 0


def test_the_order_of_past_items_does_not_matter() -> None:
    items = past_under(DEFAULT_CALIBRATION, 500, seed=1)
    assert fit(items) == fit(items[::-1])


def test_the_same_evidence_gives_the_same_digits_in_every_process() -> None:
    told = "from claims.reliability import *; print(confidence_of([.8, .91, .7], [.6]), DEFAULT_CALIBRATION.version)"
    runs = {subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout for _ in range(2)}
    here = f"{confidence_of([0.7, 0.8, 0.91], [0.6])} {DEFAULT_CALIBRATION.version}\n"
    assert runs == {here.encode()}


def test_a_verdict_stores_four_digits() -> None:
    assert confidence_text(0.97) == Decimal("0.9700")
    assert confidence_text(confidence_of([0.8, 0.8], [])).as_tuple().exponent == -4


def test_one_voice_is_believed_as_far_as_itself() -> None:
    assert confidence_of([0.8], []) == 0.8
    assert confidence_of([0.8, 0.8], []) > 0.95
    assert confidence_of([0.8, 0.8], [0.8]) > confidence_of([0.8], [])
