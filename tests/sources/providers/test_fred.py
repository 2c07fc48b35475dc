from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, RateLimited, SourceError, Stale, Unavailable
from sources.providers import ALL
from sources.types import Kind
from tests.sources.providers._index_days import Closes, level, record, utc, weekly
from tests.sources.providers._talking import MARKET_DAY, held, parameters, replayed, response, told


def series(closes: Closes, **more: Any) -> dict[str, Any]:
    rows = [{"date": day.isoformat(), "value": close} for day, close in closes.items()]
    return {"count": len(rows), "observations": rows} | more


def test_a_relay_that_has_caught_up_repeats_the_owners_figure() -> None:
    found = replayed("fred", level())
    assert (found.value, found.kind, found.observed_at) == (Decimal("53549.16"), Kind.EXACT, utc(1, 13, 6, 30))


@pytest.mark.parametrize("asked", [record(), level()])
def test_on_the_market_day_the_relay_has_not_reached_the_session(asked: Any) -> None:
    with pytest.raises(Stale, match="has not reached the session of 2026-01-13"):
        replayed("fred", asked, MARKET_DAY)


def test_a_point_is_a_holiday_and_not_a_session_that_is_still_missing() -> None:
    found = replayed("fred", level(utc(1, 12, 12)), MARKET_DAY)
    assert found.value == Decimal("51939.89")


def test_a_weekday_without_a_row_is_a_session_that_is_still_missing() -> None:
    closes = weekly()
    del closes[date(2026, 1, 13)]
    with pytest.raises(Stale, match="2026-01-12"):
        told("fred", level(utc(1, 12, 12)), response(series(closes)))


def test_a_record_with_the_whole_history_is_exact() -> None:
    found = told("fred", record(), response(series(weekly())))
    assert (found.value, found.kind) == (Decimal("1031.08"), Kind.EXACT)


def test_a_record_with_a_short_history_is_a_ceiling() -> None:
    found = replayed("fred", record())
    assert (found.kind, found.high) == (Kind.CEILING, Decimal("1031.08"))


def test_the_whole_history_is_asked_for_a_record_and_two_weeks_for_a_level() -> None:
    starts = [
        parameters(held("fred", asked, response(series(weekly())))[1][0])["observation_start"]
        for asked in (record(), level())
    ]
    assert starts == ["2023-01-04", "2025-12-31"]


def test_the_answer_is_asked_for_as_json_and_without_a_key_in_sight() -> None:
    _, requests = held("fred", level(), response(series(weekly())))
    asked = parameters(requests[0])
    assert (asked["file_type"], asked["observation_end"]) == ("json", "2026-01-14")
    assert "api_key" not in asked
    assert ALL["fred"].key is not None


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"error_code": 400, "error_message": "The value for variable api_key is not registered."}, 400, AccessDenied),
        ({"error_code": 400, "error_message": "The value for variable api_key is not registered."}, 200, AccessDenied),
        ({"error_code": 400, "error_message": "Bad Request. The series does not exist."}, 400, Malformed),
        ({"error_code": 429, "error_message": "Too Many Requests"}, 429, RateLimited),
        (series({}), 200, NoData),
        (series({date(2026, 1, 13): "."}), 200, NoData),
        (series({date(2026, 1, 13): ""}), 200, Malformed),
        (series({date(2026, 1, 13): "NaN"}), 200, Malformed),
        (series(weekly(), count=9999), 200, Malformed),
        ({"observations": [{"date": "2026/01/13", "value": "1"}], "count": 1}, 200, Malformed),
        ({"observations": [{"date": 20260113, "value": "1"}], "count": 1}, 200, Malformed),
        (b'<?xml version="1.0"?><observations/>', 200, Malformed),
        (b"<html></html>", 502, Unavailable),
    ],
)
def test_every_refusal_is_told_apart(body: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("fred", level(), response(body, status))


def test_the_relay_adds_no_voice_to_the_owner_of_the_index() -> None:
    assert ALL["fred"].lineage.republishes == ("nikkei",)
    assert not ALL["fred"].lineage.authority
