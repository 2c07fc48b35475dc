"""The budget of a provider, shared by all workers through its row, and the pause after a refusal.

A refusal with Retry-After pauses for that long; an access refusal for five minutes, then twice as long each time, up
to an hour; five failures in a row for a minute, then twice as long each time, up to half an hour. What was asked
before a pause began neither ends it nor counts against the provider once more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sources.errors import AccessDenied, Malformed, PlanTooSmall, RateLimited, SourceError, Unavailable
from sources.models import ProviderState

FAILURES_BEFORE_PAUSE = 5
LONGEST_PAUSE = timedelta(minutes=30)
FIRST_DENIED, LONGEST_DENIED = timedelta(minutes=5), timedelta(hours=1)  # one gated endpoint must not cost the others
LONGEST_OBEYED = timedelta(days=3)  # the longest ban a venue documents


class NotSent(RateLimited):
    """We did not ask: the provider is paused, or our own budget is used up. Says nothing about the provider."""


def take(provider: str, per_minute: int | None, now: datetime, requests: int = 1) -> None:
    """Count requests against this minute's budget, None = without end. NotSent while paused or when it is used up."""
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        ProviderState.objects.get_or_create(provider=provider)
        state = ProviderState.objects.select_for_update().get(provider=provider)
        if state.paused_until and state.paused_until > now:
            raise NotSent(f"paused until {_clock(state.paused_until)}: {state.pause_reason}", state.paused_until - now)
        used = state.minute_used if state.minute == minute else 0
        if per_minute is not None and used + requests > per_minute:
            raise NotSent(f"our budget of {per_minute} requests a minute is used up", timedelta(minutes=1))
        ProviderState.objects.filter(provider=provider).update(
            minute=minute,
            minute_used=used + requests,
            asked_total=F("asked_total") + requests,
            last_asked_at=now,
        )


def answered(provider: str, now: datetime, latency_ms: int) -> None:
    """The provider gave a usable answer (or plainly said that it has none)."""
    rows = ProviderState.objects.filter(provider=provider)
    rows.update(
        failures=0,
        answered_total=F("answered_total") + 1,
        last_answered_at=now,
        last_latency_ms=latency_ms,
        last_reason="",
        last_note="",
    )
    rows.filter(paused_until__lte=now).update(paused_until=None, pause_reason="")


def failed(provider: str, now: datetime, error: SourceError) -> None:
    """Count a failure and pause where the error says so."""
    with transaction.atomic():
        state = ProviderState.objects.select_for_update().filter(provider=provider).first()
        if state is None:
            return
        state.last_failed_at, state.last_reason, state.last_note = now, error.reason, str(error)[:300]
        is_paused = state.paused_until is not None and state.paused_until > now
        if not is_paused:
            state.failures += 1
        pause = _announced(error) if is_paused else pause_after(error, state.failures)
        if pause is not None and (state.paused_until is None or state.paused_until < now + pause):
            state.paused_until, state.pause_reason = now + pause, str(error)[:200]
        state.save()


def pause_after(error: SourceError, failures: int) -> timedelta | None:
    """How long to leave the provider alone after its n-th failure in a row; None = not at all."""
    if isinstance(error, RateLimited):
        return _announced(error) or _doubling(timedelta(minutes=1), failures, LONGEST_PAUSE)
    if isinstance(error, PlanTooSmall):
        return None
    if isinstance(error, AccessDenied):
        return _doubling(FIRST_DENIED, failures, LONGEST_DENIED)
    if isinstance(error, (Unavailable, Malformed)) and failures >= FAILURES_BEFORE_PAUSE:
        return _doubling(timedelta(minutes=1), failures - FAILURES_BEFORE_PAUSE + 1, LONGEST_PAUSE)
    return None


def _announced(error: SourceError) -> timedelta | None:
    """The wait the provider asked for, if it named one."""
    return min(error.after, LONGEST_OBEYED) if isinstance(error, RateLimited) and error.after else None


def _doubling(first: timedelta, times: int, longest: timedelta) -> timedelta:
    return min(first * (1 << min(times - 1, 10)), longest)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"
