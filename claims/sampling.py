"""A day in a folder: an article, its claims recorded by hand, the gaps it names, and the mark each claim should get.

day.json: {"title", "publisher": {"slug", "name"}, "as_of", "timezone", "language", "claims": [{"quote", "claim": the
body of POST /api/v1/claims/, "expected": {"status", "outcome", "least_supporting"?, "flags"?}}], "gaps": [rows of
GapRecord]}; article.txt beside it. Loading twice changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from claims.intake import submit_claim
from claims.models import Article, Claim, GapRecord
from sources.models import Source


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim of the day, and what its mark should be."""

    claim: Claim
    status: str
    outcome: str
    least_supporting: int = 0
    flags: tuple[str, ...] = ()


@transaction.atomic
def load_day(folder: Path) -> list[Expected]:
    """Store the day's article, gaps and claims, or nothing; each claim starts to be checked.

    Raises ClaimError, OSError, and KeyError or ValueError for a day.json of another shape.
    """
    day = json.loads((folder / "day.json").read_text(encoding="utf-8"))
    text = (folder / "article.txt").read_text(encoding="utf-8")
    for gap in day["gaps"]:
        _gap(gap)
    article = _article(day, text)
    return [_claim(row, article) for row in day["claims"]]


def _gap(row: dict[str, Any]) -> None:
    named = {name: row[name] for name in ("metric", "subject", "qualifiers", "window_seconds")}
    since = datetime.fromisoformat(row["since"])
    GapRecord.objects.get_or_create(**named, defaults={"since": since, "note": row["note"]})


def _article(day: dict[str, Any], text: str) -> Article:
    publisher, _ = Source.objects.get_or_create(
        slug=day["publisher"]["slug"], defaults={"name": day["publisher"]["name"], "category": "publisher"}
    )
    article, _ = Article.objects.get_or_create(
        title=day["title"],
        publisher=publisher,
        as_of=datetime.fromisoformat(day["as_of"]),
        defaults={"text": text, "timezone": day["timezone"], "language": day["language"]},
    )
    return article


def _claim(row: dict[str, Any], article: Article) -> Expected:
    start = article.text.index(row["quote"])
    data = {**row["claim"], "start": start, "end": start + len(row["quote"])}
    claim = submit_claim(data, article=article).claim
    expected = row["expected"]
    return Expected(
        claim,
        expected["status"],
        expected["outcome"],
        expected.get("least_supporting", 0),
        tuple(expected.get("flags", ())),
    )
