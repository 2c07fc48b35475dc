"""Users and their roles, in the desk's look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from sources.admin.base import DeskAdmin
from sources.admin.showing import NOTHING, Look, ago, chip

if TYPE_CHECKING:
    UserBase = DjangoUserAdmin[User]
else:

    class UserBase(DjangoUserAdmin, DeskAdmin):
        change_list_template = DeskAdmin.change_list_template


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(UserBase):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("shown_name", "shown_roles", "shown_state", "shown_login")
    list_filter = ("is_active", "groups")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="person", ordering="username")
    def shown_name(self, user: User) -> SafeString:
        name = user.get_full_name() or user.username
        return format_html('<span class="cd-two"><b>{}</b><small>{}</small></span>', name, user.email or user.username)

    @admin.display(description="roles")
    def shown_roles(self, user: User) -> str | SafeString:
        roles = ["everything", *(group.name for group in user.groups.all())][0 if user.is_superuser else 1 :]
        return ", ".join(roles) or NOTHING

    @admin.display(description="state", ordering="is_active")
    def shown_state(self, user: User) -> SafeString:
        if not user.is_active:
            return chip(Look("Cannot log in", "block", "bad"))
        if not user.is_staff:
            return chip(Look("API only", "api", "plain", "Not staff: the admin stays closed."))
        return chip(Look("Active", "check_circle", "good"))

    @admin.display(description="last login", ordering="last_login")
    def shown_login(self, user: User) -> SafeString:
        return ago(user.last_login, never="never")


@admin.register(Group)
class RoleAdmin(DeskAdmin[Group]):
    list_display = ("name", "shown_people")
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("permissions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(people=Count("user"))

    def formfield_for_manytomany(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """One query for all permissions with their models, as Django's own page does."""
        if db_field.name == "permissions":
            kwargs["queryset"] = db_field.remote_field.model.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="people", ordering="people")
    def shown_people(self, group: Group) -> int:
        return int(getattr(group, "people", 0))
