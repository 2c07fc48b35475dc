"""What workers and beat run. A task fetches by id and calls a service; running any of them twice is harmless."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from claims import chain, consistency, learning, verification
from claims.models import IdempotentRequest
from sources import collecting


@shared_task
def pursue(inquiry_id: int) -> bool:
    """Ask all providers of an inquiry and settle it; False while another worker is on it."""
    if not collecting.answer(inquiry_id):
        return False
    verification.settle(inquiry_id)
    return True


@shared_task
def open_due() -> int:
    """Re-checks and retries whose time has come."""
    return verification.open_due()


@shared_task
def settle_overdue() -> int:
    """Settle what went silent."""
    return len(verification.settle_overdue())


@shared_task
def resend_unattended() -> int:
    """Wake workers for inquiries whose message was lost or whose worker died."""
    return len(verification.unattended())


@shared_task
def compare_claims() -> int:
    """Compare claims with each other whose turn was lost."""
    return consistency.sweep()


@shared_task
def forget_idempotency() -> int:
    """Drop stored answers of POST requests older than 24 hours."""
    old = IdempotentRequest.objects.filter(created_at__lt=Now() - timedelta(hours=24))
    return old.delete()[0]


@shared_task
def learn() -> int:
    """Ask for outcomes that should be published by now, store those that arrived, score what was said before."""
    learning.ask_for_outcomes()
    learning.collect()
    return learning.score_outcomes()


@shared_task
def refit_calibration() -> str:
    """Fit confidence on past claims whose outcome is known by now; the new version, "" when the old one stays."""
    fit = learning.refit()
    return fit.version if fit else ""


@shared_task
def suggest_copies() -> int:
    """Compare histories, and have editors look at sources that seem to be one voice."""
    return learning.suggest()


@shared_task
def publish_head() -> str:
    """Tell the log and a table how far the chain of decisions reaches; "" while nothing was decided."""
    head = chain.publish_head()
    return str(head) if head else ""
