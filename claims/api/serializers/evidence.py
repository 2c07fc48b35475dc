"""What a verdict rests on, and the verdicts of a claim one after the other."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from claims.api import examples
from claims.api.serializers.claims import VerdictOut
from claims.api.serializers.fields import FigureField, Plain, TextField, WordField, texts, times
from claims.queries import Item
from claims.types import Outcome, Stance, Status
from sources.errors import REASONS
from sources.models import Lookup, Snapshot
from sources.types import Kind


class SnapshotOut(Plain):
    id = serializers.CharField(read_only=True)
    sha256 = serializers.CharField(source="body_id", read_only=True)
    requested_url = serializers.CharField(source="url", read_only=True, help_text="Without the key.")
    http_status = serializers.IntegerField(source="status", read_only=True)
    requested_at = times(nullable=False)
    received_at = times(nullable=False)
    body = serializers.SerializerMethodField(help_text="Address of the raw body.")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_body(self, snapshot: Snapshot) -> str:
        return str(reverse("api:snapshot", args=[snapshot.body_id], request=self.context.get("request")))


@extend_schema_serializer(examples=[examples.EVIDENCE])
class EvidenceOut(Plain):
    """One lookup: what the provider gave, and how the verdict read it.

    The interval from `low` to `high` is in the metric's unit; null is open. `observed_at` is when the provider says
    the value held; null when it does not say.
    """

    provider = serializers.CharField(source="lookup.provider", read_only=True)
    state = WordField(Lookup.State.values, source="lookup.state")
    voice = TextField(source="reading.voice", default=None)
    stance = WordField(list(Stance), source="reading.stance", default=None, allow_null=True)
    counts = serializers.BooleanField(source="reading.counts", read_only=True, default=False)
    label = TextField(source="reading.label", default=None)  # type: ignore[assignment]
    reason = TextField(source="reading.reason", default=None)
    reason_zh = TextField(source="reading.reason_zh", default=None, help_text="The same in Simplified Chinese.")
    abstention = WordField(REASONS, source="lookup.reason", allow_null=True)
    note = TextField(source="lookup.note")
    value = FigureField(source="observation.value", default=None)
    low = FigureField(source="observation.low", default=None)
    high = FigureField(source="observation.high", default=None)
    kind = WordField(list(Kind), source="observation.kind", default=None, allow_null=True)
    observed_at = serializers.DateTimeField(source="observation.observed_at", read_only=True, default=None)
    received_at = serializers.SerializerMethodField()
    requested_url = serializers.CharField(source="snapshot.url", read_only=True, default=None)
    snapshot = serializers.CharField(source="snapshot.id", read_only=True, default=None)
    sha256 = serializers.CharField(source="snapshot.body_id", read_only=True, default=None)
    snapshots = SnapshotOut(many=True, read_only=True, help_text="Everything the provider sent, oldest first.")
    verdict = serializers.CharField(source="reading.verdict_id", read_only=True, default=None)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_received_at(self, item: Item) -> Any:
        moment = item.observation.received_at if item.observation else item.snapshot and item.snapshot.received_at
        return times().to_representation(moment) if moment else None


@extend_schema_serializer(examples=[examples.HISTORY])
class HistoryOut(VerdictOut):
    """A verdict in the history of its claim."""

    type = serializers.SerializerMethodField()
    created_at = times(nullable=False)
    outcome = WordField(list(Outcome))
    status = WordField(list(Status), help_text="What the rules made of this inquiry.")
    shown_status = WordField(list(Status), help_text="What the claim showed from then on.")
    flags = texts()
    spread = FigureField()
    previous_hash = TextField(help_text="Hash of the verdict stored before this one.")

    @extend_schema_field({"type": "string", "enum": ["verdict"]})
    def get_type(self, verdict: Any) -> str:
        return "verdict"
