"""All observations of a file in columns. A unit is one attribute of one item: what is decided by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from claims.adjudication.reading import NUMBER, Known, Meta, Observed, Written

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows are observations: unit, source, number (NaN for a text), text (-1 for a number) and the value as written.

    Sorted by unit, numbers before texts, then by value and source. At most one row for a source in a unit: its latest.
    units: (item, attr) by number, in time order. moment: of each unit, equal where nothing tells units apart in time.
    sources: sorted. attrs: sorted; unit_attr: of each unit.
    """

    unit: Ints
    source: Ints
    number: Floats
    text: Ints
    written: list[str]
    units: list[tuple[str, str]]
    moment: Floats
    sources: list[str]
    attrs: list[str]
    unit_attr: Ints

    @property
    def row_attr(self) -> Ints:
        return self.unit_attr[self.unit]


def fill(observations: Iterable[Observed], meta: Meta) -> Sheet:
    """A later line replaces an earlier one of the same source and unit, unless its time is earlier."""
    columns = _Columns()
    for one in observations:
        columns.add(one)
    return columns.sheet(meta)


class _Columns:
    """What grows while reading."""

    def __init__(self) -> None:
        self.unit_numbers: dict[tuple[str, str], int] = {}
        self.source_numbers: dict[str, int] = {}
        self.unit: list[int] = []
        self.source: list[int] = []
        self.time: list[float] = []
        self.values: list[str] = []
        self.is_dated = False

    def add(self, one: Observed) -> None:
        key = one.item, one.attr
        self.unit.append(self.unit_numbers.setdefault(key, len(self.unit_numbers)))
        self.source.append(self.source_numbers.setdefault(one.source, len(self.source_numbers)))
        self.values.append(one.value)
        self.is_dated = one.time is not None
        self.time.append(0.0 if one.time is None else one.time)

    def sheet(self, meta: Meta) -> Sheet:
        unit, source, time = np.array(self.unit, np.int64), np.array(self.source, np.int64), np.array(self.time)
        keep = _latest(unit, source, time)
        moment, order = self._moments(unit[keep], time[keep])
        units, sources = list(self.unit_numbers), sorted(self.source_numbers)
        ranks = _places(np.array([self.source_numbers[name] for name in sources], np.int64))
        return _sorted(
            _places(order)[unit[keep]],
            ranks[source[keep]],
            [self.values[at] for at in keep.tolist()],
            ([units[at] for at in order.tolist()], moment[order], sources),
            meta,
        )

    def _moments(self, unit: Ints, time: Floats) -> tuple[Floats, Ints]:
        """The moment of each unit (its latest observation, or its place in a file without times), and their order."""
        count = len(self.unit_numbers)
        if not self.is_dated:
            return np.arange(count, dtype=np.float64), np.arange(count)
        moment = np.full(count, -np.inf)
        np.maximum.at(moment, unit, time)
        return moment, np.argsort(moment, kind="stable")


def _places(order: Ints) -> Ints:
    """The inverse permutation."""
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _latest(unit: Ints, source: Ints, time: Floats) -> Ints:
    """The rows that stay, in the order they came."""
    order = np.lexsort((time, source, unit))
    last = np.ones(len(order), np.bool_)
    last[:-1] = (unit[order][1:] != unit[order][:-1]) | (source[order][1:] != source[order][:-1])
    return np.sort(order[last])


def _sorted(
    unit: Ints, source: Ints, values: list[str], names: tuple[list[tuple[str, str]], Floats, list[str]], meta: Meta
) -> Sheet:
    units, moment, sources = names
    attrs = sorted({attr for _, attr in units})
    numbered = {attr: number for number, attr in enumerate(attrs)}
    unit_attr = np.array([numbered[attr] for _, attr in units], np.int64)
    number, text = _read_values(values, unit_attr[unit], attrs, meta)
    order = np.lexsort((source, number, text, unit))
    written = [values[at] for at in order.tolist()]
    return Sheet(
        unit[order], source[order], number[order], text[order], written, units, moment, sources, attrs, unit_attr
    )


def _read_values(values: list[str], attr: Ints, attrs: list[str], meta: Meta) -> tuple[Floats, Ints]:
    """Numbers where a number was written or META says so; a category is text however it was written."""
    kinds = [meta.attrs[name].kind if name in meta.attrs else None for name in attrs]
    read = [
        (value, kinds[at] == NUMBER or (kinds[at] is None and type(value) is Written))
        for at, value in zip(attr.tolist(), values, strict=True)
    ]
    places = {text: place for place, text in enumerate(sorted({value for value, is_number in read if not is_number}))}
    number = np.array([float(value) if is_number else np.nan for value, is_number in read], np.float64)
    text = np.array([-1 if is_number else places[value] for value, is_number in read], np.int64)
    return number, text


def truth_of_units(sheet: Sheet, known: Iterable[Known]) -> dict[int, Known]:
    """By unit. Outcomes of items nobody reported are left out; a later line about a unit replaces an earlier one."""
    numbers = {key: number for number, key in enumerate(sheet.units)}
    only = _only_attr(sheet)
    found = {}
    for one in known:
        attr = one.attr if one.attr is not None else only.get(one.item)
        unit = None if attr is None else numbers.get((one.item, attr))
        if unit is not None:
            found[unit] = one
    return found


def _only_attr(sheet: Sheet) -> dict[str, str]:
    """Of the items with one attribute."""
    found: dict[str, str | None] = {}
    for item, attr in sheet.units:
        found[item] = attr if item not in found else None
    return {item: attr for item, attr in found.items() if attr is not None}
