"""What people did to a mark, and what they may wish for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from claims.api import examples
from claims.api.serializers.fields import FigureField, Plain, TextField, WordField, times
from claims.models import Override
from claims.overriding.wishes import ANSWERS, MARKS, STANCES
from claims.types import Outcome, Status


@extend_schema_serializer(examples=[examples.OVERRIDE_BODY])
class OverrideIn(Plain):
    """Only described here: `claims.overriding` reads it. A document is told as a whole or not at all."""

    status = serializers.ChoiceField(MARKS, help_text="`machine`: the claim follows its verdicts again.")
    reason = serializers.CharField(help_text="Why, for everybody who reads the history.")
    document_url = serializers.URLField(required=False, help_text="The document that the decision rests on.")
    document_says = serializers.CharField(required=False, help_text="What it says.")
    document_stance = serializers.ChoiceField(STANCES, required=False, help_text="Whether it bears the claim out.")
    document_value = serializers.CharField(required=False, help_text="Its figure, in the metric's unit.")


@extend_schema_serializer(examples=[examples.ANSWER_BODY])
class AnswerIn(Plain):
    """What a person makes of a proposal."""

    answer = serializers.ChoiceField(ANSWERS, help_text="Only its author withdraws it, only somebody else confirms.")
    proposal = serializers.CharField(help_text="Its id, so that nobody confirms what they have not seen.")
    reason = serializers.CharField(required=False, help_text="Needed to refuse.")


class DocumentOut(Plain):
    url = serializers.URLField(source="document_url", read_only=True)
    says = serializers.CharField(source="document_says", read_only=True)
    stance = WordField(STANCES, source="document_stance")
    value = FigureField(source="document_value")


class ProposedOut(Plain):
    """The proposal that a deed answers."""

    id = serializers.CharField(read_only=True)
    person = serializers.CharField(source="person.username", read_only=True)
    reason = serializers.CharField(read_only=True)


@extend_schema_serializer(examples=[examples.OVERRIDE])
class OverrideOut(Plain):
    """What one person did to a mark. With `proposed`, two had a hand in it."""

    id = serializers.CharField(read_only=True)
    type = serializers.SerializerMethodField()
    kind = WordField(Override.Kind.values, help_text="Decided and confirmed took effect.")
    status = WordField(MARKS, source="mark", help_text="`machine`: the claim follows its verdicts again.")
    shown_status = WordField(list(Status), help_text="What the claim showed from then on.")
    previous_status = WordField(list(Status))
    previous_outcome = WordField(list(Outcome), allow_null=True)
    person = serializers.CharField(source="person.username", read_only=True)
    reason = TextField()
    document = serializers.SerializerMethodField(help_text="What it rests on; null without a document.")
    proposed = ProposedOut(source="proposal", read_only=True, allow_null=True)
    verdict = serializers.CharField(source="verdict_id", read_only=True, allow_null=True, help_text="The newest then.")
    created_at = times(nullable=False)

    @extend_schema_field({"type": "string", "enum": ["override"]})
    def get_type(self, row: Override) -> str:
        return "override"

    @extend_schema_field(DocumentOut(allow_null=True))
    def get_document(self, row: Override) -> dict[str, Any] | None:
        return dict(DocumentOut(row).data) if row.document_url else None
