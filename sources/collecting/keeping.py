"""What was said is kept before anyone parses it; an outcome is written once, however often it arrives."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction

from sources.errors import SourceError
from sources.models import Body, Inquiry, Lookup, Snapshot
from sources.models import Observation as ObservationRow
from sources.types import Observation, Request, Response


def keep_snapshot(lookup: Lookup, request: Request, response: Response) -> Snapshot:
    """The raw answer under its hash; `request` is the one without its key."""
    sha256 = hashlib.sha256(response.body).hexdigest()
    body = Body(sha256=sha256, compressed=zlib.compress(response.body, 6), size=len(response.body))
    with transaction.atomic():
        Body.objects.bulk_create([body], ignore_conflicts=True)
        return Snapshot.objects.create(
            lookup=lookup,
            body_id=sha256,
            method=request.method,
            url=_shown_url(request),
            status=response.status,
            headers=dict(response.headers),
            requested_at=response.requested_at,
            received_at=response.received_at,
        )


def _shown_url(request: Request) -> str:
    return f"{request.url}?{urlencode(request.params)}" if request.params else request.url


def keep_answer(
    lookup: Lookup, observation: Observation, snapshot: Snapshot | None, now: datetime, latency_ms: int | None
) -> bool:
    """Write the observation and close the lookup; False, and nothing written, when it was closed already."""
    with transaction.atomic():
        if not _still_waiting(lookup):
            return False
        row = ObservationRow.objects.create(
            provider=lookup.provider,
            metric=lookup.inquiry.metric,
            subject=lookup.inquiry.subject,
            value=observation.value,
            low=observation.low,
            high=observation.high,
            kind=observation.kind.value,
            observed_at=observation.observed_at,
            received_at=snapshot.received_at if snapshot else now,
            note=observation.note[:300],
            detail=dict(observation.detail),
            snapshot=snapshot,
            parser_version=PARSER_VERSION,
        )
        _close(lookup, now, latency_ms, state=Lookup.State.ANSWERED, observation=row)
        return True


def keep_abstention(lookup: Lookup, error: SourceError, now: datetime, latency_ms: int | None) -> bool:
    """Close the lookup with the reason; False when it was closed already."""
    with transaction.atomic():
        if not _still_waiting(lookup):
            return False
        _close(lookup, now, latency_ms, state=Lookup.State.ABSTAINED, reason=error.reason, note=str(error)[:300])
        return True


PARSER_VERSION = "1"  # raised when a parser reads the same bytes differently


def _still_waiting(lookup: Lookup) -> bool:
    rows = Lookup.objects.select_for_update(no_key=True).filter(pk=lookup.pk, state=Lookup.State.WAITING)
    return rows.exists()


def _close(lookup: Lookup, now: datetime, latency_ms: int | None, **outcome: object) -> None:
    Lookup.objects.filter(pk=lookup.pk).update(finished_at=now, latency_ms=latency_ms, **outcome)


def waiting(inquiry: Inquiry) -> list[Lookup]:
    return list(inquiry.lookups.filter(state=Lookup.State.WAITING).select_related("inquiry"))
