"""Which providers there are, whether each is configured, and how its requests are addressed and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from django.conf import settings

from sources.errors import NotConfigured
from sources.http import HttpTransport, Transport
from sources.providers import ALL
from sources.providers._base import Provider
from sources.replay import ReplayFolder
from sources.types import Request, Response


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
    return HttpTransport(settings.CONTACT, settings.PROVIDER_PROXY or None)


@lru_cache(maxsize=2)
def _folder(path: str) -> ReplayFolder:
    return ReplayFolder.load(path)
