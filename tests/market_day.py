"""The claims of 14 January 2026 with their evidence, written as rows: what the pages show, without a worker.

`market_day(now)` gives the claims by a short name. Times of checking are relative to `now`, so that "3 minutes ago" is.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from claims.models import Article, Citation, Claim, Evidence, GapRecord, Verdict, Verification
from claims.models.verdict import canonical
from claims.policy import VERSION
from sources.models import Body, Inquiry, Lookup, Observation, ProviderState, Snapshot, Source

AS_OF = datetime(2026, 1, 14, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# slug, name, category, owner, lineage
SOURCES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("binance", "Binance", "venue", "Binance Holdings", {}),
    ("coinbase_exchange", "Coinbase Exchange", "venue", "Coinbase Global", {}),
    ("kraken", "Kraken", "venue", "Payward", {}),
    ("bitstamp", "Bitstamp", "venue", "Robinhood Markets", {}),
    ("okx", "OKX", "venue", "OK Group", {}),
    ("bybit", "Bybit", "venue", "Bybit Fintech", {}),
    ("bitfinex", "Bitfinex", "venue", "iFinex", {}),
    ("gemini", "Gemini", "venue", "Gemini Space Station", {}),
    ("kucoin", "KuCoin", "venue", "KuCoin Group", {}),
    ("hyperliquid", "Hyperliquid", "venue", "Hyper Foundation", {}),
    ("coinglass", "CoinGlass", "dashboard", "CoinGlass", {"defects": {"liquidations": "throttled streams"}}),
    ("coinalyze", "Coinalyze", "dashboard", "Coinalyze", {"defects": {"liquidations": "throttled streams"}}),
    ("coingecko", "CoinGecko", "aggregator", "Gecko Labs", {}),
    ("coinmarketcap", "CoinMarketCap", "aggregator", "Binance Holdings", {}),
    ("coinpaprika", "CoinPaprika", "aggregator", "COINPAPRIKA sp. z o.o.", {}),
    ("nikkei", "Nikkei Indexes", "official", "Nikkei Inc.", {"authority": ["index_record:NIKKEI225"]}),
    ("stooq", "Stooq", "aggregator", "Stooq", {"republishes": ["nikkei"]}),
    ("fred", "FRED", "aggregator", "Federal Reserve Bank of St. Louis", {"republishes": ["nikkei"]}),
    ("protocol_constant", "Protocol rules", "computed", "Bitcoin protocol", {"authority": ["supply_cap:BTC"]}),
    ("market_wire", "Market Wire", "publisher", "Market Wire Media", {}),
    ("chat_screenshot", "Screenshot in a trading chat", "unclassified", "", {}),
]
NOT_PROVIDERS = {"market_wire", "chat_screenshot"}
READ = "the provider's own pages, read 2026-01-10"


@dataclass
class Said:
    """What one provider said, and how it was read."""

    provider: str
    value: str = ""
    kind: str = "exact"
    stance: str = "supports"
    reason: str = ""
    abstained: str = ""
    note: str = ""
    voice: str = ""
    label: str = ""
    counts: bool = True


@dataclass
class Told:
    """A claim of the day with the ruling on it."""

    name: str
    text: str
    metric: str
    subject: str
    comparator: str
    value: str | None = None
    qualifiers: dict[str, str] = field(default_factory=dict)
    window: timedelta = HOUR
    hedge: str = "none"
    cited: tuple[str, str, str] = ("market_wire", "https://wire.example/markets/2026-01-14", "")
    outcome: str = ""
    status: str = "pending"
    flags: tuple[str, ...] = ()
    reason: str = ""
    wording: str = ""
    reason_zh: str = ""
    wording_zh: str = ""
    quorum: int = 2
    said: tuple[Said, ...] = ()
    checked: timedelta = timedelta(minutes=3)
    next_check: timedelta | None = timedelta(minutes=12)
    created: timedelta = timedelta(minutes=40)


def _venues(*highs: tuple[str, str]) -> tuple[Said, ...]:
    reason = "its highest trade reached the level"
    return tuple(Said(slug, high, reason=reason, note="1440 of 1440 minutes") for slug, high in highs)


TOP = _venues(
    ("binance", "96240.00"),
    ("coinbase_exchange", "96231.45"),
    ("kraken", "96198.1"),
    ("bitstamp", "96214"),
    ("okx", "96236.9"),
    ("bybit", "96233.2"),
    ("bitfinex", "96188"),
    ("gemini", "96205.17"),
    ("kucoin", "96229.8"),
    ("hyperliquid", "96241"),
)
NO_KEY = Said("coinalyze", abstained="not_configured", note="no key: set COINALYZE_KEY")
DASHBOARDS = (
    Said("coinglass", "419200000", reason="within 10 % of the figure", note="venue set: 29 exchanges"),
    NO_KEY,
    Said("binance", abstained="not_covered", note="serves its own liquidations only as a stream"),
    Said("bybit", abstained="no_data", note="no print in the window"),
    Said("okx", "61400000", "floor", "inconclusive", "a floor cannot confirm an exact figure", note="one venue"),
)

DAY_CLAIMS: tuple[Told, ...] = (
    Told(
        "liquidated",
        "In the past 60 minutes the whole market liquidated about $458 million",
        "liquidations",
        "CRYPTO",
        "about",
        "458000000",
        {"side": "total"},
        hedge="attributed",
        cited=("coinglass", "https://www.coinglass.com/LiquidationData", "$458 million liquidated in the past hour"),
        outcome="supported",
        status="single_source",
        flags=("lower_bound", "rests_on:CoinGlass"),
        reason="CoinGlass reports $458.1M; no second independent voice answered.",
        wording="about $458 million, according to CoinGlass, whose totals are a lower bound",
        said=(
            Said("coinglass", "458100000", reason="within 10 % of the figure", note="venue set: 29 exchanges"),
            *DASHBOARDS[1:],
        ),
    ),
    Told(
        "shorts",
        "Of the $458 million, $419 million were short positions",
        "liquidations",
        "CRYPTO",
        "about",
        "419000000",
        {"side": "short"},
        outcome="supported",
        status="single_source",
        flags=("lower_bound", "rests_on:CoinGlass"),
        reason="CoinGlass reports $419.2M of shorts; no second independent voice answered.",
        wording="$419 million of it shorts, according to CoinGlass, whose totals are a lower bound",
        reason_zh="只有CoinGlass给出这一数据（4.192亿美元）。",
        wording_zh="数据来自CoinGlass，其总额只是下限",
        said=DASHBOARDS,
    ),
    Told(
        "level",
        "BTC broke above $96,000 for the first time since November",
        "price_break",
        "BTC",
        "broke_above",
        "96000",
        {"extreme": "high"},
        window=DAY,
        outcome="supported",
        status="verified",
        reason="Ten independent venues traded above $96,000 within the window, the highest at $96,241.",
        wording="Bitcoin broke above $96,000",
        said=(*TOP, Said("coingecko", abstained="definition_differs", note="daily highs only")),
        next_check=timedelta(hours=6),
    ),
    Told(
        "zone",
        "About $7 billion of short positions are concentrated between $92,000 and $94,000",
        "position_concentration",
        "BTC",
        "about",
        "7000000000",
        {"side": "short", "zone_low": "92000", "zone_high": "94000"},
        cited=("chat_screenshot", "javascript:alert(1)", "7B shorts stacked 92-94k"),
        outcome="insufficient",
        status="rumor",
        reason="No liquidation map is configured; total open interest of $61.2B only bounds the figure from above.",
        wording="unconfirmed: about $7 billion of shorts",
        said=(
            Said(
                "okx",
                "61200000000",
                "ceiling",
                "inconclusive",
                "a ceiling cannot confirm an exact figure",
                note="total open interest",
            ),
            Said("coinglass", abstained="not_configured", note="no key: set COINGLASS_KEY"),
            Said(
                "hyperliquid",
                "184000000",
                "floor",
                "inconclusive",
                "a floor cannot confirm an exact figure",
                note="positions visible on chain",
            ),
        ),
    ),
    Told(
        "nikkei",
        "The Nikkei 225 closed at a record high",
        "index_record",
        "NIKKEI225",
        "record_high",
        None,
        {"extreme": "high", "scope": "all_time", "basis": "close"},
        window=DAY,
        outcome="supported",
        status="verified",
        reason="Nikkei Inc., whose word is the figure, publishes 53,549.16 for the 13th, above every earlier close.",
        wording="the Nikkei closed at a record",
        said=(
            Said(
                "nikkei",
                "1209.97",
                reason="above every earlier close",
                note="53,549.16 on 13 January",
                voice="Nikkei Indexes",
            ),
            Said(
                "stooq",
                "1209.97",
                reason="above every earlier close",
                note="passes on the owner's close",
                voice="Nikkei Indexes",
            ),
            Said("fred", abstained="stale", note="newest close is of 9 January"),
        ),
        next_check=timedelta(hours=23),
    ),
    Told(
        "cap",
        "Only 21 million bitcoin will ever exist",
        "supply_cap",
        "BTC",
        "equals",
        "21000000",
        {},
        window=timedelta(0),
        outcome="supported",
        status="verified",
        reason="The protocol's rules compute to 20,999,999.9769 coins; two aggregators agree.",
        wording="capped at 21 million coins",
        said=(
            Said(
                "protocol_constant",
                "20999999.9769",
                reason="within 0.01 % of the figure",
                note="computed from the halving schedule",
            ),
            Said("coingecko", "21000000", reason="equals the figure"),
            Said("coinpaprika", "21000000", reason="equals the figure"),
        ),
        next_check=timedelta(days=30),
    ),
    Told(
        "day_total",
        "24-hour liquidations for the whole market are not available",
        "liquidations",
        "CRYPTO",
        "about",
        "623000000",
        {"side": "total"},
        window=DAY,
        hedge="reportedly",
        outcome="no_authority",
        status="rumor",
        reason="Nobody publishes an authoritative figure: collectors disagree on the venue set.",
        wording="no authoritative figure exists",
        next_check=None,
    ),
    Told(
        "open_interest",
        "BTC open interest stands at $61 billion",
        "open_interest",
        "BTC",
        "equals",
        "61000000000",
        {},
        outcome="conflicting",
        status="rumor",
        flags=("held",),
        reason="CoinGlass supports the figure, Coinalyze contradicts it; they differ by exactly 1000.",
        wording="disputed: open interest of $61 billion",
        said=(
            Said("coinglass", "61200000000", reason="within 5 % of the figure", note="venue set: 29 exchanges"),
            Said(
                "coinalyze",
                "61200000000000",
                stance="contradicts",
                reason="far above the figure",
                note="differs by exactly 1000",
            ),
        ),
    ),
    Told(
        "forty",
        "Only about $40 million were liquidated in the hour",
        "liquidations",
        "BTC",
        "about",
        "40000000",
        {"side": "total"},
        outcome="refuted",
        status="rumor",
        reason="Two venues alone report more than the claim allows.",
        wording="contradicted by the venues: only $40 million",
        said=(
            Said("binance", "61000000", "floor", "contradicts", "at least this much was liquidated on one venue"),
            Said("bybit", "58000000", "floor", "contradicts", "at least this much was liquidated on one venue"),
        ),
    ),
    Told(
        "solana",
        "Solana rose 12 percent in a day",
        "price_change",
        "SOL",
        "up",
        "12",
        {},
        window=DAY,
        outcome="incomplete",
        reason="No provider answered; the desk asks again.",
        said=(
            Said("binance", abstained="unavailable", note="timed out after 8 seconds"),
            Said("kraken", abstained="rate_limited", note="asked too often (HTTP 429)"),
            Said("okx", abstained="unavailable", note="the provider failed (HTTP 502)"),
        ),
        created=timedelta(hours=2),
        next_check=timedelta(minutes=-4),
    ),
    Told(
        "ether",
        "<script>alert('ether')</script> ETH traded at $3,310 <img src=x onerror=alert(1)>",
        "price",
        "ETH",
        "equals",
        "3310",
        {},
        created=timedelta(minutes=1),
        next_check=None,
    ),
    Told(
        "dogecoin",
        "Dogecoin's market value passed $25 billion",
        "market_cap",
        "DOGE",
        "over",
        "25000000000",
        {},
        outcome="insufficient",
        status="rumor",
        reason="No provider was asked: none covers this figure.",
        next_check=None,
    ),
)
# Rulings before the newest one, oldest first: what differs from it.
EARLIER: dict[str, list[dict[str, Any]]] = {
    "level": [
        {
            "checked": timedelta(hours=2),
            "outcome": "conflicting",
            "status": "rumor",
            "reason": "Binance saw $96,240, but Kraken's highest trade was $95,100.",
            "wording": "disputed: Bitcoin above $96,000",
            "said": (
                Said("binance", "96240.00", reason="its highest trade reached the level"),
                Said("kraken", "95100", stance="contradicts", reason="its highest trade stayed below the level"),
            ),
        },
        {
            "checked": timedelta(hours=1),
            "outcome": "supported",
            "status": "single_source",
            "flags": ("rests_on:Binance",),
            "reason": "Binance traded above $96,000; no second independent voice answered.",
            "wording": "Bitcoin traded above $96,000 on Binance",
            "said": (Said("binance", "96240.00", reason="its highest trade reached the level"),),
        },
    ],
}
ARTICLE = """Bitcoin broke above $96,000 on Wednesday for the first time since November.

In the past 60 minutes the whole market liquidated about $458 million; of the $458 million, $419 million were short
positions. About $7 billion of short positions are concentrated between $92,000 and $94,000.

The Nikkei 225 closed at a record high. <script>alert('article')</script>"""


def market_day(now: datetime) -> dict[str, Claim]:
    _sources(now)
    article = Article.objects.create(
        title="Bitcoin tops $96,000 as shorts are squeezed",
        publisher=Source.objects.get(slug="market_wire"),
        url="https://wire.example/markets/2026-01-14",
        text=ARTICLE,
        as_of=AS_OF,
        timezone="America/New_York",
    )
    GapRecord.objects.create(
        metric="liquidations",
        subject="CRYPTO",
        qualifiers={"side": "total"},
        window_seconds=86400,
        since=datetime(2025, 1, 1, tzinfo=UTC),
        note="collectors disagree on the venue set and publish no method",
        review_at=(now + timedelta(days=60)).date(),
    )
    return {told.name: _claim(told, article, now) for told in reversed(DAY_CLAIMS)}


def _sources(now: datetime) -> None:
    for slug, name, category, owner, lineage in SOURCES:
        facts = {"name": name, "category": category, "owner": owner, "read": READ if owner else "", **lineage}
        Source.objects.update_or_create(slug=slug, defaults={**facts, "is_provider": slug not in NOT_PROVIDERS})
    states = [_state(slug, number, now) for number, (slug, *_) in enumerate(SOURCES) if slug not in NOT_PROVIDERS]
    ProviderState.objects.filter(provider__in=[state.provider for state in states]).delete()
    ProviderState.objects.bulk_create(states)


def _state(slug: str, number: int, now: datetime) -> ProviderState:
    state = ProviderState(provider=slug, asked_total=120 + number, answered_total=118, last_latency_ms=90 + 17 * number)
    state.last_asked_at = state.last_answered_at = now - timedelta(minutes=3 + number)
    if slug == "coinalyze":
        state.last_reason, state.last_note, state.last_answered_at = "not_configured", "no key: set COINALYZE_KEY", None
    if slug == "kraken":
        state.failures, state.last_reason, state.last_note = 2, "rate_limited", "asked too often (HTTP 429)"
        state.paused_until, state.pause_reason = now + timedelta(minutes=7), "asked too often (HTTP 429)"
    if slug == "fred":
        state.failures, state.last_reason, state.last_note = 3, "unavailable", "the provider failed (HTTP 502)"
    if slug == "gemini":
        state.last_asked_at = state.last_answered_at = state.last_latency_ms = None
        state.asked_total = state.answered_total = 0
    return state


def _claim(told: Told, article: Article, now: datetime) -> Claim:
    at = ARTICLE.find(told.text)
    claim = Claim(
        text=told.text,
        metric=told.metric,
        subject=told.subject,
        qualifiers=told.qualifiers,
        comparator=told.comparator,
        value=None if told.value is None else Decimal(told.value),
        unit="USD",
        as_of=AS_OF,
        window_start=AS_OF - told.window,
        window_end=AS_OF,
        submission_key=hashlib.sha256(told.name.encode()).hexdigest(),
        hedge=told.hedge,
        article=article if told.name in {"level", "liquidated", "shorts", "zone", "nikkei"} else None,
        start=at if at >= 0 else None,
        end=at + len(told.text) if at >= 0 else None,
        status=told.status,
        outcome=told.outcome,
        flags=list(told.flags),
        checked_at=now - told.checked if told.outcome else None,
        next_check_at=None if told.next_check is None else now + told.next_check,
    )
    claim.question_key = claim.question.key
    claim.save()
    Claim.objects.filter(pk=claim.pk).update(created_at=now - told.created)
    source, url, quote = told.cited
    Citation.objects.create(claim=claim, source=Source.objects.get(slug=source), url=url, quote=quote)
    for earlier in EARLIER.get(told.name, ()):
        _check(claim, replace(told, **earlier), now)
    _check(claim, told, now)
    return claim


def _check(claim: Claim, told: Told, now: datetime) -> None:
    moment = now - told.checked
    inquiry = Inquiry.objects.create(
        key=claim.question_key,
        metric=claim.metric,
        subject=claim.subject,
        qualifiers=claim.qualifiers,
        window_start=claim.window_start,
        window_end=claim.window_end,
        opened_at=moment - timedelta(seconds=4),
        deadline_at=moment + timedelta(seconds=16),
        settled_at=moment if told.outcome else None,
    )
    Verification.objects.create(claim=claim, inquiry=inquiry, settled=bool(told.outcome))
    if not told.outcome:
        for slug in ("binance", "coinbase_exchange", "kraken"):
            Lookup.objects.create(inquiry=inquiry, provider=slug)
        return
    rows = [(said, answer(inquiry, said, moment)) for said in told.said]
    rule(claim, inquiry, told, rows, moment)


def answer(inquiry: Inquiry, said: Said, moment: datetime, raw: bytes | None = None) -> Lookup:
    lookup = Lookup.objects.create(inquiry=inquiry, provider=said.provider, asked_at=moment - timedelta(seconds=3))
    lookup.finished_at, lookup.latency_ms, lookup.note = moment - timedelta(seconds=2), 412, said.note
    if said.abstained:
        lookup.state, lookup.reason = "abstained", said.abstained
    else:
        lookup.state, lookup.observation = "answered", _observation(lookup, said, moment, raw)
    lookup.save()
    return lookup


def _observation(lookup: Lookup, said: Said, moment: datetime, raw: bytes | None) -> Observation:
    value = Decimal(said.value)
    body = raw or json.dumps({"code": "0", "msg": "success", "data": [{"symbol": "all", "value": said.value}]}).encode()
    digest = hashlib.sha256(body).hexdigest()
    stored = Body(sha256=digest, compressed=zlib.compress(body), size=len(body))
    Body.objects.bulk_create([stored], ignore_conflicts=True)
    snapshot = Snapshot.objects.create(
        lookup=lookup,
        body_id=digest,
        method="GET",
        url=f"https://api.{said.provider.replace('_', '-')}.example/v1/figure?symbol=all&interval=1h",
        status=200,
        headers={"content-type": "application/json", "date": "Wed, 14 Jan 2026 05:00:04 GMT"},
        requested_at=moment - timedelta(seconds=3),
        received_at=moment - timedelta(seconds=2),
    )
    half = Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    lookup_inquiry = lookup.inquiry
    return Observation.objects.create(
        provider=said.provider,
        metric=lookup_inquiry.metric,
        subject=lookup_inquiry.subject,
        value=value,
        low={"exact": value - half, "floor": value}.get(said.kind),
        high={"exact": value + half, "ceiling": value}.get(said.kind),
        kind=said.kind,
        observed_at=lookup_inquiry.window_end - timedelta(minutes=1),
        received_at=moment - timedelta(seconds=2),
        note=said.note,
        snapshot=snapshot,
        parser_version="1",
    )


def rule(claim: Claim, inquiry: Inquiry, told: Told, rows: list[tuple[Said, Lookup]], moment: datetime) -> Verdict:
    answers = [said for said, _ in rows if not said.abstained]
    supporting = {said.voice or said.provider for said in answers if said.stance == "supports"}
    contradicting = {said.voice or said.provider for said in answers if said.stance == "contradicts"}
    abstained: dict[str, int] = {}
    for said, _ in rows:
        if said.abstained:
            abstained[said.abstained] = abstained.get(said.abstained, 0) + 1
    values = sorted(Decimal(said.value) for said in answers if said.stance == "supports")
    last = Verdict.objects.filter(claim=claim).first()
    verdict = Verdict(
        claim=claim,
        inquiry=inquiry,
        created_at=moment,
        outcome=told.outcome,
        status=told.status,
        shown_status=told.status,
        flags=list(told.flags),
        asked=len(rows),
        answered=len(answers),
        abstained=abstained,
        supporting_voices=len(supporting),
        contradicting_voices=len(contradicting),
        quorum=told.quorum,
        consensus_low=values[0] if values else None,
        consensus_high=values[-1] if values else None,
        spread=values[-1] - values[0] if values else None,
        rests_on=[flag.partition(":")[2] for flag in told.flags if flag.startswith("rests_on:")],
        reason=told.reason,
        wording=told.wording,
        reason_zh=told.reason_zh,
        wording_zh=told.wording_zh,
        policy_version=VERSION,
        previous_hash=last.hash if last else "",
    )
    evidence = [_evidence(said, lookup) for said, lookup in rows]
    verdict.hash = hashlib.sha256(json.dumps(canonical(verdict, evidence)).encode()).hexdigest()
    verdict.save()
    for row in evidence:
        row.verdict = verdict
    Evidence.objects.bulk_create(evidence)
    return verdict


def _evidence(said: Said, lookup: Lookup) -> Evidence:
    if said.abstained:
        return Evidence(lookup=lookup, source=said.provider, voice=said.voice or said.provider)
    return Evidence(
        lookup=lookup,
        source=said.provider,
        voice=said.voice or dict((slug, name) for slug, name, *_ in SOURCES)[said.provider],
        stance=said.stance,
        counts=said.counts,
        label=said.label,
        reason=said.reason,
    )
