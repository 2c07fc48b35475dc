"""What was said is kept before anyone parses it; an outcome is written once, however often it arrives."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db import DataError, IntegrityError, transaction

from sources.errors import Malformed, SourceError
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
            url=shown_url(request),
            status=response.status,
            headers=dict(response.headers),
            requested_at=response.requested_at,
            received_at=response.received_at,
        )


def shown_url(request: Request) -> str:
    return f"{request.url}?{urlencode(request.params)}" if request.params else request.url


@dataclass(frozen=True, slots=True)
class Ending:
    """When a lookup ended, by the database's clock, and which lease asked for it."""

    lease: int
    now: datetime
    latency_ms: int | None = None


def keep_answer(lookup: Lookup, observation: Observation, snapshot: Snapshot | None, ending: Ending) -> bool:
    """Write the observation and close the lookup. Raises Malformed for a figure that no column holds.

    False, and nothing written, when the lookup was closed already or a later lease is on it.
    """
    with transaction.atomic():
        if not _still_ours(lookup, ending):
            return False
        row = _observation(lookup, observation, snapshot, ending.now)
        _close(lookup, ending, state=Lookup.State.ANSWERED, observation=row)
        return True


def keep_abstention(lookup: Lookup, error: SourceError, ending: Ending) -> bool:
    """Close the lookup with the reason, or with what the provider said before; False as in `keep_answer`."""
    with transaction.atomic():
        if not _still_ours(lookup, ending):
            return False
        earlier = _standing(lookup) if error.reason in SILENT else None
        if earlier is None:
            _close(lookup, ending, state=Lookup.State.ABSTAINED, reason=error.reason, note=str(error)[:300])
        else:
            note = f"answered earlier; this time: {error}"[:300]
            _close(lookup, ending, state=Lookup.State.ANSWERED, observation_id=earlier.observation_id, note=note)
        return True


# Whoever cannot be asked any more, or just now, has not changed his mind: a rolling total is true of its moment only.
SILENT = frozenset({"stale", "unavailable", "rate_limited", "access_denied"})


def _standing(lookup: Lookup) -> Lookup | None:
    """The provider's last word on the same question, if that was an answer."""
    rounds = Lookup.objects.filter(provider=lookup.provider, inquiry__key=lookup.inquiry.key).exclude(pk=lookup.pk)
    heard = rounds.exclude(state=Lookup.State.WAITING).exclude(reason__in=SILENT)
    last = heard.order_by("-inquiry__round", "-pk").first()
    return last if last is not None and last.state == Lookup.State.ANSWERED else None


PARSER_VERSION = "1"  # raised when a parser reads the same bytes differently


def _observation(lookup: Lookup, observation: Observation, snapshot: Snapshot | None, now: datetime) -> ObservationRow:
    try:
        return ObservationRow.objects.create(
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
    except (DataError, IntegrityError, ValueError, TypeError, AttributeError) as error:
        raise Malformed(f"the answer cannot be stored ({type(error).__name__})") from error


def _still_ours(lookup: Lookup, ending: Ending) -> bool:
    """Locks the lookup until the transaction ends."""
    rows = Lookup.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=lookup.pk, state=Lookup.State.WAITING, inquiry__lease=ending.lease).first() is not None


def _close(lookup: Lookup, ending: Ending, **outcome: object) -> None:
    Lookup.objects.filter(pk=lookup.pk).update(finished_at=ending.now, latency_ms=ending.latency_ms, **outcome)


def waiting(inquiry: Inquiry) -> list[Lookup]:
    return list(inquiry.lookups.filter(state=Lookup.State.WAITING).select_related("inquiry"))
