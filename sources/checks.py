"""The start is refused with one clear sentence when a setting or a provider is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

HTTP_URL = re.compile(r"https?://[^\s/@]+(/[^\s]*)?")


@register()
def settings_are_usable(app_configs: Any, **options: Any) -> list[CheckMessage]:
    return list(_wrong_settings())


def _wrong_settings() -> Iterator[CheckMessage]:
    from sources.providers import ALL

    ours = {f"{provider.upper()}_{kind}" for provider in ALL for kind in ("URL", "KEY")}
    for name, value in settings.PROVIDER_ENVIRONMENT.items():
        if name not in ours:  # the environment holds what other programs are told, too
            continue
        if name.endswith("_URL") and not HTTP_URL.fullmatch(value):
            yield Error(f"{name} is {value!r}; it must be an http or https address.", id="sources.E001")
        if name.endswith("_KEY") and (not value.isascii() or not value.isprintable()):
            yield Error(f"{name} holds characters that no HTTP header can carry.", id="sources.E002")
    if not 0 < settings.INQUIRY_SECONDS <= 35:  # so written, it also refuses NaN
        yield Error("INQUIRY_SECONDS must be above 0 and at most 35 (a task ends after 45).", id="sources.E003")
    if settings.DATA == "replay":
        yield from _wrong_replay(Path(settings.REPLAY_DIR))


def _wrong_replay(folder: Path) -> Iterator[CheckMessage]:
    from sources.replay import ReplayError, ReplayFolder

    try:
        ReplayFolder.load(folder)
    except ReplayError as error:
        yield Error(f"REPLAY_DIR cannot be used: {error}", id="sources.E004")


@register()
def providers_are_complete(app_configs: Any, **options: Any) -> list[CheckMessage]:
    return list(_wrong_providers())


def _wrong_providers() -> Iterator[CheckMessage]:
    from sources.metrics import CATALOGUE
    from sources.providers import ALL

    for name, provider in ALL.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,60}", name):
            yield Error(f"A provider is called {name!r}; use lower-case letters, digits and _.", id="sources.E010")
        for metric in sorted(provider.metrics - CATALOGUE.keys()):
            yield Error(f"Provider {name} answers {metric!r}, which is not in the catalogue.", id="sources.E011")
        if not provider.lineage.owner or not provider.lineage.read:
            yield Error(f"Provider {name} does not say who owns it and where that was read.", id="sources.E012")
        if provider.key and provider.key.place not in {"header", "query"}:
            yield Error(f"Provider {name} puts its key in {provider.key.place!r}.", id="sources.E013")
