"""One chain of hashes over all decisions, whatever their table: verdicts with their evidence, and editors' overrides.

Each link holds the digest of its row and the hash of the link before it, so that a row that is edited, removed, moved
or slipped in later fits no more. One writer at a time, from the lock until its transaction ends.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection, models, transaction

from claims.models import ChainHead, Link
from sources.canonical import sha256_of, text_of
from sources.queries import database_now

log = logging.getLogger(__name__)
CHAIN_LOCK = 0x636C6169
MOST_AT_ONCE = 2_000  # rows a statement


class Decision(Protocol):
    """A row of an append-only model with a whole-number id, not saved yet.

    canonical(): everything it says, as values that sources.canonical can spell; without its id and its hashes. Where
    the model has columns `previous_hash` and `hash`, they are written too.
    """

    pk: Any

    def canonical(self) -> Any: ...


def append(decisions: Sequence[Decision]) -> list[Link]:
    """Insert these rows (unsaved, all of one model) and link them to the chain, in this order; their links.

    Call it in the transaction of whatever else belongs to the decision, after locking the claims: everybody locks
    claims first and the chain last. `append([override])` is all that a single row needs.
    """
    if not decisions:
        return []
    with transaction.atomic():
        lock()
        model: Any = type(decisions[0])
        for decision, pk in zip(decisions, _reserved(model, len(decisions)), strict=True):
            decision.pk = pk
        links = _linked(head(), decisions)
        for decision, link in zip(decisions, links, strict=True):
            if hasattr(model, "previous_hash"):
                vars(decision).update(previous_hash=link.previous_hash, hash=link.hash)
        model.objects.bulk_create(decisions, batch_size=MOST_AT_ONCE)
        return Link.objects.bulk_create(links, batch_size=MOST_AT_ONCE)


def lock() -> None:
    """Hold the chain until the transaction ends; again and again does no harm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def _reserved(model: type[models.Model], count: int) -> list[int]:
    """Ids that no other row gets: they are part of what is hashed, and the newest verdict has the highest."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        numbers = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        cursor.execute(numbers, [f'"{table}"', column, count])
        return sorted(pk for (pk,) in cursor.fetchall())


def _linked(last: Link | None, decisions: Sequence[Decision]) -> list[Link]:
    position, previous = (last.position, last.hash) if last else (0, "")
    links = []
    for decision in decisions:
        link = Link(position=position + 1, kind=kind_of(decision), row=decision.pk, digest=digest_of(decision))
        link.previous_hash = previous
        link.hash = hash_of(link)
        links.append(link)
        position, previous = link.position, link.hash
    return links


def kind_of(decision: Decision) -> str:
    """The name of its model, in lower case: "verdict", "override"."""
    return type(decision).__name__.lower()


def digest_of(decision: Decision) -> str:
    return sha256_of(text_of(decision.canonical()))


def hash_of(link: Link) -> str:
    """What the link's hash must be, from its other columns."""
    return sha256_of(f"{link.previous_hash}\n{link.position}\n{link.kind}\n{link.row}\n{link.digest}")


def head() -> Link | None:
    """The last link, None while nothing was decided."""
    return Link.objects.order_by("-position").first()


def publish_head() -> ChainHead | None:
    """Tell the log and the table of heads how far the chain reaches; None while nothing was decided.

    Told again and again, also when nothing was decided since: an hour without a line is an hour without a beat.
    """
    last = head()
    if last is None:
        return None
    row = ChainHead.objects.create(position=last.position, hash=last.hash, published_at=database_now())
    log.info("chain head %s:%s at %s", row.position, row.hash, row.published_at.isoformat())
    return row
