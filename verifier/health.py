"""Is everything there that checks claims? `/healthz` for the process, `/readyz` for what it needs.

Heartbeats. Beat sends `verifier.health.beat` every 10 seconds; while it does, it writes its own row, and the worker
that runs the task writes the worker's. So each row tells of one process: with the worker or the broker gone beat's row
stays fresh. The message expires, so that none pile up. Ages are taken from the database's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import current_app, shared_task
from celery.signals import before_task_publish
from django.conf import settings
from django.db import Error, connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from sources.models import Heartbeat

log = logging.getLogger(__name__)

BEAT_SECONDS = 10  # of the schedule
SILENT_AFTER = timedelta(seconds=45)
BROKER_SECONDS = 2


class Missing(Exception):
    """Something is not there; the message says what is known."""


@shared_task(name="verifier.health.beat", ignore_result=True, expires=30)
def beat() -> None:
    """Show that a worker lives."""
    note("worker")


@before_task_publish.connect(sender="verifier.health.beat")
def _beat_lives(**_: Any) -> None:
    try:
        note("beat")
    except Error as error:  # the schedule must go on without the database
        log.warning("the heartbeat of beat was not written: %s", error)


def note(name: str) -> None:
    row = Heartbeat(name=name, beat_at=Now())
    Heartbeat.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at"])


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when claims can be taken and are being checked; else 503 and what is missing."""
    checks = {name: _finding(check) for name, check in CHECKS.items()}
    missing = [name for name, finding in checks.items() if finding != "ok"]
    status = 503 if missing else 200
    return JsonResponse({"ready": not missing, "missing": missing, "checks": checks}, status=status)


def _finding(check: Callable[[], None]) -> str:
    try:
        check()
    except Missing as missing:
        return str(missing)
    return "ok"


def check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        raise Missing("does not answer") from None


def check_broker(url: str | None = None) -> None:
    """url: None for the broker of the settings."""
    options: dict[str, Any] = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS}
    if "socket_timeout" in options:
        options |= {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
        options["retry_on_timeout"] = False
    try:
        with current_app.connection_for_write(url, connect_timeout=BROKER_SECONDS, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        raise Missing("does not answer") from None


def check_heartbeat(name: str) -> None:
    try:
        row = Heartbeat.objects.filter(name=name).annotate(age=Now() - F("beat_at")).values_list("age", flat=True)
        age = row.first()
    except Error:
        raise Missing("unknown: the database does not answer") from None
    if age is None:
        raise Missing("was never seen")
    if age > SILENT_AFTER:
        raise Missing(f"silent for {int(age.total_seconds())} s")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "broker": check_broker,
    "worker": lambda: check_heartbeat("worker"),
    "beat": lambda: check_heartbeat("beat"),
}
