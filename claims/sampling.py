"""A day in a folder: an article, its claims recorded by hand, the gaps it names, and the mark each claim should get.

day.json is described in docs/replay.md; article.txt lies beside it. Loading twice changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from claims.errors import ClaimError
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

    Raises OSError, and ValueError with a sentence that names what is wrong in the files.
    """
    try:
        day = json.loads((folder / "day.json").read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"day.json is not JSON ({error})") from None
    text = (folder / "article.txt").read_text(encoding="utf-8")
    for number, gap in enumerate(day.get("gaps", ()) if isinstance(day, dict) else ()):
        _gap(gap, f"gaps[{number}].")
    article = _article(day, text)
    return [_claim(row, article, f"claims[{number}].") for number, row in enumerate(_of(day, "claims"))]


def _of(row: Any, name: str, where: str = "") -> Any:
    if not isinstance(row, dict) or name not in row:
        raise ValueError(f"day.json: {where}{name} is missing")
    return row[name]


def _time(row: Any, name: str, where: str = "") -> datetime:
    raw = _of(row, name, where)
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"day.json: {where}{name} must be a time with a zone, for instance 2026-01-14T05:00:00Z")
    return moment


def _gap(row: Any, where: str) -> None:
    named = {name: _of(row, name, where) for name in ("metric", "subject", "qualifiers", "window_seconds")}
    defaults = {"since": _time(row, "since", where), "note": _of(row, "note", where)}
    GapRecord.objects.get_or_create(**named, defaults=defaults)


def _article(day: Any, text: str) -> Article:
    named = _of(day, "publisher")
    slug, name = _of(named, "slug", "publisher."), _of(named, "name", "publisher.")
    publisher, _ = Source.objects.get_or_create(slug=slug, defaults={"name": name, "category": "publisher"})
    article, _ = Article.objects.get_or_create(
        title=_of(day, "title"),
        publisher=publisher,
        as_of=_time(day, "as_of"),
        defaults={"text": text, "timezone": day.get("timezone", "UTC"), "language": day.get("language", "en")},
    )
    return article


def _claim(row: Any, article: Article, where: str) -> Expected:
    quote, expected = str(_of(row, "quote", where)), _of(row, "expected", where)
    start = article.text.find(quote)
    if start < 0:
        raise ValueError(f"day.json: {where}quote is not in article.txt")
    try:
        data = {**_of(row, "claim", where), "start": start, "end": start + len(quote)}
        claim = submit_claim(data, article=article).claim
    except ClaimError as error:
        fields = "".join(f"; {name} {said}" for name, said in error.fields.items())
        raise ValueError(f"day.json: {where}claim: {error.message}{fields}") from None
    return Expected(
        claim,
        _of(expected, "status", f"{where}expected."),
        _of(expected, "outcome", f"{where}expected."),
        expected.get("least_supporting", 0),
        tuple(expected.get("flags", ())),
    )
