"""The rows of asking and answering. They are the truth; messages only wake workers.

ProviderState ── its health          Inquiry ── one round of a question
                                     Lookup ── inquiry × provider, with its outcome
                                     Snapshot → Body ── what was said, before anyone read it
                                     Observation ── what it lets us conclude
Body, Snapshot and Observation are append-only: the database refuses UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

import zlib

from django.db import models
from django.db.models import F, Q

from sources.canonical import sha256_of, text_of
from sources.errors import REASONS
from sources.metrics import CATALOGUE
from sources.models.columns import append_only, figure_field, finite
from sources.types import Kind, Question, Window


class ProviderState(models.Model):
    """How a provider is doing, shared by all workers. The budget of a minute is counted here."""

    provider = models.SlugField(max_length=80, primary_key=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row; any answer sets it back to zero.")
    minute = models.DateTimeField(null=True, editable=False)
    minute_used = models.PositiveIntegerField(default=0, editable=False)
    asked_total = models.PositiveBigIntegerField(default=0)
    answered_total = models.PositiveBigIntegerField(default=0)
    last_asked_at = models.DateTimeField(null=True, blank=True)
    last_answered_at = models.DateTimeField(null=True, blank=True)
    last_failed_at = models.DateTimeField(null=True, blank=True)
    last_reason = models.CharField(max_length=30, blank=True)
    last_note = models.CharField(max_length=300, blank=True)
    last_latency_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["provider"]
        verbose_name = "provider"

    def __str__(self) -> str:
        return self.provider


class Inquiry(models.Model):
    """One round of putting a question to every provider that covers it. At most one is open per question.

    for_outcome: it asks what the answer turned out to be, of those who publish that later; no claim waits on it, and
    its key is not the question's.
    lease, lease_until: the worker that is on it; a higher lease fences off an earlier worker that wakes up late.
    rung_at: when a worker was last sent for.
    """

    key = models.CharField(max_length=64, db_index=True)
    metric = models.CharField(max_length=40, choices=[(name, metric.title) for name, metric in CATALOGUE.items()])
    subject = models.CharField(max_length=40)
    qualifiers = models.JSONField(default=dict, blank=True)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    round = models.PositiveIntegerField(default=1)
    for_outcome = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    lease = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    parked = models.CharField(max_length=200, blank=True, help_text="Why no worker is sent any more.")

    class Meta:
        verbose_name_plural = "inquiries"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(settled_at=None), name="one_open_inquiry_per_question"),
            models.CheckConstraint(condition=Q(window_start__lte=F("window_end")), name="inquiry_window_in_order"),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(settled_at=None), name="inquiry_open"),
            models.Index(fields=["key", "-settled_at"], name="inquiry_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()}, {self.subject}, round {self.round}"

    @property
    def question(self) -> Question:
        return Question.of(self.metric, self.subject, Window(self.window_start, self.window_end), **self.qualifiers)


class Body(models.Model):
    """A raw body under its SHA-256, zlib-compressed. Equal bodies are kept once."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    compressed = models.BinaryField()
    size = models.PositiveIntegerField(help_text="bytes, before compression")

    class Meta:
        triggers = append_only()
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def raw(self) -> bytes:
        return zlib.decompress(bytes(self.compressed))


class Lookup(models.Model):
    """One asking of one provider inside an inquiry. Leaves `waiting` exactly once."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ANSWERED = "answered", "Answered"
        ABSTAINED = "abstained", "Abstained"

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="lookups")
    provider = models.SlugField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=20, blank=True, choices=[(word, word.replace("_", " ")) for word in REASONS])
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    observation = models.ForeignKey("Observation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["provider"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "provider"], name="one_lookup_per_provider"),
            models.CheckConstraint(
                name="lookup_outcome_complete",
                condition=Q(state="waiting", reason="", observation=None)
                | Q(state="answered", reason="", observation__isnull=False)
                | (Q(state="abstained", observation=None) & ~Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=["provider", "-finished_at"], name="lookup_by_provider")]

    def __str__(self) -> str:
        return f"{self.provider} in inquiry {self.inquiry_id}"


class Snapshot(models.Model):
    """One raw answer as it came, kept before anyone parsed it. The URL carries no key."""

    lookup = models.ForeignKey(Lookup, on_delete=models.PROTECT, related_name="snapshots")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="snapshots")
    method = models.CharField(max_length=8)
    url = models.TextField()
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    requested_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.method} {self.url} → {self.status}"

    @property
    def digest(self) -> str:
        """SHA-256 over all columns: what the grounds of a verdict remember it by."""
        parts = [self.lookup_id, self.body_id, self.method, self.url, self.status, self.headers]
        return sha256_of(text_of([*parts, self.requested_at, self.received_at]))


class Observation(models.Model):
    """What a provider lets us conclude: an interval in the metric's unit. Append-only."""

    provider = models.SlugField(max_length=80)
    metric = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    value = figure_field()
    low = figure_field(null=True)
    high = figure_field(null=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    observed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="observations")
    parser_version = models.CharField(max_length=40)

    class Meta:
        triggers = append_only()
        ordering = ["id"]
        constraints = [
            *finite("value", "low", "high"),
            models.CheckConstraint(
                name="observation_in_order",
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
            ),
        ]
        indexes = [models.Index(fields=["metric", "subject", "provider", "-received_at"], name="observation_series")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.value.normalize():f}"

    @property
    def digest(self) -> str:
        """SHA-256 over all columns: what the grounds of a verdict remember it by."""
        figures = [None if one is None else f"{one:.20f}" for one in (self.value, self.low, self.high)]
        about = [self.provider, self.metric, self.subject, *figures, self.kind, self.note, self.detail]
        return sha256_of(text_of([*about, self.observed_at, self.received_at, self.snapshot_id, self.parser_version]))


class Heartbeat(models.Model):
    """When a process that runs by itself (worker, beat) last showed that it lives, by the database's clock."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Origin(models.Model):
    """One row: whether this database holds live or replayed evidence. It is never both."""

    data = models.CharField(max_length=10, primary_key=True)

    def __str__(self) -> str:
        return self.data
