"""Raw bodies made readable without changing a character of their values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

SHOWN = 200_000  # characters; a browser stays quick, and the download has the rest
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
DEEPEST = 60


def readable(raw: bytes) -> tuple[str, bool]:
    """The body as text, JSON laid out one field a line; and whether it was cut. Not yet escaped."""
    text = raw.decode("utf-8", errors="replace")
    if _is_json(text):
        text = laid_out(text)
    return text[:SHOWN], len(text) > SHOWN


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return text.lstrip()[:1] in {"{", "["}


def laid_out(text: str) -> str:
    """JSON with line breaks and indents. Digits stay as written: parsing and printing would round them."""
    return "".join(_pieces(TOKEN.findall(text)))


def _pieces(tokens: list[str]) -> Iterator[str]:
    depth = 0
    for position, piece in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if piece in "{[":
            depth += 1
            yield piece if following in {"}", "]"} else piece + _newline(depth)
        elif piece in "}]":
            depth -= 1
            yield piece if tokens[position - 1] in {"{", "["} else _newline(depth) + piece
        else:
            yield {",": "," + _newline(depth), ":": ": "}.get(piece, piece)


def _newline(depth: int) -> str:
    return "\n" + "  " * min(depth, DEEPEST)
