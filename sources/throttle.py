"""The budget of a provider, shared by all workers through its row, and the pause after a refusal.

A refusal with Retry-After pauses for that long; an access refusal for an hour; five failures in a row for a minute,
then twice as long each time, up to half an hour. After a pause one request goes first: the next failure pauses again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sources.errors import AccessDenied, Malformed, RateLimited, SourceError, Unavailable
from sources.models import ProviderState

FAILURES_BEFORE_PAUSE = 5
LONGEST_PAUSE = timedelta(minutes=30)
LONGEST_OBEYED = timedelta(days=3)  # the longest ban a venue documents


def take(provider: str, per_minute: int, now: datetime, requests: int = 1) -> None:
    """Count requests against this minute's budget. RateLimited while paused or when the budget is used up."""
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        ProviderState.objects.get_or_create(provider=provider)
        state = ProviderState.objects.select_for_update().get(provider=provider)
        if state.paused_until and state.paused_until > now:
            raise RateLimited(
                f"paused until {_clock(state.paused_until)}: {state.pause_reason}", state.paused_until - now
            )
        used = state.minute_used if state.minute == minute else 0
        if used + requests > per_minute:
            raise RateLimited(f"our budget of {per_minute} requests a minute is used up", timedelta(minutes=1))
        ProviderState.objects.filter(provider=provider).update(
            minute=minute,
            minute_used=used + requests,
            asked_total=F("asked_total") + requests,
            last_asked_at=now,
        )


def answered(provider: str, now: datetime, latency_ms: int) -> None:
    """The provider gave a usable answer (or plainly said that it has none)."""
    ProviderState.objects.filter(provider=provider).update(
        failures=0,
        paused_until=None,
        pause_reason="",
        answered_total=F("answered_total") + 1,
        last_answered_at=now,
        last_latency_ms=latency_ms,
        last_reason="",
        last_note="",
    )


def failed(provider: str, now: datetime, error: SourceError) -> None:
    """Count a failure and pause where the error says so."""
    with transaction.atomic():
        state = ProviderState.objects.select_for_update().filter(provider=provider).first()
        if state is None:
            return
        state.failures += 1
        state.last_failed_at, state.last_reason, state.last_note = now, error.reason, str(error)[:300]
        pause = pause_after(error, state.failures)
        if pause is not None and (state.paused_until is None or state.paused_until < now + pause):
            state.paused_until, state.pause_reason = now + pause, str(error)[:200]
        state.save()


def pause_after(error: SourceError, failures: int) -> timedelta | None:
    """How long to leave the provider alone after its n-th failure in a row; None = not at all."""
    if isinstance(error, RateLimited):
        return min(error.after or _doubling(failures), LONGEST_OBEYED)
    if isinstance(error, AccessDenied):
        return timedelta(hours=1)
    if isinstance(error, (Unavailable, Malformed)) and failures >= FAILURES_BEFORE_PAUSE:
        return _doubling(failures - FAILURES_BEFORE_PAUSE + 1)
    return None


def _doubling(times: int) -> timedelta:
    return min(timedelta(minutes=1) * (1 << min(times - 1, 10)), LONGEST_PAUSE)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"
