"""Which row and which column of a decision was edited: the rules know what the verdict said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claims import chain
from claims.auditing.findings import Finding, about
from claims.models import Evidence, Link, Verdict
from claims.verification.reruling import Archive, Unreadable

COLUMNS = [one.attname for one in Verdict._meta.concrete_fields if one.name not in {"id", "previous_hash", "hash"}]
READ = ("lookup_id", "source", "voice", "stance", "counts", "label", "reason", "reason_zh")


def what_was_edited(row: Any, link: Link) -> Iterator[Finding]:
    """The rows whose columns differ from what the link was made of, or the decision itself where that is not known."""
    found = list(_against_the_rules(row, link)) if isinstance(row, Verdict) else []
    yield from found or [about(row, _swapped(row, link) or f"it no longer says what link {link.position} was made of")]


def _swapped(row: Any, link: Link) -> str:
    """A row that carries the hash of another link came from there."""
    other = Link.objects.filter(hash=getattr(row, "hash", "")).exclude(pk=link.pk).first()
    return (
        f"it is in the place of link {link.position} and carries the hash of link {other.position}: "
        f"{row._meta.db_table} {link.row} and {other.row} were swapped"
        if other
        else ""
    )


def _against_the_rules(verdict: Verdict, link: Link) -> Iterator[Finding]:
    try:
        original, _ = Archive().again(verdict)
    except Unreadable:
        return
    if chain.digest_of(original) != link.digest:
        return
    for name in COLUMNS:
        was, now = getattr(original, name), getattr(verdict, name)
        if was != now:
            yield about(verdict, f"{name} was edited: it was {_shown(was)} and is {_shown(now)}")
    yield from _evidence(verdict, original.resting_on or [])


def _evidence(verdict: Verdict, original: list[Evidence]) -> Iterator[Finding]:
    table, rows = Evidence._meta.db_table, sorted(verdict.evidence.all(), key=lambda row: row.pk)
    if len(rows) != len(original):
        there = f"{len(rows)} rows of evidence where {len(original)} were linked"
        lookups = {row.lookup_id for row in original} ^ {row.lookup_id for row in rows}
        spare = [row for row in rows if row.lookup_id in lookups]
        where = str(spare[0].pk) if spare else f"(verdict {verdict.pk}, lookup {min(lookups, default='?')})"
        yield Finding(table, where, f"verdict {verdict.pk} has {there}")
        return
    for row, was in zip(rows, original, strict=True):
        for name in READ:
            if getattr(row, name) != getattr(was, name):
                said = f"{name} was edited: it was {_shown(getattr(was, name))} and is {_shown(getattr(row, name))}"
                yield about(row, f"{said} (evidence of verdict {verdict.pk})")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
