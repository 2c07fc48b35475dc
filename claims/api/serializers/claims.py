"""Claims, what the newest verdict says about them, and what a submission looks like."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from claims import queries
from claims.api import examples
from claims.api.serializers.fields import FigureField, Plain, QualifierField, TextField, WordField, texts, times
from claims.api.serializers.overrides import OverrideOut
from claims.arithmetic import Rule
from claims.confidence import Sides, in_hundredths
from claims.models import Claim, Inconsistency, Verdict
from claims.telling.sums import told
from claims.types import Comparator, Hedge, Outcome, Status
from sources.metrics import CATALOGUE


class CitationIn(Plain):
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="Slug or name; an unknown name becomes an unclassified source."
    )
    url = serializers.URLField(required=False)
    quote = serializers.CharField(required=False, help_text="The words cited.")


@extend_schema_serializer(examples=[examples.SUBMISSION])
class ClaimIn(Plain):
    """Only described here: `claims.intake` reads submissions, so that every door refuses the same."""

    text = serializers.CharField(help_text="The statement as published.")
    as_of = serializers.DateTimeField(help_text="The instant it speaks of; with a zone.")
    metric = serializers.ChoiceField(list(CATALOGUE), required=False, help_text="A name of `/api/v1/metrics/`.")
    subject = serializers.CharField(required=False, help_text="A symbol: BTC, ETH, CRYPTO, NIKKEI225 …")
    side = serializers.ChoiceField(["long", "short", "total"], required=False)
    comparator = serializers.ChoiceField([word.value for word in Comparator], required=False)
    value = serializers.CharField(required=False, help_text="A plain decimal figure in the metric's unit.")
    value_high = serializers.CharField(required=False, allow_null=True, help_text="Only for between and magnitude.")
    unit = serializers.CharField(required=False, help_text="If given, it must be the metric's.")
    zone_low = serializers.CharField(required=False)
    zone_high = serializers.CharField(required=False)
    window = serializers.CharField(required=False, help_text="ISO 8601 duration; the window ends at as_of.")
    window_start = serializers.DateTimeField(required=False)
    window_end = serializers.DateTimeField(required=False)
    hedge = serializers.ChoiceField([word.value for word in Hedge], required=False)
    citations = CitationIn(many=True, required=False)
    article = serializers.UUIDField(required=False, help_text="The article that makes the claim.")


class CitationOut(Plain):
    source = serializers.CharField(source="source.slug", read_only=True)  # type: ignore[assignment]
    url = TextField()
    quote = TextField()


class VerdictOut(Plain):
    """Counts are voices, except asked and answered, which are providers."""

    id = serializers.CharField(read_only=True)
    asked = serializers.IntegerField(read_only=True)
    answered = serializers.IntegerField(read_only=True)
    abstained = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="Reason → number of providers."
    )
    supporting_voices = serializers.IntegerField(read_only=True)
    contradicting_voices = serializers.IntegerField(read_only=True)
    quorum = serializers.IntegerField(read_only=True)
    consensus_low = FigureField()
    consensus_high = FigureField()
    confidence = serializers.SerializerMethodField(
        help_text="Probability that the claim is right, such as 0.97; null where no voice decided. Never a status."
    )
    confidence_outcomes = serializers.SerializerMethodField(
        help_text="Later outcomes of these sources that it rests on; 0: only what is assumed of anybody."
    )
    rests_on = texts(help_text="Voices whose loss would change the status.")
    reason = serializers.CharField(read_only=True)
    wording = serializers.CharField(read_only=True)
    reason_zh = serializers.CharField(read_only=True, help_text="The reason in Simplified Chinese.")
    wording_zh = serializers.CharField(read_only=True, help_text="The wording in Simplified Chinese.")
    policy_version = serializers.CharField(read_only=True)
    hash = serializers.CharField(read_only=True)

    def get_confidence(self, verdict: Verdict) -> str | None:
        return None if verdict.confidence is None else str(in_hundredths(verdict.confidence))

    def get_confidence_outcomes(self, verdict: Verdict) -> int:
        return Sides.read(verdict.believed).outcomes


class SumOut(Plain):
    en = serializers.CharField(read_only=True)
    zh = serializers.CharField(read_only=True)


class InconsistencyOut(Plain):
    """Claims that cannot all be true, by arithmetic alone."""

    rule = WordField(list(Rule))
    claims = serializers.SerializerMethodField(help_text="Ids: the terms, then the claim they do not fit.")
    sum = serializers.SerializerMethodField(help_text="The sum in words.")
    found_at = times(nullable=False)

    def get_claims(self, row: Inconsistency) -> list[str]:
        breach = row.breach
        return [*(term.claim for term in breach.terms), breach.against.claim]

    @extend_schema_field(SumOut)
    def get_sum(self, row: Inconsistency) -> dict[str, str]:
        return {language: told(row.breach, language) for language in ("en", "zh")}


@extend_schema_serializer(examples=[examples.CLAIM])
class ClaimOut(Plain):
    """A claim and its mark."""

    id = serializers.UUIDField(read_only=True)
    url = serializers.SerializerMethodField()
    text = serializers.CharField(read_only=True)
    metric = WordField(list(CATALOGUE))
    subject = serializers.CharField(read_only=True)
    side = QualifierField()
    comparator = WordField(list(Comparator))
    value = FigureField()
    value_high = FigureField()
    unit = TextField()
    zone_low = QualifierField()
    zone_high = QualifierField()
    as_of = times(nullable=False)
    window_start = times(nullable=False)
    window_end = times(nullable=False)
    hedge = WordField(list(Hedge))
    citations = CitationOut(many=True, read_only=True)
    article = serializers.UUIDField(source="article_id", read_only=True, allow_null=True)
    status = WordField(list(Status))
    outcome = WordField(list(Outcome), allow_null=True, help_text="Null before the first verdict.")
    flags = texts()
    checking = serializers.BooleanField(source="is_checking", read_only=True)
    checked_at = times()
    next_check_at = times()
    data = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="Whether figures come from providers or from recordings."
    )
    verdict = serializers.SerializerMethodField(help_text="The newest; null before the first.")
    override = serializers.SerializerMethodField(help_text="The person's decision that the mark rests on, or null.")
    proposal = serializers.SerializerMethodField(help_text="A decision that waits for a second person, or null.")

    inconsistencies = InconsistencyOut(
        source="breaches", many=True, read_only=True, help_text="Other claims that cannot be true beside it."
    )

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, claim: Claim) -> str:
        return str(reverse("api:claim", args=[claim.pk], request=self.context.get("request")))

    @extend_schema_field({"type": "string", "enum": ["live", "replay"]})
    def get_data(self, claim: Claim) -> str:
        return str(settings.DATA)

    @extend_schema_field(VerdictOut(allow_null=True))
    def get_verdict(self, claim: Claim) -> dict[str, Any] | None:
        newest: list[Verdict] = getattr(claim, "newest_verdicts", [])
        return dict(VerdictOut(newest[0]).data) if newest else None

    @extend_schema_field(OverrideOut(allow_null=True))
    def get_override(self, claim: Claim) -> dict[str, Any] | None:
        row = queries.decision(claim)
        return dict(OverrideOut(row).data) if row else None

    @extend_schema_field(OverrideOut(allow_null=True))
    def get_proposal(self, claim: Claim) -> dict[str, Any] | None:
        row = queries.proposal(claim)
        return dict(OverrideOut(row).data) if row else None


@extend_schema_serializer(examples=[examples.BULK])
class BulkIn(Plain):
    claims = ClaimIn(many=True, help_text="Up to 1,000.")


class ErrorOut(Plain):
    code = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)
    fields = serializers.DictField(child=serializers.CharField(), read_only=True)  # type: ignore[assignment]


class BulkItemOut(Plain):
    index = serializers.IntegerField(read_only=True, help_text="Position in the request.")
    status = serializers.IntegerField(read_only=True, help_text="201 created, 200 known already, or the error's.")
    claim = ClaimOut(read_only=True, allow_null=True)
    error = ErrorOut(read_only=True, allow_null=True)


@extend_schema_serializer(examples=[examples.BULK_ANSWER])
class BulkOut(Plain):
    created = serializers.IntegerField(read_only=True)
    existing = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)
    results = BulkItemOut(many=True, read_only=True)
