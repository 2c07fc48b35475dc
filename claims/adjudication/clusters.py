"""Which figures of a unit agree: everything is compared in clusters, never averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.adjudication.reading import Attr, Meta
from claims.adjudication.sheet import Bools, Floats, Ints, Sheet

USUAL_TOLERANCE = 0.01  # of Li, Dong, Lyons, Meng and Srivastava (2013), where nobody says what agrees


@dataclass(frozen=True, slots=True)
class Clusters:
    """of: the cluster of each row, numbered through all units in the order of rows. unit: of each cluster.

    first: the first row of each cluster. tolerance: of each row, in its own unit; zero for texts.
    """

    of: Ints
    unit: Ints
    first: Ints
    tolerance: Floats

    @property
    def count(self) -> int:
        return len(self.unit)


def cluster(sheet: Sheet, meta: Meta) -> Clusters:
    """Rows of a unit that lie within each other's tolerance; what would stretch over more than two is cut."""
    tolerance = _tolerances(sheet, meta)
    new = np.ones(len(sheet.unit), np.bool_)
    if len(new) > 1:
        new[1:] = (sheet.unit[1:] != sheet.unit[:-1]) | (sheet.text[1:] != sheet.text[:-1]) | _apart(sheet, tolerance)
    _cut_wide(sheet.number, tolerance, new)
    first = np.flatnonzero(new)
    return Clusters(np.cumsum(new) - 1, sheet.unit[first], first, tolerance)


def _apart(sheet: Sheet, tolerance: Floats) -> Bools:
    """Each row from the one before; texts never are, their numbers tell."""
    with np.errstate(invalid="ignore", over="ignore"):
        distance = sheet.number[1:] - sheet.number[:-1]
        return np.asarray(distance > np.maximum(tolerance[1:], tolerance[:-1]), np.bool_)


def _tolerances(sheet: Sheet, meta: Meta) -> Floats:
    rules = [meta.attrs.get(name, Attr()) for name in sheet.attrs]
    rules = [rule if rule.measured else usual_tolerance(sheet, at, rule) for at, rule in enumerate(rules)]
    absolute, relative = (np.array([getattr(rule, name) for rule in rules], np.float64) for name in TOLERANCES)
    size = np.abs(np.where(np.isnan(sheet.number), 0.0, sheet.number))
    return np.asarray(np.maximum(absolute[sheet.row_attr], relative[sheet.row_attr] * size), np.float64)


TOLERANCES = ("tol_abs", "tol_rel")


def usual_tolerance(sheet: Sheet, attr: int, rule: Attr) -> Attr:
    """Where nobody gave one: none if neighbours mostly agree to the last digit, one percent if they do not."""
    mine = sheet.row_attr == attr
    unit, number = sheet.unit[mine], sheet.number[mine]
    beside = (unit[1:] == unit[:-1]) & ~np.isnan(number[1:]) & ~np.isnan(number[:-1])
    exact = beside & (number[1:] == number[:-1])
    is_noisy = 2 * np.count_nonzero(exact) < np.count_nonzero(beside)
    return Attr(rule.kind, tol_rel=USUAL_TOLERANCE if is_noisy else 0.0)


def _cut_wide(number: Floats, tolerance: Floats, new: Bools) -> None:
    """Marks further beginnings in chains of numbers that stretch over more than twice the tolerance."""
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(new))
    with np.errstate(invalid="ignore", over="ignore"):
        wide = number[ends - 1] - number[starts] > 2 * np.maximum(tolerance[starts], tolerance[ends - 1])
    for start, end in zip(starts[wide].tolist(), ends[wide].tolist(), strict=True):
        for cut in _cuts(number[start:end].tolist(), tolerance[start:end].tolist()):
            new[start + cut] = True


def _cuts(values: list[float], tolerance: list[float]) -> list[int]:
    """Where clusters begin in one chain: around the middle of its densest stretch, then outwards in equal steps."""
    low, high = _densest(values, tolerance)
    middle = values[(low + high - 1) // 2]
    reach = tolerance[(low + high - 1) // 2]
    while low > 0 and values[low - 1] >= middle - reach:
        low -= 1
    while high < len(values) and values[high] <= middle + reach:
        high += 1
    return [*_steps(values, tolerance, 0, low), low, *_steps(values, tolerance, high, len(values))]


def _densest(values: list[float], tolerance: list[float]) -> tuple[int, int]:
    """The half-open stretch with most rows whose ends lie within the tolerance; the narrower of two wins."""
    best, low = (0, 0.0, 0, 1), 0
    for high, value in enumerate(values):
        while value - values[low] > tolerance[high]:
            low += 1
        best = max(best, (high + 1 - low, values[low] - value, low, high + 1))
    return best[2], best[3]


def _steps(values: list[float], tolerance: list[float], start: int, end: int) -> list[int]:
    begins: list[int] = []
    for at in range(start, end):
        if not begins or values[at] - values[begins[-1]] > 2 * tolerance[begins[-1]]:
            begins.append(at)
    return begins
