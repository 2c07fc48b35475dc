"""Sources: who stands behind a figure, and which of them are one voice."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sources.admin.base import DeskAdmin
from sources.admin.showing import NOTHING, Look, chip
from sources.admin.source_form import SourceForm
from sources.independence import Voice, voices
from sources.metrics import CATALOGUE
from sources.models import Source

CATEGORIES = {
    "venue": Look("Trading venue", "candlestick_chart"),
    "dashboard": Look("Dashboard", "monitoring"),
    "aggregator": Look("Aggregator", "hub"),
    "official": Look("Official publisher", "account_balance"),
    "agency": Look("News agency", "breaking_news"),
    "publisher": Look("News publisher", "newspaper"),
    "account": Look("Account or chat", "forum"),
    "computed": Look("Computed from rules", "function"),
    "unclassified": Look("Not classified", "help", "caution", "Without an owner it cannot raise a count."),
}


@admin.register(Source)
class SourceAdmin(DeskAdmin[Source]):
    form = SourceForm
    list_display = ("shown_name", "shown_category", "shown_owner", "shown_ties", "shown_authority", "shown_provider")
    list_filter = ("category", "is_provider", "edited")
    search_fields = ("name", "slug", "owner")
    ordering = ("name",)
    readonly_fields = ("is_provider", "voice_explained")
    prepopulated_fields = {"slug": ("name",)}
    empty_title = "No sources yet"
    empty_text = "Sources appear when providers are loaded or a claim cites a new name."
    empty_icon = "hub"
    fieldsets = (
        (None, {"fields": ("name", "slug", "category", "url")}),
        ("Who stands behind it", {"fields": ("owner", "read", "voice_explained")}),
        ("Where its figures come from", {"fields": ("upstreams", "republishes", "authority", "interested", "defects")}),
        ("Upkeep", {"fields": ("edited", "is_provider")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields  # the slug is how evidence names it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Source | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False  # evidence names sources for ever

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        obj.edited = obj.edited or change  # or the next update of the registry would undo the correction
        super().save_model(request, obj, form, change)

    @admin.display(description="source", ordering="name")
    def shown_name(self, source: Source) -> SafeString:
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', source.name, source.slug)

    @admin.display(description="category", ordering="category")
    def shown_category(self, source: Source) -> SafeString:
        return chip(CATEGORIES[source.category])

    @admin.display(description="owner", ordering="owner")
    def shown_owner(self, source: Source) -> str | SafeString:
        return source.owner or chip(Look("No owner noted", "help", "caution", "It cannot raise a count."))

    @admin.display(description="passes on")
    def shown_ties(self, source: Source) -> str | SafeString:
        feeds = sorted({feed for names in source.upstreams.values() for feed in names} | set(source.republishes))
        return ", ".join(feeds) or NOTHING

    @admin.display(description="authority for")
    def shown_authority(self, source: Source) -> str | SafeString:
        return ", ".join(_authority(pair) for pair in source.authority) or NOTHING

    @admin.display(description="can be asked", ordering="is_provider")
    def shown_provider(self, source: Source) -> SafeString:
        return chip(Look("Yes", "check", "good"), "quiet") if source.is_provider else NOTHING

    @admin.display(description="one voice with")
    def voice_explained(self, source: Source) -> SafeString:
        if source.pk is None:
            return NOTHING
        return _explained(shared_voices(source, Source.objects.all()), source)


def shared_voices(source: Source, others: QuerySet[Source]) -> list[tuple[str, Voice]]:
    """(metric titles, voice) for every group this source shares with another; equal groups of several metrics once."""
    facts = [other.facts for other in others]
    found: dict[Voice, list[str]] = {}
    for name, metric in CATALOGUE.items():
        voice = next(one for one in voices(facts, name, "") if source.slug in one.members)
        if len(voice.members) > 1:
            found.setdefault(voice, []).append(metric.title)
    return [("every figure" if len(titles) == len(CATALOGUE) else ", ".join(titles), v) for v, titles in found.items()]


def _explained(shared: list[tuple[str, Voice]], source: Source) -> SafeString:
    if not shared:
        alone = (
            "It is a voice of its own." if source.owner else "Nobody has noted its owner, so it cannot raise a count."
        )
        return format_html("<p>{}</p>", alone)
    rows = ((titles, ", ".join(voice.members), "; ".join(voice.reasons)) for titles, voice in shared)
    return format_html_join("", "<p><b>{}</b>: {}<br><small>{}</small></p>", rows)


def _authority(pair: str) -> str:
    metric, _, subject = pair.partition(":")
    return f"{CATALOGUE[metric].title if metric in CATALOGUE else metric}, {subject}"
