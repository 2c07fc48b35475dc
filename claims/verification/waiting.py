"""A claim joins the open inquiry of its question, reuses a fresh settled one, or opens one."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
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
        inquiry = join([claim], carry=False)
        if by_person:
            Verification.objects.filter(claim=claim, inquiry=inquiry).update(asked_by_person=True)
    return inquiry


def begin(claims: Iterable[Claim]) -> None:
    """Have new claims checked; inside a transaction. Their rows must not be locked: settling locks them last.

    Claims whose question was settled a short while ago, as their metric allows, are ruled at once on that inquiry.
    """
    alike: dict[str, list[Claim]] = {}
    for claim in claims:
        alike.setdefault(claim.question_key, []).append(claim)
    # Everybody locks inquiries in one order, and the chain of verdicts after them, as settling does.
    settled: dict[str, Inquiry] = {}
    for key, group in sorted(alike.items()):
        if (fresh := _fresh(group[0])) is not None:
            settled[key] = fresh
        else:
            join(group, carry=False)
    for key, inquiry in settled.items():
        _wait_on(inquiry, alike[key])
        rule_waiting(inquiry)


def join(claims: Sequence[Claim], *, carry: bool) -> Inquiry:
    """Make claims of one question wait on its open inquiry, opened if need be; inside a transaction.

    carry: a new one asks again only those who did not answer in the last round. Nobody is asked where an information
    gap covers the question.
    """
    inquiry, new = open_inquiry(claims[0].question, ask=not _is_gap(claims[0]), carry=carry)
    _wait_on(inquiry, claims)
    if new:
        ring(inquiry.pk)
    return inquiry


def _wait_on(inquiry: Inquiry, claims: Sequence[Claim]) -> None:
    Verification.objects.bulk_create(
        [Verification(claim=claim, inquiry=inquiry) for claim in claims], ignore_conflicts=True, batch_size=1000
    )


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
