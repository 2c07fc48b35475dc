"""One sentence that a reader understands, and words to print: every outcome, one and several, in plain English."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from claims.figures import calendar, clock, figure, figures
from claims.telling import explain
from claims.telling.english import ENGLISH
from claims.types import Answer, Assertion, Gap, Outcome
from sources.types import Kind, Observation, SourceFacts
from tests.claims.evidence import END, HOUR, at_least, at_most, claim, gives, judge, says, silent, source

VENUES = ("Binance", "Bitstamp", "Bybit", "Coinbase Exchange", "Gemini", "Kraken", "KuCoin", "OKX")
EARLY = {"steps": [["2026-01-14T02:41:00Z", "96010"]]}
LATE = {"steps": [["2026-01-14T03:00:00Z", "96010"]]}

BROKE = claim("price_break", "broke_above", "96000")
BELOW = claim("price_break", "broke_below", "90000", extreme="low")
KEPT = claim("price_break", "over", "90000", extreme="low")
CAPPED = claim("price_break", "under", "99000", extreme="high")
OI = claim("open_interest", "equals", "61B")
SHORTS = claim("liquidations", "about", "419M", side="short")
ZONE = claim("position_concentration", "about", "7B")
RECORD = claim("index_record", "record_high", subject="NIKKEI225")
LOW = claim("index_record", "record_low", subject="NIKKEI225", extreme="low")
FELL = claim("price_change", "down", "3.0")

GLASS = source("CoinGlass", defects={"liquidations": "throttled"})
COPIES = [source(name, republishes=("coinglass",)) for name in ("Copy A", "Copy B")]
NIKKEI = source("Nikkei", authority=frozenset({"index_record:NIKKEI225"}))
SELF = {"interested": frozenset({"open_interest"})}

SENTENCES: list[tuple[str, Assertion, list[Answer], list[SourceFacts], str, str]] = [
    (
        "eight venues",
        BROKE,
        [gives(name, "96240", detail=LATE if name == "Binance" else EARLY) for name in VENUES],
        [],
        "Binance, Bitstamp and 6 more independent venues traded at or above $95,952; first at 02:41 UTC.",
        "according to Binance, Bitstamp and 6 other venues",
    ),
    (
        "three venues and one that saw less",
        BROKE,
        [*(gives(name, "96240") for name in VENUES[:4]), gives("OKX", "95100")],
        [],
        "Binance, Bitstamp and 2 more independent venues traded at or above $95,952; OKX saw no price above $95,100.",
        "according to Binance, Bitstamp and 2 other venues",
    ),
    (
        "one venue",
        BROKE,
        [gives("OKX", "96240", detail=EARLY), silent("Kraken", "unavailable"), silent("Gemini", "not_covered")],
        [],
        "Only OKX traded at or above $95,952; first at 02:41 UTC; Kraken did not answer.",
        "according to OKX",
    ),
    (
        "a conflict",
        BROKE,
        [gives("OKX", "96240"), gives("Kraken", "95100"), gives("Gemini", "95090")],
        [],
        "OKX traded at or above $95,952, but Gemini and Kraken saw no price above $95,100.",
        "according to OKX, although Gemini and Kraken saw no price above $95,100",
    ),
    (
        "a refutation",
        BROKE,
        [gives("Kraken", "95100"), gives("Gemini", "95090")],
        [],
        "Gemini and Kraken saw no price above $95,100, while the claim needs $95,952 or more.",
        "although Gemini and Kraken saw no price above $95,100",
    ),
    (
        "a doubt",
        BROKE,
        [gives("Kraken", "95100")],
        [],
        "Only Kraken could decide this and saw no price above $95,100, while the claim needs $95,952 or more.",
        "although Kraken saw no price above $95,100",
    ),
    (
        "a fall",
        BELOW,
        [gives("Kraken", "89000"), gives("Gemini", "89010")],
        [],
        "Gemini and Kraken traded at or below $90,045.",
        "according to Gemini and Kraken",
    ),
    (
        "a fall that did not come",
        BELOW,
        [gives("Kraken", "91000"), gives("Gemini", "91010")],
        [],
        "Gemini and Kraken saw no price below $91,000, while the claim needs $90,045 or less.",
        "although Gemini and Kraken saw no price below $91,000",
    ),
    (
        "a level kept",
        KEPT,
        [gives("Kraken", "91000"), gives("Gemini", "91010")],
        [],
        "Gemini and Kraken stayed at or above $89,955.",
        "according to Gemini and Kraken",
    ),
    (
        "a level lost",
        KEPT,
        [gives("Kraken", "88000"), gives("Gemini", "88010")],
        [],
        "Gemini and Kraken traded as low as $88,000, while the claim needs $89,955 or more.",
        "although Gemini and Kraken traded as low as $88,000",
    ),
    (
        "a lid lifted",
        CAPPED,
        [gives("Kraken", "99900"), gives("Gemini", "99910")],
        [],
        "Gemini and Kraken traded as high as $99,910, while the claim needs $99,049.50 or less.",
        "although Gemini and Kraken traded as high as $99,910",
    ),
    (
        "one dashboard",
        SHORTS,
        [gives("CoinGlass", "419.1M"), silent("Coinalyze", "not_configured")],
        [GLASS],
        "Only CoinGlass gives this figure ($419.1M); Coinalyze was not asked: no key is set.",
        "according to CoinGlass, whose totals are a lower bound",
    ),
    (
        "one dashboard and two copies",
        SHORTS,
        [gives("CoinGlass", "419.1M"), gives("Copy A", "419.1M"), gives("Copy B", "419M")],
        [GLASS, *COPIES],
        "Only CoinGlass gives this figure ($419.1M); Copy A and Copy B count as the same voice.",
        "according to CoinGlass, whose totals are a lower bound",
    ),
    (
        "two dashboards, one zero, one slip",
        SHORTS,
        [gives("A", "419.1M"), gives("B", "402M"), gives("Nil", "0"), gives("Kilo", "419100M")],
        [],
        "A and B give $402M to $419.1M; Kilo seems to use another unit; Nil gives zero where others are large.",
        "according to A and B",
    ),
    (
        "floors",
        claim("liquidations", "over", "50M"),
        [at_least("A", "61M"), at_least("B", "58M")],
        [],
        "A and B give at least $58M.",
        "according to A and B, whose totals are a lower bound",
    ),
    (
        "a floor and a figure",
        claim("liquidations", "over", "50M"),
        [at_least("A", "61M"), gives("B", "80M")],
        [],
        "B gives $80M and A gives at least $61M.",
        "according to A and B, whose totals are a lower bound",
    ),
    (
        "a floor and a ceiling that both deny",
        OI,
        [at_least("A", "80B"), at_most("B", "30B")],
        [],
        "A gives at least $80B and B gives at most $30B, while the claim needs $58B to $64.1B.",
        "although A gives at least $80B and B gives at most $30B",
    ),
    (
        "one that confirms without giving the figure",
        claim("price", "under", "100000"),
        [gives("A", "96240")],
        [],
        "Only A confirms this ($96,240).",
        "according to A",
    ),
    (
        "an authority that denies what others say",
        claim("supply_cap", "equals", "22M"),
        [gives("Schedule", "20999999.9769"), gives("A", "22000000"), gives("B", "22000000")],
        [source("Schedule", authority=frozenset({"supply_cap:BTC"}))],
        "A and B give 22,000,000 coins, but Schedule, which sets this figure, gives 20,999,999.98 coins.",
        "according to A and B, although Schedule gives 20,999,999.98 coins",
    ),
    (
        "a title with an article",
        claim("supply_cap", "equals", "21M"),
        [gives("The schedule", "20999999.9769"), silent("The Block", "not_configured")],
        [source("The schedule", authority=frozenset({"supply_cap:BTC"}))],
        "The schedule, which sets this figure, gives 20,999,999.98 coins.",
        "according to the schedule",
    ),
    (
        "an authority that denies alone",
        claim("supply_cap", "equals", "22M"),
        [gives("Schedule", "20999999.9769")],
        [source("Schedule", authority=frozenset({"supply_cap:BTC"}))],
        "Schedule, which sets this figure, gives 20,999,999.98 coins, while the claim needs 21,991,200 to 22,008,800"
        " coins.",
        "although Schedule gives 20,999,999.98 coins",
    ),
    (
        "two that deny while a third uses another unit",
        claim("open_interest", "equals", "61M"),
        [gives("A", "61B"), gives("B", "61M"), gives("C", "60B")],
        [],
        "A and C give $60B to $61B, while the claim needs $58M to $64.1M; B seems to use another unit.",
        "although A and C give $60B to $61B",
    ),
    (
        "one that confirms beside a house that disagrees",
        OI,
        [gives("A", "61B"), gives("B", "30B"), gives("C", "61B")],
        [source("A", owner="X"), source("B", owner="X")],
        "Only C gives this figure ($61B); what is published under X disagrees with itself.",
        "according to C",
    ),
    (
        "a record against a short history",
        RECORD,
        [at_most("Nikkei", "209.67")],
        [NIKKEI],
        "Nothing found decides this: from Nikkei, at most 209.67 points above the earlier closes it knows, and its"
        " history is too short to call that a record.",
        "which no independent source has confirmed",
    ),
    (
        "an interval that reaches over the edge",
        BROKE,
        [says("A", Observation(Decimal(95900), Decimal(95900), Decimal(96200), Kind.EXACT, observed_at=END))],
        [],
        "Nothing found decides this: from A, somewhere from $95,900 to $96,200, and only a part of that is $95,952 or"
        " more.",
        "which no independent source has confirmed",
    ),
    (
        "a rolling total asked too late",
        SHORTS,
        [silent("CoinGlass", "stale"), silent("Coinalyze", "not_covered")],
        [GLASS],
        "Nobody gave a figure: CoinGlass has only figures of another time; Coinalyze does not cover this.",
        "which no independent source has confirmed",
    ),
    (
        "nobody has a key",
        SHORTS,
        [silent("CoinGlass", "not_configured"), silent("Coinalyze", "not_configured")],
        [GLASS],
        "Nobody was asked: no keys are set for CoinGlass and Coinalyze.",
        "which no independent source has confirmed",
    ),
    (
        "only a floor",
        SHORTS,
        [at_least("A", "61M")],
        [],
        "No source gives this figure itself; A gives at least $61M: a floor cannot confirm an exact figure.",
        "which no independent source has confirmed",
    ),
    (
        "only a floor below a level",
        BROKE,
        [at_least("A", "95000")],
        [],
        "Nothing found decides this: from A, at least $95,000 does not reach $95,952 or more, and a floor cannot rule"
        " it out.",
        "which no independent source has confirmed",
    ),
    (
        "only a ceiling",
        OI,
        [at_most("A", "70B"), at_most("B", "80B")],
        [],
        "No source gives this figure itself; A and B give at most $80B: a ceiling only bounds it.",
        "which no independent source has confirmed",
    ),
    (
        "no map",
        ZONE,
        [at_most("A", "61.2B")],
        [],
        "No source that was asked maps these positions; total open interest of $61.2B is only a ceiling.",
        "which no independent source has confirmed",
    ),
    (
        "within the guard band",
        BROKE,
        [gives("A", "95920"), gives("B", "95930")],
        [],
        "Nothing found decides this: from A, $95,920 is only $32 short of $95,952, too close to call: within the guard"
        " band of $48, and 1 more source is no clearer.",
        "which no independent source has confirmed",
    ),
    (
        "another unit",
        OI,
        [gives("A", "61.2B"), gives("B", "61200B")],
        [],
        "A gives $61.2B, but B gives $61.2T, differing by exactly 1000: one of them probably uses another unit.",
        "according to A, although B gives $61.2T",
    ),
    (
        "about another unit",
        OI,
        [gives("A", "61.2B"), gives("B", "61000B")],
        [],
        "A gives $61.2B, but B gives $61T, differing by about 1000: one of them probably uses another unit.",
        "according to A, although B gives $61T",
    ),
    (
        "another sign",
        FELL,
        [gives("A", "-3.1"), gives("B", "3.1")],
        [],
        "A gives −3.1%, but B gives 3.1%, differing in sign only: one of them probably has the wrong sign.",
        "according to A, although B gives 3.1%",
    ),
    (
        "the authority",
        RECORD,
        [gives("Nikkei", "209.67", detail={"extreme_close": "53549.16"}), gives("Stooq", "210")],
        [NIKKEI],
        "Nikkei, which sets this figure, has the close at 53,549.16 points, 209.67 points above every earlier one.",
        "according to Nikkei",
    ),
    (
        "no record",
        RECORD,
        [gives("Nikkei", "-120.5"), gives("Stooq", "-119")],
        [NIKKEI],
        "Nikkei, which sets this figure, has the close 120.5 points short of the record and Stooq has the close 119"
        " points short of the record.",
        "although Nikkei and Stooq have the close 119 to 120.5 points short of the record",
    ),
    (
        "a record low",
        LOW,
        [gives("A", "12.5"), gives("B", "12.4")],
        [],
        "A and B have the close 12.4 to 12.5 points below every earlier one.",
        "according to A and B",
    ),
    (
        "an interested party",
        OI,
        [gives("Venue", "61B")],
        [source("Venue", **SELF)],
        "Only Venue, speaking about itself, gives this figure ($61B).",
        "according to Venue, speaking about itself",
    ),
    (
        "two interested parties",
        OI,
        [gives("Venue", "61B"), gives("Place", "61B")],
        [source("Venue", **SELF), source("Place", **SELF)],
        "Only parties with an interest in it confirm this: Place and Venue give $61B.",
        "according to Place and Venue",
    ),
    (
        "a house that disagrees",
        OI,
        [gives("A", "61B"), gives("B", "30B")],
        [source("A", owner="X"), source("B", owner="X")],
        "What is published under X disagrees with itself, so it counts for nobody.",
        "which no independent source has confirmed",
    ),
    (
        "nobody's figure",
        OI,
        [gives("A", "61B"), gives("B", "61B")],
        [source("A", owner=""), source("B", owner="")],
        "Nothing that was found may count: A and B are not classified and cannot count.",
        "which no independent source has confirmed",
    ),
    (
        "nobody to ask",
        OI,
        [],
        [],
        "Nobody was asked: no source covers this.",
        "which no independent source has confirmed",
    ),
    (
        "nobody asked",
        OI,
        [silent("A", "not_configured"), silent("B", "not_covered")],
        [],
        "Nobody was asked: no key is set for A; B does not cover this.",
        "which no independent source has confirmed",
    ),
    (
        "nobody answered",
        OI,
        [silent("A", "no_data"), silent("B", "definition_differs"), silent("C", "definition_differs")],
        [],
        "Nobody gave a figure: B and C measure something else; A had no data.",
        "which no independent source has confirmed",
    ),
    (
        "one may still answer",
        OI,
        [silent("A", "unavailable"), silent("B", "not_configured")],
        [],
        "A, the only source asked, has not answered yet and will be asked again.",
        "",
    ),
    (
        "two may still answer",
        OI,
        [silent("A", "unavailable"), silent("B", "rate_limited")],
        [],
        "None of the 2 sources asked has answered yet; they will be asked again.",
        "",
    ),
    (
        "a slip of the sign",
        FELL,
        [gives("A", "-3.1"), gives("B", "3.1"), gives("C", "-2.9")],
        [],
        "A and C give −3.1% to −2.9%; B seems to have the wrong sign.",
        "according to A and C",
    ),
    (
        "two houses that disagree",
        OI,
        [gives("A", "61B"), gives("B", "30B"), gives("C", "61B"), gives("D", "30B")],
        [source("A", owner="X"), source("B", owner="X"), source("C", owner="Y"), source("D", owner="Y")],
        "X and Y each publish figures that disagree, so they count for nobody.",
        "which no independent source has confirmed",
    ),
    (
        "a ceiling above a lid",
        claim("open_interest", "under", "58B"),
        [at_most("A", "70B")],
        [],
        "Nothing found decides this: from A, at most $70B leaves $60.9B or less possible: a ceiling cannot rule it"
        " out.",
        "which no independent source has confirmed",
    ),
    (
        "a size",
        claim("position_concentration", "magnitude", "10B", "100B"),
        [gives("A", "7.1B"), gives("B", "7.3B")],
        [],
        "A and B give $7.1B to $7.3B, while the claim needs $10B to below $100B.",
        "although A and B give $7.1B to $7.3B",
    ),
    (
        "the claim's own publisher",
        OI,
        [gives("Wire", "61B")],
        [],
        "Nothing that was found may count: Wire published the claim and cannot confirm it.",
        "which no independent source has confirmed",
    ),
    (
        "a figure of another hour",
        OI,
        [gives("A", "61B", observed_at=END - 99 * HOUR)],
        [],
        "Nothing that was found may count: A gave figures of another time.",
        "which no independent source has confirmed",
    ),
    (
        "refusals of every kind",
        OI,
        [silent("A", "access_denied"), silent("B", "malformed"), silent("C", "rate_limited")],
        [],
        "Nobody gave a figure: C asked us to wait; A refused access.",
        "which no independent source has confirmed",
    ),
]


@pytest.mark.parametrize(
    ("assertion", "answers", "facts", "reason", "wording"),
    [pytest.param(*row[1:], id=row[0]) for row in SENTENCES],
)
def test_the_sentence_says_what_was_found(
    assertion: Assertion, answers: list[Answer], facts: list[SourceFacts], reason: str, wording: str
) -> None:
    ruling = judge(assertion, answers, *facts, publisher=publisher_of(answers))
    assert (explain(ruling).reason, explain(ruling).wording) == (reason, wording)


def publisher_of(answers: list[Answer]) -> str | None:
    return next((one.source for one in answers if one.title == "Wire"), None)


def test_a_gap_gives_its_note() -> None:
    gap = Gap("open_interest", "BTC", END - HOUR, None, note="venues publish no full stream.")
    ruling = judge(OI, [], gaps=[gap])
    assert ruling.outcome is Outcome.NO_AUTHORITY
    assert explain(ruling).reason == "Nobody publishes an authoritative figure for this: venues publish no full stream."
    assert explain(ruling).wording == "for which no authoritative figure is published"


def test_a_window_that_is_still_open_says_until_when() -> None:
    ruling = judge(OI, [], now=END - HOUR)
    assert (
        explain(ruling).reason
        == "The period does not end before 05:00 UTC on 14 January 2026, so nothing is decided yet."
    )
    assert explain(ruling).wording == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("458200000", "USD", "$458.2M"),
        ("61200000000", "USD", "$61.2B"),
        ("61000000000", "USD", "$61B"),
        ("61.2E+12", "USD", "$61.2T"),
        ("980E+9", "USD", "$980B"),
        ("999.96E+6", "USD", "$1B"),
        ("999.94E+6", "USD", "$999.9M"),
        ("999949", "USD", "$999,949"),
        ("96240", "USD", "$96,240"),
        ("96240.5", "USD", "$96,240.50"),
        ("1234.567", "USD", "$1,234.57"),
        ("250", "USD", "$250"),
        ("3.5", "USD", "$3.50"),
        ("0", "USD", "$0"),
        ("0.00001234567", "USD", "$0.00001235"),
        ("0.5", "USD", "$0.50"),
        ("1250000000", "USD", "$1.25B"),
        ("3136000000000", "USD", "$3.14T"),
        ("-61.2E+9", "USD", "−$61.2B"),
        ("3.20", "percent", "3.2%"),
        ("-3", "percent", "−3%"),
        ("0.0123456", "percent", "0.01%"),
        ("0.00123456", "percent", "0.001235%"),
        ("53549.16", "points", "53,549.16 points"),
        ("20999999.9769", "coins", "20,999,999.98 coins"),
        ("123456", "accounts", "123,456 accounts"),
        ("1E+300", "USD", "1.000E+300"),
        ("7", "unknown", "7"),
    ],
)
def test_a_figure_is_written_the_way_people_read_it(value: str, unit: str, text: str) -> None:
    assert figure(Decimal(value), unit) == text


def test_several_figures_are_a_range_and_equal_ones_are_one() -> None:
    assert figures([Decimal(120), Decimal("119.5")], "points") == "119.5 to 120 points"
    assert figures([Decimal("61.2E+9"), Decimal("61.21E+9")], "USD") == "$61.2B"


def test_a_time_names_its_day_when_that_is_another() -> None:
    assert clock(END, END) == "05:00 UTC"
    assert clock(END - timedelta(hours=6), END) == "23:00 UTC on 13 January"
    assert calendar(END) == "05:00 UTC on 14 January 2026"


@pytest.mark.parametrize(
    ("titles", "text"),
    [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C"), (list("ABCD"), "A, B and 2 more sources")],
)
def test_names_are_listed_as_people_list_them(titles: list[str], text: str) -> None:
    assert ENGLISH.names(titles) == text


def test_percentages_are_apart_by_percentage_points() -> None:
    found = explain(judge(claim("price_change", "up", "12"), [gives("A", "-11.8"), gives("B", "2.3")])).findings
    assert list(found.values()) == [
        "−11.8% is 22.6 percentage points short of 10.8%",
        "2.3% is 8.5 percentage points short of 10.8%",
    ]


def test_a_language_nobody_speaks_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'xx'"):
        explain(judge(BROKE, [gives("A", "96240")]), "xx")
