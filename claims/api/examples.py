"""One example for each shape, from the market of 14 January 2026; shown in the API's documentation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

CLAIM_ID = "5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HOST = "https://desk.example"

_CITATIONS = [{"source": "coinglass", "url": "https://www.coinglass.com/LiquidationData", "quote": "$419M shorts"}]
_SUBMISSION: dict[str, Any] = {
    "text": "In the past 60 minutes, about $419 million of shorts were liquidated",
    "metric": "liquidations",
    "subject": "CRYPTO",
    "side": "short",
    "comparator": "about",
    "value": "419000000",
    "unit": "USD",
    "as_of": "2026-01-14T05:00:00Z",
    "window": "PT60M",
    "citations": _CITATIONS,
}
_VERDICT: dict[str, Any] = {
    "id": "311",
    "asked": 9,
    "answered": 3,
    "abstained": {"not_configured": 2, "not_covered": 4},
    "supporting_voices": 1,
    "contradicting_voices": 0,
    "quorum": 2,
    "consensus_low": "419200000",
    "consensus_high": "419200000",
    "confidence": "0.93",
    "confidence_outcomes": 0,
    "rests_on": ["CoinGlass"],
    "reason": "Only CoinGlass gives this figure ($419.2M); Coinalyze was not asked: no key is set.",
    "wording": "according to CoinGlass, whose totals are a lower bound",
    "reason_zh": "只有CoinGlass给出这一数据（4.192亿美元）；Coinalyze未设密钥，未被查询。",
    "wording_zh": "数据来自CoinGlass，其总额只是下限",
    "policy_version": "2026-01-14+4b1d",
    "hash": SHA256,
}
_CLAIM: dict[str, Any] = {
    "id": CLAIM_ID,
    "url": f"{HOST}/api/v1/claims/{CLAIM_ID}/",
    "text": _SUBMISSION["text"],
    "metric": "liquidations",
    "subject": "CRYPTO",
    "side": "short",
    "comparator": "about",
    "value": "419000000",
    "value_high": None,
    "unit": "USD",
    "zone_low": None,
    "zone_high": None,
    "as_of": "2026-01-14T05:00:00Z",
    "window_start": "2026-01-14T04:00:00Z",
    "window_end": "2026-01-14T05:00:00Z",
    "hedge": "none",
    "citations": _CITATIONS,
    "article": None,
    "status": "single_source",
    "outcome": "supported",
    "flags": ["lower_bound", "rests_on:CoinGlass"],
    "checking": False,
    "checked_at": "2026-01-14T05:00:41Z",
    "next_check_at": "2026-01-14T05:15:41Z",
    "data": "live",
    "verdict": _VERDICT,
    "override": None,
    "proposal": None,
    "inconsistencies": [
        {
            "rule": "parts",
            "claims": [CLAIM_ID, CLAIM_ID[:-1] + "2", CLAIM_ID[:-1] + "3"],
            "sum": {
                "en": "$419M + $49M = $468M, the claim says $458M",
                "zh": "4.19亿美元 + 4900万美元 = 4.68亿美元，而稿件称4.58亿美元",
            },
            "found_at": "2026-01-14T05:00:03Z",
        }
    ],
}
_OVERRIDE: dict[str, Any] = {
    "id": "12",
    "type": "override",
    "kind": "confirmed",
    "status": "verified",
    "shown_status": "verified",
    "previous_status": "rumor",
    "previous_outcome": "conflicting",
    "person": "ben",
    "reason": None,
    "document": {
        "url": "https://exchange.example/notices/2026-01-15",
        "says": "the file of 14 January was corrected: 419.2 million",
        "stance": "supports",
        "value": "419200000",
    },
    "proposed": {"id": "11", "person": "ana", "reason": "the exchange corrected its file"},
    "verdict": "311",
    "created_at": "2026-01-15T08:12:30Z",
}
_ERROR = {
    "code": "assertion_incomplete",
    "message": "Missing: value.",
    "fields": {"value": "the figure, in the metric's unit"},
}


def _body(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _answer(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=["200", "201", "202"])


SUBMISSION = _body("Shorts liquidated in an hour", _SUBMISSION)
BULK = _body("Two claims", {"claims": [_SUBMISSION, {**_SUBMISSION, "side": "total", "value": None}]})
CLAIM = _answer("A claim that rests on one voice", _CLAIM)
BULK_ANSWER = _answer(
    "One created, one refused",
    {
        "created": 1,
        "existing": 0,
        "failed": 1,
        "results": [
            {"index": 0, "status": 201, "claim": _CLAIM, "error": None},
            {"index": 1, "status": 400, "claim": None, "error": _ERROR},
        ],
    },
)
_SNAPSHOT: dict[str, Any] = {
    "id": "902",
    "sha256": SHA256,
    "requested_url": "https://open-api-v4.coinglass.com/api/futures/liquidation/aggregated-history?symbol=BTC",
    "http_status": 200,
    "requested_at": "2026-01-14T05:00:38Z",
    "received_at": "2026-01-14T05:00:39Z",
    "body": f"{HOST}/api/v1/snapshots/{SHA256}/",
}
EVIDENCE = _answer(
    "A dashboard that supports the claim",
    {
        "provider": "coinglass",
        "state": "answered",
        "voice": "CoinGlass",
        "stance": "supports",
        "counts": True,
        "label": None,
        "reason": "$419.2M lies within $335.2M to $502.8M",
        "reason_zh": "4.192亿美元，在3.352亿至5.028亿美元的范围内",
        "abstention": None,
        "note": None,
        "value": "419200000",
        "low": "419150000",
        "high": "419250000",
        "kind": "exact",
        "observed_at": "2026-01-14T05:00:00Z",
        "received_at": "2026-01-14T05:00:39Z",
        "requested_url": _SNAPSHOT["requested_url"],
        "snapshot": "902",
        "sha256": SHA256,
        "snapshots": [_SNAPSHOT],
        "verdict": "311",
    },
)
OVERRIDE = _answer("A decision that two people took", _OVERRIDE)
OVERRIDE_BODY = _body(
    "What the exchange corrected later",
    {
        "status": "verified",
        "reason": _OVERRIDE["proposed"]["reason"],
        **{f"document_{name}": value for name, value in _OVERRIDE["document"].items()},
    },
)
ANSWER_BODY = _body("A second person agrees", {"answer": "confirm", "proposal": "11"})
HISTORY = _answer(
    "A verdict",
    {
        **_VERDICT,
        "type": "verdict",
        "created_at": "2026-01-14T05:00:41Z",
        "outcome": "supported",
        "status": "single_source",
        "shown_status": "single_source",
        "flags": ["lower_bound", "rests_on:CoinGlass"],
        "spread": "0",
        "previous_hash": SHA256[::-1],
    },
)
METRIC = _answer(
    "Liquidations",
    {
        "name": "liquidations",
        "title": "Liquidations",
        "quantity": "reported forced-liquidation notional in the window",
        "unit": "USD",
        "tolerance": "0.1",
        "quorum": 2,
        "window": "P31DT00H00M00S",
        "default_window": None,
        "half_life": "P0DT00H10M00S",
        "hard_limit": "P0DT00H30M00S",
        "recheck": ["P0DT00H15M00S", "P0DT01H00M00S"],
        "comparators": ["equals", "about", "over", "under", "between", "magnitude", "states"],
        "qualifiers": {"side": ["long", "short", "total"]},
        "asset_kinds": ["coin", "market"],
        "why": {"tolerance": "dashboards collect different venue sets of the same streams"},
    },
)
SOURCE = _answer(
    "Two sites of one owner",
    {
        "slug": "coinmarketcap",
        "name": "CoinMarketCap",
        "category": "aggregator",
        "owner": "Binance Holdings",
        "parents": [],
        "aliases": ["CMC"],
        "domains": ["coinmarketcap.com"],
        "is_provider": True,
        "voice": "Binance Holdings",
        "voice_members": ["binance", "coinmarketcap"],
        "counts": True,
        "is_authority": False,
        "why": ["Binance and CoinMarketCap have one owner, Binance Holdings (read 2026-01-10)"],
        "reliability": {"accuracy": "0.87", "right": 11, "wrong": 0, "right_overall": 12, "wrong_overall": 1},
        "upstreams": {},
        "republishes": [],
        "carries": [],
        "authority": [],
        "interested": [],
        "defects": {},
        "read": "the provider's own pages, 2026-01-10",
        "unconfirmed": False,
        "url": "https://coinmarketcap.com/api/documentation/",
    },
)
PROVIDER = _answer(
    "A venue that asked for a pause",
    {
        "name": "kraken",
        "title": "Kraken",
        "owner": "Payward",
        "covers": ["price", "price_break", "price_change"],
        "docs": "https://docs.kraken.com/api/",
        "licence": None,
        "key": "none",
        "state": "paused",
        "paused_until": "2026-01-14T05:07:00Z",
        "pause_reason": "asked too often (HTTP 429)",
        "failures": 2,
        "last_asked_at": "2026-01-14T05:00:02Z",
        "last_answered_at": "2026-01-14T04:58:41Z",
        "last_failed_at": "2026-01-14T05:00:02Z",
        "last_reason": "rate_limited",
        "last_note": "asked too often (HTTP 429)",
        "last_latency_ms": 118,
        "asked_total": 1204,
        "answered_total": 1199,
        "budget": {"per_minute": 30, "used": 3, "left": 27},
    },
)
GAP = _answer(
    "24-hour liquidations of the whole market",
    {
        "id": "4",
        "metric": "liquidations",
        "subject": "CRYPTO",
        "qualifiers": {"side": "total"},
        "window": "PT86400S",
        "since": "2025-01-01T00:00:00Z",
        "until": None,
        "note": "collectors disagree on the venue set and publish no method",
        "wording": "no authoritative 24-hour total is published",
        "review_at": "2026-03-15",
    },
)
GAP_BODY = _body(
    "24-hour liquidations of the whole market",
    {name: value for name, value in GAP.value.items() if name not in {"id", "until"}},
)
ERROR = _answer("Fields are missing", _ERROR)
