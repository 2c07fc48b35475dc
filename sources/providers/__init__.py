"""One file per provider; each states PROVIDERS. This folder is read once, so a new file is found by being there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from sources.providers._base import Provider


class BrokenProviderFile(Exception):
    """A file of this folder cannot be used; the message is the sentence that says which and why."""


def discover(path: Iterable[str], package: str) -> dict[str, Provider]:
    """Every provider that the modules of `package` below `path` state, by name. Raises BrokenProviderFile."""
    found: dict[str, Provider] = {}
    for module in sorted(info.name for info in iter_modules(path) if not info.name.startswith("_")):
        for provider in _stated(f"{package}.{module}"):
            if provider.name in found:
                raise BrokenProviderFile(f"Two provider files state {provider.name!r}: {module}.py is the second.")
            found[provider.name] = provider
    return found


def _stated(module: str) -> tuple[Provider, ...]:
    file = f"{module.rpartition('.')[2]}.py"
    try:
        stated = import_module(module).PROVIDERS
    except Exception as error:  # whatever a file does wrong while it is read, the start is refused in one sentence
        raise BrokenProviderFile(f"The provider file {file} cannot be read: {type(error).__name__}: {error}") from error
    if not isinstance(stated, tuple) or not all(isinstance(one, Provider) for one in stated):
        raise BrokenProviderFile(f"The provider file {file} states PROVIDERS that is no tuple of Provider.")
    return stated


ALL: Mapping[str, Provider] = MappingProxyType(discover(__path__, __name__))
