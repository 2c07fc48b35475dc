"""The chain, link after link: each follows the one before, gives its hash, and names a row that still says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps

from claims import chain
from claims.auditing.edits import what_was_edited
from claims.auditing.findings import Finding, Tick, about, batches
from claims.auditing.resting import Resting
from claims.models import ChainHead, Link, Verdict

LINKS = Link._meta.db_table


def decision_models() -> dict[str, Any]:
    """Every model whose rows are linked, by its name in the chain: those that can say what a digest is taken over."""
    found = apps.get_app_config("claims").get_models()
    return {model.__name__.lower(): model for model in found if hasattr(model, "canonical")}


def findings(outside: Mapping[int, str], tick: Tick) -> Iterator[Finding]:
    walk = _Walk(outside)
    for batch in batches(Link.objects.order_by("position"), "links of the chain", tick):
        yield from walk.read(batch)
    yield from walk.end()


class _Walk:
    """From the first link to the last; what it remembers is the link before and the highest id of each kind."""

    def __init__(self, outside: Mapping[int, str]) -> None:
        self.outside = outside
        self.models = decision_models()
        self.position = 0
        self.before: str | None = ""  # hash of the link before; None where there is none to compare with
        self.newest: dict[str, int] = defaultdict(int)
        self.resting = Resting()

    def read(self, batch: list[Link]) -> Iterator[Finding]:
        rows = {kind: self._rows(kind, [one.row for one in batch if one.kind == kind]) for kind in self.models}
        heads = _published(batch[0].position, batch[-1].position)
        self.resting.fetch(rows["verdict"].values())
        for link in batch:
            yield from self._place(link)
            yield from self._told(link, heads)
            yield from self._decision(link, rows)

    def _rows(self, kind: str, ids: list[int]) -> dict[int, Any]:
        rows = self.models[kind].objects.filter(pk__in=ids)
        return {row.pk: row for row in (rows.prefetch_related("evidence") if kind == "verdict" else rows)}

    def _place(self, link: Link) -> Iterator[Finding]:
        if link.position != self.position + 1:
            missing = f"links {self.position + 1} to {link.position - 1} are"
            one = f"link {self.position + 1} is"
            gap = one if link.position == self.position + 2 else missing
            yield Finding(LINKS, str(self.position + 1), f"{gap} missing: somebody took out what was decided there")
            self.before = None
        if chain.hash_of(link) != link.hash:
            yield about(link, "its columns do not give its hash: it was edited, or swapped with another link")
        elif self.before is not None and link.previous_hash != self.before:
            yield about(link, f"it does not follow link {link.position - 1}: one of the two was put in or replaced")
        self.position, self.before = link.position, link.hash

    def _told(self, link: Link, heads: dict[int, list[ChainHead]]) -> Iterator[Finding]:
        for head in heads.get(link.position, ()):
            if head.hash != link.hash:
                told = f"{head.published_at:%Y-%m-%d %H:%M} UTC"
                yield about(link, f"its hash is not the one published at {told}: the chain up to here was rewritten")
        if self.outside.get(link.position, link.hash) != link.hash:
            yield about(link, "its hash is not the one kept outside: the chain up to here was rewritten")

    def _decision(self, link: Link, rows: Mapping[str, Mapping[int, Any]]) -> Iterator[Finding]:
        if link.kind not in self.models:
            yield about(link, f"it is of a kind that nobody knows ({link.kind})")
            return
        row, table = rows[link.kind].get(link.row), self.models[link.kind]._meta.db_table
        if row is None:
            yield Finding(table, str(link.row), f"it is missing: link {link.position} of the chain names it")
            return
        if link.row <= self.newest[link.kind]:
            yield about(row, f"link {link.position} of the chain puts it after {self.newest[link.kind]}, its id before")
        self.newest[link.kind] = max(link.row, self.newest[link.kind])
        if chain.digest_of(row) != link.digest:
            yield from what_was_edited(row, link)
        elif hasattr(row, "previous_hash") and (row.previous_hash, row.hash) != (link.previous_hash, link.hash):
            yield about(row, f"its hashes are not those of link {link.position}: it was edited")
        elif isinstance(row, Verdict):
            yield from self.resting.misfits(row)

    def end(self) -> Iterator[Finding]:
        """Heads that name a link beyond the last one: the chain was cut."""
        for head in ChainHead.objects.filter(position__gt=self.position).order_by("position", "id")[:1]:
            yield self._cut(head.position, f"the head published at {head.published_at:%Y-%m-%d %H:%M} UTC")
        for position in sorted(position for position in self.outside if position > self.position)[:1]:
            yield self._cut(position, "the head kept outside")

    def _cut(self, reached: int, who: str) -> Finding:
        ends = f"the chain ends at {self.position}, {who} says {reached}: its tail was cut off"
        return Finding(LINKS, str(self.position + 1), f"it is missing: {ends}")


def _published(first: int, last: int) -> dict[int, list[ChainHead]]:
    """Heads of these positions; of many with one hash, the earliest."""
    rows = ChainHead.objects.filter(position__range=(first, last))
    found: dict[int, list[ChainHead]] = defaultdict(list)
    for head in rows.order_by("position", "hash", "id").distinct("position", "hash"):
        found[head.position].append(head)
    return found
