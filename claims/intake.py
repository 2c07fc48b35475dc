"""The door for claims: one transaction from a submission to a claim that waits on an inquiry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from claims import verification
from claims.drafting import Draft, read_draft
from claims.errors import InvalidInput
from claims.models import Article, Citation, Claim
from sources.models import Source
from sources.queries import database_now
from sources.units import plain


@dataclass(frozen=True, slots=True)
class Submission:
    """The stored claim, and whether this submission created it."""

    claim: Claim
    created: bool


def submit_claim(
    data: Mapping[str, Any], *, created_by: User | None = None, article: Article | None = None
) -> Submission:
    """Store a claim and have it checked. The same assertion, as-of and citations are the same claim.

    data: the keys of `POST /api/v1/claims/`. Raises InvalidInput or AssertionIncomplete; then nothing is stored.
    """
    draft = read_draft(data, database_now())
    if draft.span and (article is None or draft.span[1] > len(article.text)):
        raise InvalidInput("Wrong: start.", {"start": "start and end lie outside the article"})
    with transaction.atomic():
        sources = [_source(citation.source) for citation in draft.citations]
        key = _submission_key(draft, sources, article)
        claim, created = Claim.objects.get_or_create(
            submission_key=key, defaults={**_columns(draft), "article": article, "created_by": created_by}
        )
        if created:
            Citation.objects.bulk_create(
                Citation(claim=claim, source=source, url=one.url, quote=one.quote)
                for source, one in zip(sources, draft.citations, strict=True)
            )
            verification.begin(claim)
            claim.refresh_from_db()
    return Submission(claim, created)


def _columns(draft: Draft) -> dict[str, Any]:
    question = draft.assertion.question
    start, end = draft.span or (None, None)
    return {
        "text": draft.text,
        "metric": question.metric,
        "subject": question.subject,
        "qualifiers": dict(question.qualifiers),
        "comparator": draft.assertion.comparator,
        "value": draft.assertion.value,
        "value_high": draft.assertion.value_high,
        "unit": draft.unit,
        "as_of": draft.as_of,
        "window_start": question.window.start,
        "window_end": question.window.end,
        "question_key": question.key,
        "hedge": draft.hedge,
        "start": start,
        "end": end,
    }


def _submission_key(draft: Draft, sources: list[Source], article: Article | None) -> str:
    assertion = draft.assertion
    figures = [None if one is None else plain(one) for one in (assertion.value, assertion.value_high)]
    cited = sorted([source.slug, one.url, one.quote] for source, one in zip(sources, draft.citations, strict=True))
    parts = [
        assertion.question.key,
        assertion.comparator.value,
        figures,
        draft.as_of.isoformat(),
        cited,
        str(article.pk) if article else "",
    ]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def _source(name: str) -> Source:
    """The registered source of this slug or name; an unknown name becomes an unclassified source."""
    known = Source.objects.filter(slug=name.lower()).first() or Source.objects.filter(name__iexact=name).first()
    if known is not None:
        return known
    slug = slugify(name)[:60] or "source"
    digest = hashlib.sha256(name.lower().encode()).hexdigest()[:8]
    source, _ = Source.objects.get_or_create(slug=f"{slug}-{digest}", defaults={"name": name})
    return source
