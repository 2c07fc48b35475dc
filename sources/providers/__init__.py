"""One file per provider; each states PROVIDERS. This folder is read once, so a new file is found by being there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from sources.providers._base import Provider


def _discover() -> dict[str, Provider]:
    found: dict[str, Provider] = {}
    for module in sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_")):
        for provider in import_module(f"{__name__}.{module}").PROVIDERS:
            if provider.name in found:
                raise ValueError(f"two providers are called {provider.name}")
            found[provider.name] = provider
    return found


ALL: Mapping[str, Provider] = MappingProxyType(_discover())
