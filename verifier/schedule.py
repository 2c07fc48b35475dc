"""The beat table: what runs how often. Editors change it in the admin; a row that exists is left as they made it."""

from __future__ import annotations

from collections.abc import Mapping

SCHEDULE: Mapping[str, tuple[str, int, str]] = {
    # name: (task, every … seconds, what it does)
    "Heartbeat": ("verifier.health.beat", 10, "Shows that beat sends and a worker runs (/readyz)."),
    "Resend what no worker is on": (
        "claims.tasks.resend_unattended",
        10,
        "Wakes workers for inquiries whose message was lost or whose worker died.",
    ),
    "Settle what went silent": (
        "claims.tasks.settle_overdue",
        15,
        "Closes lookups past their deadline and settles their inquiries.",
    ),
    "Open what is due": ("claims.tasks.open_due", 15, "Re-checks by each metric's rhythm, and asks the silent again."),
    "Compare claims": (
        "claims.tasks.compare_claims",
        15,
        "Does the arithmetic between claims whose turn was lost when a process died.",
    ),
    "Probe providers": ("sources.tasks.probe_providers", 300, "Asks providers that were paused or long silent."),
    "Learn from outcomes": (
        "claims.tasks.learn",
        300,
        "Stores what became known later, scores what sources had said, and asks for daily files.",
    ),
    "Calibrate confidence": (
        "claims.tasks.refit_calibration",
        604_800,
        "Fits how sure a mark is to what became known later, once enough of it is known.",
    ),
    "Look for copies": (
        "claims.tasks.suggest_copies",
        86_400,
        "Compares histories; sources that look like one voice are put before an editor.",
    ),
    "Publish the head of the chain": (
        "claims.tasks.publish_head",
        3600,
        "Writes the last hash over all decisions to the log and to its table, so that a chain cut short is noticed.",
    ),
    "Forget old idempotency keys": (
        "claims.tasks.forget_idempotency",
        3600,
        "Drops the stored answers of POST requests after 24 hours.",
    ),
}


def ensure(**kwargs: object) -> None:
    """Create the rows that are missing. Runs after every migration."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    known = set(PeriodicTask.objects.values_list("name", flat=True))
    for name, (task, seconds, description) in SCHEDULE.items():
        if name not in known:
            every, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
            PeriodicTask.objects.create(name=name, task=task, interval=every, description=description)
