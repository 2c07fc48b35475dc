"""The history of a source's facts as people read it: newest first, what was and what became, who and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser as Person
from django.contrib.auth.models import AnonymousUser

from sources.admin.showing import Look, exactly
from sources.models import Source, SourceChange

SHOWN = 100  # changes on the page; all are kept
KINDS = {
    SourceChange.Kind.MADE: Look("Changed", "edit", "plain"),
    SourceChange.Kind.PROPOSED: Look(
        "Proposed", "hourglass_top", "wait", "Not in force before a second person agrees."
    ),
    SourceChange.Kind.CONFIRMED: Look("Confirmed", "check_circle", "good", "In force since then."),
    SourceChange.Kind.DECLINED: Look("Declined", "block", "plain", "Never came into force."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact that differs, in words."""

    fact: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """waits: proposed and not answered. by_me: by the person who looks, who therefore cannot confirm it."""

    pk: int
    look: Look
    lines: tuple[Line, ...]
    reason: str
    person: str
    at: datetime
    at_exactly: str
    waits: bool
    by_me: bool
    restores: bool


def history_of(source: Source, person: Person | AnonymousUser) -> list[Entry]:
    """Newest first, at most SHOWN."""
    rows = source.changes.select_related("person", "answer")[:SHOWN]
    return [_entry(row, person) for row in rows]


def _entry(row: SourceChange, person: Person | AnonymousUser) -> Entry:
    waits = row.kind == SourceChange.Kind.PROPOSED and not hasattr(row, "answer")
    in_force = row.kind in (SourceChange.Kind.MADE, SourceChange.Kind.CONFIRMED)
    return Entry(
        pk=row.pk,
        look=KINDS[SourceChange.Kind(row.kind)],
        lines=tuple(Line(name, _words(row.before.get(name)), _words(row.after[name])) for name in sorted(row.after)),
        reason=row.reason,
        person=str(row.person) if row.person else "the reviewed facts of a release",
        at=row.at,
        at_exactly=exactly(row.at),
        waits=waits,
        by_me=row.person_id == person.pk,
        restores=in_force and bool(row.before),
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(said)}" for name, said in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "nothing") if not isinstance(value, (int, float)) else json.dumps(value)


def restored(source: Source, change_id: str) -> None:
    """Fill the row, unsaved, with the facts as they were before this change: what a form then shows."""
    rows = source.changes.filter(pk=change_id) if change_id.isdecimal() and len(change_id) < 19 else None
    change = rows.first() if rows is not None else None
    for name, value in (change.before if change else {}).items():
        setattr(source, name, value)
