"""What was decided, on what evidence. Verdict and Evidence are append-only."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim, choices
from claims.policy import ARITHMETIC
from claims.types import Outcome, Stance, Status
from sources.models import Inquiry, Lookup, append_only, figure_field, finite


class Verification(models.Model):
    """A claim waits for an inquiry. settled: its verdict is written, in the same transaction."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="verifications")
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="verifications")
    asked_by_person = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    settled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "inquiry"], name="one_verification_per_inquiry")]
        indexes = [models.Index(fields=["inquiry"], condition=Q(settled=False), name="verification_waiting")]

    def __str__(self) -> str:
        return f"{self.claim_id} in inquiry {self.inquiry_id}"


class Verdict(models.Model):
    """One stored ruling. The newest of a claim gives its status. Written by claims.chain, which sets both hashes.

    `outcome` and `status` are what the rules made of this inquiry. `shown_*` and the flags are what the claim shows
    after hysteresis and holds. Counts are voices. consensus_* in the metric's unit. *_zh: the same words in Chinese.
    confidence: the probability that the claim is right, by what was believed of the voices then (`believed`, as
    claims.confidence.Sides keeps it) under this calibration; None where no voice decided. It decides no status.
    inputs: all else that was read, so that it can be ruled again: claims.verification.deciding.Inputs, and under
    `grounds` the SHA-256 of each of the Grounds by name.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="verdicts")
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="verdicts")
    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=choices(Outcome))
    status = models.CharField(max_length=20, choices=choices(Status))
    shown_status = models.CharField(max_length=20, choices=choices(Status))
    shown_outcome = models.CharField(max_length=20, choices=choices(Outcome), blank=True)
    flags = ArrayField(models.CharField(max_length=80), default=list)
    asked = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    abstained = models.JSONField(default=dict)
    supporting_voices = models.PositiveIntegerField()
    contradicting_voices = models.PositiveIntegerField()
    quorum = models.PositiveIntegerField()
    consensus_low = figure_field(null=True)
    consensus_high = figure_field(null=True)
    spread = figure_field(null=True)
    rests_on = ArrayField(models.CharField(max_length=80), default=list)
    reason = models.TextField()
    wording = models.TextField(blank=True)
    reason_zh = models.TextField(blank=True, default="")
    wording_zh = models.TextField(blank=True, default="")
    policy_version = models.CharField(max_length=80)
    confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    calibration = models.CharField(max_length=80, blank=True)
    believed = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        triggers = append_only()
        ordering = ["-id"]
        constraints = [
            *finite("consensus_low", "consensus_high", "spread"),
            models.CheckConstraint(
                name="verdict_confidence_is_a_probability",
                condition=Q(confidence=None, calibration="")
                | (Q(confidence__gt=0, confidence__lt=1) & ~Q(calibration="")),
            ),
            models.UniqueConstraint(fields=["claim", "inquiry"], name="one_verdict_per_inquiry"),
        ]
        indexes = [models.Index(fields=["claim", "-id"], name="verdict_newest")]

    def __str__(self) -> str:
        return f"{self.status} ({self.outcome})"

    resting_on: list[Evidence] | None = None  # of a verdict that is not stored yet

    def canonical(self) -> dict[str, Any]:
        """What the chain takes its digest over: the verdict with its evidence."""
        if self.resting_on is not None:
            return canonical(self, self.resting_on)
        return canonical(self, sorted(self.evidence.all(), key=lambda row: row.pk))


class Evidence(models.Model):
    """One lookup as it was read for one verdict."""

    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="evidence")
    lookup = models.ForeignKey(Lookup, on_delete=models.PROTECT, related_name="evidence")
    source = models.SlugField(max_length=80)
    voice = models.CharField(max_length=80, blank=True)
    stance = models.CharField(max_length=20, choices=choices(Stance), blank=True)
    counts = models.BooleanField(default=False)
    label = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    reason_zh = models.TextField(blank=True, default="")

    class Meta:
        triggers = append_only()
        ordering = ["id"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.source}: {self.stance or 'abstained'}"


def canonical(verdict: Verdict, evidence: list[Evidence]) -> dict[str, Any]:
    """Everything a verdict says and rests on, as plain JSON values: what its digest is taken over."""

    def text(value: Any) -> str | None:
        return None if value is None else f"{value.normalize(ARITHMETIC):f}"

    sure = {}
    if verdict.confidence is not None:  # verdicts from before there was confidence keep their digests
        sure = {"confidence": [text(verdict.confidence), verdict.calibration, verdict.believed]}
    return {
        **sure,
        "claim": str(verdict.claim_id),
        "inquiry": verdict.inquiry_id,
        "created_at": verdict.created_at.isoformat(),
        "outcome": verdict.outcome,
        "status": verdict.status,
        "shown_status": verdict.shown_status,
        "shown_outcome": verdict.shown_outcome,
        "flags": verdict.flags,
        "asked": verdict.asked,
        "answered": verdict.answered,
        "abstained": verdict.abstained,
        "voices": [verdict.supporting_voices, verdict.contradicting_voices, verdict.quorum],
        "consensus": [text(verdict.consensus_low), text(verdict.consensus_high), text(verdict.spread)],
        "rests_on": verdict.rests_on,
        "reason": verdict.reason,
        "wording": verdict.wording,
        "reason_zh": verdict.reason_zh,
        "wording_zh": verdict.wording_zh,
        "policy_version": verdict.policy_version,
        "inputs": verdict.inputs,
        "evidence": [
            [row.lookup_id, row.source, row.voice, row.stance, row.counts, row.label, row.reason, row.reason_zh]
            for row in evidence
        ],
    }
