"""Sources that look like one voice: the evidence as a table, and the decision, which only a person makes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.wording import read
from claims.errors import ClaimError
from claims.learning import copies
from claims.models import CopySuggestion
from sources.admin.base import RecordAdmin
from sources.admin.showing import Look, ago, chip, stamp
from sources.metrics import CATALOGUE
from sources.models import Source

STATES = {
    "open": Look("Waits for an editor", "pending", "caution", "Nothing is merged by itself."),
    "merged": Look("One voice", "merge", "good", "An editor decided so; it is in the facts of the source."),
    "dismissed": Look("Two voices", "call_split", "plain", "It comes back only when the evidence has doubled."),
}


@admin.register(CopySuggestion)
class CopySuggestionAdmin(RecordAdmin[CopySuggestion]):
    list_display = ("shown_pair", "shown_state", "shown_probability", "shown_why", "shown_seen")
    list_display_links = None
    list_filter = (("state", ChoicesDropdownFilter), ("metric", ChoicesDropdownFilter))
    search_fields = ("first", "second")
    empty_title = "No two sources look like one voice"
    empty_text = "Once a day the stored figures are compared; shared errors and equal odd digits end up here."
    empty_icon = "content_copy"

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.has_perm("claims.change_copysuggestion")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(CopySuggestion, pk=object_id if object_id.isdecimal() else 0)
        if request.method != "POST":
            return self._page(request, row)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        try:
            words = _decide(request, row)
        except ClaimError as error:
            return self._page(request, row, "; ".join(error.fields.values()) or error.message)
        messages.success(request, words)
        return redirect(reverse("admin:claims_copysuggestion_changelist"))

    def _page(self, request: HttpRequest, row: CopySuggestion, refused: str = "") -> HttpResponse:
        names = dict(Source.objects.filter(slug__in=[row.first, row.second]).values_list("slug", "name"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(row),
            "row": row,
            "first": names.get(row.first, row.first),
            "second": names.get(row.second, row.second),
            "metric": row.get_metric_display(),
            "percent": f"{row.probability * 100:.1f} %",
            "state": chip(STATES[row.state]),
            "found": ago(row.found_at),
            "seen": ago(row.seen_at),
            "decided": ago(row.decided_at),
            "shared": [_shared(one, row.metric) for one in row.sightings],
            "may_decide": row.state == CopySuggestion.State.OPEN and self.has_decide_permission(request),
            "refused": refused,
            "typed": request.POST.get("reason", ""),
        }
        return TemplateResponse(request, "claims/suggestion.html", context, status=400 if refused else 200)

    @admin.display(description="sources", ordering="first")
    def shown_pair(self, row: CopySuggestion) -> SafeString:
        address = reverse("admin:claims_copysuggestion_change", args=[row.pk])
        return format_html(
            '<span class="cd-claim"><a href="{}">{} and {}</a><small>{}</small></span>',
            *(address, row.first, row.second, row.get_metric_display()),
        )

    @admin.display(description="state", ordering="state")
    def shown_state(self, row: CopySuggestion) -> SafeString:
        return chip(STATES[row.state])

    @admin.display(description="likely", ordering="probability")
    def shown_probability(self, row: CopySuggestion) -> str:
        return f"{row.probability * 100:.1f} %"

    @admin.display(description="why")
    def shown_why(self, row: CopySuggestion) -> str:
        return row.words[0] if row.words else ""

    @admin.display(description="compared", ordering="seen_at")
    def shown_seen(self, row: CopySuggestion) -> SafeString:
        return ago(row.seen_at)


def _decide(request: HttpRequest, row: CopySuggestion) -> str:
    assert isinstance(request.user, User)
    reason, given = request.POST.get("reason", ""), request.POST
    if given.get("decision") == "merge":
        direction, feed = given.get("direction", ""), given.get("feed", "")
        copies.merge(
            row.pk, direction=direction, feed=feed if direction == "feed" else "", reason=reason, by=request.user
        )
        return "They are one voice from the next check on."
    copies.dismiss(row.pk, reason=reason, by=request.user)
    return "They stay two voices."


def _shared(one: dict[str, Any], metric: str) -> dict[str, Any]:
    unit = CATALOGUE[metric].unit if metric in CATALOGUE else ""
    figures = {name: read(Decimal(one[name]), unit) for name in ("first", "second", "consensus")}
    times = {name: _time(one[name]) for name in ("first_at", "second_at")}
    return {**one, **figures, **times, "when": _time(one["window_end"])}


def _time(raw: str | None) -> str:
    return stamp(datetime.fromisoformat(raw)) if raw else "time not said"
