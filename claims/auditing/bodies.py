"""What is kept under its hash still has it: raw answers, and the grounds of verdicts."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from claims.auditing.findings import Finding, Tick, about, batches
from claims.models import Grounds
from sources.canonical import sha256_of
from sources.models import Body

FEW = 10  # bodies may be large


def findings(tick: Tick) -> Iterator[Finding]:
    for batch in batches(Grounds.objects.order_by("pk"), "grounds", tick, FEW):
        yield from (about(row, "its text does not give its hash: it was edited") for row in batch if _is_other(row))
    for batch in batches(Body.objects.order_by("pk"), "raw answers", tick, FEW):
        for body in batch:
            if wrong := _wrong(body):
                yield about(body, wrong)


def _is_other(row: Grounds) -> bool:
    return sha256_of(row.text) != row.sha256


def _wrong(body: Body) -> str:
    try:
        raw = body.raw
    except zlib.error:
        return "it cannot be unpacked any more: it was edited"
    if hashlib.sha256(raw).hexdigest() != body.sha256:
        return "its bytes do not give its hash: it was edited"
    return "" if len(raw) == body.size else f"it has {len(raw)} bytes and says {body.size}"
