"""Inquiries and lookups: what was asked, of whom, and what came of it. Read only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sources.admin.base import RecordAdmin, RecordInline
from sources.admin.showing import NOTHING, Look, ago, chip, exactly, grouped, span_in_words, window
from sources.admin.words import ABSTENTIONS, KINDS, outcome_of
from sources.assets import ASSETS
from sources.metrics import CATALOGUE
from sources.models import Inquiry, Lookup

STATES = {
    "open": Look("Asking", "hourglass_top", "wait", "Providers are being asked."),
    "settled": Look("Settled", "check_circle", "good", "Every provider answered, abstained or was given up."),
    "parked": Look("Parked", "warning", "bad", ""),
}


def question_in_words(inquiry: Inquiry) -> str:
    """ "Liquidations: all crypto derivatives (side short)"."""
    metric, asset = CATALOGUE.get(inquiry.metric), ASSETS.get(inquiry.subject)
    qualifiers = ", ".join(f"{name} {value}".replace("_", " ") for name, value in sorted(inquiry.qualifiers.items()))
    title, subject = metric.title if metric else inquiry.metric, asset.title if asset else inquiry.subject
    if asset and asset.kind == "market":
        subject = subject[:1].lower() + subject[1:]
    return f"{title}: {subject}" + (f" ({qualifiers})" if qualifiers else "")


def state_of(inquiry: Inquiry) -> Look:
    if inquiry.parked:
        return Look("Parked", "warning", "bad", inquiry.parked)
    return STATES["settled"] if inquiry.settled_at else STATES["open"]


def figure_of(lookup: Lookup) -> SafeString:
    """The figure in the metric's own unit, every digit, with what it lets us conclude."""
    if lookup.observation is None:
        return NOTHING
    metric, kind = CATALOGUE.get(lookup.observation.metric), KINDS[lookup.observation.kind]
    bound = "" if kind.word == "exact" else f"{kind.word} "
    return format_html(
        '<span title="{}">{}{} {}</span>',
        kind.title,
        bound,
        grouped(lookup.observation.value),
        metric.unit if metric else "",
    )


def snapshots_of(lookup: Lookup) -> SafeString:
    """A link to each raw answer; reads what was prefetched."""
    links = ((reverse("admin:sources_snapshot_change", args=[row.pk]), row.status) for row in lookup.snapshots.all())
    joined = format_html_join(" ", '<a class="cd-link" href="{}">raw answer ({})</a>', links)
    return joined or NOTHING


class LookupInline(RecordInline[Lookup, Inquiry]):
    model = Lookup
    fields = readonly_fields = ("provider", "shown_outcome", "shown_figure", "note", "shown_latency", "shown_raw")
    verbose_name_plural = "lookups: each provider asked"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lookup]:
        return super().get_queryset(request).select_related("observation").prefetch_related("snapshots")

    @admin.display(description="outcome")
    def shown_outcome(self, lookup: Lookup) -> SafeString:
        return chip(outcome_of(lookup))

    @admin.display(description="figure")
    def shown_figure(self, lookup: Lookup) -> SafeString:
        return figure_of(lookup)

    @admin.display(description="took")
    def shown_latency(self, lookup: Lookup) -> str | SafeString:
        return NOTHING if lookup.latency_ms is None else f"{lookup.latency_ms} ms"

    @admin.display(description="what it said")
    def shown_raw(self, lookup: Lookup) -> SafeString:
        return snapshots_of(lookup)


@admin.register(Inquiry)
class InquiryAdmin(RecordAdmin[Inquiry]):
    list_display = ("question_text", "shown_window", "round", "shown_state", "shown_answers", "shown_opened")
    list_filter = ("metric", ("settled_at", admin.EmptyFieldListFilter))
    search_fields = ("subject", "key")
    ordering = ("-opened_at", "-id")
    inlines = (LookupInline,)
    fields = (
        "question_text",
        "shown_window",
        "shown_state",
        "round",
        "shown_opened",
        "shown_deadline",
        "shown_key",
        "parked",
    )
    readonly_fields = fields
    empty_title = "Nothing has been asked yet"
    empty_text = "An inquiry opens as soon as a claim is submitted."
    empty_icon = "travel_explore"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        answered = Count("lookups", filter=Q(lookups__state=Lookup.State.ANSWERED))
        return super().get_queryset(request).annotate(asked=Count("lookups"), answered=answered)

    @admin.display(description="question")
    def question_text(self, inquiry: Inquiry) -> str:
        return question_in_words(inquiry)

    @admin.display(description="window", ordering="window_end")
    def shown_window(self, inquiry: Inquiry) -> SafeString:
        start, end = inquiry.window_start, inquiry.window_end
        return format_html("<span title='{}'>{}</span>", span_in_words(start, end), window(start, end))

    @admin.display(description="state", ordering="settled_at")
    def shown_state(self, inquiry: Inquiry) -> SafeString:
        return chip(state_of(inquiry))

    @admin.display(description="answered")
    def shown_answers(self, inquiry: Inquiry) -> str:
        return f"{getattr(inquiry, 'answered', 0)} of {getattr(inquiry, 'asked', 0)}"

    @admin.display(description="opened", ordering="opened_at")
    def shown_opened(self, inquiry: Inquiry) -> SafeString:
        return ago(inquiry.opened_at)

    @admin.display(description="key", ordering="key")
    def shown_key(self, inquiry: Inquiry) -> SafeString:
        return format_html('<code class="cd-mono cd-break">{}</code>', inquiry.key)

    @admin.display(description="deadline")
    def shown_deadline(self, inquiry: Inquiry) -> str:
        return exactly(inquiry.deadline_at)


class ReasonFilter(admin.SimpleListFilter):
    title = "why nothing came"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(reason, look.word) for reason, look in ABSTENTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lookup]) -> QuerySet[Lookup]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(Lookup)
class LookupAdmin(RecordAdmin[Lookup]):
    list_display = (
        "provider",
        "shown_question",
        "shown_outcome",
        "shown_figure",
        "note",
        "shown_finished",
        "shown_raw",
    )
    list_filter = ("state", ReasonFilter, "inquiry__metric")
    search_fields = ("provider", "inquiry__subject")
    ordering = ("-id",)
    list_select_related = ("inquiry", "observation")
    fields = (
        "provider",
        "shown_question",
        "shown_outcome",
        "shown_figure",
        "note",
        "asked_at",
        "finished_at",
        "shown_raw",
    )
    readonly_fields = fields
    empty_title = "No provider has been asked yet"
    empty_text = "Each asking of a provider is kept here with its outcome."
    empty_icon = "contact_support"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lookup]:
        return super().get_queryset(request).prefetch_related("snapshots")

    @admin.display(description="question")
    def shown_question(self, lookup: Lookup) -> SafeString:
        address = reverse("admin:sources_inquiry_change", args=[lookup.inquiry_id])
        return format_html('<a class="cd-link" href="{}">{}</a>', address, question_in_words(lookup.inquiry))

    @admin.display(description="outcome", ordering="state")
    def shown_outcome(self, lookup: Lookup) -> SafeString:
        return chip(outcome_of(lookup))

    @admin.display(description="figure")
    def shown_figure(self, lookup: Lookup) -> SafeString:
        return figure_of(lookup)

    @admin.display(description="finished", ordering="finished_at")
    def shown_finished(self, lookup: Lookup) -> SafeString:
        return ago(lookup.finished_at)

    @admin.display(description="what it said")
    def shown_raw(self, lookup: Lookup) -> SafeString:
        return snapshots_of(lookup)
