"""The calibration of confidence: the one in use, and its fit on past claims whose outcome became known later.

What a claim turned out to be comes from the outcome of its question, read against the claim's own region. The verdict
lends only what was believed of the voices at the time; what it decided is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from decimal import localcontext
from math import log

from django.db import transaction

from claims.confidence import Sides, accuracies
from claims.learning.arriving import hold_lock
from claims.learning.truths import standing_truths, truth_of
from claims.matching import region_of, stance_of
from claims.models import CalibrationFit, Claim, GroundTruth, Verdict
from claims.policy import ARITHMETIC
from claims.reliability import DEFAULT_CALIBRATION, Calibration, Past, confidence_of, fit
from claims.types import Comparator, Stance
from sources.queries import database_now
from sources.types import Kind, Observation

LEAST_ITEMS = 200  # below that the numbers the project comes with are better than what can be fitted
LEAST_OF_EACH = 20  # right and wrong ones: nothing but successes says nothing about failure
MOST = 20_000


def in_use() -> Calibration:
    """The newest fit; what the project comes with where there is none, or none of today's formula."""
    newest = CalibrationFit.objects.order_by("-pk").first()
    if newest is None or newest.parameters.keys() != {one.name for one in fields(Calibration)}:
        return DEFAULT_CALIBRATION
    return Calibration(**{name: float(number) for name, number in newest.parameters.items()})


def refit() -> CalibrationFit | None:
    """Fit on all past items there are; None where there are too few, or nothing better was found."""
    with transaction.atomic():
        if not hold_lock():
            return None
        items, before = list(past_items()), in_use()
        right = sum(one.right for one in items)
        if len(items) < LEAST_ITEMS or min(right, len(items) - right) < LEAST_OF_EACH:
            return None
        after = fit(items)
        losses = log_loss(items, before), log_loss(items, after)
        if after.version == before.version or losses[1] >= losses[0]:
            return None
        return CalibrationFit.objects.create(
            version=after.version,
            parameters=asdict(after),
            items=len(items),
            log_loss_before=losses[0],
            log_loss_after=losses[1],
            fitted_at=database_now(),
        )


def log_loss(items: Sequence[Past], calibration: Calibration) -> float:
    """Mean, in nats."""
    sure = (confidence_of(one.supporting, one.contradicting, calibration) for one in items)
    return -sum(log(p if one.right else 1 - p) for one, p in zip(items, sure, strict=True)) / len(items)


def past_items() -> Iterator[Past]:
    """Of each claim's first verdict; one for each question and answer to "was it so?": many claims are one thing."""
    truths = {row.key: row for row in standing_truths().filter(settles_others=True, value__isnull=False)}
    rows = Verdict.objects.filter(claim__question_key__in=truths, confidence__isnull=False).select_related("claim")
    known: set[tuple[str, bool]] = set()
    for verdict in rows.order_by("claim_id", "id").distinct("claim_id")[:MOST]:
        claim, truth = verdict.claim, truths[verdict.claim.question_key]
        turned_out, sides = was_right(claim, truth), Sides.read(verdict.believed)
        if turned_out is None or not sides.supporting or verdict.created_at >= truth.recorded_at:
            continue
        if (claim.question_key, turned_out) not in known:
            known.add((claim.question_key, turned_out))
            yield Past(accuracies(sides.supporting), accuracies(sides.contradicting), turned_out)


def was_right(claim: Claim, truth: GroundTruth) -> bool | None:
    """Whether the outcome lies in the region of the claim; None where that cannot be told."""
    known = truth_of(truth)
    if known is None or claim.comparator == Comparator.STATES:
        return None
    with localcontext(ARITHMETIC):
        seen = Observation(known.value, known.low, known.high, Kind.EXACT)
        stance = stance_of(seen, region_of(claim.assertion))
    return None if stance is Stance.INCONCLUSIVE else stance is Stance.SUPPORTS
