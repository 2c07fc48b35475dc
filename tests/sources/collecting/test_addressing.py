"""Whose key and which host: from the settings, and the key nowhere but in the request that is sent."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sources.collecting import known_providers, replayed
from sources.collecting.addressing import (
    ReplayTransport,
    addressed,
    budget,
    check_configured,
    signed,
    transport,
    unsigned,
)
from sources.errors import NotConfigured, Unavailable
from sources.http import HttpTransport
from sources.types import Request, Response

MOMENT = datetime(2026, 1, 14, 5, tzinfo=UTC)


def environment(settings: Any, **values: str) -> None:
    settings.PROVIDER_ENVIRONMENT = values


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("", "https://api.coinpaprika.com/v1/tickers/x"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/tickers/x"),
        ("http://127.0.0.1:9/", "http://127.0.0.1:9/tickers/x"),
        ("https://mirror.test/a/b", "https://mirror.test/a/b/tickers/x"),
    ],
    ids=["not set", "a host", "with a slash", "with a path"],
)
def test_the_host_comes_from_the_setting(settings: Any, base: str, url: str) -> None:
    environment(settings, **({"COINPAPRIKA_URL": base} if base else {}))
    provider = known_providers()["coinpaprika"]
    assert addressed(provider, Request("https://api.coinpaprika.com/v1/tickers/x")).url == url


def test_a_request_to_another_host_is_not_moved(settings: Any) -> None:
    environment(settings, COINPAPRIKA_URL="http://127.0.0.1:9")
    request = Request("https://elsewhere.test/v1/tickers/x")
    assert addressed(known_providers()["coinpaprika"], request) == request


@pytest.mark.parametrize(
    ("name", "setting", "headers", "params"),
    [
        ("coinglass", {"COINGLASS_KEY": "k"}, (("CG-API-KEY", "k"),), ()),
        ("fred", {"FRED_KEY": "k"}, (), (("api_key", "k"),)),
        ("coingecko", {}, (), ()),
        ("binance", {"BINANCE_KEY": "k"}, (), ()),
    ],
    ids=["in a header", "in the query", "optional and not set", "not wanted"],
)
def test_a_key_goes_where_the_provider_documents_it(
    settings: Any, name: str, setting: dict[str, str], headers: Any, params: Any
) -> None:
    settings.DATA = "live"
    environment(settings, **setting)
    request = signed(known_providers()[name], Request("https://x.test/"))
    assert (request.headers, request.params) == (headers, params)


@pytest.mark.parametrize(
    ("name", "setting", "is_configured"),
    [
        ("coinglass", {}, False),
        ("coinglass", {"COINGLASS_KEY": ""}, False),
        ("coinglass", {"COINGLASS_KEY": "k"}, True),
        ("coingecko", {}, True),
        ("kraken", {}, True),
    ],
)
def test_only_a_required_key_that_is_missing_is_not_configured(
    settings: Any, name: str, setting: dict[str, str], is_configured: bool
) -> None:
    environment(settings, **setting)
    if is_configured:
        check_configured(known_providers()[name])
        return
    with pytest.raises(NotConfigured, match="COINGLASS_KEY"):
        check_configured(known_providers()[name])


def test_an_echoed_key_is_blotted_out(settings: Any) -> None:
    environment(settings, FRED_KEY="s3cret")
    response = Response(200, b"s3cret!", MOMENT, MOMENT, {"etag": "s3cret"}, "https://x.test/?api_key=s3cret")
    read = unsigned(known_providers()["fred"], Request("https://x.test/"), response)
    assert (read.body, read.headers, read.url) == (b"[key]!", {"etag": "[key]"}, "https://x.test/")


def test_a_key_is_blotted_out_however_it_is_echoed(settings: Any) -> None:
    key = 'a/b+c"&d'
    environment(settings, FRED_KEY=key)
    body = f"{key} a%2Fb%2Bc%22%26d {json.dumps(key)} a/b+c&quot;&amp;d".encode()
    read = unsigned(known_providers()["fred"], Request("https://x.test/"), Response(200, body, MOMENT, MOMENT))
    assert read.body == b'[key] [key] "[key]" [key]'


@pytest.mark.django_db
@pytest.mark.parametrize(("data", "kind"), [("replay", ReplayTransport), ("live", HttpTransport)])
def test_the_settings_name_the_way_out(settings: Any, data: str, kind: type) -> None:
    settings.DATA = data
    assert isinstance(transport(), kind)
    assert replayed() is (data == "replay")


@pytest.mark.django_db
def test_what_was_not_recorded_is_unavailable(settings: Any) -> None:
    settings.DATA = "replay"
    with pytest.raises(Unavailable, match="nothing recorded"):
        asyncio.run(transport().send(Request("https://nobody.test/")))


@pytest.mark.parametrize(("data", "expected"), [("live", 20), ("replay", None)])
def test_only_live_requests_have_a_budget(settings: Any, data: str, expected: int | None) -> None:
    settings.DATA = data
    assert budget(known_providers()["bitfinex"]) == expected
