"""What the clock asks for. Every step is safe to repeat and to run in two places at once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from claims.models import Claim, Verification
from claims.verification.waiting import join, ring
from sources import collecting
from sources.models import Inquiry

MOST = 500  # rows a sweep
AGAIN = timedelta(minutes=5)  # a claim taken by a sweeper that then died is due again after this


def open_due(most: int = MOST) -> int:
    """Open inquiries for claims whose date has come; how many claims. Two sweepers never take the same claim.

    All due claims of a question go together, so that it is asked once.
    """
    due = Claim.objects.filter(next_check_at__lte=Now()).order_by("next_check_at")
    return sum(_open_all(key) for key in dict.fromkeys(due.values_list("question_key", flat=True)[:most]))


def _open_all(question_key: str) -> int:
    # Two transactions: holding the claims' rows while waiting for their inquiry would deadlock with settling.
    claims = _taken(question_key)
    if claims:
        with transaction.atomic():
            join(claims, carry=all(claim.retries > 0 for claim in claims))
    return len(claims)


def _taken(question_key: str) -> list[Claim]:
    with transaction.atomic():
        rows = Claim.objects.select_for_update(skip_locked=True, no_key=True)
        claims = list(rows.filter(question_key=question_key, next_check_at__lte=Now()))
        Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(next_check_at=Now() + AGAIN)
    return claims


def settle_overdue() -> list[int]:
    """Give up on the silent, and send a worker to settle; also for claims that joined an inquiry in its last moment.

    One message each: an inquiry that cannot be settled must not stand in the way of the others. Their ids.
    """
    late = Verification.objects.filter(inquiry=OuterRef("pk"), settled=False)
    forgotten = Inquiry.objects.exclude(settled_at=None).filter(Exists(late)).values_list("pk", flat=True)[:MOST]
    return _rung([*collecting.overdue(), *forgotten])


def unattended() -> list[int]:
    """Ring again for open inquiries that no living worker is on; their ids."""
    return _rung(collecting.unattended())


def _rung(inquiries: list[int]) -> list[int]:
    for pk in inquiries:
        ring(pk)
    return inquiries
