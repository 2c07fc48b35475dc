"""From lines of JSON to a sheet of observations. Whatever is wrong is named with its line and field.

Lines are read in bulk: a thousand lines as one JSON list, and one by one only where that fails, to name the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from math import isfinite
from typing import Any, NoReturn

NUMBER, CATEGORY = "number", "category"
CHUNK = 1000


class BadInput(ValueError):
    """The message names the line and the field."""


class Written(str):
    """A JSON number, with the digits as written."""

    __slots__ = ()


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_read = json.JSONDecoder(parse_float=Written, parse_int=Written, parse_constant=_no_number).decode


@dataclass(frozen=True, slots=True)
class Attr:
    """How figures of one attribute are compared. A kind of None is read off the figures: numbers as numbers.

    Numbers agree within max(tol_abs, tol_rel × |value|); without either, see clusters.usual_tolerance.
    """

    kind: str | None = None
    tol_abs: float = 0.0
    tol_rel: float = 0.0
    measured: bool = False  # somebody gave a tolerance

    def tolerance(self, value: float) -> float:
        return max(self.tol_abs, self.tol_rel * abs(value))


@dataclass(frozen=True, slots=True)
class Meta:
    """attrs by name; group of each source that has one."""

    attrs: Mapping[str, Attr] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """One line. value is Written where it was a number. time: seconds, or whatever number the file counts time in."""

    item: str
    attr: str
    source: str
    value: str
    time: float | None


@dataclass(frozen=True, slots=True)
class Known:
    """What an item turned out to be. attr is None where the line names none: then the item has one attribute only."""

    item: str
    attr: str | None
    value: str
    line: int


def read_observations(lines: Iterable[str], meta: Meta) -> Iterator[Observed]:
    """BadInput at the first line that is wrong. Empty lines are skipped."""
    dated: bool | None = None
    for number, row in _rows(lines):
        one = _observed(number, row, meta)
        if dated is None:
            dated = one.time is not None
        if dated is not (one.time is not None):
            raise BadInput(f"line {number}: time: every line has one, or none has")
        yield one


def read_truth(lines: Iterable[str], meta: Meta) -> Iterator[Known]:
    """BadInput at the first line that is wrong."""
    for number, row in _rows(lines):
        attr = _name(number, row, "attr") if row.get("attr") is not None else None
        value = _value(number, row, meta.attrs.get(attr or ""))
        yield Known(_name(number, row, "item"), attr, value, number)


def read_meta(text: str) -> Meta:
    """BadInput where a field is not what API users were told; unknown fields are left alone."""
    try:
        read = _read(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"META is not JSON: {error}") from None
    attrs, sources = (_mapping(read, name, "META") for name in ("attrs", "sources"))
    groups = {name: _group(_mapping(sources, name, "META: sources"), name) for name in sources}
    return Meta(
        {name: _attr(_mapping(attrs, name, "META: attrs"), name) for name in attrs},
        {name: group for name, group in groups.items() if group},
    )


def _mapping(owner: Any, name: str, where: str) -> dict[str, Any]:
    if not isinstance(owner, dict):
        raise BadInput(f"{where} is not an object")
    found = owner.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput(f"{where}: {name} is not an object")
    return found


def _group(source: Mapping[str, Any], name: str) -> str:
    """An empty group is none: the source stands alone."""
    group = source.get("group")
    if group is not None and not isinstance(group, str):
        raise BadInput(f"META: sources: {name}: group is not a text")
    return " ".join((group or "").split())


def _attr(given: Mapping[str, Any], name: str) -> Attr:
    kind = given.get("kind")
    if kind not in (None, NUMBER, CATEGORY) or isinstance(kind, Written):
        raise BadInput(f'META: attrs: {name}: kind is "number" or "category"')
    tolerances = [_tolerance(given, field, name) for field in ("tol_abs", "tol_rel")]
    if kind == CATEGORY and any(tolerances):
        raise BadInput(f"META: attrs: {name}: categories have no tolerance")
    measured = any(given.get(field) is not None for field in ("tol_abs", "tol_rel"))
    return Attr(kind, tolerances[0], tolerances[1], measured)


def _tolerance(given: Mapping[str, Any], field: str, name: str) -> float:
    found = given.get(field)
    if found is None:
        return 0.0
    number = float(found) if isinstance(found, Written) else -1.0
    if not (isfinite(number) and number >= 0):
        raise BadInput(f"META: attrs: {name}: {field} is a number, zero or more")
    return number


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbered from 1."""
    numbered = enumerate(lines, start=1)
    while chunk := [(number, line) for number, line in islice(numbered, CHUNK) if not line.isspace()]:
        yield from zip((number for number, _ in chunk), _objects(chunk), strict=True)


def _objects(chunk: list[tuple[int, str]]) -> list[dict[str, Any]]:
    try:
        # Objects of one line each: an object that ends in the next line must not be mended by the comma between them.
        whole = all(line.lstrip()[:1] == "{" and line.rstrip()[-1:] == "}" for _, line in chunk)
        found = _read("[" + ",".join(line for _, line in chunk) + "]") if whole else []
    except (ValueError, RecursionError):
        found = []
    if len(found) != len(chunk) or not all(type(row) is dict for row in found):
        return [_object(number, line) for number, line in chunk]
    return list(found)


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        found = _read(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"line {number} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadInput(f"line {number} is not an object")
    return found


def _observed(number: int, row: Mapping[str, Any], meta: Meta) -> Observed:
    attr = "" if row.get("attr") is None else _name(number, row, "attr")
    if attr and meta.attrs and attr not in meta.attrs:
        raise BadInput(f'line {number}: attr: META says nothing about "{attr}"')
    value = _value(number, row, meta.attrs.get(attr))
    return Observed(_name(number, row, "item"), attr, _name(number, row, "source"), value, _time(number, row))


def _name(number: int, row: Mapping[str, Any], field: str) -> str:
    """A number serves as a name too."""
    found = row.get(field)
    if not isinstance(found, str) or not found:
        raise BadInput(f"line {number}: {field} is missing or not a text")
    return found


def _value(number: int, row: Mapping[str, Any], attr: Attr | None) -> str:
    """Written for a number: also for a text of digits where META says that the attribute is a number."""
    found = row.get("value")
    if not isinstance(found, str):
        kind = "missing" if "value" not in row else "neither a number nor a text"
        raise BadInput(f"line {number}: value is {kind}")
    if isinstance(found, Written) or (attr is not None and attr.kind == NUMBER):
        _figure(number, found)
    return found


def _figure(number: int, text: str) -> None:
    if not FIGURE.fullmatch(text):
        raise BadInput(f"line {number}: value: {text[:40]!r} is not a number")
    if not isfinite(float(text)):
        raise BadInput(f"line {number}: value: {text[:40]!r} is too large")


FIGURE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _time(number: int, row: Mapping[str, Any]) -> float | None:
    """A text is ISO 8601; one without a zone is UTC."""
    found = row.get("time")
    if found is None:
        return None
    try:
        moment = float(found) if isinstance(found, Written) else _instant(found)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(f"line {number}: time is neither a number nor ISO 8601") from None
    if not isfinite(moment):
        raise BadInput(f"line {number}: time is too large")
    return moment


def _instant(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
