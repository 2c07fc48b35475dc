"""Which providers there are, whether each is configured, and how its requests are addressed and signed."""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, quote_plus

from django.conf import settings

from sources.errors import NotConfigured
from sources.http import HttpTransport, Transport
from sources.providers import ALL
from sources.providers._base import Provider
from sources.queries import database_now
from sources.replay import ReplayFolder
from sources.types import Request, Response

log = logging.getLogger(__name__)
MOST_SKEW = timedelta(seconds=5)


def known_providers() -> Mapping[str, Provider]:
    """Every provider there is, by name."""
    return ALL


def replayed() -> bool:
    """True when answers come from a folder of recordings instead of the providers."""
    return bool(settings.DATA == "replay")


def key_of(provider: Provider) -> str:
    """The provider's key from the environment, or ""."""
    return str(settings.PROVIDER_ENVIRONMENT.get(f"{provider.name.upper()}_KEY", ""))


def check_configured(provider: Provider) -> None:
    """NotConfigured when the provider needs a key and there is none."""
    if provider.key and provider.key.required and not key_of(provider):
        raise NotConfigured(f"no key is set ({provider.name.upper()}_KEY)")


def addressed(provider: Provider, request: Request) -> Request:
    """The request with the host from `<NAME>_URL`, where one is set. No key yet: this is what snapshots show."""
    base = str(settings.PROVIDER_ENVIRONMENT.get(f"{provider.name.upper()}_URL", "")).rstrip("/")
    documented = provider.base_url.rstrip("/")
    if not base or not request.url.startswith(documented):
        return request
    return replace(request, url=base + request.url[len(documented) :])


def signed(provider: Provider, request: Request) -> Request:
    """The request with the provider's key in its documented place. Recordings know no keys."""
    key = key_of(provider)
    if not provider.key or not key or replayed():
        return request
    if provider.key.place == "header":
        return replace(request, headers=(*request.headers, (provider.key.name, key)))
    return replace(request, params=(*request.params, (provider.key.name, key)))


def budget(provider: Provider) -> int | None:
    """Requests a minute we allow ourselves; None for recorded answers, which wear nobody out."""
    return None if replayed() else provider.per_minute


def unsigned(provider: Provider, request: Request, response: Response) -> Response:
    """The response to a signed request as it may be read, kept and shown: an echoed key is blotted out."""
    key = key_of(provider)
    if not provider.key or not key:
        return response
    headers, body = dict(response.headers), response.body
    for spelling in _spellings(key):
        headers = {name: value.replace(spelling, BLOT) for name, value in headers.items()}
        body = body.replace(spelling.encode(), BLOT.encode())
    return replace(response, url=request.url, headers=headers, body=body)


BLOT = "[key]"


def _spellings(key: str) -> set[str]:
    """The key as a server may echo it: as it is, in an address, in JSON, in a page."""
    return {key, quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1], html.escape(key)}


class ReplayTransport:
    """Recorded answers behind the same door as real sockets."""

    def __init__(self, folder: ReplayFolder) -> None:
        self._folder = folder

    async def send(self, request: Request) -> Response:
        return self._folder.answer(request)

    async def aclose(self) -> None:
        return None


def transport() -> Transport:
    """The way out that the settings name."""
    if replayed():
        return ReplayTransport(_folder(settings.REPLAY_DIR))
    return HttpTransport(settings.CONTACT, settings.PROVIDER_PROXY or None, database_clock())


def database_clock() -> Callable[[], datetime]:
    """The database's clock without asking it each time. Skew of this machine's own beyond 5 seconds is logged."""
    ahead = database_now() - datetime.now(UTC)
    if abs(ahead) > MOST_SKEW:
        log.warning("this machine's clock differs from the database's by %s seconds", round(-ahead.total_seconds()))
    return lambda: datetime.now(UTC) + ahead


@lru_cache(maxsize=2)
def _folder(path: str) -> ReplayFolder:
    return ReplayFolder.load(path)
