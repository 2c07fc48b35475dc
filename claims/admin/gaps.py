"""Information gaps: figures that nobody publishes with authority."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.models import GapRecord
from sources.admin.base import DeskAdmin
from sources.admin.showing import NOTHING, Look, chip, length, stamp


@admin.register(GapRecord)
class GapRecordAdmin(DeskAdmin[GapRecord]):
    list_display = ("shown_scope", "note", "shown_window", "shown_span", "shown_review")
    list_filter = ("metric",)
    search_fields = ("subject", "note")
    ordering = ("metric", "subject")
    empty_title = "No information gaps recorded"
    empty_text = "Record one where no authoritative figure exists, so that copy cannot state a number as fact."
    empty_icon = "do_not_disturb_off"
    fieldsets = (
        ("What nobody publishes", {"fields": ("metric", "subject", "qualifiers", "window_seconds", "note")}),
        ("When", {"fields": ("since", "until", "review_at")}),
    )

    @admin.display(description="figure", ordering="metric")
    def shown_scope(self, gap: GapRecord) -> SafeString:
        scope = ", ".join(f"{name} {value}" for name, value in sorted(gap.qualifiers.items()))
        words = f"{gap.subject}{', ' if scope else ''}{scope}"
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', gap.get_metric_display(), words)

    @admin.display(description="window")
    def shown_window(self, gap: GapRecord) -> str:
        return length(timedelta(seconds=gap.window_seconds)) if gap.window_seconds else "any"

    @admin.display(description="holds", ordering="since")
    def shown_span(self, gap: GapRecord) -> str:
        return f"since {stamp(gap.since)}" if gap.until is None else f"{stamp(gap.since)} to {stamp(gap.until)}"

    @admin.display(description="look again", ordering="review_at")
    def shown_review(self, gap: GapRecord) -> str | SafeString:
        if gap.review_at is None:
            return NOTHING
        if gap.review_at < timezone.now().date():
            return chip(Look(f"due since {gap.review_at:%d %b}", "event_busy", "caution", "Does the gap still exist?"))
        return f"{gap.review_at:%d %b %Y}"
