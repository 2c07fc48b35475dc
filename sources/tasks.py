"""Scheduled work on providers."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task
from django.db.models import Q

from sources import collecting
from sources.models import ProviderState
from sources.queries import database_now
from sources.types import Question, Window

SILENT = timedelta(minutes=15)
AGAIN = timedelta(minutes=1)  # after a failure


@shared_task
def probe_providers() -> list[str]:
    """Send a probe to every provider that is due for one; their names. Recordings cannot be probed."""
    if collecting.replayed():
        return []
    due = ProviderState.objects.filter(_is_due(database_now())).values_list("provider", flat=True)
    names = [name for name in due if name in collecting.known_providers()]
    for name in names:
        probe_provider.delay(name)
    return names


@shared_task
def probe_provider(name: str) -> str:
    """Ask one provider the question its metrics make easiest; the reason word when it did not answer, else "".

    Asks nothing when it is no longer due: after an outage of the workers many such messages may be waiting.
    """
    now = database_now()
    if name not in collecting.known_providers():
        return ""
    if not ProviderState.objects.filter(_is_due(now), provider=name).exists():
        return ""
    question = _question(name, now)
    return collecting.probe(name, question) if question else ""


def _is_due(now: datetime) -> Q:
    """Silent for a while or failing, and not paused."""
    silent = Q(last_asked_at=None) | Q(last_asked_at__lt=now - SILENT)
    failing = Q(failures__gt=0, last_asked_at__lt=now - AGAIN)
    return (silent | failing) & (Q(paused_until=None) | Q(paused_until__lte=now))


def _question(name: str, now: datetime) -> Question | None:
    minute = now.replace(second=0, microsecond=0)
    provider = collecting.known_providers()[name]
    if provider.later:  # it cannot know the hour that has just passed
        return None
    window = Window(minute - timedelta(hours=1), minute)
    for metric, subject, qualifiers in (
        ("price", "BTC", {}),
        ("supply_cap", "BTC", {}),
        ("open_interest", "BTC", {}),
        ("index_level", "NIKKEI225", {}),
        ("liquidations", "CRYPTO", {"side": "total"}),
    ):
        if metric in provider.metrics:
            return Question.of(metric, subject, window, **qualifiers)
    return None
