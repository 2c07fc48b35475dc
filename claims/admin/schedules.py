"""What runs by itself and when. Only what editors use stays of django-celery-beat's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django_celery_beat.admin import PeriodicTaskForm
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from sources.admin.base import DeskAdmin
from sources.admin.showing import Look, ago, chip

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


class ScheduleForm(PeriodicTaskForm):  # type: ignore[misc]  # django-celery-beat ships no types
    """Its own widgets are bare; the task is chosen from those that exist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = UnfoldAdminSelectWidget(choices=self.fields["regtask"].choices)
        self.fields["regtask"].label = "Task"


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
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
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
