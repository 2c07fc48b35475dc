"""Which voices speak in a table: from the groups that META names, or from the copying that is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from claims.adjudication.clusters import Clusters
from claims.adjudication.dependence import groups
from claims.adjudication.pairs import Field, field_of
from claims.adjudication.sheet import Floats, Ints, Sheet
from sources.independence import voices
from sources.types import Lineage, SourceFacts


def known_voices(sheet: Sheet, group_of: Mapping[str, str]) -> Ints:
    """The voice of each source. One without a group stands alone, whatever its name: nobody needs to be asked."""
    owners = {group: f"group {number}" for number, group in enumerate(sorted(set(group_of.values())))}
    places = {name: number for number, name in enumerate(sheet.sources) if group_of.get(name)}
    facts = [SourceFacts(name, name, Lineage(owner=owners[group_of[name]], read="META")) for name in places]
    voice = np.arange(len(sheet.sources))
    for found in voices(facts, metric="", subject=""):
        voice[[places[member] for member in found.members]] = places[found.members[0]]
    return voice


def found_voices(sheet: Sheet, clusters: Clusters) -> Ints:
    """The voice of each source, from who copies whom in this table."""
    field = field_of(sheet, clusters)
    if field.size < 2:
        return known_voices(sheet, {})
    seats = _Seats(sheet, clusters, field)
    labels = groups(field, seats.winners)
    named = {sheet.sources[at]: str(label) for at, label in zip(field.sources.tolist(), labels.tolist(), strict=True)}
    return known_voices(sheet, named)


@dataclass(frozen=True, slots=True)
class _Seats:
    sheet: Sheet
    clusters: Clusters
    field: Field

    def winners(self, labels: Ints) -> Ints:
        """The cluster with most votes in each unit; who is not compared votes alone."""
        voice = len(self.sheet.sources) + np.arange(len(self.sheet.sources))
        voice[self.field.sources] = labels
        return winners(votes(self.sheet, self.clusters, voice), self.clusters.unit)


def votes(sheet: Sheet, clusters: Clusters, voice: Ints) -> Floats:
    """Of each cluster: one vote for each voice, shared by the number of its members."""
    mine = voice[sheet.source]
    _, place, members = np.unique(sheet.unit * (int(voice.max()) + 1) + mine, return_inverse=True, return_counts=True)
    return np.bincount(clusters.of, 1.0 / members[place], minlength=clusters.count).astype(np.float64)


def winners(score: Floats, unit: Ints) -> Ints:
    """The cluster with the highest score in each unit, the first of equals. unit: of each cluster, ascending."""
    order = np.lexsort((np.arange(len(unit)), -score.round(9), unit))
    first = np.append(True, unit[order][1:] != unit[order][:-1])
    return np.asarray(order[first], np.int64)
