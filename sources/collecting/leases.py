"""One worker at a time on an inquiry, and what a dead worker leaves behind.

A lease is taken by UPDATE … WHERE and the row count. Times are the database's, so that a worker with a wrong clock
neither steals nor outlives a lease. The third lease is the last: an inquiry that kills its workers is parked.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now

from sources.models import Inquiry, Lookup

MOST_LEASES = 3
BELL = timedelta(seconds=5)  # an inquiry this old that nobody took has lost its message


def lease_seconds() -> float:
    """Long enough for all providers to answer or be given up, and a little for the database."""
    return float(settings.INQUIRY_SECONDS) + 10.0


def take(inquiry_id: int) -> int | None:
    """The number of the lease now held, or None when another worker has it, it is settled, or it is parked."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Inquiry.objects.filter(free, pk=inquiry_id, settled_at=None, lease__lt=MOST_LEASES).update(
        lease=F("lease") + 1, lease_until=Now() + timedelta(seconds=lease_seconds())
    )
    return Inquiry.objects.values_list("lease", flat=True).get(pk=inquiry_id) if taken else None


def still_holds(inquiry_id: int, lease: int) -> bool:
    """False once a later worker took over: the earlier one stops asking."""
    return Inquiry.objects.filter(pk=inquiry_id, lease=lease, settled_at=None).exists()


def unattended(most: int = 500) -> list[int]:
    """Open inquiries that no living worker is on: their message was lost or their worker died. Oldest first."""
    forgotten = Q(lease_until=None, opened_at__lt=Now() - BELL) | Q(lease_until__lt=Now())
    rows = Inquiry.objects.filter(forgotten, settled_at=None).order_by("opened_at")
    return list(rows.values_list("pk", flat=True)[:most])


def overdue(most: int = 500) -> list[int]:
    """Open inquiries past their deadline or out of leases; their silent lookups are closed here, with the reason."""
    spent = Q(lease__gte=MOST_LEASES, lease_until__lt=Now())
    rows = list(Inquiry.objects.filter(Q(deadline_at__lt=Now()) | spent, settled_at=None).order_by("opened_at")[:most])
    for inquiry in rows:
        reason = "no answer by the deadline"
        if inquiry.lease >= MOST_LEASES:
            reason = f"the checking process died {MOST_LEASES} times on this question"
            Inquiry.objects.filter(pk=inquiry.pk).update(parked=reason)
        give_up(inquiry.pk, reason)
    return [inquiry.pk for inquiry in rows]


def give_up(inquiry_id: int, reason: str) -> int:
    """Close every lookup that still waits as `unavailable`; how many there were."""
    waiting = Lookup.objects.filter(inquiry_id=inquiry_id, state=Lookup.State.WAITING)
    return waiting.update(state=Lookup.State.ABSTAINED, reason="unavailable", note=reason, finished_at=Now())
