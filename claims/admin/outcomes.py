"""Outcomes: what became known later, where from, and the form by which an editor records one from a document."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from claims.admin.wording import read
from claims.errors import ClaimError
from claims.learning import truths
from claims.models import Claim, GroundTruth, Score
from claims.types import Comparator, Result
from sources.admin.base import DeskChangeList, RecordAdmin, RecordInline
from sources.admin.showing import NOTHING, Look, ago, chip, outside, window
from sources.metrics import CATALOGUE
from sources.models import Source

STANDS = Look("Stands", "check_circle", "good", "Sources are scored against it.")
SUPERSEDED = Look("Corrected since", "history", "plain", "A later outcome of the same party took its place.")
OUTRANKED = Look("Another one stands", "low_priority", "plain", "A newer outcome, or a person's, is counted.")
DISPUTED = Look("Contradicted", "compare_arrows", "bad", "Another outcome in force says something else: look at both.")
RESULTS = {
    Result.RIGHT: Look("Right", "check_circle", "good"),
    Result.WRONG: Look("Wrong", "cancel", "bad"),
    Result.UNDECIDED: Look("Not counted", "remove_circle", "plain"),
}


class OutcomeChangeList(DeskChangeList):
    """The page's outcomes with what contradicts them: one query more."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = attach_disputes(list(self.result_list))


def attach_disputes(rows: list[GroundTruth]) -> list[GroundTruth]:
    """Sets `disputed` on each."""
    found = truths.disputes({row.key for row in rows})
    for row in rows:
        row.disputed = row.pk in found  # type: ignore[attr-defined]
    return rows


class ScoreInline(RecordInline[Score, GroundTruth]):
    model = Score
    fields = readonly_fields = ("provider", "shown_result", "reason")
    verbose_name_plural = "what sources had said"

    @admin.display(description="result")
    def shown_result(self, score: Score) -> SafeString:
        return chip(RESULTS[Result(score.result)], "quiet")


@admin.register(GroundTruth)
class GroundTruthAdmin(RecordAdmin[GroundTruth]):
    list_display = ("shown_figure", "shown_state", "known_from", "shown_source", "shown_window", "shown_recorded")
    list_filter = (("metric", ChoicesDropdownFilter), ("known_from", ChoicesDropdownFilter))
    search_fields = ("subject", "note", "document_url", "authority__name")
    list_select_related = ("authority", "superseded_by", "recorded_by")
    ordering = ("-id",)
    inlines = (ScoreInline,)
    fieldsets = (
        (None, {"fields": ("shown_figure", "shown_state", "shown_window", "note")}),
        (
            "How it is known",
            {"fields": ("known_from", "shown_source", "shown_document", "shown_recorded", "own", "settles_others")},
        ),
        ("Where it was read", {"fields": ("observation", "snapshot", "override", "claim", "supersedes")}),
    )
    empty_title = "No outcome is known yet"
    empty_text = "Official figures and daily files arrive by themselves; a claim's page has a form for a document."
    empty_icon = "task_alt"

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroundTruth]:
        return super().get_queryset(request).annotate(stands=truths.stands())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return OutcomeChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> GroundTruth | None:
        row = super().get_object(request, object_id, from_field)
        return attach_disputes([row])[0] if row else None

    @admin.display(description="outcome", ordering="metric")
    def shown_figure(self, row: GroundTruth) -> SafeString:
        about = f"{row.get_metric_display()}, {row.subject}"
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', words(row), about)

    @admin.display(description="state")
    def shown_state(self, row: GroundTruth) -> SafeString:
        return state(row, stands=row.stands, disputed=row.disputed)  # type: ignore[attr-defined]

    @admin.display(description="by")
    def shown_source(self, row: GroundTruth) -> str | SafeString:
        return by_whom(row) or NOTHING

    @admin.display(description="document")
    def shown_document(self, row: GroundTruth) -> SafeString:
        return outside(row.document_url) if row.document_url else NOTHING

    @admin.display(description="about", ordering="window_end")
    def shown_window(self, row: GroundTruth) -> str:
        return window(row.window_start, row.window_end)

    @admin.display(description="recorded", ordering="recorded_at")
    def shown_recorded(self, row: GroundTruth) -> SafeString:
        return ago(row.recorded_at)


def words(row: GroundTruth) -> str:
    if row.value is None:
        return f"{'It holds' if row.holds else 'It does not hold'}: {row.statement}"
    return read(row.value, CATALOGUE[row.metric].unit)


def by_whom(row: GroundTruth) -> str:
    return ", ".join(str(one) for one in (row.authority, row.recorded_by) if one)


def state(row: GroundTruth, *, stands: bool, disputed: bool) -> SafeString:
    if hasattr(row, "superseded_by"):
        return chip(SUPERSEDED, "quiet")
    shown = chip(STANDS if stands else OUTRANKED, "quiet")
    return format_html("{} {}", shown, chip(DISPUTED, "quiet")) if disputed else shown


# --- On a claim's page ----------------------------------------------------------------------------------------------


def of_claim(request: HttpRequest, claim: Claim) -> dict[str, Any]:
    rows = GroundTruth.objects.filter(key=claim.question_key).select_related("authority", "recorded_by")
    shown = rows.select_related("superseded_by").annotate(stands=truths.stands()).order_by("-stands", "-pk")[:5]
    return {
        "rows": [_on_claim(row) for row in attach_disputes(list(shown))],
        "may_record": request.user.has_perm("claims.add_groundtruth"),
        "record_address": reverse("admin:claims_claim_outcome", args=[claim.pk]),
    }


def _on_claim(row: GroundTruth) -> dict[str, Any]:
    return {
        "words": words(row),
        "state": state(row, stands=row.stands, disputed=row.disputed),  # type: ignore[attr-defined]
        "source": f"{row.get_known_from_display()}, {by_whom(row)}",
        "address": reverse("admin:claims_groundtruth_change", args=[row.pk]),
    }


def _line(label: str, help_text: str = "", *, required: bool = True, **attrs: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.CharField(label=label, required=required, help_text=help_text, widget=widget, max_length=2000)


class OutcomeForm(forms.Form):
    """Shape only; what an outcome needs is said by the service."""

    value = _line("Figure", "With the digits as the document writes them.", inputmode="decimal")
    unit = forms.ChoiceField(label="Unit", widget=UnfoldAdminSelectWidget())
    holds = forms.ChoiceField(
        label="The document says",
        choices=[("", "–"), ("yes", "It is so"), ("no", "It is not so")],
        widget=UnfoldAdminSelectWidget(),
    )
    document_url = _line("Address of the document", "The release, settlement, correction or ruling itself.")
    known_from = forms.ChoiceField(
        label="What it is", choices=GroundTruth.KnownFrom, initial="ruling", widget=UnfoldAdminSelectWidget()
    )
    authority = forms.ModelChoiceField(
        Source.objects.order_by("name"),
        label="Whose document",
        required=False,
        help_text="It and its voice are not scored by it.",
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(
        label="Note", required=False, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    is_meant = forms.BooleanField(
        label="The figure is meant", required=False, help_text="Only where it is questioned above."
    )

    def __init__(self, claim: Claim, *given: Any) -> None:
        super().__init__(*given)
        is_statement = claim.comparator == Comparator.STATES
        for name in ("value", "unit", "is_meant") if is_statement else ("holds",):
            del self.fields[name]
        if not is_statement:
            units = sorted({metric.unit for metric in CATALOGUE.values()})
            own = CATALOGUE[claim.metric].unit
            self.fields["unit"].choices = [("", "–"), *((unit, unit) for unit in units)]  # type: ignore[attr-defined]
            self.fields["unit"].help_text = f"{CATALOGUE[claim.metric].title} is measured in {own}."

    def found(self) -> truths.Found:
        given = self.cleaned_data
        holds = {"yes": True, "no": False}.get(given.get("holds", ""))
        return truths.Found(**{**{name: given[name] for name in given if name != "holds"}, "holds": holds})

    def show(self, error: ClaimError) -> None:
        for name, said in error.fields.items():
            self.add_error(name if name in self.fields else None, said)
        if not error.fields:
            self.add_error(None, error.message)


def record(request: HttpRequest, pk: UUID, model_admin: Any) -> HttpResponse:
    if not isinstance(request.user, User) or not request.user.has_perm("claims.add_groundtruth"):
        raise PermissionDenied
    claim = get_object_or_404(Claim, pk=pk)
    form = OutcomeForm(claim, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            truths.record_ruling(claim, form.found(), request.user)
        except ClaimError as error:
            form.show(error)
        else:
            messages.success(request, "The outcome is recorded; sources are scored against it within minutes.")
            return redirect(reverse("admin:claims_claim_change", args=[claim.pk]))
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "form": form, "claim": claim}
    status = 400 if form.errors else 200
    return TemplateResponse(
        request, "claims/outcome_form.html", {**context, "title": "Record the outcome"}, status=status
    )
