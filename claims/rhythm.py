"""When a claim is looked at again: soon where somebody may answer when asked again, else by its metric's decay."""

from __future__ import annotations

from datetime import timedelta

from claims.types import Outcome, Ruling, Status
from sources.metrics import CATALOGUE

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MOST_RETRIES = 12  # about eight hours of asking; after that the metric's rhythm goes on
CONFIRM = timedelta(minutes=1)  # a changed finding is looked at once more before it is shown
MOST_CONFIRMS = 5  # half an hour; a finding that flips longer than that waits for the metric's rhythm
PARKED = timedelta(hours=1)  # the question killed its workers: a person must look, and the desk must go on working


def wants_retry(ruling: Ruling, retries: int) -> bool:
    """A silent provider is asked again while its answer could still change the mark."""
    if ruling.outcome == Outcome.INCOMPLETE:
        return True
    return ruling.retryable and ruling.status != Status.VERIFIED and retries < MOST_RETRIES


def retry_wait(retries: int) -> timedelta:
    """Wait before the retry after `retries` earlier ones: 1, 2, 4 … minutes, at most an hour."""
    return min(FIRST_RETRY * (1 << min(retries, 10)), LONGEST_RETRY)


def confirm_wait(confirms: int) -> timedelta | None:
    """Wait before another look after `confirms` earlier ones in a row: 1, 2, 4 … minutes; None after too many."""
    return CONFIRM * (1 << confirms) if confirms < MOST_CONFIRMS else None


def recheck_wait(metric: str, rechecks: int) -> timedelta | None:
    """Wait before the next scheduled re-check after `rechecks` earlier ones; None when the metric wants no more."""
    waits = CATALOGUE[metric].recheck
    return waits[rechecks] if rechecks < len(waits) else None
