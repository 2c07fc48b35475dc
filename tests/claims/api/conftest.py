"""Callers of the API, and the claims of 14 January 2026 for them to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from claims.models import ApiKey, Claim
from tests.market_day import market_day

Caller = Callable[..., APIClient]


@pytest.fixture
def caller(db: None) -> Caller:
    """A client with a key of these scopes."""

    def make(*scopes: str, **more: object) -> APIClient:
        _, text = ApiKey.issue("test", list(scopes), **{"per_minute": 0, **more})
        return with_key(text)

    return make


def with_key(text: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {text}")
    return client


@pytest.fixture
def client(caller: Caller) -> APIClient:
    """A publishing tool: reads and writes claims."""
    return caller("claims:read", "claims:write")


@pytest.fixture
def day(db: None) -> dict[str, Claim]:
    return market_day(timezone.now())
