"""Verdicts, newest first, across all claims. Each opens on its claim's page with its own evidence."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.filters import DaysFilter
from claims.admin.marks import flag_chips, mark, outcome_chip, voices
from claims.models import Verdict
from sources.admin.base import RecordAdmin
from sources.admin.showing import ago


@admin.register(Verdict)
class VerdictAdmin(RecordAdmin[Verdict]):
    list_display = (
        "shown_mark",
        "shown_claim",
        "shown_voices",
        "shown_answers",
        "shown_flags",
        "shown_at",
        "shown_hash",
    )
    list_display_links = None
    list_filter = (
        ("shown_status", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("created_at", DaysFilter),
    )
    search_fields = ("claim__text", "reason", "=hash")
    list_select_related = ("claim",)
    ordering = ("-id",)
    empty_title = "No verdicts yet"
    empty_text = "The first one is written as soon as the first claim has been checked."
    empty_icon = "gavel"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return super().get_queryset(request).defer("abstained", "wording")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        verdict = get_object_or_404(Verdict, pk=object_id if object_id.isdecimal() else 0)
        return redirect(page_of(verdict))

    @admin.display(description="mark", ordering="shown_status")
    def shown_mark(self, verdict: Verdict) -> SafeString:
        shown, outcome = mark(verdict.shown_status), outcome_chip(verdict.outcome)
        return format_html('<span class="cd-stack">{}{}</span>', shown, outcome)

    @admin.display(description="claim and reason")
    def shown_claim(self, verdict: Verdict) -> SafeString:
        text, reason = verdict.claim.text, verdict.reason
        return format_html(
            '<span class="cd-claim"><a href="{}">{}</a><small>{}</small></span>', page_of(verdict), text, reason
        )

    @admin.display(description="voices")
    def shown_voices(self, verdict: Verdict) -> SafeString:
        return voices(verdict.supporting_voices, verdict.contradicting_voices, verdict.quorum, verdict.status)

    @admin.display(description="answered")
    def shown_answers(self, verdict: Verdict) -> str:
        return f"{verdict.answered} of {verdict.asked}"

    @admin.display(description="flags")
    def shown_flags(self, verdict: Verdict) -> SafeString:
        return flag_chips(verdict.flags)

    @admin.display(description="when", ordering="created_at")
    def shown_at(self, verdict: Verdict) -> SafeString:
        return ago(verdict.created_at)

    @admin.display(description="hash")
    def shown_hash(self, verdict: Verdict) -> SafeString:
        return format_html('<code class="cd-mono" title="{}">{}</code>', verdict.hash, verdict.hash[:10])


def page_of(verdict: Verdict) -> str:
    return f"{reverse('admin:claims_claim_change', args=[verdict.claim_id])}?verdict={verdict.pk}"
