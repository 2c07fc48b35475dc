"""One worker at a time on an inquiry, and what a dead worker leaves behind.

A lease is taken by UPDATE … WHERE and the row count. Times are the database's, so that a worker with a wrong clock
neither steals nor outlives a lease. The third lease is the last: an inquiry that kills its workers is parked.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from sources.models import Inquiry, Lookup

MOST_LEASES = 3


def lease_time() -> timedelta:
    """Long enough for all providers to answer or be given up, and half as much again for parsers and the database."""
    return timedelta(seconds=1.5 * float(settings.INQUIRY_SECONDS))


def take(inquiry_id: int) -> int | None:
    """The number of the lease now held, or None when another worker has it, it is settled, or it is parked."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Inquiry.objects.filter(free, pk=inquiry_id, settled_at=None, lease__lt=MOST_LEASES).update(
        lease=F("lease") + 1, lease_until=Now() + lease_time()
    )
    return Inquiry.objects.values_list("lease", flat=True).get(pk=inquiry_id) if taken else None


def still_holds(inquiry_id: int, lease: int) -> bool:
    """False once a later worker took over: the earlier one writes nothing more."""
    return Inquiry.objects.filter(pk=inquiry_id, lease=lease, settled_at=None).exists()


def unattended(most: int = 500) -> list[int]:
    """Open inquiries that no living worker is on, oldest first: their message was lost or their worker died.

    Each is given once in the time of a lease, also to several sweepers: slow workers must not drown in repetitions.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    quiet = Q(rung_at=None) | Q(rung_at__lt=Now() - lease_time())
    open_ones = Inquiry.objects.filter(free, quiet, settled_at=None, lease__lt=MOST_LEASES).order_by("opened_at")
    with transaction.atomic():
        mine = open_ones.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
        rows = list(mine[:most])
        Inquiry.objects.filter(pk__in=rows).update(rung_at=Now())
    return rows


def overdue(most: int = 500) -> list[int]:
    """Open inquiries whose worker died past their deadline or for the last time; their silent lookups are closed here.

    One that no worker has been on is not overdue, however old: nobody was asked yet.
    """
    late = Q(deadline_at__lt=Now()) | Q(lease__gte=MOST_LEASES)
    rows = Inquiry.objects.filter(late, lease_until__lt=Now(), settled_at=None).order_by("opened_at")[:most]
    return [inquiry.pk for inquiry in list(rows) if _give_up(inquiry)]


def _give_up(inquiry: Inquiry) -> bool:
    """Close every lookup that still waits as `unavailable`; False, and nothing written, when a worker got in first."""
    died = inquiry.lease >= MOST_LEASES
    reason = f"the checking process died {MOST_LEASES} times on this question" if died else "no answer by the deadline"
    row = Inquiry.objects.filter(pk=inquiry.pk, settled_at=None)
    with transaction.atomic():
        unclaimed = row.filter(lease=inquiry.lease, lease_until__lt=Now())
        if not unclaimed.update(lease=F("lease") + 1, lease_until=Now() + lease_time()):
            return False
        silent = Lookup.objects.filter(inquiry=inquiry, state=Lookup.State.WAITING)
        given_up = silent.update(state=Lookup.State.ABSTAINED, reason="unavailable", note=reason, finished_at=Now())
        if died and given_up:
            row.update(parked=reason)
    return True
