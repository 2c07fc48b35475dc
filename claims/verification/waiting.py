"""A claim joins the open inquiry of its question, reuses a fresh settled one, or opens one."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from claims.models import Claim, GapRecord, Verification
from claims.verdict import covering_gap
from claims.verification.settling import rule_waiting
from sources.collecting import open_inquiry
from sources.metrics import CATALOGUE
from sources.models import Inquiry
from sources.queries import database_now

log = logging.getLogger(__name__)


def check_now(claim: Claim, *, by_person: bool) -> Inquiry:
    """Have the claim checked afresh; joins an inquiry already under way. Safe to call any number of times."""
    with transaction.atomic():
        return begin(claim, by_person=by_person, reuse=False)


def begin(claim: Claim, *, by_person: bool = False, carry: bool = False, reuse: bool = True) -> Inquiry:
    """Make the claim wait on an inquiry; inside a transaction. Nobody is asked where an information gap covers it.

    reuse: rule at once from an inquiry settled a short while ago, if the metric allows. carry: ask again only those
    who did not answer in the last round.
    """
    if reuse and not carry and (settled := _fresh(claim)) is not None:
        Verification.objects.get_or_create(claim=claim, inquiry=settled)
        rule_waiting(settled)
        return settled
    ask = covering_gap(claim.assertion, [row.gap for row in GapRecord.objects.filter(metric=claim.metric)]) is None
    inquiry, new = open_inquiry(claim.question, ask=ask, carry=carry)
    waiting, _ = Verification.objects.get_or_create(claim=claim, inquiry=inquiry)
    if by_person and not waiting.asked_by_person:
        Verification.objects.filter(pk=waiting.pk).update(asked_by_person=True)
    if new:
        ring(inquiry.pk)
    return inquiry


def _fresh(claim: Claim) -> Inquiry | None:
    """The newest settled inquiry of the claim's question, if it is younger than the metric's first re-check."""
    newest = Inquiry.objects.filter(key=claim.question_key).exclude(settled_at=None).order_by("-settled_at").first()
    if newest is None or newest.settled_at is None or newest.parked:
        return None
    age = database_now() - newest.settled_at
    return newest if age < CATALOGUE[claim.metric].recheck[0] and _complete(newest) else None


def _complete(inquiry: Inquiry) -> bool:
    return not inquiry.lookups.filter(reason__in=("unavailable", "rate_limited")).exists()


def ring(inquiry_id: int) -> None:
    """Wake a worker once the transaction is through. The row is the truth: a bell nobody hears loses nothing."""
    transaction.on_commit(partial(_send, inquiry_id))


def _send(inquiry_id: int) -> None:
    # By name: tasks are the layer above this one.
    try:
        current_app.send_task("claims.tasks.pursue", args=[inquiry_id])
    except OperationalError as error:
        log.warning("the broker is away (%s): the sweeper will send inquiry %s", error, inquiry_id)
