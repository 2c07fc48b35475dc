"""Filters of the claims list. Each states its choices without reading the claims table where it can."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from unfold.utils import parse_date_str

from claims.admin.marks import FLAG_WORDS
from claims.models import Claim
from claims.queries import with_proposals
from claims.types import Comparator, Hedge, Outcome, Status
from claims.verdict import HELD
from sources.assets import ASSETS
from sources.models import Source

if TYPE_CHECKING:
    from django.contrib.admin import FieldListFilter as RangeDateFilter
    from django.contrib.admin import SimpleListFilter as DropdownFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

Choices = list[tuple[str, str]]

HELD_BACK = Q(flags__contains=[HELD])
ATTENTION = (
    HELD_BACK
    | Q(outcome__in=[Outcome.CONFLICTING, Outcome.REFUTED])
    | Q(status__in=[Status.RUMOR, Status.SINGLE_SOURCE], hedge=Hedge.NONE)
    & ~Q(outcome=Outcome.NO_AUTHORITY, comparator=Comparator.STATES)  # the copy states the gap itself
)


class DaysFilter(RangeDateFilter):
    """From the first moment of one day to the last of another, in UTC. A day that is none narrows nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first = parse_date_str(self.used_parameters.get(f"{self.field_path}_from") or "")
        last = parse_date_str(self.used_parameters.get(f"{self.field_path}_to") or "")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": _midnight(last) + timedelta(days=1)})
        return queryset


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class SubjectFilter(DropdownFilter):
    title = "subject"
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        return [(symbol, f"{asset.title} ({symbol})") for symbol, asset in ASSETS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        return queryset.filter(subject=self.value()) if self.value() else queryset


class FlagFilter(DropdownFilter):
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        return [(flag, word) for flag, (word, _) in FLAG_WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        flag = self.value()
        if flag not in FLAG_WORDS:
            return queryset
        if flag == "rests_on":  # carries its voice behind a colon
            joined = Func(F("flags"), Value(" "), function="array_to_string", output_field=CharField())
            return queryset.alias(flag_text=Cast(joined, CharField())).filter(flag_text__contains="rests_on:")
        return queryset.filter(flags__contains=[flag])


class SourceFilter(DropdownFilter):
    title = "cited source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        return list(Source.objects.order_by("name").values_list("slug", "name")[:500])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        if not self.value():
            return queryset
        return queryset.filter(pk__in=Claim.objects.filter(citations__source__slug=self.value()).values("pk"))


class AttentionFilter(DropdownFilter):
    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        return [("yes", "Needs an editor"), ("held", "Held"), ("proposed", "Waits for a second person")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        if self.value() == "proposed":
            return queryset.filter(pk__in=with_proposals().values("pk"))
        narrowed = {"yes": ATTENTION, "held": HELD_BACK}.get(self.value() or "")
        return queryset.filter(narrowed) if narrowed else queryset
