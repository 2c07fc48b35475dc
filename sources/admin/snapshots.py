"""Snapshots: the raw answer as it came, shown as text and never run."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sources.admin.base import RecordAdmin
from sources.admin.bodies import readable
from sources.admin.inquiries import question_in_words
from sources.admin.showing import Look, ago, chip, exactly
from sources.models import Snapshot


def status_look(status: int) -> Look:
    return Look(f"HTTP {status}", "check_circle" if status < 300 else "error", "good" if status < 300 else "bad")


@admin.register(Snapshot)
class SnapshotAdmin(RecordAdmin[Snapshot]):
    list_display = ("shown_provider", "shown_request", "shown_status", "shown_size", "shown_received", "shown_sha")
    list_filter = ("status", "method")
    search_fields = ("=body__sha256", "url")
    list_select_related = ("lookup",)
    ordering = ("-id",)
    empty_title = "No raw answers yet"
    empty_text = "What a provider says is kept here before anyone reads it."
    empty_icon = "inventory_2"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).select_related("body", "lookup__inquiry").defer("body__compressed")

    def get_urls(self) -> list[URLPattern]:
        download = path(
            "<int:pk>/download/", self.admin_site.admin_view(self.download), name="sources_snapshot_download"
        )
        return [download, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        snapshot = self._found(request, object_id)
        text, is_cut = readable(snapshot.body.raw)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Raw answer",
            "subtitle": f"{snapshot.lookup.provider}, {exactly(snapshot.received_at)}",
            "original": snapshot,
            "snapshot": snapshot,
            "question": question_in_words(snapshot.lookup.inquiry),
            "status": chip(status_look(snapshot.status), "big"),
            "headers": sorted(snapshot.headers.items()),
            "requested": exactly(snapshot.requested_at),
            "received": exactly(snapshot.received_at),
            "text": text,
            "is_cut": is_cut,
            "download": reverse("admin:sources_snapshot_download", args=[snapshot.pk]),
        }
        return TemplateResponse(request, "sources/snapshot.html", context)

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bytes as they came, as an attachment of plain text: a browser must not run them."""
        snapshot = self._found(request, str(pk))
        name = f"{snapshot.lookup.provider}-{snapshot.body_id[:12]}.txt"
        return HttpResponse(
            snapshot.body.raw,
            content_type="text/plain; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _found(self, request: HttpRequest, object_id: str) -> Snapshot:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Snapshot.objects.select_related("body", "lookup__inquiry")
        snapshot = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if snapshot is None:
            raise Http404("No such raw answer.")
        return snapshot

    @admin.display(description="provider", ordering="lookup__provider")
    def shown_provider(self, snapshot: Snapshot) -> str:
        return snapshot.lookup.provider

    @admin.display(description="request", ordering="url")
    def shown_request(self, snapshot: Snapshot) -> SafeString:
        return format_html('<span class="cd-mono cd-cut" title="{}">{}</span>', snapshot.url, snapshot.url)

    @admin.display(description="status", ordering="status")
    def shown_status(self, snapshot: Snapshot) -> SafeString:
        return chip(status_look(snapshot.status))

    @admin.display(description="size")
    def shown_size(self, snapshot: Snapshot) -> str:
        return f"{snapshot.body.size:,} bytes"

    @admin.display(description="received", ordering="received_at")
    def shown_received(self, snapshot: Snapshot) -> SafeString:
        return ago(snapshot.received_at)

    @admin.display(description="SHA-256")
    def shown_sha(self, snapshot: Snapshot) -> SafeString:
        return format_html('<code class="cd-mono" title="{}">{}</code>', snapshot.body_id, snapshot.body_id[:12])
