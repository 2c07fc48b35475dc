"""The catalogue: every metric with its unit, tolerance, quorum, freshness and re-check rhythm, each with its reason.

A metric names one measured quantity, a number on a line. Everything that reads or judges a figure takes its numbers
from here. Tolerances and quorums: docs/verdicts.md; `why` carries the reason of each choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SIDES = ("long", "short", "total")
LEVELS = ("equals", "about", "over", "under", "between", "magnitude", "states")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured quantity and how claims about it are judged.

    tolerance: relative half-width of the class (0.1 = 10 %) used by regions and guard bands.
    quorum: independent voices needed for `verified`.
    window: None for a moment (only `window.end` matters); else the longest window that makes sense.
    default_window: used when a claim names none; None means the claim must name one.
    half_life, hard_limit: freshness of a figure relative to the end of the claim's window.
    recheck: waits before the 1st, 2nd, … re-check after a settled verdict; after the last, no more.
    qualifiers: name -> allowed values (empty tuple: any decimal or slug, checked by intake); all required.
    why: reason of each number, by field name.
    """

    name: str
    title: str
    quantity: str
    unit: str
    tolerance: Decimal
    quorum: int = 2
    window: timedelta | None = None
    default_window: timedelta | None = None
    half_life: timedelta
    hard_limit: timedelta
    recheck: tuple[timedelta, ...]
    comparators: tuple[str, ...] = LEVELS
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asset_kinds: tuple[str, ...] = ("coin",)
    why: Mapping[str, str] = field(default_factory=dict)


FAST = (15 * MINUTE, HOUR, 6 * HOUR, DAY)
SLOW = (DAY, 7 * DAY, 30 * DAY)

_ALL = (
    Metric(
        name="price",
        title="Price",
        quantity="traded price at the minute of as-of",
        unit="USD",
        tolerance=Decimal("0.005"),
        half_life=MINUTE,
        hard_limit=5 * MINUTE,
        recheck=FAST,
        why={
            "tolerance": "USD and USDT pairs and venues differ by about 0.1 %; 0.5 % leaves room for one busy minute",
            "quorum": "two venues of different owners match orders apart from each other",
            "half_life": "a price is old after a minute",
            "hard_limit": "five minutes of a fast market move more than the tolerance",
            "recheck": "venues correct candles within the day, seldom later",
        },
    ),
    Metric(
        name="price_break",
        title="Price level broken",
        quantity="highest high (lowest low) traded in the window",
        unit="USD",
        tolerance=Decimal("0.0005"),
        window=31 * DAY,
        default_window=DAY,
        half_life=HOUR,
        hard_limit=6 * HOUR,
        recheck=FAST,
        comparators=("broke_above", "broke_below", "over", "under"),
        qualifiers={"extreme": ("high", "low")},
        why={
            "tolerance": "a level is either traded or not; 0.05 % covers tick sizes and the basis of USD against USDT",
            "quorum": "two venues of different owners match orders apart from each other",
            "window": "minute candles of a longer span exceed what venues serve in a few pages",
            "default_window": "market copy that names no window speaks of the past day",
            "half_life": "the extreme of a closed window does not change; lag is only late publication",
            "hard_limit": "a candle published later than this is a correction and is asked again",
            "recheck": "venues correct candles within the day, seldom later",
        },
    ),
    Metric(
        name="price_change",
        title="Price change",
        quantity="change of the traded price over the window, percent",
        unit="percent",
        tolerance=Decimal("0.10"),
        window=31 * DAY,
        half_life=5 * MINUTE,
        hard_limit=15 * MINUTE,
        recheck=FAST,
        comparators=("up", "down", "equals", "about", "over", "under", "between"),
        why={
            "tolerance": "10 % of the change: both end points move by the spread between venues",
            "quorum": "two venues of different owners",
            "window": "both ends must be served by the same venue",
            "half_life": "both ends are minutes of a moving market",
            "hard_limit": "later figures are of another window",
            "recheck": "venues correct candles within the day, seldom later",
        },
    ),
    Metric(
        name="liquidations",
        title="Liquidations",
        quantity="reported forced-liquidation notional in the window",
        unit="USD",
        tolerance=Decimal("0.10"),
        window=31 * DAY,
        half_life=10 * MINUTE,
        hard_limit=30 * MINUTE,
        recheck=FAST,
        qualifiers={"side": SIDES},
        asset_kinds=("coin", "market"),
        why={
            "tolerance": "dashboards collect different venue sets of the same streams",
            "quorum": "two collectors with code of their own",
            "window": "dashboards keep fine intervals for weeks at most",
            "half_life": "totals of a rolling window change with every minute",
            "hard_limit": "half an hour later a rolling hour is another hour",
            "recheck": "late prints of the streams arrive within the day",
        },
    ),
    Metric(
        name="traders_liquidated",
        title="Traders liquidated",
        quantity="reported number of liquidated accounts in the window",
        unit="accounts",
        tolerance=Decimal("0.10"),
        window=31 * DAY,
        half_life=10 * MINUTE,
        hard_limit=30 * MINUTE,
        recheck=FAST,
        asset_kinds=("coin", "market"),
        why={
            "tolerance": "as liquidations: same streams, other venue sets",
            "quorum": "two collectors with code of their own",
            "window": "as liquidations",
            "half_life": "as liquidations",
            "hard_limit": "as liquidations",
            "recheck": "as liquidations",
        },
    ),
    Metric(
        name="open_interest",
        title="Open interest",
        quantity="open interest in derivatives, all venues the reporter states",
        unit="USD",
        tolerance=Decimal("0.05"),
        half_life=15 * MINUTE,
        hard_limit=HOUR,
        recheck=FAST,
        why={
            "tolerance": "venue sets of the dashboards differ by a few percent",
            "quorum": "two collectors with code of their own",
            "half_life": "five-minute rows are the finest that venues publish",
            "hard_limit": "an hour later positions have turned over",
            "recheck": "rows are corrected within the day, seldom later",
        },
    ),
    Metric(
        name="position_concentration",
        title="Positions concentrated in a price zone",
        quantity="notional of positions of one side whose liquidation price lies in a price zone",
        unit="USD",
        tolerance=Decimal("0.20"),
        half_life=15 * MINUTE,
        hard_limit=HOUR,
        recheck=FAST,
        qualifiers={"side": ("long", "short"), "zone_low": (), "zone_high": ()},
        why={
            "tolerance": "liquidation maps are models; 20 % is the spread between their vintages",
            "quorum": "two maps with models of their own",
            "half_life": "bounds come from open interest, which turns over within the hour",
            "hard_limit": "as open interest",
            "recheck": "as open interest",
        },
    ),
    Metric(
        name="market_cap",
        title="Market capitalisation",
        quantity="reported market capitalisation",
        unit="USD",
        tolerance=Decimal("0.02"),
        half_life=15 * MINUTE,
        hard_limit=2 * HOUR,
        recheck=FAST,
        why={
            "tolerance": "aggregators count supply and price a little differently",
            "quorum": "two counts that do not average the same tickers; aggregators all do, so they are one voice here",
            "half_life": "moves with the price",
            "hard_limit": "two hours of an ordinary market move about 2 %",
            "recheck": "aggregators correct within the day",
        },
    ),
    Metric(
        name="supply",
        title="Circulating supply",
        quantity="reported circulating supply, coins",
        unit="coins",
        tolerance=Decimal("0.001"),
        half_life=DAY,
        hard_limit=7 * DAY,
        recheck=SLOW,
        why={
            "tolerance": "unclaimed rewards and polling times differ by less than 0.1 %",
            "quorum": "two counts of different owners",
            "half_life": "issuance is steady",
            "hard_limit": "a week of issuance is still inside the tolerance for large coins",
            "recheck": "changes slowly",
        },
    ),
    Metric(
        name="supply_cap",
        title="Maximum supply",
        quantity="maximum supply of the protocol, coins",
        unit="coins",
        tolerance=Decimal("0.0001"),
        half_life=365 * DAY,
        hard_limit=3650 * DAY,
        recheck=(30 * DAY,),
        why={
            "tolerance": "integer rewards fall short of the round figure by far less than 0.01 %",
            "quorum": "two aggregators, or the rules of the protocol themselves",
            "half_life": "a protocol rule does not age",
            "hard_limit": "a fork would be news long before",
            "recheck": "one look a month later catches a wrong aggregator entry",
        },
    ),
    Metric(
        name="index_level",
        title="Index level",
        quantity="closing level of the index",
        unit="points",
        tolerance=Decimal("0.001"),
        half_life=DAY,
        hard_limit=5 * DAY,
        recheck=(HOUR, DAY),
        asset_kinds=("index",),
        why={
            "tolerance": "copy rounds closing levels; 0.1 % is under a usual day's first minute",
            "quorum": "the owner alone, or two reporters that do not relay it",
            "half_life": "one close a session",
            "hard_limit": "long holidays close Tokyo for most of a week",
            "recheck": "a corrected close is published the same or the next day",
        },
    ),
    Metric(
        name="index_record",
        title="Index record",
        quantity="excess of the window's extreme close over every earlier close",
        unit="points",
        tolerance=Decimal("0.001"),
        window=31 * DAY,
        default_window=DAY,
        half_life=DAY,
        hard_limit=5 * DAY,
        recheck=(HOUR, DAY),
        comparators=("record_high", "record_low"),
        qualifiers={"extreme": ("high", "low"), "scope": ("all_time",), "basis": ("close",)},
        asset_kinds=("index",),
        why={
            "tolerance": "not used: the region of a record starts at zero",
            "quorum": "the owner alone, or two reporters that do not relay it",
            "window": "a record is of one session; a month covers copy about 'this month'",
            "default_window": "copy that names no window speaks of the latest session",
            "half_life": "one close a session",
            "hard_limit": "long holidays close Tokyo for most of a week",
            "recheck": "a corrected close is published the same or the next day",
        },
    ),
    Metric(
        name="policy_event",
        title="Policy event",
        quantity="documents that state the event",
        unit="passages",
        tolerance=Decimal(0),
        half_life=7 * DAY,
        hard_limit=3650 * DAY,
        recheck=(HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY),
        comparators=("states",),
        asset_kinds=("topic",),
        why={
            "tolerance": "not used: a document states the event or does not",
            "quorum": "two publishers with words of their own, or the primary document itself",
            "half_life": "not used: a document does not age",
            "hard_limit": "not used: a document does not age",
            "recheck": "gazettes print what was announced within days",
        },
    ),
    Metric(
        name="quote",
        title="Quote",
        quantity="passages that carry the words, with speaker and date",
        unit="passages",
        tolerance=Decimal(0),
        half_life=7 * DAY,
        hard_limit=3650 * DAY,
        recheck=(6 * HOUR, DAY, 7 * DAY),
        comparators=("states",),
        asset_kinds=("topic",),
        why={
            "tolerance": "not used: a passage carries the words or does not",
            "quorum": "two publishers with words of their own, or the transcript itself",
            "half_life": "not used: a passage does not age",
            "hard_limit": "not used: a passage does not age",
            "recheck": "transcripts follow within days",
        },
    ),
)

CATALOGUE: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
