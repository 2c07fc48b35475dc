"""What became known later, how each source did against it, and who seems to copy whom.

GroundTruth ── an authoritative outcome        Score ── one observation against it       TrackRecord ── scores, counted
CalibrationFit ── numbers of the confidence    CopySuggestion ── a merge for an editor to decide

Outcomes, scores and fits are append-only. No row here refers to a verdict: what the desk itself decided teaches nobody.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models.claim import METRICS, Claim
from claims.models.override import Override
from claims.types import Result
from sources.models import Observation, Snapshot, Source, append_only, figure_field, finite
from sources.types import Question, Window

RULING = "ruling"
# A machine's later reading must not undo what a person decided with a document in hand.
RANKS = {RULING: 3, "gazette": 2}

_OWN_WORD = """
IF NEW.observation_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM sources_observation o JOIN sources_source s ON s.slug = o.provider
    WHERE o.id = NEW.observation_id AND s.id = NEW.authority_id AND o.metric = NEW.metric AND o.subject = NEW.subject
) THEN
    RAISE EXCEPTION 'own_word: an outcome is read from what its authority itself said about this figure';
END IF;
RETURN NEW;
"""


class GroundTruth(models.Model):
    """What the answer to a question turned out to be, by somebody whose word is the fact.

    key: of the question. low, high: in the metric's unit, both there, or none and `statement` with `holds`.
    own: slug of the provider whose figures about itself this settles. settles_others: it settles everybody else's, too,
    but for the authority's own voice. observation: what it was read from; None when a person recorded it, by a ruling
    (`override`) or apart from one.
    rank: of two outcomes in force the higher one stands, then the newer one.
    """

    class KnownFrom(models.TextChoices):
        DAILY_FILE = "daily_file", "Daily file of the venue"
        SETTLEMENT = "settlement", "Settlement value"
        OFFICIAL_RELEASE = "official_release", "Official release"
        CORRECTED_PRINT = "corrected_print", "Corrected print"
        GAZETTE = "gazette", "Gazette document"
        RULING = RULING, "Editor's ruling with a document"

    key = models.CharField(max_length=64)
    metric = models.CharField(max_length=40, choices=METRICS)
    subject = models.CharField(max_length=40)
    qualifiers = models.JSONField(default=dict, blank=True)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    value = figure_field(null=True)
    low = figure_field(null=True)
    high = figure_field(null=True)
    statement = models.TextField(blank=True)
    holds = models.BooleanField(null=True)
    known_from = models.CharField(max_length=20, choices=KnownFrom)
    authority = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="outcomes")
    own = models.SlugField(max_length=80, blank=True)
    settles_others = models.BooleanField(default=True)
    document_url = models.URLField(max_length=2000, blank=True)
    note = models.CharField(max_length=500, blank=True)
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="outcomes")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="outcomes")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="outcomes")
    override = models.OneToOneField(Override, on_delete=models.PROTECT, null=True, related_name="outcome")
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    rank = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "outcome"
        ordering = ["-id"]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(name="own_word", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OWN_WORD),
        ]
        constraints = [
            *finite("value", "low", "high"),
            models.CheckConstraint(
                name="outcome_is_a_figure_or_a_fact",
                condition=Q(value__isnull=False, low__isnull=False, high__isnull=False)
                & Q(low__lte=F("high"), statement="", holds=None)
                | (Q(value=None, low=None, high=None, holds__isnull=False) & ~Q(statement="")),
            ),
            models.CheckConstraint(
                name="outcome_from_an_observation_or_a_person_with_a_document",
                condition=Q(observation__isnull=False, recorded_by=None)
                | (Q(observation=None, recorded_by__isnull=False) & ~Q(document_url="")),
            ),
            models.CheckConstraint(name="outcome_window_in_order", condition=Q(window_start__lte=F("window_end"))),
            models.CheckConstraint(name="outcome_after_its_window", condition=Q(window_end__lte=F("recorded_at"))),
            models.UniqueConstraint(
                fields=["key", "authority"],
                condition=Q(observation__isnull=False, supersedes=None),
                name="one_first_outcome_per_authority",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "-rank", "-id"], name="outcome_of_question"),
            models.Index(fields=["metric", "subject", "-window_end"], name="outcome_by_metric"),
        ]

    def __str__(self) -> str:
        said = self.statement or (f"{self.value.normalize():f}" if self.value is not None else "")
        return f"{self.get_metric_display()}, {self.subject}: {said}"

    @property
    def question(self) -> Question:
        return Question.of(self.metric, self.subject, Window(self.window_start, self.window_end), **self.qualifiers)


class Score(models.Model):
    """One earlier observation against one outcome. Counted only where nothing supersedes the outcome."""

    truth = models.ForeignKey(GroundTruth, on_delete=models.PROTECT, related_name="scores")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="scores")
    provider = models.SlugField(max_length=80)
    metric = models.CharField(max_length=40)
    result = models.CharField(max_length=10, choices=[(word.value, word.value) for word in Result])
    label = models.CharField(max_length=20, blank=True)
    reason = models.TextField()
    scored_at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["truth", "observation"], name="one_score_per_observation")]
        indexes = [models.Index(fields=["provider", "metric", "-id"], name="score_by_provider")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.result}"


class TrackRecord(models.Model):
    """How often a source was right on a metric: counted from the scores, and counted again whenever they change."""

    source = models.SlugField(max_length=80)
    metric = models.CharField(max_length=40)
    right = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    undecided = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True, help_text="End of the newest window it was scored on.")

    class Meta:
        ordering = ["source", "metric"]
        constraints = [models.UniqueConstraint(fields=["source", "metric"], name="one_record_per_source_and_metric")]

    def __str__(self) -> str:
        return f"{self.source}, {self.metric}: {self.right} right, {self.wrong} wrong"


class CalibrationFit(models.Model):
    """The numbers confidence is computed with from then on. The newest is in use; verdicts name theirs by version."""

    version = models.CharField(max_length=80, unique=True)
    parameters = models.JSONField()
    items = models.PositiveIntegerField(help_text="Past claims with a later outcome that it was fitted on.")
    log_loss_before = models.FloatField()
    log_loss_after = models.FloatField()
    fitted_at = models.DateTimeField()

    class Meta:
        triggers = append_only()
        ordering = ["-id"]
        verbose_name = "calibration"

    def __str__(self) -> str:
        return self.version


class CopySuggestion(models.Model):
    """Two sources that look like one voice for a metric. Only an editor can make them one.

    figures: the numbers behind the probability. sightings: the shared figures, as the page shows them.
    weight: shared errors and repeated odd figures; a dismissed pair comes back when this has doubled.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        MERGED = "merged", "Merged"
        DISMISSED = "dismissed", "Dismissed"

    first = models.SlugField(max_length=80)
    second = models.SlugField(max_length=80)
    metric = models.CharField(max_length=40, choices=METRICS)
    probability = models.DecimalField(max_digits=6, decimal_places=5)
    figures = models.JSONField(default=dict)
    words = ArrayField(models.TextField(), default=list)
    sightings = models.JSONField(default=list)
    weight = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When the histories were last compared.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["state", "-probability", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second", "metric"], condition=Q(state="open"), name="one_open_suggestion_per_pair"
            ),
            models.CheckConstraint(name="suggestion_pair_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="suggestion_decided_by_a_person_with_a_reason",
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state="open") & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}, {self.get_metric_display()}"
