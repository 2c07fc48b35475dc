"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from claims.models import Claim
from sources.models import Heartbeat, Inquiry, Lookup
from tests.claims.api.conftest import Caller
from verifier import health
from verifier.celery import app

pytestmark = pytest.mark.django_db
FRESH = timedelta(seconds=5)
SILENT = timedelta(seconds=60)


@pytest.fixture
def anyone() -> APIClient:
    return APIClient()


def beats(**ages: timedelta) -> None:
    for name, age in ages.items():
        Heartbeat.objects.create(name=name, beat_at=timezone.now() - age)


def test_a_process_that_answers_is_healthy_without_a_database(anyone: APIClient) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = anyone.get("/healthz")
    assert (answer.status_code, answer.json(), len(queries)) == (200, {"status": "ok"}, 0)


def test_ready_means_database_broker_worker_and_beat(anyone: APIClient) -> None:
    beats(worker=FRESH, beat=FRESH)
    answer = anyone.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (200, [])
    assert answer.json()["checks"] == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}


@pytest.mark.parametrize(
    ("ages", "missing"),
    [
        ({}, ["worker", "beat"]),
        ({"beat": FRESH}, ["worker"]),
        ({"worker": FRESH, "beat": SILENT}, ["beat"]),
        ({"worker": SILENT, "beat": FRESH}, ["worker"]),
    ],
)
def test_what_is_missing_is_named(anyone: APIClient, ages: dict[str, timedelta], missing: list[str]) -> None:
    beats(**ages)
    answer = anyone.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, missing)


@pytest.mark.parametrize("url", ["redis+socket:///nowhere.sock", "redis://127.0.0.1:9/0", "amqp://127.0.0.1:9//"])
def test_a_broker_that_is_away_is_missing(url: str) -> None:
    with pytest.raises(health.Missing):
        health.check_broker(url)


def test_a_broker_that_takes_the_call_and_says_nothing_is_missing_before_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(health.Missing):
            health.check_broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    assert time.monotonic() - started < 8


def test_a_database_that_is_away_is_named(anyone: APIClient) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        answer = anyone.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["database", "worker", "beat"])


def test_the_worker_shows_itself_by_running_the_task() -> None:
    health.beat()
    health.beat()
    row = Heartbeat.objects.get()
    assert (row.name, timezone.now() - row.beat_at < FRESH) == ("worker", True)


def test_beat_shows_itself_by_sending_the_task_and_no_other() -> None:
    before_task_publish.send(sender="claims.tasks.pursue", body=(), headers={})
    assert not Heartbeat.objects.exists()
    health.beat.apply_async()
    assert Heartbeat.objects.get().name == "beat"


def test_a_heartbeat_that_waits_too_long_is_dropped() -> None:
    assert health.beat.expires == 30


def test_a_heartbeat_does_not_queue_behind_inquiries() -> None:
    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in (health.beat.name, "claims.tasks.pursue")}
    assert routed == {"verifier.health.beat": "pulse", "claims.tasks.pursue": "verify"}
    assert set(app.amqp.queues.consume_from) == {"pulse", "verify"}


# Metrics


def samples(client: APIClient, **headers: str) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_the_state_of_the_desk_is_counted(anyone: APIClient, day: dict[str, Claim]) -> None:
    Lookup.objects.update(finished_at=timezone.now())
    Inquiry.objects.update(deadline_at=timezone.now() + SILENT)
    found = samples(anyone)
    assert found["claimdesk_claims", "verified"] == 3
    assert found["claimdesk_claims", "single_source"] == 2
    assert found["claimdesk_claims_due",] == 1
    assert found["claimdesk_inquiries_open",] == 1
    assert found["claimdesk_inquiries_overdue",] == 0
    assert found["claimdesk_lookups_past_hour", "rate_limited"] == 1
    assert found["claimdesk_lookups_past_hour", "answered"] > 10
    assert found["claimdesk_provider_paused", "kraken"] == 1
    assert found["claimdesk_provider_paused", "binance"] == 0
    assert found["claimdesk_provider_requests_total", "binance"] == 120


def test_overdue_inquiries_and_heartbeats_are_counted(anyone: APIClient, day: dict[str, Claim]) -> None:
    beats(worker=SILENT)
    Inquiry.objects.filter(settled_at=None).update(deadline_at=timezone.now() - SILENT)
    found = samples(anyone)
    assert found["claimdesk_inquiries_overdue",] == 1
    assert 59 < found["claimdesk_heartbeat_age_seconds", "worker"] < 120


def test_a_scrape_costs_six_queries(anyone: APIClient, day: dict[str, Claim]) -> None:
    with CaptureQueriesContext(connection) as queries:
        samples(anyone)
    assert len(queries) == 6


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_from_elsewhere_metrics_need_a_key_with_the_scope_admin(
    anyone: APIClient, caller: Caller, headers: dict[str, str]
) -> None:
    assert anyone.get("/metrics", **headers).status_code == 401
    assert caller("claims:read").get("/metrics", **headers).status_code == 403
    assert samples(caller("admin"), **headers)
