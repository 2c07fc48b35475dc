"""One budget and one pause per provider, shared by all workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sources import throttle
from sources.errors import AccessDenied, Malformed, PlanTooSmall, RateLimited, SourceError, Unavailable
from sources.models import ProviderState
from sources.throttle import NotSent, pause_after
from tests.at_once import at_once

NOW = datetime(2026, 1, 14, 5, 0, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def state() -> ProviderState:
    return ProviderState.objects.get(provider="venue")


def paused() -> timedelta | None:
    until = state().paused_until
    return until - NOW if until else None


def ask(at: datetime = NOW, per_minute: int = 60) -> None:
    throttle.take("venue", per_minute, at)


def fail(error: SourceError, times: int = 1, at: datetime = NOW) -> None:
    for _ in range(times):
        throttle.failed("venue", at, error)


# --- The budget -------------------------------------------------------------------------------------------------


def test_a_minute_has_as_many_requests_as_the_budget() -> None:
    for _ in range(3):
        ask(per_minute=3)
    with pytest.raises(NotSent, match="our budget of 3 requests a minute is used up"):
        ask(per_minute=3)
    assert (state().asked_total, state().minute_used) == (3, 3)


def test_without_a_budget_a_minute_has_no_end() -> None:
    for _ in range(50):
        throttle.take("recorded", None, NOW)
    assert ProviderState.objects.get(provider="recorded").asked_total == 50


def test_the_next_minute_has_a_new_budget() -> None:
    ask(per_minute=1)
    ask(NOW + MINUTE, per_minute=1)
    assert (state().minute_used, state().asked_total) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_the_budget() -> None:
    def work(number: int) -> bool:
        try:
            ask(per_minute=5)
        except NotSent:
            return False
        return True

    assert at_once(work).count(True) == 5
    assert state().asked_total == 5


# --- Pauses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "failures", "pause"),
    [
        (RateLimited("slow down", timedelta(seconds=7)), 1, timedelta(seconds=7)),
        (RateLimited("slow down", timedelta(days=30)), 1, timedelta(days=3)),
        (RateLimited("slow down"), 1, MINUTE),
        (RateLimited("slow down"), 3, 4 * MINUTE),
        (RateLimited("slow down", timedelta(0)), 2, 2 * MINUTE),
        (RateLimited("slow down"), 50, 30 * MINUTE),
        (AccessDenied("no"), 1, 5 * MINUTE),
        (AccessDenied("no"), 2, 10 * MINUTE),
        (AccessDenied("no"), 4, 40 * MINUTE),
        (AccessDenied("no"), 9, HOUR),
        (AccessDenied("no"), 10**6, HOUR),
        (Unavailable("down"), 4, None),
        (Unavailable("down"), 5, MINUTE),
        (Unavailable("down"), 6, 2 * MINUTE),
        (Unavailable("down"), 8, 8 * MINUTE),
        (Unavailable("down"), 12, 30 * MINUTE),
        (Unavailable("down"), 10**6, 30 * MINUTE),
        (Malformed("garbage"), 4, None),
        (Malformed("garbage"), 5, MINUTE),
    ],
    ids=str,
)
def test_how_long_a_provider_is_left_alone(error: SourceError, failures: int, pause: timedelta | None) -> None:
    assert pause_after(error, failures) == pause


def test_nobody_is_asked_while_paused_and_hears_until_when_and_why() -> None:
    ask()
    fail(RateLimited("asked too often (HTTP 429)", 2 * MINUTE))
    with pytest.raises(NotSent, match="paused until 05:02 UTC: asked too often") as refusal:
        ask(NOW + MINUTE)
    assert refusal.value.after == MINUTE
    ask(NOW + 2 * MINUTE)


def test_pauses_double_when_each_is_followed_by_another_failure() -> None:
    ask()
    fail(Unavailable("down"), times=5)
    assert paused() == MINUTE
    fail(Unavailable("down"), at=NOW + 2 * MINUTE)
    assert paused() == 4 * MINUTE
    fail(Unavailable("down"), at=NOW + 5 * MINUTE)
    assert paused() == 9 * MINUTE


def test_what_was_asked_before_the_pause_does_not_deepen_it() -> None:
    ask()
    fail(Unavailable("down"), times=12)
    assert (paused(), state().failures) == (MINUTE, 5)


def test_a_longer_wait_that_was_announced_extends_the_pause() -> None:
    ask()
    fail(RateLimited("slow down", MINUTE))
    fail(RateLimited("slow down", HOUR))
    assert paused() == HOUR
    fail(RateLimited("slow down", MINUTE))
    assert paused() == HOUR


def test_an_answer_asked_for_before_the_pause_does_not_end_it() -> None:
    ask()
    fail(RateLimited("slow down", HOUR))
    throttle.answered("venue", NOW, 40)
    assert paused() == HOUR


def test_an_answer_after_the_pause_ends_the_row_of_failures() -> None:
    ask()
    fail(AccessDenied("no"), times=1)
    throttle.answered("venue", NOW + HOUR, 40)
    now = state()
    assert (now.failures, now.paused_until, now.pause_reason, now.last_reason) == (0, None, "", "")
    assert (now.answered_total, now.last_latency_ms) == (1, 40)
    fail(AccessDenied("no"), at=NOW + HOUR)
    assert paused() == HOUR + 5 * MINUTE


def test_one_gated_endpoint_among_answers_pauses_for_five_minutes_only() -> None:
    ask()
    for number in range(1, 6):
        at = NOW + number * HOUR
        fail(AccessDenied("not in this plan"), at=at)
        assert state().paused_until == at + 5 * MINUTE
        throttle.answered("venue", at + 6 * MINUTE, 40)


def test_the_last_failure_can_be_read() -> None:
    ask()
    fail(Malformed("the answer is not JSON " + "x" * 500))
    now = state()
    assert (now.last_reason, now.last_failed_at, len(now.last_note)) == ("malformed", NOW, 300)


@pytest.mark.django_db(transaction=True)
def test_failures_of_eight_workers_are_counted_one_by_one() -> None:
    ask()
    at_once(lambda number: fail(Malformed("garbage")), 4)
    assert state().failures == 4


def test_a_provider_without_a_row_cannot_fail() -> None:
    throttle.failed("nobody", NOW, Unavailable("down"))
    assert not ProviderState.objects.filter(provider="nobody").exists()


def test_a_request_that_the_plan_lacks_does_not_pause_what_the_plan_has() -> None:
    ask()
    fail(PlanTooSmall("the plan of this key does not include minutes"), times=3)
    assert paused() is None
    assert state().last_reason == "access_denied"
