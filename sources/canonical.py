"""Values as JSON with one spelling, and back: what is hashed, and what a verdict is ruled on again from.

Equal values give equal text in every process and release. Figures keep their digits, times are UTC, sets are sorted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
MICROSECOND = timedelta(microseconds=1)


def text_of(value: Any) -> str:
    """The value's one spelling in JSON, ASCII only. Raises TypeError for what has none, ValueError for NaN."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON has it. A dataclass becomes an object of its fields, a timedelta its whole microseconds."""
    if value is None or type(value) in {str, int, bool, float}:
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(one) for one in value)
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}  # type: ignore[arg-type]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // MICROSECOND
    raise TypeError(f"{type(value).__name__} has no spelling")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def read(kind: type[T], raw: Any) -> T:
    """The value of this type whose `plain` is `raw`. Raises ValueError, TypeError, KeyError where it is none.

    A field that the stored value does not have is given its default: it came with a later release.
    """
    return _read(kind, raw)  # type: ignore[no-any-return]


def _read(kind: Any, raw: Any) -> Any:
    if kind is Any:
        return raw
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return None if raw is None else _read(next(one for one in arguments if one is not NoneType), raw)
    if origin is tuple:
        kinds = (arguments[0],) * len(raw) if arguments[-1] is Ellipsis else arguments
        return tuple(_read(one, item) for one, item in zip(kinds, raw, strict=True))
    if origin is frozenset:
        return frozenset(_read(arguments[0], item) for item in raw)
    if origin is not None and issubclass(origin, Mapping):
        return {_read(arguments[0], name): _read(arguments[1], one) for name, one in raw.items()}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _read(hints[name], one) for name, one in raw.items() if name in hints})  # type: ignore[operator]
    return SCALARS.get(kind, kind)(raw)


SCALARS: Mapping[Any, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    timedelta: lambda raw: raw * MICROSECOND,
}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name in _names(kind)}
