"""API keys: issued with a secret that is shown once, revoked for ever. The hash never leaves the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from claims.models import ApiKey
from claims.models.access import SCOPES
from sources.admin.base import DeskAdmin
from sources.admin.showing import Look, ago, chip

if TYPE_CHECKING:
    KeyFormBase = forms.ModelForm[ApiKey]
else:
    KeyFormBase = forms.ModelForm

ISSUED = "_issued_secret"


class ApiKeyForm(KeyFormBase):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the tool may do. Give no more than it needs.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "per_minute", "expires_at")


def state_of(key: ApiKey) -> Look:
    now = timezone.now()
    if key.revoked_at:
        return Look("Revoked", "block", "bad", "It is refused.")
    if key.expires_at and key.expires_at <= now:
        return Look("Expired", "event_busy", "caution", "It is refused.")
    return Look("Active", "check_circle", "good", "")


@admin.register(ApiKey)
class ApiKeyAdmin(DeskAdmin[ApiKey]):
    form = ApiKeyForm
    list_display = ("shown_name", "shown_state", "shown_scopes", "per_minute", "shown_used", "shown_created")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix")
    list_select_related = ("created_by",)
    ordering = ("-created_at",)
    actions = ("revoke",)
    empty_title = "No API keys yet"
    empty_text = "Issue one for each publishing tool; its secret is shown once."
    empty_icon = "key"

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        chosen = (None, {"fields": ("name", "scopes", "per_minute", "expires_at")})
        if obj is None:
            return (chosen,)
        record = ("prefix", "created_at", "created_by", "last_used_at", "revoked_at")
        return (chosen, ("Record", {"fields": record}))

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("prefix", "created_at", "created_by", "last_used_at", "revoked_at") if obj else ()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # revoked keys stay, so that what they did keeps its name

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not even letter by letter, by what a filter finds."""
        return not lookup.startswith("hashed") and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        chosen = {"per_minute": obj.per_minute, "expires_at": obj.expires_at, "created_by": request.user}
        issued, secret = ApiKey.issue(obj.name, list(obj.scopes), **chosen)
        obj.__dict__.update({name: value for name, value in issued.__dict__.items() if name != "_state"})
        obj._state.adding = False
        setattr(request, ISSUED, secret)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """The secret in the answer to the POST itself: never in a session, a message or an address."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "API key issued",
            "key": obj,
            "secret": getattr(request, ISSUED),
        }
        return TemplateResponse(request, "claims/key_issued.html", context, headers={"Cache-Control": "no-store"})

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        count = queryset.filter(Q(revoked_at=None)).update(revoked_at=timezone.now())
        messages.success(request, f"{count} {'key is' if count == 1 else 'keys are'} refused from now on.")

    @admin.display(description="tool", ordering="name")
    def shown_name(self, key: ApiKey) -> SafeString:
        return format_html(
            '<span class="cd-two"><b>{}</b><small class="cd-mono">{}…</small></span>', key.name, key.prefix
        )

    @admin.display(description="state", ordering="revoked_at")
    def shown_state(self, key: ApiKey) -> SafeString:
        return chip(state_of(key))

    @admin.display(description="may")
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description="last used", ordering="last_used_at")
    def shown_used(self, key: ApiKey) -> SafeString:
        return ago(key.last_used_at, never="never")

    @admin.display(description="issued", ordering="created_at")
    def shown_created(self, key: ApiKey) -> SafeString:
        return ago(key.created_at)
