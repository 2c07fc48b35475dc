"""How each provider is doing today, and the button that ends a pause early."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from sources.admin.base import DeskChangeList, RecordAdmin
from sources.admin.showing import NOTHING, Look, ago, chip, outside
from sources.admin.words import ABSTENTIONS, ANSWERED, abstention, health
from sources.collecting import known_providers
from sources.collecting.addressing import check_configured
from sources.errors import NotConfigured
from sources.metrics import CATALOGUE
from sources.models import Lookup, ProviderState, Source


class ProviderChangeList(DeskChangeList):
    """The page's providers with their names and today's outcomes: two queries, however many providers."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        attach_today(list(self.result_list))


def attach_today(states: list[ProviderState]) -> None:
    """Sets `title` and `today` (Counter of outcomes since midnight UTC) on each."""
    names = [state.provider for state in states]
    titles = dict(Source.objects.filter(slug__in=names).values_list("slug", "name"))
    today: dict[str, dict[str, int]] = {name: {} for name in names}
    for provider, reason, count in _finished_today(names):
        today[provider][reason or "answered"] = count
    for state in states:
        state.title = titles.get(state.provider, state.provider)  # type: ignore[attr-defined]
        state.today = today[state.provider]  # type: ignore[attr-defined]


def _finished_today(names: list[str]) -> QuerySet[Lookup, tuple[str, str, int]]:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Lookup.objects.filter(provider__in=names, finished_at__gte=midnight).order_by()
    return rows.values_list("provider", "reason").annotate(count=Count("id"))


class HealthFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("paused", "Paused"), ("failing", "Failing"), ("no_key", "No key"), ("answering", "Answering")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProviderState]) -> QuerySet[ProviderState]:
        conditions = {
            "paused": Q(paused_until__gt=timezone.now()),
            "failing": Q(failures__gt=0),
            "no_key": Q(last_reason="not_configured"),
            "answering": Q(failures=0, last_answered_at__isnull=False),
        }
        return queryset.filter(conditions[self.value() or ""]) if self.value() in conditions else queryset


@admin.register(ProviderState)
class ProviderStateAdmin(RecordAdmin[ProviderState]):
    list_display = ("shown_name", "shown_health", "shown_answered", "shown_latency", "failures", "shown_today")
    list_filter = (HealthFilter,)
    search_fields = ("provider",)
    ordering = ("provider",)
    actions = ("resume_selected",)  # type: ignore[assignment]
    change_form_template = "sources/provider.html"
    fieldsets = (
        (
            "Now",
            {"fields": ("shown_health", "paused_until", "pause_reason", "failures", "shown_reason", "last_note")},
        ),
        (
            "Record",
            {
                "fields": (
                    "shown_today",
                    "last_asked_at",
                    "last_answered_at",
                    "last_failed_at",
                    "shown_latency",
                    "asked_total",
                    "answered_total",
                )
            },
        ),
        ("What it is", {"fields": ("shown_metrics", "shown_docs", "shown_licence", "shown_budget")}),
    )
    empty_title = "No providers loaded"
    empty_text = "Run the migrations: they write one row per provider."
    empty_icon = "dns"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return ProviderChangeList

    def get_urls(self) -> list[URLPattern]:
        resume = require_POST(self.resume)
        address = path("<slug:name>/resume/", self.admin_site.admin_view(resume), name="sources_providerstate_resume")
        return [address, *super().get_urls()]

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.change_providerstate")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ProviderState | None:
        state = super().get_object(request, object_id, from_field)
        if state is not None:
            attach_today([state])
        return state

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"can_resume": self.has_resume_permission(request), "now": timezone.now()}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def resume(self, request: HttpRequest, name: str) -> HttpResponse:
        if not self.has_resume_permission(request):
            messages.error(request, "Ending a pause needs the role chief editor.")
        elif resumed(ProviderState.objects.filter(provider=name)):
            messages.success(request, f"{name} is asked again from now on.")
        else:
            messages.info(request, f"{name} was not paused.")
        return HttpResponseRedirect(reverse("admin:sources_providerstate_change", args=[name]))

    @admin.action(description="Resume now", permissions=["resume"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[ProviderState]) -> None:
        count = resumed(queryset)
        messages.success(
            request, f"{count} {'provider is' if count == 1 else 'providers are'} asked again from now on."
        )

    @admin.display(description="provider", ordering="provider")
    def shown_name(self, state: ProviderState) -> SafeString:
        title = getattr(state, "title", state.provider)
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', title, state.provider)

    @admin.display(description="state")
    def shown_health(self, state: ProviderState) -> SafeString:
        return chip(health(state, timezone.now(), is_configured=_has_key(state.provider)))

    @admin.display(description="last answer", ordering="last_answered_at")
    def shown_answered(self, state: ProviderState) -> SafeString:
        return ago(state.last_answered_at, never="never")

    @admin.display(description="took", ordering="last_latency_ms")
    def shown_latency(self, state: ProviderState) -> str | SafeString:
        return NOTHING if state.last_latency_ms is None else f"{state.last_latency_ms} ms"

    @admin.display(description="last silence")
    def shown_reason(self, state: ProviderState) -> SafeString:
        return chip(abstention(state.last_reason)) if state.last_reason else NOTHING

    @admin.display(description="today")
    def shown_today(self, state: ProviderState) -> SafeString:
        counts: dict[str, int] = getattr(state, "today", {})
        rows = ((chip(_counted(outcome, count)),) for outcome, count in sorted(counts.items()))
        joined = format_html_join(" ", "{}", rows)
        return format_html('<span class="cd-chips">{}</span>', joined) if joined else NOTHING

    @admin.display(description="answers about")
    def shown_metrics(self, state: ProviderState) -> str | SafeString:
        provider = known_providers().get(state.provider)
        return ", ".join(CATALOGUE[name].title for name in sorted(provider.metrics)) if provider else NOTHING

    @admin.display(description="documentation")
    def shown_docs(self, state: ProviderState) -> SafeString:
        provider = known_providers().get(state.provider)
        return outside(provider.docs) if provider and provider.docs else NOTHING

    @admin.display(description="licence")
    def shown_licence(self, state: ProviderState) -> str | SafeString:
        provider = known_providers().get(state.provider)
        return (provider.licence if provider else "") or NOTHING

    @admin.display(description="our budget")
    def shown_budget(self, state: ProviderState) -> str | SafeString:
        provider = known_providers().get(state.provider)
        return f"{provider.per_minute} requests a minute" if provider else NOTHING


def resumed(states: QuerySet[ProviderState]) -> int:
    """Ends the pauses; how many there were."""
    return states.filter(paused_until__gt=timezone.now()).update(paused_until=None, pause_reason="", failures=0)


def _has_key(name: str) -> bool:
    provider = known_providers().get(name)
    try:
        if provider:
            check_configured(provider)
    except NotConfigured:
        return False
    return True


def _counted(outcome: str, count: int) -> Look:
    look = ANSWERED if outcome == "answered" else ABSTENTIONS.get(outcome) or abstention(outcome)
    return Look(f"{look.word} {count}", look.icon, look.tone, look.title)
