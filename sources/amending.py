"""Changing what is known of a source: checked, written with its reason, and held for a second person where it weighs.

ChangeRefused
├── Contradicts       the facts cannot all be true: `found` names fields and sentences
├── NeedsAnother      who proposed it cannot confirm it
├── AlreadyAnswered   somebody confirmed or declined it before
└── Outdated          the facts have changed since it was proposed: propose it again
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from sources.contradictions import Contradiction, contradictions
from sources.models import FACTS, Source, SourceChange
from sources.types import SourceFacts
from sources.weight import what_weighs

FACTS_LOCK = 0x736F7572  # one change of facts at a time: two that are sound alone may contradict each other


class ChangeRefused(ValueError):
    pass


class Contradicts(ChangeRefused):
    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__(" ".join(one.sentence for one in found))
        self.found = tuple(found)


class NeedsAnother(ChangeRefused):
    pass


class AlreadyAnswered(ChangeRefused):
    pass


class Outdated(ChangeRefused):
    pass


def new_contradictions(changed: SourceFacts) -> list[Contradiction]:
    """What the changed facts break that was whole before. Contradictions that are there anyway hold nobody up."""
    others = [row.facts for row in Source.objects.exclude(slug=changed.slug)]
    stored = [row.facts for row in Source.objects.filter(slug=changed.slug)]
    known = {one.sentence for one in contradictions([*others, *stored])}
    found = contradictions([*others, changed])
    return [one for one in found if changed.slug in one.slugs and one.sentence not in known]


def add(source: Source, *, reason: str, person: User | None, now: datetime) -> SourceChange | None:
    """Store a new source. What it is named an authority for waits: that change, None where there is none."""
    authority, source.authority = source.authority, []
    with transaction.atomic():
        _one_at_a_time()
        _check(source)
        source.save()
        _write(source, SourceChange.Kind.MADE, {}, facts_in(source), reason=reason, person=person, at=now)
        source.authority = authority
        return amend(source, reason=reason, person=person, now=now)


def amend(source: Source, *, reason: str, person: User | None, now: datetime) -> SourceChange | None:
    """Bring the stored facts to those of this row; None where they are equal. A proposed change is not in force yet.

    Raises Contradicts.
    """
    with transaction.atomic():
        _one_at_a_time()
        stored = Source.objects.select_for_update().get(pk=source.pk)
        before, after = difference(stored, source)
        if not after:
            return None
        _check(source)
        if what_weighs([row.facts for row in Source.objects.all()], source.facts):
            return _write(source, SourceChange.Kind.PROPOSED, before, after, reason=reason, person=person, at=now)
        _apply(stored, after)
        return _write(source, SourceChange.Kind.MADE, before, after, reason=reason, person=person, at=now)


def confirm(change_id: int, *, person: User, now: datetime) -> SourceChange:
    """Put a proposed change in force. Raises any ChangeRefused."""
    with transaction.atomic():
        proposal, stored = _proposal(change_id)
        if person.pk == proposal.person_id:
            raise NeedsAnother("Whoever proposed a change cannot confirm it: a second person must.")
        if any(getattr(stored, name) != value for name, value in proposal.before.items()):
            raise Outdated("The facts have changed since this was proposed. Propose it again.")
        for name, value in proposal.after.items():
            setattr(stored, name, value)
        _check(stored)
        _apply(stored, proposal.after)
        return _answer(proposal, SourceChange.Kind.CONFIRMED, proposal.reason, person, now)


def decline(change_id: int, *, reason: str, person: User, now: datetime) -> SourceChange:
    """Lay a proposed change aside; whoever proposed it may do so, too. Raises AlreadyAnswered."""
    with transaction.atomic():
        proposal, _ = _proposal(change_id)
        return _answer(proposal, SourceChange.Kind.DECLINED, reason, person, now)


def facts_in(row: Source) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FACTS}


def difference(old: Source, new: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that differ, as they were and as they become."""
    before, after = facts_in(old), facts_in(new)
    names = [name for name in FACTS if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FACTS_LOCK])


def _proposal(change_id: int) -> tuple[SourceChange, Source]:
    _one_at_a_time()
    proposal = SourceChange.objects.select_related("source").get(pk=change_id, kind=SourceChange.Kind.PROPOSED)
    if SourceChange.objects.filter(proposal=proposal).exists():
        raise AlreadyAnswered("Somebody has answered this proposal already.")
    return proposal, Source.objects.select_for_update().get(pk=proposal.source_id)


def _check(source: Source) -> None:
    found = new_contradictions(source.facts)
    if found:
        raise Contradicts(found)


def _apply(stored: Source, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(stored, name, value)
    stored.edited = True  # or the next update of the registry would undo it
    stored.save()


def _write(source: Source, kind: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> SourceChange:
    return SourceChange.objects.create(source=source, kind=kind, before=before, after=after, **more)


def _answer(proposal: SourceChange, kind: str, reason: str, person: User, now: datetime) -> SourceChange:
    return SourceChange.objects.create(
        source=proposal.source,
        kind=kind,
        before=proposal.before,
        after=proposal.after,
        reason=reason,
        person=person,
        proposal=proposal,
        at=now,
    )
