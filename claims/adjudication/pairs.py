"""How often two sources meet, agree and err together: matrices of source by source, one for each attribute.

Only the sources with most observations are compared with each other: LARGEST of them, each with at least ENOUGH rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from claims.adjudication.clusters import Clusters
from claims.adjudication.sheet import Bools, Floats, Ints, Sheet

LARGEST, ENOUGH = 300, 10
CELLS = 20_000_000  # of all matrices of one kind together; attributes beyond that are taken together
BLOCK = 8_192  # units at a time
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Field:
    """The rows of the compared sources. sources: their numbers in the sheet; source: a row's place among them.

    layer: the attribute of a row, or the last layer for attributes that are taken together. row: its row in the sheet.
    """

    sources: Ints
    row: Ints
    source: Ints
    unit: Ints
    cluster: Ints
    layer: Ints
    layers: int

    @property
    def size(self) -> int:
        return len(self.sources)


def field_of(sheet: Sheet, clusters: Clusters) -> Field:
    counts = np.bincount(sheet.source, minlength=len(sheet.sources))
    by_size = np.lexsort((np.arange(len(counts)), -counts))[:LARGEST]
    sources = np.sort(by_size[counts[by_size] >= ENOUGH])
    place = np.full(len(sheet.sources), -1)
    place[sources] = np.arange(len(sources))
    row = np.flatnonzero(place[sheet.source] >= 0)
    layers, layer = _layers(sheet, len(sources))
    return Field(sources, row, place[sheet.source[row]], sheet.unit[row], clusters.of[row], layer[row], layers)


def _layers(sheet: Sheet, size: int) -> tuple[int, Ints]:
    """One for each attribute, the largest first where there are too many."""
    most = max(1, CELLS // max(1, size * size))
    counts = np.bincount(sheet.row_attr, minlength=len(sheet.attrs))
    order = np.lexsort((np.arange(len(counts)), -counts))
    layer_of = np.empty(len(counts), np.int64)
    layer_of[order] = np.minimum(np.arange(len(counts)), most - 1)
    return min(most, len(counts)), layer_of[sheet.row_attr]


def present(field: Field, mine: Bools | None = None, theirs: Bools | None = None) -> Floats:
    """[layer, i, j]: units with a row of i among `mine` and one of j among `theirs` (all rows where None)."""
    found = np.zeros((field.layers, field.size, field.size))
    for layer in range(field.layers):
        for left, right in _blocks(field, np.flatnonzero(field.layer == layer), mine, theirs):
            found[layer] += left @ right.T
    return found


def _blocks(field: Field, rows: Ints, mine: Bools | None, theirs: Bools | None) -> Iterator[tuple[Singles, Singles]]:
    """Source by unit, 1 where there is a row, for some units at a time."""
    if not len(rows):
        return
    _, unit = np.unique(field.unit[rows], return_inverse=True)
    for start in range(0, int(unit[-1]) + 1, BLOCK):
        here = slice(*np.searchsorted(unit, [start, start + BLOCK]).tolist())
        shape = field.size, BLOCK
        sides = []
        for side in (mine, theirs):
            block: Singles = np.zeros(shape, np.float32)
            chosen = rows[here] if side is None else rows[here][side[rows[here]]]
            at = unit[here] if side is None else unit[here][side[rows[here]]]
            block[field.source[chosen], at - start] = 1
            sides.append(block)
        yield sides[0], sides[1]


def alike(field: Field, among: Bools | None = None) -> Floats:
    """[layer, i, j]: units in which i and j are in one cluster; `among`: rows to look at."""
    rows = np.arange(len(field.row)) if among is None else np.flatnonzero(among)
    order = rows[np.lexsort((field.source[rows], field.cluster[rows]))]
    cluster, source, layer = field.cluster[order], field.source[order], field.layer[order]
    starts = np.flatnonzero(np.append(True, cluster[1:] != cluster[:-1])) if len(order) else np.array([], np.int64)
    sizes = np.diff(np.append(starts, len(order)))
    flat = np.zeros(field.layers * field.size * field.size)
    for size in np.unique(sizes[sizes > 1]).tolist():
        begin = starts[sizes == size]
        for first in range(size):
            for second in range(first + 1, size):
                key = (layer[begin] * field.size + source[begin + first]) * field.size + source[begin + second]
                np.add.at(flat, key, 1)
    upper = flat.reshape(field.layers, field.size, field.size)
    return np.asarray(upper + upper.transpose(0, 2, 1), np.float64)
