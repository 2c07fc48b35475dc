"""What the clock asks for. Every step is safe to repeat and to run in two places at once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from claims.models import Claim, Verification
from claims.verification.settling import settle
from claims.verification.waiting import begin, ring
from sources import collecting
from sources.models import Inquiry

MOST = 500  # rows a sweep
AGAIN = timedelta(minutes=5)  # a claim taken by a sweeper that then died is due again after this


def open_due(most: int = MOST) -> int:
    """Open inquiries for claims whose date has come; how many claims. Two sweepers never take the same claim."""
    due = Claim.objects.filter(next_check_at__lte=Now()).order_by("next_check_at").values_list("pk", flat=True)[:most]
    return sum(_open_one(pk) for pk in list(due))


def _open_one(pk: UUID) -> bool:
    # Two transactions: holding the claim's row while waiting for its inquiry would deadlock with settling.
    if not Claim.objects.filter(pk=pk, next_check_at__lte=Now()).update(next_check_at=Now() + AGAIN):
        return False
    with transaction.atomic():
        claim = Claim.objects.get(pk=pk)
        begin(claim, carry=claim.retries > 0, reuse=False)
    return True


def settle_overdue() -> int:
    """Give up on the silent and settle; and rule for claims that joined an inquiry in its last moment."""
    late = Verification.objects.filter(inquiry=OuterRef("pk"), settled=False)
    forgotten = Inquiry.objects.exclude(settled_at=None).filter(Exists(late)).values_list("pk", flat=True)[:MOST]
    return sum(settle(pk) for pk in [*collecting.overdue(), *forgotten])


def unattended() -> list[int]:
    """Ring again for open inquiries that no living worker is on; their ids."""
    rows = collecting.unattended()
    for pk in rows:
        ring(pk)
    return rows
