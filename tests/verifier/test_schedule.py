"""What beat runs: tasks that exist, in rows that belong to the editors once they are written."""

from __future__ import annotations

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from verifier import schedule
from verifier.celery import app

RUNG = "claims.tasks.pursue"  # sent by name from claims.verification.waiting


@pytest.mark.parametrize("name", sorted({RUNG, *(task for task, _, _ in schedule.SCHEDULE.values())}))
def test_every_task_that_is_sent_by_name_is_there(name: str) -> None:
    app.loader.import_default_modules()
    assert name in app.tasks


@pytest.mark.django_db
def test_every_schedule_is_a_row_after_the_migrations() -> None:
    rows = {row.name: (row.task, row.interval.every) for row in PeriodicTask.objects.select_related("interval")}
    assert rows == {name: (task, seconds) for name, (task, seconds, _) in schedule.SCHEDULE.items()}


@pytest.mark.django_db
def test_what_an_editor_changed_stays_and_what_is_gone_comes_back() -> None:
    slow, _ = IntervalSchedule.objects.get_or_create(every=7, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="Probe providers").update(interval=slow, enabled=False)
    PeriodicTask.objects.filter(name="Open what is due").delete()
    schedule.ensure()
    changed = PeriodicTask.objects.get(name="Probe providers")
    assert (changed.interval, changed.enabled) == (slow, False)
    assert PeriodicTask.objects.filter(name="Open what is due").exists()
