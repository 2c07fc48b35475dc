"""Information gaps: figures that nobody publishes with authority."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminTextInputWidget

from claims import gaps
from claims.models import GapChange, GapRecord
from sources.admin.base import DeskAdmin
from sources.admin.showing import NOTHING, Look, ago, chip, length, stamp

if TYPE_CHECKING:
    from django.contrib.admin import SimpleListFilter as DropdownFilter

    FormBase = forms.ModelForm[GapRecord]
else:
    FormBase = forms.ModelForm
    from unfold.contrib.filters.admin import DropdownFilter


class GapForm(FormBase):
    """What the record itself would refuse is said at its field."""

    reason = forms.CharField(
        max_length=500,
        required=False,
        label="Why it changes",
        help_text="For the history. Needed when a gap that exists is changed or ended.",
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = GapRecord
        fields = gaps.COLUMNS
        help_texts: ClassVar[dict[str, str]] = {
            "subject": "As claims have it: BTC, NIKKEI225; CRYPTO is the whole market.",
            "qualifiers": 'Narrows it, as JSON: {"side": "total"}. {} covers every claim about metric and subject.',
            "window_seconds": "Only claims over a window of exactly this length: 86400 is 24 hours. Empty: any window.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        wrong = {} if self.errors else gaps.complaints(GapRecord(**{name: cleaned.get(name) for name in gaps.COLUMNS}))
        for name, why in wrong.items():
            self.add_error(name, f"{why[:1].upper()}{why[1:]}.")
        if self.instance.pk and self.changed_data and not cleaned.get("reason"):
            self.add_error("reason", "Say why: it stays in the history.")
        return cleaned


class ReviewFilter(DropdownFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("due", "Due")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[GapRecord]) -> QuerySet[GapRecord]:
        return gaps.due(timezone.now()) if self.value() == "due" else queryset


@admin.register(GapRecord)
class GapRecordAdmin(DeskAdmin[GapRecord]):
    form = GapForm
    list_display = ("shown_scope", "note", "shown_window", "shown_span", "shown_review")
    list_filter = ("metric", ReviewFilter)
    search_fields = ("subject", "note", "wording")
    ordering = ("metric", "subject")
    readonly_fields = ("shown_history",)
    empty_title = "No information gaps recorded"
    empty_text = "Record one where no authoritative figure exists, so that copy cannot state a number as fact."
    empty_icon = "do_not_disturb_off"
    fieldsets = (
        ("What nobody publishes", {"fields": ("metric", "subject", "qualifiers", "window_seconds", "note")}),
        ("What may be printed", {"fields": ("wording",)}),
        ("When", {"fields": ("since", "until", "review_at")}),
        ("History", {"fields": ("reason", "shown_history")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: GapRecord | None = None) -> bool:
        return False  # verdicts were ruled on it: end it instead

    def save_model(self, request: HttpRequest, obj: GapRecord, form: Any, change: bool) -> None:
        person = request.user if isinstance(request.user, User) else None
        gaps.keep(obj, person, form.cleaned_data.get("reason", ""))

    @admin.display(description="so far")
    def shown_history(self, gap: GapRecord) -> SafeString:
        rows = gap.changes.select_related("person") if gap.pk else ()
        lines = [(ago(row.at), row.person.username, _told(row), row.reason) for row in rows]
        return format_html_join(mark_safe("<br>"), "{} {} {} {}", lines) or NOTHING

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


def _told(change: GapChange) -> str:
    """ "recorded it", "changed until: – → 2026-03-01T00:00:00+00:00"."""
    if change.before is None:
        return "recorded it."
    steps = (f"{name}: {change.before[name] or '–'} → {value or '–'}" for name, value in change.after.items())
    return f"changed {'; '.join(steps)}."
