"""Pages by keyset: a cursor holds the sort key of the row at the page's edge, so page 10,000 costs what page 1 costs.

REST framework's own cursor pages skip and repeat rows when more than a thousand share one sort key, which claims of one
as-of do; here the primary key is part of the sort key.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from claims.errors import InvalidInput

PAGE_SIZE = 50
MOST = 200


@dataclass(frozen=True)
class Cursor:
    """order: the field names it was made for. key: their values. backwards: the page before the key, not after it."""

    order: tuple[str, ...]
    key: tuple[Any, ...]
    backwards: bool

    def __str__(self) -> str:
        text = json.dumps([list(self.order), [_plain(value) for value in self.key], self.backwards])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class Keyset(BasePagination):
    """For views with `order`: model fields, all ascending or all with `-`, the last one unique."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        order: tuple[str, ...] = view.order
        self._url, size = request.build_absolute_uri(), _page_size(request)
        cursor = _read(request.query_params.get("cursor"), order, queryset.model)
        backwards = cursor is not None and cursor.backwards
        rows = queryset.filter(_beyond(cursor)) if cursor else queryset
        found = list(rows.order_by(*(_turned(order) if backwards else order))[: size + 1])
        page, more = found[:size], len(found) > size
        if backwards:
            page.reverse()
        self._next = Cursor(order, _key(page[-1], order), False) if page and (more or backwards) else None
        self._previous = Cursor(order, _key(page[0], order), True) if page and (more if backwards else cursor) else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._link(self._next), "previous": self._link(self._previous), "results": data})

    def _link(self, cursor: Cursor | None) -> str | None:
        return None if cursor is None else replace_query_param(self._url, "cursor", str(cursor))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return envelope_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From `next` or `previous` of a page; the other parameters must stay as they were.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE_SIZE},
            },
        ]


def envelope_schema(schema: dict[str, Any]) -> dict[str, Any]:
    link = {"type": "string", "format": "uri", "nullable": True}
    following = "https://desk.example/api/v1/claims/?cursor=W1siLWNyZWF0ZWRfYXQi"
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "next": {**link, "example": following},
            "previous": {**link, "example": None},
            "results": schema,
        },
    }


def whole(data: Any) -> Response:
    """A list that always fits on one page, in the envelope of every list."""
    return Response({"next": None, "previous": None, "results": data})


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise InvalidInput("Not understood: page_size.", {"page_size": f"a whole number from 1 to {MOST}"})
    return int(text)


def _read(text: str | None, order: tuple[str, ...], model: type[Model]) -> Cursor | None:
    if text is None:
        return None
    try:
        raw = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        names, values, backwards = raw
        if names != list(order) or len(values) != len(order) or not isinstance(backwards, bool):
            raise ValueError("made for another list")
        key = tuple(_value(model, name, value) for name, value in zip(order, values, strict=True))
    except (binascii.Error, ValueError, TypeError, RecursionError, OverflowError, ValidationError):
        raise InvalidInput("Not understood: cursor.", {"cursor": "not a cursor of this list and ordering"}) from None
    return Cursor(order, key, backwards)


def _value(model: type[Model], name: str, raw: Any) -> Any:
    """The cursor's text as a value of the field; ValueError or ValidationError for what the field cannot hold."""
    if not isinstance(raw, (str, int)) or isinstance(raw, bool) or "\x00" in str(raw):
        raise ValueError("not a sort key")
    str(raw).encode()  # refuses half a surrogate pair
    field: Any = model._meta.get_field(name.lstrip("-"))
    value = field.to_python(raw)
    if not isinstance(value, datetime):
        return value
    if value.utcoffset() is None:
        raise ValueError("no time zone")
    return value.astimezone(UTC)  # OverflowError where PostgreSQL would refuse: year 10,000 in UTC


def _beyond(cursor: Cursor) -> Q:
    """(a, b) after (x, y) is: a after x, or a equal and b after y."""
    found, equal = Q(), Q()
    for name, value in zip(cursor.order, cursor.key, strict=True):
        descending = name.startswith("-") != cursor.backwards
        field = name.lstrip("-")
        found |= equal & Q(**{f"{field}__{'lt' if descending else 'gt'}": value})
        equal &= Q(**{field: value})
    return found


def _turned(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _key(row: Any, order: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name.lstrip("-")) for name in order)


def _plain(value: Any) -> str | int:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)
