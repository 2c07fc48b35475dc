"""Bodies: JSON of bounded size, read strictly, every figure with the digits it was written with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

from claims.api.errors import TooLarge


class StrictJSONParser(BaseParser):
    """Objects, lists, strings and so on; figures written as JSON numbers with a point or exponent arrive as text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return read(_bounded(stream))


def _bounded(stream: Any) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 1_000_000
    body: bytes = stream.read(most + 1)
    if len(body) > most:
        raise TooLarge(f"The body is larger than {most} bytes.")
    return body


def read(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. ParseError for anything that two readers could understand differently."""
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_no_duplicates
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # refuses halves of surrogate pairs
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except UnicodeError:
        raise ParseError("The body is not valid Unicode in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error}.") from None
    except ValueError:
        raise ParseError("The body holds a whole number of too many digits.") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"The body holds {name}, which is no JSON.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ParseError("The body names one field twice.")
    return row


class IgnoreAccept(BaseContentNegotiation):
    """The API speaks JSON whatever Accept says."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
