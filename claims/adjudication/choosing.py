"""Which cluster of a unit is taken for the truth: each voice weighs what its best member there is believed.

Choosing decides no status: that is counted, one vote a voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.adjudication.clusters import Clusters
from claims.adjudication.sheet import Floats, Ints, Sheet
from claims.reliability import LEAST, MOST, RIVALS


@dataclass(frozen=True, slots=True)
class Bench:
    """Seats are voices in clusters, in the order of clusters. of: the seat of each row.

    share: the part of the voice's members in this unit that sit here. first: the first seat of each unit, and the end.
    """

    of: Ints
    cluster: Ints
    voice: Ints
    unit: Ints
    share: Floats
    row_ends: Ints
    seat_ends: Ints
    cluster_ends: Ints


def seat(sheet: Sheet, clusters: Clusters, voice: Ints) -> Bench:
    count = int(voice.max(initial=0)) + 1
    key, of, members = np.unique(clusters.of * count + voice[sheet.source], return_inverse=True, return_counts=True)
    cluster, mine = key // count, key % count
    unit = clusters.unit[cluster]
    _, place = np.unique(unit * count + mine, return_inverse=True)
    share = members / np.bincount(place, members)[place]
    bounds = np.arange(len(sheet.units) + 1)
    ends = (np.searchsorted(column, bounds) for column in (sheet.unit, unit, clusters.unit))
    return Bench(of, cluster, mine, unit, share, *ends)


def believed(bench: Bench, accuracy: Floats, first: int, last: int) -> Floats:
    """Of the seats of units first to last: the accuracy of the best member. accuracy: of the rows of these units."""
    rows, seats = (slice(ends[first], ends[last]) for ends in (bench.row_ends, bench.seat_ends))
    best = np.zeros(seats.stop - seats.start)
    np.maximum.at(best, bench.of[rows] - seats.start, accuracy)
    return best


def evidence(accuracy: Floats) -> Floats:
    """claims.reliability.evidence for many."""
    bounded = np.clip(accuracy, LEAST, MOST)
    return np.asarray(np.maximum(0.0, np.log(RIVALS * bounded / (1 - bounded))), np.float64)
