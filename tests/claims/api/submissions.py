"""Bodies of submissions."""

from __future__ import annotations

from typing import Any

CLAIMS = "/api/v1/claims/"
SHORTS: dict[str, Any] = {
    "text": "About $419 million of shorts were liquidated in the past hour",
    "metric": "liquidations",
    "subject": "CRYPTO",
    "side": "short",
    "comparator": "about",
    "value": "419000000",
    "as_of": "2026-01-14T05:00:00Z",
    "window": "PT60M",
    "citations": [{"source": "coinglass", "url": "https://www.coinglass.com/x", "quote": "$419M shorts"}],
}


def shorts(**changes: Any) -> dict[str, Any]:
    return {**SHORTS, **changes}
