"""One open inquiry per question, with one waiting lookup for every provider that knows the metric."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from sources.collecting.addressing import known_providers
from sources.errors import SourceError
from sources.models import Inquiry, Lookup
from sources.providers._base import Provider
from sources.queries import database_now
from sources.types import Question

DEADLINE = 6  # times the asking itself: room for a worker's death and its successor


def open_inquiry(question: Question, *, ask: bool = True, carry: bool = False) -> tuple[Inquiry, bool]:
    """The open inquiry of this question, locked until the transaction ends, and whether it is new.

    ask=False opens it without a lookup (nobody is to be asked). carry=True takes over the answers of the newest settled
    inquiry, so that only those who did not answer are asked again. Call inside a transaction: the lock keeps the
    inquiry from being settled before the caller's verification is committed.
    """
    if (inquiry := _locked(question)) is not None:
        return inquiry, False
    try:
        with transaction.atomic():
            inquiry = _create(question, question.key)
    except IntegrityError:
        return open_inquiry(question, ask=ask, carry=carry)
    if ask:
        Lookup.objects.bulk_create(_lookups(inquiry, _earlier_answers(inquiry) if carry else {}))
    return inquiry, True


def open_outcome_inquiry(question: Question) -> Inquiry | None:
    """A new inquiry after what the answer turned out to be. None when nobody publishes that, or one is open already.

    Only providers of later outcomes are asked, and only those that cover the question. Call inside a transaction.
    """
    names = [name for name, provider in known_providers().items() if _settles(provider, question)]
    if not names:
        return None
    try:
        with transaction.atomic():
            inquiry = _create(question, outcome_key(question), for_outcome=True)
    except IntegrityError:
        return None
    Lookup.objects.bulk_create([Lookup(inquiry=inquiry, provider=name) for name in names])
    return inquiry


def outcome_key(question: Question) -> str:
    """Not the question's own key: claims must never wait on, join or reuse an inquiry after its outcome."""
    return hashlib.sha256(f"outcome of {question.key}".encode()).hexdigest()


def _settles(provider: Provider, question: Question) -> bool:
    if provider.later is None or question.metric not in provider.metrics:
        return False
    try:
        provider.covers(question)
    except SourceError:
        return False
    return True


def _locked(question: Question) -> Inquiry | None:
    return Inquiry.objects.select_for_update(no_key=True).filter(key=question.key, settled_at=None).first()


def _create(question: Question, key: str, *, for_outcome: bool = False) -> Inquiry:
    now = database_now()
    return Inquiry.objects.create(
        key=key,
        for_outcome=for_outcome,
        metric=question.metric,
        subject=question.subject,
        qualifiers=dict(question.qualifiers),
        window_start=question.window.start,
        window_end=question.window.end,
        round=Inquiry.objects.filter(key=key).count() + 1,
        opened_at=now,
        deadline_at=now + DEADLINE * timedelta(seconds=settings.INQUIRY_SECONDS),
        rung_at=now,
    )


def _earlier_answers(inquiry: Inquiry) -> dict[str, Lookup]:
    previous = Inquiry.objects.filter(key=inquiry.key).exclude(settled_at=None).order_by("-settled_at").first()
    if previous is None:
        return {}
    return {lookup.provider: lookup for lookup in previous.lookups.filter(state=Lookup.State.ANSWERED)}


def _lookups(inquiry: Inquiry, earlier: dict[str, Lookup]) -> list[Lookup]:
    return [
        _carried(inquiry, earlier[name]) if name in earlier else Lookup(inquiry=inquiry, provider=name)
        for name, provider in known_providers().items()
        if inquiry.metric in provider.metrics and provider.later is None
    ]


def _carried(inquiry: Inquiry, earlier: Lookup) -> Lookup:
    return Lookup(
        inquiry=inquiry,
        provider=earlier.provider,
        state=Lookup.State.ANSWERED,
        observation_id=earlier.observation_id,
        note="answered in the round before",
        asked_at=earlier.asked_at,
        finished_at=earlier.finished_at,
        latency_ms=earlier.latency_ms,
    )
