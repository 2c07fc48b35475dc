"""What all admin pages of the desk share: Unfold's look, typed; and tables that are only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, TextField, URLField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

Row = TypeVar("Row", bound=Model)
Parent = TypeVar("Parent", bound=Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin import TabularInline as TabularInline
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin
    from unfold.admin import TabularInline as UnfoldTabularInline
    from unfold.views import ChangeList

    class ModelAdmin(UnfoldModelAdmin):
        """Unfold ships no types: the parameter is for the type checker only."""

        def __class_getitem__(cls, _row):
            return cls

    class TabularInline(UnfoldTabularInline):
        def __class_getitem__(cls, _rows):
            return cls


LOW = {
    TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})},
    URLField: {"assume_scheme": "https"},
}


class DeskChangeList(ChangeList):
    """Counts the rows once: without filters, what is shown is all there is."""

    def get_filters(self, request: HttpRequest) -> Any:
        """A NUL, which PostgreSQL refuses, is answered like every other filter that makes no sense."""
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise IncorrectLookupParameters
        return super().get_filters(request)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class DeskAdmin(ModelAdmin[Row]):
    """Lists count their rows once, keep their filters in reach, and say what an empty one means.

    empty_title, empty_text: shown where the table holds nothing at all.
    """

    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a count per filter choice is a query per filter
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True
    change_list_template = "sources/list.html"
    empty_title = "Nothing here yet"
    empty_text = ""
    empty_icon = "inbox"
    formfield_overrides = LOW

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskChangeList


class RecordAdmin(DeskAdmin[Row]):
    """What the desk recorded. Nobody writes here, not even the administrator."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordInline(TabularInline[Row, Parent]):
    extra = 0
    hide_title = True
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
