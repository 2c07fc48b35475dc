"""Does everything that was stored still fit together? Reads only, in one snapshot of the database, row after row.

links    the chain of decisions, each with its row, and what each verdict rests on
strays   rows that belong to a chain or to another row and hang in the air
marks    what claims show beside what was decided
bodies   raw answers under their hashes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from claims.auditing import bodies, links, marks, strays
from claims.auditing.findings import Finding, Tick, quiet
from sources.queries import one_snapshot

__all__ = ["Finding", "audit"]


def audit(outside: Mapping[int, str] | None = None, tick: Tick = quiet) -> Iterator[Finding]:
    """Everything that does not fit, the first bad row of the chain first; nothing where all is well.

    outside: heads kept elsewhere, position -> hash. tick: told how far it is, many times. Safe beside running workers:
    what is settled meanwhile is not seen.
    """
    with one_snapshot():
        yield from links.findings(outside or {}, tick)
        yield from strays.findings(tick)
        yield from marks.findings(tick)
        yield from bodies.findings(tick)
