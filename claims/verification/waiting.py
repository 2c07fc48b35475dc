"""A claim joins the open inquiry of its question, reuses a fresh settled one, or opens one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from claims.models import Claim, GapRecord, Verification
from claims.verdict import covering_gap
from claims.verification.settling import rule_waiting
from sources.collecting import open_inquiry
from sources.errors import RETRYABLE_REASONS
from sources.metrics import CATALOGUE
from sources.models import Inquiry
from sources.queries import database_now

log = logging.getLogger(__name__)


def check_now(claim: Claim, *, by_person: bool) -> Inquiry:
    """Have the claim checked afresh; joins an inquiry already under way. Safe to call any number of times."""
    with transaction.atomic():
        return begin(claim, by_person=by_person, reuse=False)


def begin(claim: Claim, *, by_person: bool = False, reuse: bool = True) -> Inquiry:
    """Make the claim wait on an inquiry; inside a transaction. Its row must not be locked: settling locks it last.

    reuse: rule at once from an inquiry settled a short while ago, if the metric allows.
    """
    if reuse and (settled := _fresh(claim)) is not None:
        Verification.objects.get_or_create(claim=claim, inquiry=settled)
        rule_waiting(settled)
        return settled
    inquiry = join([claim], carry=False)
    if by_person:
        Verification.objects.filter(claim=claim, inquiry=inquiry).update(asked_by_person=True)
    return inquiry


def join(claims: Sequence[Claim], *, carry: bool) -> Inquiry:
    """Make claims of one question wait on its open inquiry, opened if need be; inside a transaction.

    carry: a new one asks again only those who did not answer in the last round. Nobody is asked where an information
    gap covers the question.
    """
    inquiry, new = open_inquiry(claims[0].question, ask=not _is_gap(claims[0]), carry=carry)
    Verification.objects.bulk_create(
        [Verification(claim=claim, inquiry=inquiry) for claim in claims], ignore_conflicts=True, batch_size=1000
    )
    if new:
        ring(inquiry.pk)
    return inquiry


def _is_gap(claim: Claim) -> bool:
    gaps = [row.gap for row in GapRecord.objects.filter(metric=claim.metric)]
    return covering_gap(claim.assertion, gaps) is not None


def _fresh(claim: Claim) -> Inquiry | None:
    """The newest settled inquiry of the claim's question, if it is younger than the metric's first re-check."""
    newest = Inquiry.objects.filter(key=claim.question_key).exclude(settled_at=None).order_by("-settled_at").first()
    if newest is None or newest.settled_at is None or newest.parked:
        return None
    age = database_now() - newest.settled_at
    return newest if age < CATALOGUE[claim.metric].recheck[0] and _is_complete(newest) else None


def _is_complete(inquiry: Inquiry) -> bool:
    """Somebody was asked, and nobody might still answer."""
    reasons = set(inquiry.lookups.values_list("reason", flat=True))
    return bool(reasons) and not reasons & RETRYABLE_REASONS


def ring(inquiry_id: int) -> None:
    """Wake a worker once the transaction is through. The row is the truth: a bell nobody hears loses nothing."""
    transaction.on_commit(partial(_send, inquiry_id))


def _send(inquiry_id: int) -> None:
    # By name: tasks are the layer above this one.
    try:
        current_app.send_task("claims.tasks.pursue", args=[inquiry_id])
    except OperationalError as error:
        log.warning("the broker is away (%s): the sweeper will send inquiry %s", error, inquiry_id)
