"""What was said, where, and by whom."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from claims.policy import ARITHMETIC
from claims.types import Assertion, Comparator, Gap, Hedge, Outcome, Status
from sources.metrics import CATALOGUE
from sources.models import Source, append_only, figure_field, finite
from sources.types import Question, Window


def choices(words: Any) -> list[tuple[str, str]]:
    return [(word.value, word.value.replace("_", " ")) for word in words]


METRICS = [(name, metric.title) for name, metric in CATALOGUE.items()]


class Article(models.Model):
    """A text that makes claims. as_of: the instant its present tense speaks of."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=500)
    publisher = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="articles")
    url = models.URLField(max_length=2000, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=10, default="en")
    as_of = models.DateTimeField()
    timezone = models.CharField(max_length=60, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class Claim(models.Model):
    """A statement as published, its assertion, and the newest verdict on it.

    status, outcome, flags and checked_at repeat the newest verdict, written in its transaction, so that lists need no
    join. compared_at: when it was last compared with other claims, None for never. submission_key: hash of assertion,
    as-of and citations; the same submission is the same claim.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.TextField()
    metric = models.CharField(max_length=40, choices=METRICS)
    subject = models.CharField(max_length=40)
    qualifiers = models.JSONField(default=dict, blank=True)
    comparator = models.CharField(max_length=20, choices=choices(Comparator))
    value = figure_field(null=True, blank=True)
    value_high = figure_field(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    as_of = models.DateTimeField()
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    question_key = models.CharField(max_length=64, db_index=True, editable=False)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    hedge = models.CharField(max_length=20, choices=choices(Hedge), default=Hedge.NONE.value)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    start = models.PositiveIntegerField(null=True, blank=True, help_text="Code points into the article's text.")
    end = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    status = models.CharField(max_length=20, choices=choices(Status), default=Status.PENDING.value, editable=False)
    outcome = models.CharField(max_length=20, choices=choices(Outcome), blank=True, editable=False)
    flags = ArrayField(models.CharField(max_length=80), default=list, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_check_at = models.DateTimeField(null=True, blank=True, editable=False)
    rechecks = models.PositiveIntegerField(default=0, editable=False)
    retries = models.PositiveIntegerField(default=0, editable=False)
    compared_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="claim_newest"),
            models.Index(fields=["status", "-created_at"], name="claim_by_status"),
            models.Index(fields=["metric", "subject", "-as_of"], name="claim_by_metric"),
            models.Index(fields=["metric", "subject", "-window_end"], name="claim_by_window"),
            models.Index(fields=["created_at"], condition=Q(compared_at=None), name="claim_not_compared"),
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="claim_due"),
            models.Index(fields=["updated_at"], name="claim_updated"),
            GinIndex(fields=["flags"], name="claim_flags"),
        ]
        constraints = [
            *finite("value", "value_high"),
            models.CheckConstraint(condition=Q(window_start__lte=F("window_end")), name="claim_window_in_order"),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 100 else f"{self.text[:99]}…"

    @property
    def question(self) -> Question:
        return Question.of(self.metric, self.subject, Window(self.window_start, self.window_end), **self.qualifiers)

    @property
    def assertion(self) -> Assertion:
        return Assertion(self.question, Comparator(self.comparator), _written(self.value), _written(self.value_high))


def _written(figure: Decimal | None) -> Decimal | None:
    """The figure with the digits it was written with: the column pads to 20 places."""
    return None if figure is None else figure.normalize(ARITHMETIC)


class Citation(models.Model):
    """Where a claim says it has its figure from."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    url = models.URLField(max_length=2000, blank=True)
    quote = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.source.name


class GapRecord(models.Model):
    """Nobody publishes an authoritative figure for this. Claims it covers are marked `no_authority`.

    window_seconds: only claims about a window of this length; empty = any. qualifiers: those named must be equal.
    """

    metric = models.CharField(max_length=40, choices=METRICS)
    subject = models.CharField(max_length=40)
    qualifiers = models.JSONField(default=dict, blank=True)
    window_seconds = models.PositiveIntegerField(null=True, blank=True)
    since = models.DateTimeField(help_text="Claims about windows that end in this span are covered.")
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, help_text="Why there is no authoritative figure, in one clause.")
    wording = models.TextField(
        max_length=500,
        blank=True,
        help_text="The sentence that may be printed, in the copy's language; without one, the desk's own words.",
    )
    review_at = models.DateField(null=True, blank=True, help_text="When somebody should see whether it still holds.")

    class Meta:
        verbose_name = "information gap"
        ordering = ["metric", "subject"]

    def __str__(self) -> str:
        return f"{self.get_metric_display()}, {self.subject}"

    @property
    def gap(self) -> Gap:
        scope = (self.metric, self.subject, self.since, self.until, self.qualifiers, self.window_seconds)
        return Gap(*scope, self.note, self.wording)


class GapChange(models.Model):
    """Who recorded, changed or ended an information gap, and why. Append-only.

    before, after: the columns that differ, as text; None in `before` where the gap is new.
    """

    gap = models.ForeignKey(GapRecord, on_delete=models.PROTECT, related_name="changes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.gap}: {', '.join(self.after)}"
