"""Sources, the facts that decide who is one voice, and who changed them when and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sources.models.columns import append_only
from sources.types import Lineage, SourceFacts

# What is known of a source, by column: all of it is in the history, and an editor may correct all of it.
FACTS = (
    "name",
    "category",
    "owner",
    "parents",
    "upstreams",
    "republishes",
    "carries",
    "authority",
    "interested",
    "defects",
    "read",
    "unconfirmed",
    "aliases",
    "domains",
    "url",
)


class Source(models.Model):
    """An organisation that counts as a voice. Providers are sources we can ask; a publisher is one we cannot."""

    class Category(models.TextChoices):
        VENUE = "venue", "Trading venue"
        DASHBOARD = "dashboard", "Dashboard"
        AGGREGATOR = "aggregator", "Aggregator"
        OFFICIAL = "official", "Official publisher"
        AGENCY = "agency", "News agency"
        PUBLISHER = "publisher", "News publisher"
        ACCOUNT = "account", "Account or chat"
        COMPUTED = "computed", "Computed from rules"
        UNCLASSIFIED = "unclassified", "Nobody has classified it yet"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=20, choices=Category, default=Category.UNCLASSIFIED)
    owner = models.CharField(
        max_length=200,
        blank=True,
        help_text="Who owns it. Sources of one owner are one voice; without an owner a source cannot raise a count.",
    )
    parents = models.JSONField(default=list, blank=True, help_text="Who owns the owner, nearest first.")
    upstreams = models.JSONField(
        default=dict,
        blank=True,
        help_text='Metric, "metric:SUBJECT" or "*" → feeds the figures come from: {"price": ["feed"]}.',
    )
    republishes = models.JSONField(default=list, blank=True, help_text="Slugs of sources whose figures it passes on.")
    carries = models.JSONField(default=list, blank=True, help_text="Slugs of sources some of whose texts it prints.")
    authority = models.JSONField(default=list, blank=True, help_text='"metric:SUBJECT" for which its word is the fact.')
    interested = models.JSONField(default=list, blank=True, help_text="Metrics on which it speaks about itself.")
    defects = models.JSONField(default=dict, blank=True, help_text="Metric → a defect it shares with others.")
    read = models.TextField(blank=True, help_text="Where and when these facts were read.")
    unconfirmed = models.BooleanField(default=False, help_text="Nobody has seen a document for some of these facts.")
    aliases = models.JSONField(default=list, blank=True, help_text="Other names it is cited by.")
    domains = models.JSONField(default=list, blank=True, help_text='Of its pages, without "www.".')
    url = models.URLField(blank=True)
    is_provider = models.BooleanField(default=False, editable=False)
    edited = models.BooleanField(default=False, help_text="Corrected by an editor: updates leave it alone.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> SourceFacts:
        """This row as the independence rules read it."""
        lineage = Lineage(
            owner=self.owner,
            read=self.read,
            parents=tuple(self.parents),
            upstreams={metric: tuple(feeds) for metric, feeds in self.upstreams.items()},
            republishes=tuple(self.republishes),
            carries=tuple(self.carries),
            authority=frozenset(self.authority),
            interested=frozenset(self.interested),
            defects=dict(self.defects),
            unconfirmed=self.unconfirmed,
        )
        return SourceFacts(self.slug, self.name, lineage, tuple(self.aliases), tuple(self.domains))


class SourceChange(models.Model):
    """Who changed which facts of a source, and why. Rows are appended, never edited.

    before, after: the facts that differ, by column. A proposed change is not in force; the row that confirms or
    declines it says so later and names it. person is None for the reviewed registry.
    """

    class Kind(models.TextChoices):
        MADE = "made", "Made"
        PROPOSED = "proposed", "Proposed"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposal = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="answer")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["source", "-id"], name="source_change_newest")]
        constraints = [
            models.CheckConstraint(
                name="sources_change_answers_a_proposal",
                condition=Q(kind__in=["confirmed", "declined"], proposal__isnull=False)
                | Q(kind__in=["made", "proposed"], proposal__isnull=True),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
