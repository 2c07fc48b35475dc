"""The door for claims: one transaction from a submission to a claim that waits on an inquiry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from claims import consistency, verification
from claims.drafting import Draft, read_draft
from claims.errors import ClaimError, InvalidInput
from claims.models import Article, Citation, Claim
from sources.models import Source
from sources.queries import database_now, sources_named
from sources.units import plain


@dataclass(frozen=True, slots=True)
class Submission:
    """The stored claim, and whether this submission created it."""

    claim: Claim
    created: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A draft with the article it is of, on its way to a row."""

    draft: Draft
    article: Article | None


def submit_claim(
    data: Mapping[str, Any], *, created_by: User | None = None, article: Article | None = None
) -> Submission:
    """Store a claim and have it checked. The same assertion, as-of and citations are the same claim.

    data: the keys of `POST /api/v1/claims/`. Raises InvalidInput or AssertionIncomplete; then nothing is stored.
    """
    (result,) = submit_claims([data], created_by=created_by, article=article)
    if isinstance(result, ClaimError):
        raise result
    return result


def submit_claims(
    items: Sequence[Mapping[str, Any]], *, created_by: User | None = None, article: Article | None = None
) -> list[Submission | ClaimError]:
    """Store many claims in one transaction; for each, in order, what became of it.

    A wrong item is refused by itself. `article` is the article of all; an item may name its own by id.
    """
    now = database_now()
    read = [_read(data, now, article) for data in items]
    drafts = [one for one in read if isinstance(one, _Read)]
    with transaction.atomic():
        submissions = iter(_store(drafts, created_by) if drafts else ())
        return [one if isinstance(one, ClaimError) else next(submissions) for one in read]


def _read(data: Mapping[str, Any], now: datetime, article: Article | None) -> _Read | ClaimError:
    if not isinstance(data, Mapping):
        return InvalidInput("Each claim must be a JSON object.")
    try:
        draft = read_draft(data, now)
        article = article or _article(data.get("article"))
    except ClaimError as refusal:
        return refusal
    if draft.span and (article is None or draft.span[1] > len(article.text)):
        return InvalidInput("Wrong: start.", {"start": "start and end lie outside the article"})
    return _Read(draft, article)


def _article(raw: Any) -> Article | None:
    if raw is None:
        return None
    try:
        return Article.objects.get(pk=UUID(raw))
    except (ValueError, TypeError, AttributeError, Article.DoesNotExist):
        raise InvalidInput("Wrong: article.", {"article": "there is no such article"}) from None


def _store(read: Sequence[_Read], created_by: User | None) -> list[Submission]:
    sources = _sources({citation.source for one in read for citation in one.draft.citations})
    keys = [_submission_key(one.draft, sources, one.article) for one in read]
    drafts = dict(zip(reversed(keys), reversed(read), strict=True))  # the first of equal submissions stands
    rows = {
        key: Claim(submission_key=key, article=one.article, created_by=created_by, **_columns(one.draft))
        for key, one in sorted(drafts.items())
    }
    Claim.objects.bulk_create(rows.values(), ignore_conflicts=True)
    stored = {claim.submission_key: claim for claim in Claim.objects.filter(submission_key__in=rows)}
    new = [key for key, claim in stored.items() if claim.pk == rows[key].pk]
    Citation.objects.bulk_create(
        Citation(claim=stored[key], source=sources[one.source], url=one.url, quote=one.quote)
        for key in new
        for one in drafts[key].draft.citations
    )
    consistency.compare_soon([stored[key].pk for key in new])
    verification.begin([stored[key] for key in new])
    marked = Claim.objects.in_bulk([claim.pk for claim in stored.values()])
    created = set(new)
    first = {key: place for place, key in reversed(list(enumerate(keys))) if key in created}
    return [Submission(marked[stored[key].pk], first.get(key) == place) for place, key in enumerate(keys)]


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


def _submission_key(draft: Draft, sources: Mapping[str, Source], article: Article | None) -> str:
    assertion = draft.assertion
    figures = [None if one is None else plain(one) for one in (assertion.value, assertion.value_high)]
    cited = sorted([sources[one.source].slug, one.url, one.quote] for one in draft.citations)
    parts = [
        assertion.question.key,
        assertion.comparator.value,
        figures,
        draft.as_of.isoformat(),
        cited,
        str(article.pk) if article else "",
    ]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def _sources(names: set[str]) -> dict[str, Source]:
    """The registered source of each slug, name or alias; an unknown name becomes an unclassified source."""
    known = sources_named(names) if names else {}
    return {name: known.get(name) or _unclassified(name) for name in sorted(names)}


def _unclassified(name: str) -> Source:
    slug = slugify(name)[:60] or "source"
    digest = hashlib.sha256(name.lower().encode()).hexdigest()[:8]
    source, _ = Source.objects.get_or_create(slug=f"{slug}-{digest}", defaults={"name": name})
    return source
