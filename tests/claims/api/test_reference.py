"""Metrics, sources with their voices, providers with their health, information gaps."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from claims.models import Claim
from sources.collecting import known_providers
from sources.metrics import CATALOGUE
from sources.models import ProviderState, Source

pytestmark = pytest.mark.django_db


def rows(client: APIClient, name: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{name}/", query)
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["next", "previous", "results"]
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_the_catalogue_is_served_whole_with_its_reasons(client: APIClient) -> None:
    found = {row["name"]: row for row in rows(client, "metrics")}
    assert list(found) == list(CATALOGUE)
    row = found["liquidations"]
    assert (row["tolerance"], row["quorum"], row["unit"]) == ("0.1", 2, "USD")
    assert (row["half_life"], row["default_window"]) == ("P0DT00H10M00S", None)
    assert row["qualifiers"] == {"side": ["long", "short", "total"]}
    assert row["why"]["tolerance"]


def test_sources_of_one_owner_are_one_voice_and_the_reason_is_told(client: APIClient, day: dict[str, Claim]) -> None:
    found = {row["slug"]: row for row in rows(client, "sources", page_size=200)}
    row = found["coinmarketcap"]
    assert {"binance", "coinmarketcap"} <= set(row["voice_members"])
    assert row["voice"] == found["binance"]["voice"]
    assert any("Binance Holdings" in reason for reason in row["why"])


def test_a_source_alone_is_its_own_voice(client: APIClient, day: dict[str, Claim]) -> None:
    Source.objects.create(slug="alone", name="Alone", owner="Alone Ltd")
    row = next(row for row in rows(client, "sources", page_size=200) if row["slug"] == "alone")
    assert (row["voice"], row["voice_members"], row["counts"]) == ("Alone", ["alone"], True)
    assert row["why"] == ["no other source shares its owner, its feeds or its figures"]


def test_an_unclassified_source_counts_for_nothing(client: APIClient, day: dict[str, Claim]) -> None:
    row = next(row for row in rows(client, "sources", page_size=200) if row["slug"] == "chat_screenshot")
    assert (row["counts"], row["owner"], row["why"]) == (False, None, ["nobody has noted who owns it"])


def test_voices_are_those_of_the_metric_and_subject_asked_for(client: APIClient, day: dict[str, Claim]) -> None:
    Source.objects.create(slug="relay", name="Relay", owner="Relay Ltd", upstreams={"price": ["alone"]})
    Source.objects.create(slug="alone", name="Alone", owner="Alone Ltd", authority=["price:BTC"])

    def members(**query: str) -> list[str]:
        found = rows(client, "sources", page_size=200, **query)
        return list(next(row for row in found if row["slug"] == "relay")["voice_members"])

    assert members() == ["relay"]
    assert members(metric="price", subject="btc") == ["alone", "relay"]
    assert members(metric="volume" if "volume" in CATALOGUE else "supply") == ["relay"]


@pytest.mark.parametrize(("name", "value"), [("metric", "weather"), ("subject", "GOLD"), ("owner", "x")])
def test_an_unknown_word_is_refused_by_name(client: APIClient, name: str, value: str) -> None:
    answer = client.get("/api/v1/sources/", {name: value})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


def test_sources_are_paged_by_slug(client: APIClient, day: dict[str, Claim]) -> None:
    first = client.get("/api/v1/sources/", {"page_size": 3}).json()
    second = client.get(first["next"]).json()
    slugs = [row["slug"] for row in first["results"] + second["results"]]
    assert slugs == list(Source.objects.order_by("slug").values_list("slug", flat=True)[:6])


def test_a_cursor_with_half_a_character_is_refused(client: APIClient) -> None:
    text = base64.urlsafe_b64encode(b'[["slug"], ["\\ud800"], false]').decode()
    assert client.get("/api/v1/sources/", {"cursor": text}).json()["fields"].keys() == {"cursor"}


def test_the_queries_for_sources_do_not_grow_with_them(client: APIClient, day: dict[str, Claim]) -> None:
    client.get("/api/v1/sources/")
    with CaptureQueriesContext(connection) as queries:
        rows(client, "sources", page_size=200)
    assert len(queries) == 4  # the key, the page, the facts of all, the records of the page


def test_every_provider_is_listed_with_its_state_and_budget(client: APIClient) -> None:
    found = rows(client, "providers")
    assert [row["name"] for row in found] == sorted(known_providers())
    for row in found:
        assert row["covers"]
        assert set(row["covers"]) <= set(CATALOGUE)
        assert row["state"] in {"ready", "failing", "paused", "not_configured"}
        assert row["budget"]["left"] == row["budget"]["per_minute"] - row["budget"]["used"]


def provider(client: APIClient, name: str) -> dict[str, Any]:
    return next(row for row in rows(client, "providers") if row["name"] == name)


def test_a_provider_without_its_key_says_so(client: APIClient, settings: Any) -> None:
    name = next(name for name, one in known_providers().items() if one.key and one.key.required)
    settings.PROVIDER_ENVIRONMENT = {}
    assert (provider(client, name)["state"], provider(client, name)["key"]) == ("not_configured", "required")
    settings.PROVIDER_ENVIRONMENT = {f"{name.upper()}_KEY": "s3cret"}
    answer = client.get("/api/v1/providers/")
    assert "s3cret" not in answer.content.decode()
    assert provider(client, name)["state"] == "ready"


def test_a_paused_provider_says_until_when_and_why(client: APIClient) -> None:
    name = next(name for name, one in known_providers().items() if one.key is None)
    now = timezone.now()
    pause = {"paused_until": now + timedelta(minutes=5), "pause_reason": "asked too often", "failures": 2}
    ProviderState.objects.update_or_create(provider=name, defaults=pause)
    row = provider(client, name)
    assert (row["state"], row["pause_reason"], row["failures"]) == ("paused", "asked too often", 2)
    assert row["paused_until"].endswith("Z")
    ProviderState.objects.update(paused_until=now - timedelta(seconds=1))
    assert (provider(client, name)["state"], provider(client, name)["paused_until"]) == ("failing", None)


def test_the_budget_is_that_of_the_running_minute(client: APIClient) -> None:
    name = next(iter(known_providers()))
    minute = timezone.now().replace(second=0, microsecond=0)
    ProviderState.objects.update_or_create(provider=name, defaults={"minute": minute, "minute_used": 3})
    ProviderState.objects.update_or_create(provider=name, defaults={"minute": minute - timedelta(minutes=1)})
    assert provider(client, name)["budget"]["used"] == 0


def test_gaps_are_listed_with_their_window_and_reason(client: APIClient, day: dict[str, Claim]) -> None:
    (row,) = rows(client, "gaps")
    assert (row["metric"], row["window"], row["qualifiers"]) == ("liquidations", "PT86400S", {"side": "total"})
    assert (row["since"], row["until"]) == ("2025-01-01T00:00:00Z", None)
    assert row["note"]
