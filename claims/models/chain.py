"""What makes tampering visible: the grounds of verdicts, the chain of decisions, and its published heads."""

from __future__ import annotations

from django.db import models

from sources.models import append_only


class Grounds(models.Model):
    """One input of the rules as canonical JSON, under its SHA-256. Equal inputs are kept once. Append-only."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    class Meta:
        triggers = append_only()
        verbose_name_plural = "grounds"

    def __str__(self) -> str:
        return self.sha256[:12]


class Link(models.Model):
    """One decision in the chain. Positions run from 1 without a gap. Append-only.

    kind, row: name and id of the decision's model. digest: of what the row says. hash: over the hash before it and all
    columns of this row. Written by claims.chain alone.
    """

    position = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)
    row = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = append_only()
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="one_link_per_decision")]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind} {self.row}"


class ChainHead(models.Model):
    """How far the chain reached at a moment, as the log was told: a chain cut short later shows. Append-only."""

    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
