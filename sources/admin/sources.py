"""Sources: who stands behind a figure, and which of them are one voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from sources import amending, registry
from sources.admin.base import DeskAdmin
from sources.admin.family import family_of
from sources.admin.history import history_of, restored
from sources.admin.showing import NOTHING, Look, chip
from sources.admin.source_form import SourceForm
from sources.metrics import CATALOGUE
from sources.models import Source, SourceChange
from sources.queries import database_now

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
    search_fields = ("name", "slug", "owner", "aliases")
    ordering = ("name",)
    readonly_fields = ("is_provider",)
    change_form_template = "sources/source.html"
    prepopulated_fields = {"slug": ("name",)}
    empty_title = "No sources yet"
    empty_text = "Sources appear when providers are loaded or a claim cites a new name."
    empty_icon = "hub"
    fieldsets = (
        (None, {"fields": ("name", "slug", "category", "url", "aliases", "domains")}),
        ("Who stands behind it", {"fields": ("owner", "parents", "read", "unconfirmed")}),
        (
            "Where its figures and texts come from",
            {"fields": ("upstreams", "republishes", "carries", "authority", "interested", "defects")},
        ),
        ("Upkeep", {"fields": ("edited", "is_provider")}),
        ("Why it changes", {"fields": ("reason", "seen")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields  # the slug is how evidence names it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Source | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False  # evidence names sources for ever

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fieldsets if may_write else self.fieldsets[:-1]

    def get_urls(self) -> list[URLPattern]:
        answers = (("confirm", self.confirm_view), ("decline", self.decline_view))
        return [*(self._answer_path(word, view) for word, view in answers), *super().get_urls()]

    def _answer_path(self, word: str, view: Callable[..., HttpResponse]) -> URLPattern:
        guarded = self.admin_site.admin_view(require_POST(view))
        return path(f"<int:source_id>/changes/<int:change_id>/{word}/", guarded, name=f"sources_source_{word}")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Source | None:
        source = super().get_object(request, object_id, from_field)
        if source is not None and request.method == "GET" and "restore" in request.GET:
            restored(source, request.GET["restore"])
        return source

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        source = Source.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        more: dict[str, Any] = {}
        if source is not None:
            more = {"family": family_of(source), "history": history_of(source, request.user)}
            more["may_change"] = self.has_change_permission(request, source)
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        act = amending.amend if change else amending.add
        reason = form.cleaned_data["reason"]
        made = act(obj, reason=reason, person=_person(request), now=database_now())
        obj.waits = made is not None and made.kind == SourceChange.Kind.PROPOSED  # type: ignore[attr-defined]
        if made is None and "edited" in form.changed_data:
            self._keep_or_return(obj, reason, _person(request))
        if _waits(obj):
            messages.warning(request, "This change has weight: it waits until a second person confirms it.")

    def _keep_or_return(self, obj: Source, reason: str, person: Any) -> None:
        """Unticking `edited` brings back the reviewed facts: what weighs in them waits, as it would typed by hand."""
        keeps, made = obj.edited, None
        for name, value in ({} if keeps else registry.reviewed().get(obj.slug, {})).items():
            setattr(obj, name, value)
        if not keeps:
            made = amending.amend(obj, reason=reason or registry.REASON, person=person, now=database_now())
        obj.waits = made is not None and made.kind == SourceChange.Kind.PROPOSED  # type: ignore[attr-defined]
        if not _waits(obj):
            Source.objects.filter(pk=obj.pk).update(edited=keeps)

    def log_change(self, request: HttpRequest, obj: Source, message: Any) -> Any:
        return None if _waits(obj) else super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Source) -> HttpResponse:
        return _back_to(obj.pk) if _waits(obj) else super().response_change(request, obj)

    def confirm_view(self, request: HttpRequest, source_id: int, change_id: int) -> HttpResponse:
        return self._answered(request, source_id, change_id, amending.confirm, "The change is in force.")

    def decline_view(self, request: HttpRequest, source_id: int, change_id: int) -> HttpResponse:
        def decline(change_id: int, **more: Any) -> SourceChange:
            return amending.decline(change_id, reason=request.POST.get("reason", "").strip(), **more)

        return self._answered(request, source_id, change_id, decline, "The change is laid aside.")

    def _answered(
        self, request: HttpRequest, source_id: int, change_id: int, act: Callable[..., SourceChange], done: str
    ) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        get_object_or_404(SourceChange, pk=change_id, source=source_id, kind=SourceChange.Kind.PROPOSED)
        try:
            act(change_id, person=_person(request), now=database_now())
            messages.success(request, done)
        except amending.ChangeRefused as refusal:
            messages.error(request, str(refusal))
        return _back_to(source_id)

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


def _person(request: HttpRequest) -> Any:
    return request.user


def _waits(source: Source) -> bool:
    return bool(getattr(source, "waits", False))


def _back_to(source_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:sources_source_change", args=[source_id]))


def _authority(pair: str) -> str:
    metric, _, subject = pair.partition(":")
    return f"{CATALOGUE[metric].title if metric in CATALOGUE else metric}, {subject}"
