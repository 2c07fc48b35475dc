"""Settled inquiries with the answers a test wants, and the sources they are of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from claims.models import Claim, GroundTruth, Score
from sources.collecting import outcome_key
from sources.models import Inquiry, Lookup, Observation, Source
from sources.types import Question, Window
from tests.pinned import claim_of

END = datetime(2026, 1, 14, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOON = END + timedelta(minutes=1)


def question(metric: str = "supply_cap", subject: str = "BTC", end: datetime = END, **qualifiers: str) -> Question:
    start = end - 24 * HOUR if metric in {"price_break", "price_change"} else end
    return Question.of(metric, subject, Window(start, end), **qualifiers)


def inquiry_about(asked: Question, *, settled: bool = True, for_outcome: bool = False) -> Inquiry:
    opened = datetime.now(UTC) - HOUR
    key = outcome_key(asked) if for_outcome else asked.key
    return Inquiry.objects.create(
        key=key,
        metric=asked.metric,
        subject=asked.subject,
        qualifiers=dict(asked.qualifiers),
        window_start=asked.window.start,
        window_end=asked.window.end,
        round=Inquiry.objects.filter(key=key).count() + 1,
        for_outcome=for_outcome,
        opened_at=opened,
        deadline_at=opened + HOUR,
        settled_at=opened if settled else None,
    )


def said(inquiry: Inquiry, provider: str, value: str, **more: Any) -> Observation:
    """The provider answered; exact, to the digit, a minute after the window, unless told otherwise."""
    figure = Decimal(value)
    columns = {"low": figure, "high": figure, "kind": "exact", "received_at": inquiry.window_end + timedelta(minutes=1)}
    row = Observation.objects.create(
        provider=provider,
        metric=inquiry.metric,
        subject=inquiry.subject,
        value=figure,
        observed_at=inquiry.window_end,
        parser_version="1",
        **(columns | more),
    )
    Lookup.objects.create(
        inquiry=inquiry, provider=provider, state="answered", observation=row, finished_at=datetime.now(UTC)
    )
    return row


def silent(inquiry: Inquiry, provider: str, reason: str) -> Lookup:
    return Lookup.objects.create(inquiry=inquiry, provider=provider, state="abstained", reason=reason)


def asked(subject_of: Question, **answers: str) -> Inquiry:
    inquiry = inquiry_about(subject_of)
    for provider, value in answers.items():
        said(inquiry, provider, value)
    return inquiry


def editor(name: str = "an editor") -> User:
    return User.objects.get_or_create(username=name)[0]


def stored_claim(asked_for: Question, value: str, **more: Any) -> Claim:
    claim = claim_of(asked_for, 1, **more)
    Claim.objects.filter(pk=claim.pk).update(value=Decimal(value))
    return Claim.objects.get(pk=claim.pk)


def results(provider: str | None = None) -> dict[str, str]:
    """provider -> result of its scores."""
    rows = Score.objects.all() if provider is None else Score.objects.filter(provider=provider)
    return dict(rows.order_by("pk").values_list("provider", "result"))


def only_truth() -> GroundTruth:
    return GroundTruth.objects.get()


def stranger(slug: str, **facts: Any) -> Source:
    return Source.objects.create(slug=slug, **({"name": slug.title(), "owner": slug.title()} | facts))
