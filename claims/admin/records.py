"""Who is believed: every source with outcomes, by metric; the calibrations; and the same on a source's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.believed import share, table
from claims.learning.standing import Standing, board_of
from claims.models import CalibrationFit, TrackRecord
from sources.admin.base import DeskChangeList, RecordAdmin
from sources.admin.providers import ProviderStateAdmin
from sources.admin.showing import NOTHING, Look, ago, chip, stamp
from sources.admin.sources import SourceAdmin
from sources.collecting import known_providers
from sources.metrics import CATALOGUE
from sources.models import ProviderState, Source


class RecordChangeList(DeskChangeList):
    """The page's records with their accuracies and names: two queries, however many there are."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        slugs = {row.source for row in rows}
        found = {(one.source, one.metric): one for one in board_of(slugs)}
        names = dict(Source.objects.filter(slug__in=slugs).values_list("slug", "name"))
        for row in rows:
            row.standing, row.name = found[row.source, row.metric], names.get(row.source, row.source)


@admin.register(TrackRecord)
class TrackRecordAdmin(RecordAdmin[TrackRecord]):
    list_display = ("shown_source", "shown_metric", "shown_accuracy", "right", "wrong", "undecided", "shown_last")
    list_display_links = None
    list_filter = (("metric", ChoicesDropdownFilter),)
    search_fields = ("source",)
    ordering = ("source", "metric")
    empty_title = "Nobody has been scored yet"
    empty_text = "Sources are believed alike, at 80 %, until an authoritative outcome says who was right."
    empty_icon = "workspace_premium"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return RecordChangeList

    @admin.display(description="source", ordering="source")
    def shown_source(self, row: Any) -> SafeString:
        gone = "" if row.source in known_providers() else chip(GONE, "quiet")
        return format_html('<span class="cd-two"><b>{}</b><small>{} {}</small></span>', row.name, row.source, gone)

    @admin.display(description="figure", ordering="metric")
    def shown_metric(self, row: TrackRecord) -> str:
        return title_of(row.metric)

    @admin.display(description="believed")
    def shown_accuracy(self, row: Any) -> SafeString:
        standing: Standing = row.standing
        n = standing.of_metric.outcomes
        words = f"from {n:,} of this figure, {standing.all_metrics.outcomes:,} in all"
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', share(standing.accuracy), words)

    @admin.display(description="newest", ordering="last_at")
    def shown_last(self, row: TrackRecord) -> SafeString:
        return ago(row.last_at) if row.last_at else NOTHING


GONE = Look("Not asked any more", "block", "plain", "There is no provider of this name now; its record stays.")


def title_of(metric: str) -> str:
    return CATALOGUE[metric].title if metric in CATALOGUE else metric


@admin.register(CalibrationFit)
class CalibrationFitAdmin(RecordAdmin[CalibrationFit]):
    list_display = ("version", "items", "shown_losses", "shown_fitted")
    list_display_links = None
    ordering = ("-id",)
    empty_title = "No calibration has been fitted yet"
    empty_text = "The one the project comes with is in use until 200 past claims have a later outcome."
    empty_icon = "tune"

    @admin.display(description="log loss")
    def shown_losses(self, row: CalibrationFit) -> str:
        return f"{row.log_loss_before:.4f} before, {row.log_loss_after:.4f} after"

    @admin.display(description="fitted", ordering="fitted_at")
    def shown_fitted(self, row: CalibrationFit) -> str:
        return stamp(row.fitted_at)


# --- On the pages of sources and providers, which know nothing of claims ---------------------------------------------

if TYPE_CHECKING:
    from sources.admin.base import DeskAdmin as Page
else:
    Page = object

FIELDS = ("How far it is believed", {"fields": ("shown_believed",)})


class Believable(Page[Any] if TYPE_CHECKING else Page):  # type: ignore[misc]
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_fieldsets(request, obj), FIELDS) if obj else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "shown_believed")

    @admin.display(description="later outcomes")
    def shown_believed(self, row: Any) -> SafeString:
        slug = row.slug if isinstance(row, Source) else row.provider
        return table(board_of({slug}))


admin.site.unregister(Source)
admin.site.unregister(ProviderState)


@admin.register(Source)
class BelievedSourceAdmin(Believable, SourceAdmin):
    pass


@admin.register(ProviderState)
class BelievedProviderAdmin(Believable, ProviderStateAdmin):
    pass
