"""The claims list, and the addresses of a claim's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims import consistency, queries
from claims.admin import claim_form, claim_page, decisions, outcomes, progress
from claims.admin.filters import (
    ATTENTION,
    HELD_BACK,
    AttentionFilter,
    DaysFilter,
    FlagFilter,
    SourceFilter,
    SubjectFilter,
)
from claims.admin.marks import flag_chips, hedge_mismatch, mark, outcome_chip, status_look, voices
from claims.admin.wording import compared, metric_title
from claims.errors import ClaimError
from claims.models import Citation, Claim
from claims.overriding import RIGHT
from claims.types import Status
from claims.verification import check_now
from sources.admin.base import LOW, DeskAdmin, TabularInline
from sources.admin.showing import NOTHING, Look, ago, chip, due, stamp

MOST_CHECKED_AT_ONCE = 100


class CitationInline(TabularInline[Citation, Claim]):
    model = Citation
    extra = 0
    hide_title = True
    formfield_overrides = LOW
    autocomplete_fields = ("source",)
    verbose_name_plural = "citations: where the claim says it has its figure from"


@admin.register(Claim)
class ClaimAdmin(DeskAdmin[Claim]):
    list_display = ("shown_mark", "shown_text", "shown_voices", "shown_checked", "shown_next", "shown_as_of")
    list_display_links = None
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("metric", ChoicesDropdownFilter),
        SubjectFilter,
        FlagFilter,
        SourceFilter,
        AttentionFilter,
        ("as_of", DaysFilter),
    )
    search_fields = ("text", "subject", "article__title")
    search_help_text = "Search in claims and article titles"
    ordering = ("-created_at", "-id")
    actions = ("check_selected", "release_selected")
    change_list_template = "claims/claim_list.html"
    fields = ("text", "hedge")
    inlines = (CitationInline,)
    empty_title = "No claims yet"
    empty_text = "Add one by hand, or let the publishing tool send a draft. It is checked at once."
    empty_icon = "fact_check"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return queries.claims()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/check/", view(self.check_view), name="claims_claim_check"),
            path("<uuid:pk>/progress/", view(self.progress_view), name="claims_claim_progress"),
            path("<uuid:pk>/outcome/", view(self.outcome_view), name="claims_claim_outcome"),
            path("<uuid:pk>/decide/", view(self.decide_view), name="claims_claim_decide"),
            path("<uuid:pk>/proposal/", view(self.proposal_view), name="claims_claim_proposal"),
            path("<uuid:pk>/edit/", view(self.edit_view), name="claims_claim_edit"),
            *super().get_urls(),
        ]

    # Who may do what: status belongs to the verdicts, so there is nothing to delete and little to change.

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> tuple[str, ...]:
        """A mark is about the words that were checked: with other words it is another claim."""
        return ("text",) if obj and obj.checked_at else ()

    def has_check_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.check_claim")

    def has_override_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    # Pages

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        tabs = status_tabs(request) if self.has_view_permission(request) else []
        return super().changelist_view(request, {**(extra_context or {}), "status_tabs": tabs})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return claim_form.respond(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return claim_page.respond(request, object_id, self)

    def edit_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return self.changeform_view(request, str(pk), extra_context={"show_save_and_add_another": False})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Hedge and citations decide what a claim is compared with."""
        super().save_related(request, form, formsets, change)
        consistency.compare_soon([form.instance.pk])

    def response_post_save_change(self, request: HttpRequest, obj: Claim) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_of(obj))

    def check_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return progress.check(request, pk, allowed=self.has_check_permission(request))

    def outcome_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return outcomes.record(request, pk, self)

    def decide_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return decisions.decide(request, pk, self)

    def refused_decision(
        self, request: HttpRequest, pk: Any, typed: Mapping[str, str], error: ClaimError
    ) -> HttpResponse:
        return claim_page.respond(request, str(pk), self, typed, error)

    def proposal_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return decisions.answer(request, pk)

    def progress_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return progress.fragment(request, pk)

    @admin.action(description="Check now", permissions=["check"])
    def check_selected(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        chosen = list(Claim.objects.filter(pk__in=queryset.values("pk"))[: MOST_CHECKED_AT_ONCE + 1])
        for claim in chosen[:MOST_CHECKED_AT_ONCE]:
            check_now(claim, by_person=True)
        count = min(len(chosen), MOST_CHECKED_AT_ONCE)
        messages.success(request, f"{count} {'claim is' if count == 1 else 'claims are'} being checked.")
        if len(chosen) > MOST_CHECKED_AT_ONCE:
            messages.warning(request, f"At most {MOST_CHECKED_AT_ONCE} are checked at once; choose the others again.")

    @admin.action(description="Release: follow the machine", permissions=["override"])
    def release_selected(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        chosen = list(Claim.objects.filter(pk__in=queryset.values("pk")).order_by("pk")[:MOST_CHECKED_AT_ONCE])
        decisions.release(request, chosen, "released from the list of claims")

    # Columns

    @admin.display(description="mark", ordering="status")
    def shown_mark(self, claim: Claim) -> SafeString:
        checking = chip(Look("Checking", "progress_activity", "wait"), "quiet") if is_checking(claim) else ""
        outcome = outcome_chip(claim.outcome) if claim.outcome else ""
        return format_html('<span class="cd-stack">{}{}</span>', mark(claim.status), checking or outcome)

    @admin.display(description="claim", ordering="text")
    def shown_text(self, claim: Claim) -> SafeString:
        mismatch = hedge_mismatch(claim)
        return format_html(
            '<span class="cd-claim"><a href="{}" title="{}">{}</a><small>{} · {} · {}</small>'
            '<span class="cd-chips">{}{}</span></span>',
            page_of(claim),
            claim.text,
            claim.text,
            metric_title(claim),
            claim.subject,
            compared(claim),
            flag_chips(claim.flags),
            chip(mismatch, "quiet") if mismatch else "",
        )

    @admin.display(description="voices")
    def shown_voices(self, claim: Claim) -> SafeString:
        newest = getattr(claim, "newest_verdicts", [])
        if not newest:
            return NOTHING
        verdict = newest[0]
        return voices(verdict.supporting_voices, verdict.contradicting_voices, verdict.quorum, verdict.shown_status)

    @admin.display(description="checked", ordering="checked_at")
    def shown_checked(self, claim: Claim) -> SafeString:
        return ago(claim.checked_at, never="not yet")

    @admin.display(description="next check", ordering="next_check_at")
    def shown_next(self, claim: Claim) -> SafeString:
        return due(claim.next_check_at)

    @admin.display(description="as of", ordering="as_of")
    def shown_as_of(self, claim: Claim) -> SafeString:
        day, _, time = stamp(claim.as_of).partition(", ")
        return format_html('<span class="cd-two cd-nowrap">{}<small>{}</small></span>', day, time)


def page_of(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def is_checking(claim: Claim) -> bool:
    return bool(getattr(claim, "is_checking", False))


def status_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """All, each mark, and what needs an editor, with their counts."""
    counted = dict(Claim.objects.order_by().values_list("status").annotate(count=Count("pk")))
    counts = Claim.objects.aggregate(attention=Count("pk", filter=ATTENTION), held=Count("pk", filter=HELD_BACK))
    chosen, asked = request.GET.get("status__exact", ""), request.GET.get("attention", "")
    tabs = [_tab(Look("All", "list"), sum(counted.values()), "?", not chosen and not asked)]
    for status in Status:
        look = status_look(status)
        tabs.append(_tab(look, counted.get(status.value, 0), f"?status__exact={status}", chosen == status))
    held = Look("Held", "back_hand", "bad", "The machine would change a mark that only a person may change.")
    urgent = Look("Needs an editor", "notification_important", "bad")
    tabs.append(_tab(held, counts["held"], "?attention=held", asked == "held"))
    return [*tabs, _tab(urgent, counts["attention"], "?attention=yes", asked == "yes")]


def _tab(look: Look, count: int, address: str, active: bool) -> dict[str, Any]:
    return {"look": look, "count": count, "address": address, "active": active}
