"""Probes: who is due for one, and that a heap of late messages asks once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from sources.models import Lookup, ProviderState
from sources.tasks import probe_provider, probe_providers
from tests.local_server import LocalServer, replies
from tests.pinned import asked, pinned_providers
from verifier.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[LocalServer]:
    with pinned_providers(settings) as running:
        now = datetime.now(UTC).isoformat()
        running.scripts["/coinpaprika/"] = replies({"last_updated": now, "quotes": {"USD": {"price": 96_000}}})
        yield running


@pytest.fixture(autouse=True)
def here_and_now() -> Iterator[None]:
    """Tasks that a task sends run where they are sent."""
    app.conf.task_always_eager, before = True, app.conf.task_always_eager
    yield
    app.conf.task_always_eager = before


def known(**columns: Any) -> None:
    """coinpaprika's row, as if it had just been asked; all others too."""
    ProviderState.objects.update(last_asked_at=Now(), failures=0, paused_until=None)
    ProviderState.objects.update_or_create(provider="coinpaprika", defaults={"last_asked_at": Now(), **columns})


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({}, False),
        ({"last_asked_at": None}, True),
        ({"last_asked_at": Now() - timedelta(minutes=14)}, False),
        ({"last_asked_at": Now() - timedelta(minutes=16)}, True),
        ({"failures": 1}, False),
        ({"failures": 1, "last_asked_at": Now() - timedelta(minutes=2)}, True),
        ({"last_asked_at": None, "paused_until": Now() + timedelta(minutes=1)}, False),
        ({"last_asked_at": None, "paused_until": Now() - timedelta(minutes=1)}, True),
    ],
    ids=[
        "just asked",
        "never asked",
        "14 minutes ago",
        "16 minutes ago",
        "failed a moment ago",
        "failed 2 minutes ago",
        "paused",
        "its pause is over",
    ],
)
def test_who_was_silent_or_failing_and_is_not_paused_is_probed(
    server: LocalServer, columns: dict[str, Any], is_due: bool
) -> None:
    known(**columns)
    assert probe_providers() == (["coinpaprika"] if is_due else [])
    assert asked(server) == (["coinpaprika"] if is_due else [])


def test_a_probe_keeps_no_rows_of_inquiries(server: LocalServer) -> None:
    known(last_asked_at=None)
    probe_providers()
    assert not Lookup.objects.exists()
    assert ProviderState.objects.get(provider="coinpaprika").last_answered_at is not None


def test_many_late_messages_ask_once(server: LocalServer) -> None:
    known(last_asked_at=None)
    assert [probe_provider("coinpaprika") for _ in range(20)] == [""] * 20
    assert asked(server) == ["coinpaprika"]


def test_a_failing_provider_is_not_hammered_by_late_messages(server: LocalServer) -> None:
    known(last_asked_at=None)
    server.scripts["/coinpaprika/"] = replies(b"<html>")
    assert [probe_provider("coinpaprika") for _ in range(5)] == ["malformed", "", "", "", ""]
    assert asked(server) == ["coinpaprika"]


def test_a_provider_that_is_gone_is_not_probed(server: LocalServer) -> None:
    ProviderState.objects.create(provider="gone")
    known()
    assert probe_providers() == []
    assert probe_provider("gone") == ""


def test_recordings_are_not_probed(settings: Any) -> None:
    settings.DATA = "replay"
    ProviderState.objects.update(last_asked_at=None)
    assert probe_providers() == []
    assert not ProviderState.objects.filter(failures__gt=0).exists()


def test_every_provider_that_can_be_asked_has_a_question_to_be_probed_with(server: LocalServer) -> None:
    ProviderState.objects.update(last_asked_at=None, paused_until=None)
    probe_providers()
    assert {"coinpaprika", "coingecko", "binance", "kraken", "nikkei", "okx_swap"} <= set(asked(server))
