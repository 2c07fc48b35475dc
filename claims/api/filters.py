"""What a list of claims can be narrowed by. A value that is not understood is refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema_field

from claims.errors import InvalidInput
from claims.models import Citation, Claim
from claims.policy import FLAGS
from claims.types import Outcome, Status
from sources.assets import ASSETS
from sources.metrics import CATALOGUE
from sources.models import Source


class WordsField(forms.MultipleChoiceField):
    """One or more words of a closed list: `?status=verified&status=rumor` means either."""

    def __init__(self, *, choices: Any = (), **more: Any) -> None:
        super().__init__(choices=choices, **more)
        self.error_messages["invalid_choice"] = f"not one of: {', '.join(str(word) for word, _ in choices)}"


class WordsFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    field_class = WordsField

    def __init__(self, field_name: str, words: Iterable[str], **more: Any) -> None:
        super().__init__(field_name=field_name, choices=[(str(word), str(word)) for word in words], **more)


class SubjectField(WordsField):
    """Symbols in any case."""

    def to_python(self, value: Any) -> list[str]:
        return [word.upper() for word in super().to_python(value)]


class SubjectFilter(WordsFilter):
    field_class = SubjectField


class InstantField(forms.CharField):
    """An ISO 8601 time with a zone."""

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.utcoffset() is None:
                raise ValueError("no zone")
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError("not an ISO 8601 time with a zone, such as 2026-01-14T05:00:00Z") from None


class InstantFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = InstantField


def instant(field: str, lookup: str, meaning: str) -> Any:
    shape = {"type": "string", "format": "date-time", "description": meaning}
    return extend_schema_field(shape)(InstantFilter(field, lookup))


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = WordsFilter("status", Status, help_text="May be given more than once: any of them.")
    outcome = WordsFilter("outcome", Outcome, help_text="May be given more than once: any of them.")
    metric = WordsFilter("metric", CATALOGUE, help_text="A name of `/api/v1/metrics/`. May be given more than once.")
    subject = SubjectFilter("subject", ASSETS, help_text="A symbol, such as BTC. May be given more than once.")
    source = django_filters.CharFilter(
        method="citing", max_length=80, help_text="Slug of a source that the claim cites (`/api/v1/sources/`)."
    )
    article = django_filters.UUIDFilter("article_id", help_text="Id of the article that makes the claim.")
    flag = django_filters.CharFilter(
        "flags", method="flagged", max_length=80, help_text="A flag of the newest verdict, such as `lower_bound`."
    )
    as_of_after = instant("as_of", "gte", "Claims with this as-of or a later one.")
    as_of_before = instant("as_of", "lte", "Claims with this as-of or an earlier one.")
    updated_after = instant("updated_at", "gte", "Claims changed at this instant or later.")
    q = django_filters.CharFilter("text", "icontains", max_length=200, help_text="Words as they stand in the text.")

    class Meta:
        model = Claim
        fields: list[str] = []

    def citing(self, rows: QuerySet[Claim], name: str, slug: str) -> QuerySet[Claim]:
        source = Source.objects.filter(slug=slug.lower()).values_list("pk", flat=True).first()
        if source is None:
            raise InvalidInput("Not understood: source.", {"source": "no source has this slug"})
        return rows.filter(Exists(Citation.objects.filter(claim=OuterRef("pk"), source_id=source)))

    def flagged(self, rows: QuerySet[Claim], name: str, flag: str) -> QuerySet[Claim]:
        if flag.partition(":")[0] not in FLAGS:
            raise InvalidInput("Not understood: flag.", {"flag": f"not one of: {', '.join(FLAGS)}"})
        return rows.filter(flags__contains=[flag])
