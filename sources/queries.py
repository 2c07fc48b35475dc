"""Reads that both apps share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import JSONField, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Lower

from sources.models import Source
from sources.types import SourceFacts


def database_now() -> datetime:
    """The one clock that ages, deadlines and verdict times are taken from: aware UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


# The slugs given, and every slug that one of them passes on or is fed by, however far up.
ORIGINS = """
WITH RECURSIVE reached(slug) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT origin.slug FROM reached JOIN sources_source AS source ON source.slug = reached.slug, LATERAL (
        SELECT jsonb_array_elements_text(source.republishes)
        UNION ALL
        SELECT jsonb_array_elements_text(feeds) FROM jsonb_each(source.upstreams) AS fed(metric, feeds)
    ) AS origin(slug)
)
SELECT slug FROM reached
"""


def facts_of(slugs: Iterable[str]) -> list[SourceFacts]:
    """The registered facts of these sources and of all that they pass on or are fed by, in order of slug.

    Without its origins a relay of a relay would look like a voice of its own.
    """
    reached = RawSQL(ORIGINS, [sorted(set(slugs))])  # noqa: S611  the words are ours, the slugs a parameter
    return [source.facts for source in Source.objects.filter(slug__in=reached).order_by("slug")]


def sources_named(names: Iterable[str]) -> dict[str, Source]:
    """The source of each slug, name or alias, capitals aside; a name that is not known is left out.

    Where several fit: the slug, then the name of a source somebody has classified, then an alias, then any name.
    """
    folded = {name: " ".join(name.split()).lower() for name in names}
    wanted = list(folded.values())
    aliases = Cast(Lower(Cast("aliases", TextField())), JSONField())
    rows = Source.objects.annotate(lower=Lower("name"), folded=aliases).order_by("-slug")
    known: dict[str, Source] = {}
    found = list(rows.filter(Q(slug__in=wanted) | Q(lower__in=wanted) | Q(folded__has_any_keys=wanted)))
    for rank in (_names_of_strangers, _aliases, _names, _slugs):
        known |= {key: row for row in found for key in rank(row)}
    return {name: known[key] for name, key in folded.items() if key in known}


def _names_of_strangers(row: Source) -> list[str]:
    return [] if row.owner else [row.name.lower()]


def _aliases(row: Source) -> list[str]:
    return [alias.lower() for alias in row.aliases]


def _names(row: Source) -> list[str]:
    return [row.name.lower()] if row.owner else []


def _slugs(row: Source) -> list[str]:
    return [row.slug]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All reads inside see the database as it is at the first of them, however long they take; nothing can be written.

    Inside a transaction that is under way already, it is that transaction's view that counts.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
