"""What comes in at the door: a draft, or a refusal that names every wrong field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.drafting import read_draft
from claims.errors import AssertionIncomplete, ClaimError, InvalidInput
from claims.types import Comparator, Hedge
from sources.types import Window

NOW = datetime(2026, 1, 14, 6, tzinfo=UTC)
AS_OF = datetime(2026, 1, 14, 5, tzinfo=UTC)
LIQUIDATIONS: dict[str, Any] = {
    "text": "$419M of shorts were liquidated in 60 minutes",
    "metric": "liquidations",
    "subject": "CRYPTO",
    "side": "short",
    "comparator": "equals",
    "value": "419000000",
    "unit": "USD",
    "as_of": "2026-01-14T05:00:00Z",
    "window": "PT60M",
    "hedge": "attributed",
    "citations": [{"source": "coinglass", "url": "https://www.coinglass.com/", "quote": "According to CoinGlass"}],
}
BREAK: dict[str, Any] = {
    "text": "BTC broke $96,000",
    "metric": "price_break",
    "subject": "BTC",
    "comparator": "broke_above",
    "value": "96000",
    "as_of": "2026-01-14T05:00:00Z",
}
ZONE: dict[str, Any] = {
    "text": "About $7B of shorts at $92k-94k",
    "metric": "position_concentration",
    "subject": "BTC",
    "side": "short",
    "comparator": "about",
    "value": "7000000000",
    "zone_low": "92000",
    "zone_high": "94000",
    "as_of": "2026-01-14T05:00:00Z",
    "window": "PT60M",
}


def test_a_complete_submission_becomes_a_draft_with_its_window_and_citations() -> None:
    draft = read_draft(LIQUIDATIONS, NOW)
    assert draft.assertion.value == Decimal("419000000")
    assert draft.assertion.window == Window(AS_OF - timedelta(hours=1), AS_OF)
    assert draft.assertion.question.qualifier("side") == "short"
    assert draft.hedge is Hedge.ATTRIBUTED
    assert draft.citations[0].source == "coinglass"


def test_a_level_reads_its_extreme_from_the_comparator_and_its_window_from_the_metric() -> None:
    up, down = read_draft(BREAK, NOW), read_draft({**BREAK, "comparator": "broke_below"}, NOW)
    assert up.assertion.question.qualifier("extreme") == "high"
    assert down.assertion.question.qualifier("extreme") == "low"
    assert up.assertion.window == Window(AS_OF - timedelta(days=1), AS_OF)
    assert up.unit == "USD"


def test_a_figure_of_a_moment_has_no_window() -> None:
    assert read_draft(ZONE, NOW).assertion.window == Window(AS_OF, AS_OF)


def test_a_name_stands_for_its_asset() -> None:
    assert read_draft({**BREAK, "subject": "Bitcoin"}, NOW).assertion.question.subject == "BTC"


def test_a_record_takes_no_value_and_fills_its_scope() -> None:
    data = {"text": "Nikkei at a record", "metric": "index_record", "subject": "NIKKEI225", "as_of": AS_OF.isoformat()}
    draft = read_draft({**data, "comparator": "record_high"}, NOW)
    assert draft.assertion.comparator is Comparator.RECORD_HIGH
    assert dict(draft.assertion.question.qualifiers) == {"basis": "close", "extreme": "high", "scope": "all_time"}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("an unknown metric", {"metric": "hype"}, "metric"),
    ("a metric of another type", {"metric": ["price"]}, "metric"),
    ("an unknown asset", {"subject": "NOSUCHCOIN"}, "subject"),
    ("an asset of the wrong kind", {"subject": "NIKKEI225"}, "subject"),
    ("a comparator the metric does not have", {"comparator": "broke_above"}, "comparator"),
    ("an unknown side", {"side": "sideways"}, "side"),
    ("NaN", {"value": "NaN"}, "value"),
    ("a NaN that is a float", {"value": float("nan")}, "value"),
    ("infinity", {"value": "Infinity"}, "value"),
    ("10^400", {"value": "1e400"}, "value"),
    ("10^400 written out", {"value": "1" + "0" * 400}, "value"),
    ("a figure too fine to store", {"value": "1e-30"}, "value"),
    ("a boolean", {"value": True}, "value"),
    ("a typographic minus", {"value": "−5"}, "value"),
    ("underscores", {"value": "4_19"}, "value"),
    ("a zero of a billion digits", {"value": "0e-999999999"}, "value"),
    ("a negative total", {"value": "-1"}, "value"),
    ("a second value without need", {"value_high": "500000000"}, "value_high"),
    ("another unit", {"unit": "EUR"}, "unit"),
    ("a naive time", {"as_of": "2026-01-14T05:00:00"}, "as_of"),
    ("a time that is none", {"as_of": "yesterday"}, "as_of"),
    ("an epoch count", {"as_of": 1768359600}, "as_of"),
    ("a time in the future", {"as_of": "2026-01-14T07:00:00Z"}, "as_of"),
    ("a time before there was data", {"as_of": "1999-01-01T00:00:00Z"}, "as_of"),
    ("the last instant there is", {"as_of": "9999-12-31T23:59:59-23:59"}, "as_of"),
    ("a window that is none", {"window": "an hour"}, "window"),
    ("an empty window", {"window": "PT0S"}, "window"),
    ("a backward window", {"window": "-PT60M"}, "window"),
    ("a window of years", {"window": "P400D"}, "window"),
    ("a window longer than time", {"window": "P999999999D"}, "window"),
    ("a window given twice", {"window_start": "2026-01-14T04:00:00Z"}, "window"),
    ("a window that begins after its end", {"window": None, "window_start": "2026-01-14T05:30:00Z"}, "window_start"),
    ("a window in the future", {"window": None, "window_end": "2026-01-15T05:30:00Z"}, "window_end"),
    ("an empty text", {"text": "   "}, "text"),
    ("100 kB of text", {"text": "a" * 100_000}, "text"),
    ("a NUL byte", {"text": "a\x00b"}, "text"),
    ("half a character", {"text": "a\ud800b"}, "text"),
    ("a text that is a list", {"text": ["a"]}, "text"),
    ("an unknown hedge", {"hedge": "maybe"}, "hedge"),
    ("a hedge that is a list", {"hedge": []}, "hedge"),
    ("a citation without a source", {"citations": [{"url": "https://a.example/"}]}, "citations"),
    ("a script for an address", {"citations": [{"source": "x", "url": "javascript:alert(1)"}]}, "citations"),
    ("an address with a password", {"citations": [{"source": "x", "url": "https://u:p@a.example/"}]}, "citations"),
    ("an address that browsers read otherwise", {"citations": [{"source": "x", "url": "https://a\\b/"}]}, "citations"),
    ("a port that is none", {"citations": [{"source": "x", "url": "https://a.example:99999/"}]}, "citations"),
    ("citations that are text", {"citations": "coinglass"}, "citations"),
    ("too many citations", {"citations": [{"source": "x"}] * 21}, "citations"),
    ("a zone where there is none", {"zone_low": "1"}, "zone_low"),
    ("half a span", {"start": 3}, "start"),
    ("a span of text", {"start": "1", "end": "2"}, "start"),
    ("a backward span", {"start": 5, "end": 2}, "start"),
    ("a field nobody knows", {"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "field"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_field_is_refused_by_name(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_draft({**LIQUIDATIONS, **change}, NOW)
    assert field in refusal.value.fields
    assert refusal.value.fields[field]


@pytest.mark.parametrize(
    ("data", "change", "field"),
    [
        (ZONE, {"zone_low": "94000", "zone_high": "92000"}, "zone_high"),
        (ZONE, {"zone_low": "-1"}, "zone_low"),
        (BREAK, {"value": "0"}, "value"),
        (BREAK, {"extreme": "low"}, "extreme"),
        ({**BREAK, "metric": "price_change", "window": "P1D", "comparator": "down"}, {"value": "120"}, "value"),
        ({**BREAK, "metric": "price_change", "window": "P1D", "comparator": "up"}, {"value": "-3"}, "value"),
        ({**BREAK, "metric": "price", "comparator": "between"}, {"value_high": "95000"}, "value_high"),
    ],
)
def test_an_impossible_assertion_is_refused_by_name(data: dict[str, Any], change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_draft({**data, **change}, NOW)
    assert field in refusal.value.fields


@pytest.mark.parametrize("missing", ["text", "metric", "subject", "side", "comparator", "value", "as_of", "window"])
def test_what_is_missing_and_cannot_be_known_is_named(missing: str) -> None:
    with pytest.raises(AssertionIncomplete) as refusal:
        read_draft({name: value for name, value in LIQUIDATIONS.items() if name != missing}, NOW)
    assert missing in refusal.value.fields


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_draft({**LIQUIDATIONS, "value": "NaN", "as_of": "now", "side": None}, NOW)
    assert {"value", "as_of", "side"} <= refusal.value.fields.keys()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(LIQUIDATIONS), "zone_low", "start", "end"]), json_values))
def test_whatever_comes_in_is_a_draft_or_a_clear_refusal(change: dict[str, Any]) -> None:
    refused = None
    try:
        read_draft({**LIQUIDATIONS, **change}, NOW)
    except ClaimError as refusal:
        refused = refusal
    assert refused is None or refused.fields


@pytest.mark.parametrize(
    "name",
    [
        "coin\u200bglass",
        "coinglass\u2060",
        "\u200b",
        "\u202ecoinglass",
        "coin\u2028glass",
        "coin\u3164glass",
        "coingl\u0430ss",  # Cyrillic а
        "\u0392inance",  # Greek Β
        "The \u0421oinbase desk",  # Cyrillic С
        "\ue000",
    ],
)
def test_a_source_name_that_shows_other_than_it_is_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_draft({**LIQUIDATIONS, "citations": [{"source": name}]}, NOW)
    assert list(refusal.value.fields) == ["citations"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Коммерсантъ", "Коммерсантъ"),
        ("Börsen-Zeitung", "Börsen-Zeitung"),
        ("日経QUICK", "日経QUICK"),
        ("Ναυτεμπορική Daily", "Ναυτεμπορική Daily"),
        ("@whale_alert (X)", "@whale_alert (X)"),
        ("ＣｏｉｎＧｌａｓｓ", "CoinGlass"),
        ("  Block   Media\n", "Block Media"),
        ("\u212araken", "Kraken"),
    ],
)
def test_an_ordinary_source_name_is_read_in_one_form(name: str, read: str) -> None:
    draft = read_draft({**LIQUIDATIONS, "citations": [{"source": name}]}, NOW)
    assert draft.citations[0].source == read
