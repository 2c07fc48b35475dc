"""Scheduled work on providers."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from sources import collecting
from sources.models import ProviderState
from sources.types import Question, Window

SILENT = timedelta(minutes=15)


@shared_task
def probe_providers() -> list[str]:
    """Send a probe to every provider that was paused or has been silent; the names that did not answer."""
    now = timezone.now()
    quiet = Q(last_asked_at=None) | Q(last_asked_at__lt=now - SILENT) | Q(failures__gt=0)
    due = ProviderState.objects.filter(quiet).exclude(paused_until__gt=now).values_list("provider", flat=True)
    names = [name for name in due if name in collecting.known_providers()]
    for name in names:
        probe_provider.delay(name)
    return names


@shared_task
def probe_provider(name: str) -> str:
    """Ask one provider the question its metrics make easiest; the reason word when it did not answer, else ""."""
    question = _question(name)
    return collecting.probe(name, question) if question else ""


def _question(name: str) -> Question | None:
    now = timezone.now().replace(second=0, microsecond=0)
    metrics = collecting.known_providers()[name].metrics
    window = Window(now - timedelta(hours=1), now)
    for metric, subject, qualifiers in (
        ("price", "BTC", {}),
        ("supply_cap", "BTC", {}),
        ("open_interest", "BTC", {}),
        ("index_level", "NIKKEI225", {}),
        ("liquidations", "CRYPTO", {"side": "total"}),
    ):
        if metric in metrics:
            return Question.of(metric, subject, window, **qualifiers)
    return None
