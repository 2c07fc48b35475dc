"""Reads that both apps share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from sources.models import Source
from sources.types import SourceFacts


def database_now() -> datetime:
    """The one clock that ages, deadlines and verdict times are taken from: aware UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def facts_of(slugs: Iterable[str]) -> list[SourceFacts]:
    """The registered facts of these sources, in order of slug."""
    return [source.facts for source in Source.objects.filter(slug__in=set(slugs)).order_by("slug")]
