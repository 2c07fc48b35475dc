"""Articles: the text with each claim marked in place. Read here; they come in through the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims import queries
from claims.admin import sums
from claims.admin.marks import STATUSES, hedge_mismatch, mark, outcome_chip, status_look
from claims.models import Article, Claim
from claims.types import Status
from sources.admin.base import RecordAdmin
from sources.admin.showing import NOTHING, Look, ago, chip, outside, stamp


@admin.register(Article)
class ArticleAdmin(RecordAdmin[Article]):
    list_display = ("title", "shown_publisher", "shown_marks", "shown_as_of", "shown_created")
    list_filter = ("language",)
    search_fields = ("title", "text", "publisher__name")
    list_select_related = ("publisher",)
    ordering = ("-created_at",)
    empty_title = "No articles yet"
    empty_text = "A draft sent by the publishing tool appears here with its claims."
    empty_icon = "newspaper"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        counts = {f"n_{status.value}": Count("claims", filter=Q(claims__status=status)) for status in Status}
        return super().get_queryset(request).defer("text").annotate(**counts)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = _article(object_id)
        claims = list(queries.claims().filter(article=article).order_by("start", "created_at"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Article",
            "subtitle": article.title,
            "original": article,
            "article": article,
            "link": outside(article.url) if article.url else "",
            "as_of": stamp(article.as_of),
            "pieces": pieces(article.text, claims),
            "claims": [_listed(claim) for claim in claims],
            "sums": sums.shown({row.pk: row for claim in claims for row in claim.breaches}.values()),  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "claims/article.html", context)

    @admin.display(description="publisher", ordering="publisher__name")
    def shown_publisher(self, article: Article) -> str | SafeString:
        return article.publisher.name if article.publisher else NOTHING

    @admin.display(description="claims")
    def shown_marks(self, article: Article) -> SafeString:
        counts = [(look, getattr(article, f"n_{status.value}", 0)) for status, look in STATUSES.items()]
        shown = [
            chip(Look(f"{count} {look.word.lower()}", look.icon, look.tone, look.title), "quiet")
            for look, count in counts
            if count
        ]
        return format_html('<span class="cd-chips">{}</span>', SafeString("".join(shown))) if shown else NOTHING

    @admin.display(description="as of", ordering="as_of")
    def shown_as_of(self, article: Article) -> str:
        return stamp(article.as_of)

    @admin.display(description="received", ordering="created_at")
    def shown_created(self, article: Article) -> SafeString:
        return ago(article.created_at)


def _article(object_id: str) -> Article:
    try:
        article = Article.objects.select_related("publisher").filter(pk=object_id).first()
    except ValidationError:
        article = None
    if article is None:
        raise Http404("No such article.")
    return article


def _listed(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim,
        "mark": mark(claim.status),
        "outcome": outcome_chip(claim.outcome) if claim.outcome else "",
        "mismatch": hedge_mismatch(claim),
        "address": reverse("admin:claims_claim_change", args=[claim.pk]),
        "checked": ago(claim.checked_at, never="not checked yet"),
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the article's text; with a claim where it is one. Not escaped: the template does."""

    text: str
    look: Look | None = None
    address: str = ""


def pieces(text: str, claims: list[Claim]) -> list[Piece]:
    """The text cut at its claims. Where two overlap, the one that starts first is marked."""
    found, at = [], 0
    for claim in sorted(claims, key=lambda one: (one.start is None, one.start or 0)):
        if claim.start is None or claim.end is None or claim.start < at or claim.end > len(text):
            continue
        found.append(Piece(text[at : claim.start]))
        address = reverse("admin:claims_claim_change", args=[claim.pk])
        found.append(Piece(text[claim.start : claim.end], status_look(claim.status), address))
        at = claim.end
    return [*found, Piece(text[at:])]
