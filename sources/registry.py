"""Writes the reviewed facts about sources into their rows: from the providers themselves and from registry.toml.

Runs after every migration. A row that an editor has corrected (`edited`) is left alone.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from sources.collecting import known_providers
from sources.models import ProviderState, Source
from sources.providers._base import Provider


def load() -> int:
    """Create and update sources and provider states; how many sources there are facts about."""
    entries = {**_from_file(), **{name: _from_provider(one) for name, one in known_providers().items()}}
    edited = set(Source.objects.filter(edited=True).values_list("slug", flat=True))
    rows = [Source(slug=slug, **entry) for slug, entry in entries.items() if slug not in edited]
    if rows:
        columns = sorted({name for entry in entries.values() for name in entry})
        Source.objects.bulk_create(rows, update_conflicts=True, unique_fields=["slug"], update_fields=columns)
    ProviderState.objects.bulk_create(
        [ProviderState(provider=name) for name in known_providers()], ignore_conflicts=True
    )
    return len(entries)


def _from_file() -> dict[str, dict[str, Any]]:
    text = files("sources").joinpath("registry.toml").read_text(encoding="utf-8")
    return {slug: {"is_provider": False, **entry} for slug, entry in tomllib.loads(text).items()}


def _from_provider(provider: Provider) -> dict[str, Any]:
    lineage = provider.lineage
    return {
        "name": provider.title,
        "category": provider.category,
        "owner": lineage.owner,
        "upstreams": {metric: list(feeds) for metric, feeds in lineage.upstreams.items()},
        "republishes": list(lineage.republishes),
        "authority": sorted(lineage.authority),
        "interested": sorted(lineage.interested),
        "defects": dict(lineage.defects),
        "read": lineage.read,
        "url": provider.docs,
        "is_provider": True,
    }
