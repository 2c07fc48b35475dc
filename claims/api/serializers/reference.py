"""Metrics, sources with their voices, providers with their health, information gaps."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from claims.api import examples
from claims.api.serializers.fields import FigureField, Plain, TextField, WordField, texts, times
from claims.learning.standing import Standing
from claims.queries import ProviderCard
from sources.independence import Voice
from sources.models import Source


def durations(**more: Any) -> serializers.DurationField:
    return serializers.DurationField(read_only=True, format="iso-8601", **more)


@extend_schema_serializer(examples=[examples.METRIC])
class MetricOut(Plain):
    """A measured quantity and how claims about it are judged; `why` gives the reason of each number."""

    name = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    quantity = serializers.CharField(read_only=True)
    unit = serializers.CharField(read_only=True)
    tolerance = FigureField()
    quorum = serializers.IntegerField(read_only=True)
    window = durations(allow_null=True, help_text="The longest; null for a moment.")
    default_window = durations(allow_null=True)
    half_life = durations()
    hard_limit = durations()
    recheck = serializers.ListField(child=durations(), read_only=True)
    comparators = texts()
    qualifiers = serializers.DictField(child=texts(), read_only=True, help_text="Name → allowed words; none: a price.")
    asset_kinds = texts()
    why = serializers.DictField(child=serializers.CharField(), read_only=True)


class ReliabilityOut(Plain):
    """How far a source is believed, always with the number of later outcomes behind it."""

    accuracy = serializers.SerializerMethodField(help_text="That its next figure is right; 0.80 for a stranger.")
    right = serializers.IntegerField(source="of_metric.right", read_only=True, help_text="Outcomes of this metric.")
    wrong = serializers.IntegerField(source="of_metric.wrong", read_only=True)
    right_overall = serializers.IntegerField(source="all_metrics.right", read_only=True)
    wrong_overall = serializers.IntegerField(source="all_metrics.wrong", read_only=True)

    def get_accuracy(self, standing: Standing) -> str:
        return f"{standing.accuracy:.2f}"


@extend_schema_serializer(examples=[examples.SOURCE])
class SourceOut(Plain):
    """Who is behind a source, and which voice it belongs to."""

    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    category = WordField(Source.Category.values)
    owner = TextField()
    parents = texts(help_text="Who owns the owner, nearest first.")
    aliases = texts(help_text="Other names under which a citation finds it.")
    domains = texts()
    is_provider = serializers.BooleanField(read_only=True)
    voice = serializers.SerializerMethodField(help_text="Sources of one voice count once.")
    voice_members = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField(help_text="False: unclassified, so it cannot raise a count.")
    is_authority = serializers.SerializerMethodField(help_text="Its own word is the fact for the metric and subject.")
    why = serializers.SerializerMethodField(help_text="A sentence for each fact that made the voice.")
    reliability = serializers.SerializerMethodField(help_text="On the metric named; without one, over all metrics.")
    upstreams = serializers.DictField(child=texts(), read_only=True)
    republishes = texts()
    carries = texts(help_text="Whose texts it prints beside its own; ties only where the texts are copies.")
    authority = texts()
    interested = texts()
    defects = serializers.DictField(child=serializers.CharField(), read_only=True)
    read = TextField(help_text="Where and when these facts were read.")
    unconfirmed = serializers.BooleanField(read_only=True, help_text="Nobody has seen a document for some of them.")
    url = TextField()

    def _voice(self, source: Source) -> Voice:
        found: Voice = self.context["voices"][source.slug]
        return found

    def get_voice(self, source: Source) -> str:
        return self._voice(source).name

    def get_voice_members(self, source: Source) -> list[str]:
        return list(self._voice(source).members)

    def get_counts(self, source: Source) -> bool:
        return self._voice(source).classified

    def get_is_authority(self, source: Source) -> bool:
        return source.slug in self._voice(source).authority

    def get_why(self, source: Source) -> list[str]:
        voice = self._voice(source)
        if not voice.classified:
            return ["nobody has noted who owns it"]
        return list(voice.reasons) or ["no other source shares its owner, its feeds or its figures"]

    @extend_schema_field(ReliabilityOut)
    def get_reliability(self, source: Source) -> dict[str, Any]:
        return dict(ReliabilityOut(self.context["standings"][source.slug]).data)


class BudgetOut(Plain):
    """Requests a minute that we allow ourselves."""

    per_minute = serializers.IntegerField(read_only=True)
    used = serializers.IntegerField(read_only=True)
    left = serializers.SerializerMethodField()

    def get_left(self, card: ProviderCard) -> int:
        return max(0, card.per_minute - card.used)


@extend_schema_serializer(examples=[examples.PROVIDER])
class ProviderOut(Plain):
    """A source that can be asked."""

    name = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    owner = serializers.CharField(read_only=True)
    covers = texts(source="metrics", help_text="Metrics; for some subjects it may still not answer.")
    docs = TextField()
    licence = TextField()
    key = WordField(["required", "optional", "none"])
    state = WordField(["ready", "failing", "paused", "not_configured"])
    paused_until = serializers.SerializerMethodField()
    pause_reason = TextField(source="row.pause_reason")
    failures = serializers.IntegerField(source="row.failures", read_only=True, help_text="In a row.")
    last_asked_at = serializers.DateTimeField(source="row.last_asked_at", read_only=True, allow_null=True)
    last_answered_at = serializers.DateTimeField(source="row.last_answered_at", read_only=True, allow_null=True)
    last_failed_at = serializers.DateTimeField(source="row.last_failed_at", read_only=True, allow_null=True)
    last_reason = TextField(source="row.last_reason", help_text="Why it did not answer the last time.")
    last_note = TextField(source="row.last_note")
    last_latency_ms = serializers.IntegerField(source="row.last_latency_ms", read_only=True, allow_null=True)
    asked_total = serializers.IntegerField(source="row.asked_total", read_only=True)
    answered_total = serializers.IntegerField(source="row.answered_total", read_only=True)
    budget = BudgetOut(source="*", read_only=True)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_paused_until(self, card: ProviderCard) -> Any:
        return times().to_representation(card.row.paused_until) if card.is_paused and card.row.paused_until else None


@extend_schema_serializer(examples=[examples.GAP])
class GapOut(Plain):
    """Nobody publishes an authoritative figure for this: claims it covers are marked `no_authority`."""

    id = serializers.CharField(read_only=True)
    metric = serializers.CharField(read_only=True)
    subject = serializers.CharField(read_only=True)
    qualifiers = serializers.DictField(child=serializers.CharField(), read_only=True)
    window = serializers.SerializerMethodField(help_text="Only claims about windows of this length; null: any.")
    since = times(nullable=False)
    until = times()
    note = serializers.CharField(read_only=True)
    wording = TextField(help_text="The sentence that may be printed all the same.")
    review_at = serializers.DateField(read_only=True, allow_null=True)

    @extend_schema_field({"type": "string", "format": "duration", "nullable": True})
    def get_window(self, gap: Any) -> str | None:
        return None if gap.window_seconds is None else f"PT{gap.window_seconds}S"


@extend_schema_serializer(examples=[examples.GAP_BODY])
class GapIn(Plain):
    """Only described here: `claims.gaps` reads it."""

    metric = serializers.CharField()
    subject = serializers.CharField()
    qualifiers = serializers.DictField(child=serializers.CharField(), required=False, help_text="Those named must fit.")
    window = serializers.CharField(required=False, help_text="ISO 8601 duration: only windows of this length.")
    since = serializers.DateTimeField(help_text="Claims about windows that end in this span are covered.")
    until = serializers.DateTimeField(required=False)
    note = serializers.CharField(help_text="Why there is no authoritative figure, in one clause.")
    wording = serializers.CharField(
        required=False, help_text="The sentence that may be printed, in the copy's language."
    )
    review_at = serializers.DateField(required=False)
