"""What runs by itself and when. Only what editors use stays of django-celery-beat's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import current_app
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.widgets import UnfoldAdminSelectWidget

from sources.admin.base import DeskAdmin
from sources.admin.showing import Look, ago, chip

if TYPE_CHECKING:
    FormBase = forms.ModelForm[PeriodicTask]
else:
    FormBase = forms.ModelForm

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


def task_names() -> list[str]:
    """Every task there is to schedule. Naming the two modules is what registers theirs in a web process."""
    import sources.tasks  # noqa: F401

    return sorted(name for name in current_app.tasks if not name.startswith("celery."))


class ScheduleForm(FormBase):
    """The task is chosen, not typed: a name with a slip in it would silently never run."""

    task = forms.ChoiceField(widget=UnfoldAdminSelectWidget, help_text="What runs.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {*task_names(), self.instance.task} - {""}
        self.fields["task"].choices = [(name, name) for name in sorted(names)]  # type: ignore[attr-defined]


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(DeskAdmin[PeriodicTask]):
    form = ScheduleForm
    list_display = ("name", "shown_state", "shown_schedule", "shown_last", "total_run_count")
    list_filter = ("enabled", "one_off")
    search_fields = ("name", "task")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)
    readonly_fields = ("last_run_at", "total_run_count", "date_changed")
    actions = ("switch_on", "switch_off")
    empty_title = "Nothing is scheduled"
    empty_text = "The scheduler writes its jobs here when it first starts."
    empty_icon = "event_repeat"
    fieldsets = (
        (None, {"fields": ("name", "task", "enabled", "description")}),
        ("When", {"fields": ("interval", "crontab", "start_time", "one_off", "expires", "expire_seconds")}),
        ("With what", {"fields": ("args", "kwargs"), "classes": ("collapse",)}),
        ("Record", {"fields": ("last_run_at", "total_run_count", "date_changed")}),
    )

    @admin.display(description="state", ordering="enabled")
    def shown_state(self, task: PeriodicTask) -> SafeString:
        on, off = Look("On", "play_circle", "good"), Look("Off", "pause_circle", "caution", "It does not run.")
        return chip(on if task.enabled else off)

    @admin.display(description="when")
    def shown_schedule(self, task: PeriodicTask) -> str:
        return str(task.scheduler) if task.scheduler else "never"

    @admin.display(description="last run", ordering="last_run_at")
    def shown_last(self, task: PeriodicTask) -> SafeString:
        return ago(task.last_run_at, never="not yet")

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, True)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, False)

    def _switch(self, request: HttpRequest, queryset: Any, enabled: bool) -> None:
        for task in queryset:
            task.enabled = enabled
            task.save()  # one by one: saving is how the scheduler learns of a change
        self.message_user(request, f"{len(queryset)} switched {'on' if enabled else 'off'}.")


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(DeskAdmin[IntervalSchedule]):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(DeskAdmin[CrontabSchedule]):
    list_display = ("__str__", "human_readable")
