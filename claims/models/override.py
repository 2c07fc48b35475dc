"""What people decided about a mark. Append-only, and linked into the chain of decisions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim, choices
from claims.models.verdict import Verdict
from claims.policy import ARITHMETIC
from claims.types import Outcome, Stance, Status
from sources.models import append_only, figure_field, finite

MACHINE = "machine"  # instead of a status: the claim follows its verdicts again


class Override(models.Model):
    """One deed of one person on the mark of a claim; the newest tells how things stand.

    mark: the status wished for, or `machine`. shown_*: what the claim showed from then on. previous_*: what it
    showed before, and `verdict` the newest verdict the person could see. proposal: the row that this one answers.
    document_*: what a ruling rests on, where it rests on a document: its address, what it says, whether it bears the
    claim out or denies it, and the figure it gives in the metric's unit. Outcomes to learn from are the rows with
    `took_effect` and a document.
    """

    class Kind(models.TextChoices):
        DECIDED = "decided", "decided"
        PROPOSED = "proposed", "proposed, waits for a second person"
        CONFIRMED = "confirmed", "confirmed by a second person"
        REFUSED = "refused", "refused by a second person"
        WITHDRAWN = "withdrawn", "withdrawn"

    IN_FORCE = (Kind.DECIDED, Kind.CONFIRMED)

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="overrides")
    kind = models.CharField(max_length=20, choices=Kind)
    mark = models.CharField(max_length=20, choices=[*choices(Status), (MACHINE, "follows the machine")])
    shown_status = models.CharField(max_length=20, choices=choices(Status))
    shown_outcome = models.CharField(max_length=20, choices=choices(Outcome), blank=True)
    shown_flags = ArrayField(models.CharField(max_length=80), default=list)
    previous_status = models.CharField(max_length=20, choices=choices(Status))
    previous_outcome = models.CharField(max_length=20, choices=choices(Outcome), blank=True)
    previous_flags = ArrayField(models.CharField(max_length=80), default=list)
    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, null=True, related_name="overrides")
    proposal = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="answer")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="overrides")
    reason = models.TextField(blank=True)
    document_url = models.URLField(max_length=2000, blank=True)
    document_says = models.TextField(blank=True)
    document_stance = models.CharField(max_length=20, choices=choices(Stance), blank=True)
    document_value = figure_field(null=True)
    created_at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["-id"]
        constraints = [
            *finite("document_value"),
            models.CheckConstraint(
                name="override_answers_a_proposal",
                condition=Q(kind__in=["decided", "proposed"], proposal=None)
                | Q(kind__in=["confirmed", "refused", "withdrawn"], proposal__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["claim", "-id"], name="override_newest")]

    def __str__(self) -> str:
        return f"{self.mark}: {self.kind}"

    @property
    def took_effect(self) -> bool:
        return self.kind in self.IN_FORCE

    @property
    def follows_machine(self) -> bool:
        return self.mark == MACHINE

    def still_waits(self, claim: Claim) -> bool:
        """A proposal that nobody has answered, on a claim that shows what it was made on. For the newest row only."""
        shown = (claim.status, claim.outcome)
        return self.kind == self.Kind.PROPOSED and shown == (self.previous_status, self.previous_outcome)

    def canonical(self) -> dict[str, Any]:
        """Everything the row says, as plain JSON values: what its hash is taken over."""
        value = self.document_value
        return {
            "claim": str(self.claim_id),
            "kind": self.kind,
            "mark": self.mark,
            "shown": [self.shown_status, self.shown_outcome, self.shown_flags],
            "previous": [self.previous_status, self.previous_outcome, self.previous_flags],
            "verdict": self.verdict_id,
            "proposal": self.proposal_id,
            "person": self.person_id,
            "reason": self.reason,
            "document": [
                self.document_url,
                self.document_says,
                self.document_stance,
                None if value is None else f"{value.normalize(ARITHMETIC):f}",
            ],
            "created_at": self.created_at.isoformat(),
        }
