"""Writes the reviewed facts about sources into their rows: from the providers themselves and from sources/facts/*.toml.

Runs after every migration and refuses facts that contradict each other. What it changes in a row is in the row's
history. A row that an editor has corrected (`edited`) is left alone.

A file of facts has one table per slug with columns of `Source`; owners.toml has one per owner with its parent. A table
named like a provider adds what the provider does not state: names and domains. Filled in here: `parents` from the
owners, `url` from the first domain, and for `index_quotes` the owners of the indices as upstreams.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

from django.db import transaction

from sources.collecting import known_providers
from sources.contradictions import refuse_contradictions
from sources.models import FACTS, ProviderState, Source, SourceChange
from sources.providers._base import Provider
from sources.queries import database_now

OWNERS = "owners.toml"
COLUMNS = (*FACTS, "is_provider")
WORDS = {*FACTS, "index_quotes"} - {"parents"}
REASON = "The reviewed facts of this release."

Entry = dict[str, Any]


class RegistryError(ValueError):
    """A file of facts cannot be used; the message names the file's table and what is wrong."""


def load() -> int:
    """Create and update sources and provider states; how many sources there are facts about."""
    rows = [Source(slug=slug, **entry) for slug, entry in reviewed().items()]
    refuse_contradictions(row.facts for row in rows)
    with transaction.atomic():
        _write(rows, database_now())
        states = [ProviderState(provider=name) for name in known_providers()]
        ProviderState.objects.bulk_create(states, ignore_conflicts=True)
    return len(rows)


def _write(rows: list[Source], now: datetime) -> None:
    """Keep the order of locks that every writer of sources keeps: by slug."""
    present = {row.slug: row for row in Source.objects.select_for_update().order_by("slug")}
    wanted = sorted((row for row in rows if not _is_edited(present.get(row.slug))), key=lambda row: row.slug)
    changes = [change for row in wanted if row.slug in present for change in _change(present[row.slug], row, now)]
    Source.objects.bulk_create(wanted, update_conflicts=True, unique_fields=["slug"], update_fields=list(COLUMNS))
    SourceChange.objects.bulk_create(changes)


def _is_edited(row: Source | None) -> bool:
    return row is not None and row.edited


def _change(old: Source, new: Source, now: datetime) -> Iterator[SourceChange]:
    differing = [name for name in FACTS if getattr(old, name) != getattr(new, name)]
    if differing:
        yield SourceChange(
            source=old,
            kind=SourceChange.Kind.MADE,
            before={name: getattr(old, name) for name in differing},
            after={name: getattr(new, name) for name in differing},
            reason=REASON,
            at=now,
        )


def reviewed() -> dict[str, Entry]:
    """Slug → columns of `Source`, of every source there are reviewed facts about. Raises RegistryError."""
    stated = {name: _from_provider(one) for name, one in known_providers().items()}
    entries = _with_providers(_from_files(), stated)
    owners = _tables(OWNERS)
    indices = {pair: slug for slug in sorted(entries) for pair in entries[slug].get("authority", ())}
    return {slug: _filled(slug, entries[slug], owners, indices) for slug in sorted(entries)}


def _from_files() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for file in sorted(one.name for one in files("sources").joinpath("facts").iterdir()):
        for slug, entry in _tables(file).items() if file.endswith(".toml") and file != OWNERS else ():
            if slug in found:
                raise RegistryError(f"{file}: there are facts about {slug} in another file, too.")
            unknown = sorted(set(entry) - WORDS)
            if unknown:
                raise RegistryError(f"{file}: {slug} has {', '.join(unknown)}, which is no fact about a source.")
            found[slug] = entry
    return found


def _tables(file: str) -> dict[str, Entry]:
    text = files("sources").joinpath("facts", file).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _with_providers(entries: Mapping[str, Entry], stated: Mapping[str, Entry]) -> dict[str, Entry]:
    found = {slug: {**entry, "is_provider": False} for slug, entry in entries.items()}
    for name, entry in stated.items():
        twice = sorted(set(entry) & set(entries.get(name, {})))
        if twice:
            raise RegistryError(f"{name} is a provider and states its own {', '.join(twice)}.")
        found[name] = {**entries.get(name, {}), **entry}
    return found


def _filled(slug: str, entry: Entry, owners: Mapping[str, Entry], indices: Mapping[str, str]) -> Entry:
    """The entry with every column of COLUMNS."""
    given = {name: value for name, value in entry.items() if name != "index_quotes"}
    empty = Source()
    row = {**{name: getattr(empty, name) for name in COLUMNS}, "name": slug, **given}
    if entry.get("index_quotes"):
        row["upstreams"] = {**{pair: [owner] for pair, owner in _index_levels(indices)}, **row["upstreams"]}
    if row["domains"] and not row["url"]:
        row["url"] = f"https://{row['domains'][0]}"
    chain = _chain(row["owner"], owners)
    row["parents"] = list(chain)
    row["read"] = "; ".join(
        [row["read"], *(_read(owner, owners[owner]) for owner in (row["owner"], *chain[:-1]) if chain)]
    )
    return row


def _index_levels(indices: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((pair, owner) for pair, owner in sorted(indices.items()) if pair.startswith("index_"))


def _chain(owner: str, owners: Mapping[str, Entry]) -> tuple[str, ...]:
    """Who owns the owner, nearest first. Raises RegistryError where that goes round in a circle."""
    chain: list[str] = []
    while owner in owners:
        owner = owners[owner]["parent"]
        if owner in chain:
            raise RegistryError(f"{OWNERS}: owners in a circle: {' → '.join([*chain, owner])}.")
        chain.append(owner)
    return tuple(chain)


def _read(owner: str, entry: Entry) -> str:
    since = f" since {entry['since']}" if entry.get("since") else ""
    return f"{owner} belongs to {entry['parent']}{since}: {entry['read']}"


def _from_provider(provider: Provider) -> Entry:
    """What the provider states; an empty name or list is not stated."""
    lineage = provider.lineage
    stated: Entry = {
        "name": provider.title,
        "category": provider.category,
        "owner": lineage.owner,
        "upstreams": {metric: list(feeds) for metric, feeds in lineage.upstreams.items()},
        "republishes": list(lineage.republishes),
        "carries": list(lineage.carries),
        "authority": sorted(lineage.authority),
        "interested": sorted(lineage.interested),
        "defects": dict(lineage.defects),
        "read": lineage.read,
        "unconfirmed": lineage.unconfirmed,
        "url": provider.docs,
        "is_provider": True,
    }
    return {name: value for name, value in stated.items() if value not in ("", [], {}, False)}
