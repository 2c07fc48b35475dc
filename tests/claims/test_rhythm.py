"""When a claim is looked at again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claims import rhythm
from claims.types import Case, Outcome, Ruling, Status
from sources.metrics import CATALOGUE
from tests.claims.evidence import claim

BROKE = claim("price_break", "broke_above", "96000")
MINUTES = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]


def ruling(outcome: Outcome, status: Status, *, retryable: bool) -> Ruling:
    return Ruling(
        outcome=outcome,
        status=status,
        case=Case(assertion=BROKE, unit="USD", outcome=outcome, status=status),
        asked=2,
        answered=1,
        supporting=1,
        contradicting=0,
        quorum=2,
        retryable=retryable,
    )


@pytest.mark.parametrize(
    ("outcome", "status", "retryable", "retries", "wanted"),
    [
        (Outcome.INCOMPLETE, Status.PENDING, True, 0, True),
        (Outcome.INCOMPLETE, Status.PENDING, True, 500, True),
        (Outcome.SUPPORTED, Status.SINGLE_SOURCE, True, 0, True),
        (Outcome.SUPPORTED, Status.SINGLE_SOURCE, True, 11, True),
        (Outcome.SUPPORTED, Status.SINGLE_SOURCE, True, 12, False),
        (Outcome.SUPPORTED, Status.SINGLE_SOURCE, False, 0, False),
        (Outcome.SUPPORTED, Status.VERIFIED, True, 0, False),
        (Outcome.REFUTED, Status.RUMOR, True, 0, True),
        (Outcome.INSUFFICIENT, Status.RUMOR, False, 0, False),
    ],
)
def test_the_silent_are_asked_again_while_their_answer_could_change_the_mark(
    outcome: Outcome, status: Status, retryable: bool, retries: int, wanted: bool
) -> None:
    assert rhythm.wants_retry(ruling(outcome, status, retryable=retryable), retries) is wanted


@pytest.mark.parametrize(("retries", "minutes"), list(enumerate(MINUTES)))
def test_retries_wait_twice_as_long_each_time_up_to_an_hour(retries: int, minutes: int) -> None:
    assert rhythm.retry_wait(retries) == timedelta(minutes=minutes)


def test_the_wait_stays_an_hour_however_often_nobody_answered() -> None:
    assert rhythm.retry_wait(10**6) == timedelta(hours=1)


def test_a_finding_that_keeps_flipping_is_looked_at_for_half_an_hour_and_then_waits_like_any_other() -> None:
    waits = [rhythm.confirm_wait(confirms) for confirms in range(7)]
    assert waits == [*(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16)), None, None]


@pytest.mark.parametrize("metric", CATALOGUE)
def test_rechecks_follow_the_rhythm_of_the_metric_and_then_end(metric: str) -> None:
    waits = CATALOGUE[metric].recheck
    assert tuple(rhythm.recheck_wait(metric, number) for number in range(len(waits))) == waits
    assert rhythm.recheck_wait(metric, len(waits)) is None
