from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from sources.errors import Malformed, NoData, NotCovered, SourceError, Stale, Unavailable
from sources.providers import ALL
from sources.types import Kind, Question, Response
from tests.sources.providers._index_days import Closes, level, record, utc, weekly
from tests.sources.providers._talking import END, MARKET_DAY, RECORDINGS, question, replayed, response, told

HEADER = "Date of Data,Close,Open,High,Low"
NOTICE = '"This material is a copyrightable work of Nikkei. It is prohibited to copy, reproduce, 2026"'


def row(day: date, close: str) -> str:
    return f'"{day:%Y/%m/%d}","{close}","1.00","90000.00","1.00"'


def daily(*lines: str, header: str = HEADER) -> Response:
    return response("\r\n".join([header, *lines, NOTICE, ""]).encode())


def of(closes: Closes) -> Response:
    return daily(*(row(day, close) for day, close in closes.items()))


def test_the_record_of_the_market_day_is_measured_against_every_earlier_close() -> None:
    found = replayed("nikkei", record(), MARKET_DAY)
    assert (found.value, found.kind, found.low) == (Decimal("1031.08"), Kind.EXACT, Decimal("1031.07"))
    assert found.observed_at == utc(1, 13, 6, 30)
    assert found.detail == {
        "extreme_close": "53549.16",
        "session": "2026-01-13",
        "earlier_extreme": "52518.08",
        "earlier_session": "2026-01-06",
    }


def test_the_level_of_the_market_day_is_the_close_of_the_thirteenth() -> None:
    found = replayed("nikkei", level(), MARKET_DAY)
    assert (found.value, found.high) == (Decimal("53549.16"), Decimal("53549.17"))
    assert found.detail == {"close": "53549.16", "session": "2026-01-13"}


@pytest.mark.parametrize("file", ["daily_en.csv", "daily_jp.csv"])
def test_the_file_is_read_in_english_and_in_japanese(file: str) -> None:
    body = (RECORDINGS / "nikkei" / file).read_bytes()
    assert told("nikkei", level(), response(body)).value == Decimal("53549.16")


def test_the_close_is_found_by_its_name_because_it_stands_before_the_open() -> None:
    lines = ['"2026/01/13","54000.00","53000.00","52000.00","53549.16"']
    moved = daily(*lines, header="Date of Data,High,Open,Low,Close")
    assert told("nikkei", level(), moved).value == Decimal("53549.16")


@pytest.mark.parametrize(
    ("end", "close"),
    [
        (utc(1, 13, 6, 29), "51939.89"),
        (utc(1, 13, 6, 30), "53549.16"),
        (utc(1, 14, 5), "53549.16"),
        (utc(1, 12, 12), "51939.89"),
    ],
)
def test_a_session_counts_from_its_close_in_tokyo(end: datetime, close: str) -> None:
    assert told("nikkei", level(end), of(weekly())).value == Decimal(close)


@pytest.mark.parametrize(
    ("end", "counts"),
    [(utc(11, 1, 6, year=2024), True), (utc(11, 5, 6, year=2024), False), (utc(11, 5, 6, 30, year=2024), True)],
)
def test_tokyo_closed_at_three_until_november_2024(end: datetime, counts: bool) -> None:
    from sources.providers._sessions import closed_at

    assert (closed_at(end.date()) <= end) is counts


def test_without_a_close_inside_the_window_the_latest_session_is_taken_and_named() -> None:
    closes = weekly()
    del closes[date(2026, 1, 13)]
    found = told("nikkei", record(end=utc(1, 12, 5)), of(closes))
    assert found.value == Decimal("51939.89") - Decimal("52518.08")
    assert found.note == "no session closed inside the window, so the latest one, 2026-01-09"


@pytest.mark.parametrize("asked", [record(end=utc(1, 18, 5)), level(end=utc(1, 18, 5))])
def test_a_session_of_more_than_four_days_before_is_stale(asked: Question) -> None:
    with pytest.raises(Stale):
        told("nikkei", asked, response(of(weekly()).body, at=utc(2, 1, 5)))


def test_a_month_with_several_sessions_is_read_by_its_highest() -> None:
    found = told("nikkei", record(days=9), of(weekly(d2024_07_10="42000.00")))
    assert (found.value, found.detail["earlier_session"]) == (Decimal("11549.16"), "2024-07-10")
    assert found.note.startswith("3 of ")


def test_the_peak_of_1989_stands_where_the_rows_are_lower() -> None:
    closes = {day: "30000.00" for day in weekly()} | {date(2026, 1, 13): "38915.88"}
    found = told("nikkei", record(), of(closes))
    assert (found.value, found.kind) == (Decimal("0.01"), Kind.EXACT)
    assert found.detail["earlier_session"] == "1989-12-29"


@pytest.mark.parametrize(
    ("closes", "reason"),
    [
        (weekly(first=date(2023, 1, 5)), "the rows begin on 2023-01-05"),
        ({day: close for day, close in weekly().items() if day.year != 2024}, "no rows from 2023-12-27 to 2025-01-01"),
    ],
)
def test_a_short_history_can_refute_a_record_but_not_verify_it(closes: Closes, reason: str) -> None:
    found = told("nikkei", record(), of(closes))
    assert (found.kind, found.low, found.high) == (Kind.CEILING, None, Decimal("1031.08"))
    assert reason in found.note


def test_a_hole_inside_the_window_gives_no_answer() -> None:
    closes = {day: close for day, close in weekly().items() if not date(2025, 12, 18) < day < date(2026, 1, 13)}
    with pytest.raises(NoData, match="inside the window"):
        told("nikkei", record(days=31), of(closes))


def test_a_record_low_can_only_be_refuted() -> None:
    found = told("nikkei", record("low"), of(weekly()))
    assert (found.kind, found.high) == (Kind.CEILING, Decimal("30000.00") - Decimal("53549.16"))


@pytest.mark.parametrize("hours", [0, 5])
def test_a_close_that_may_not_be_published_yet_is_asked_for_again(hours: int) -> None:
    end = utc(1, 14, 6, 30)
    late = Response(200, of(weekly()).body, END, end + timedelta(hours=hours))
    with pytest.raises(Unavailable, match="2026-01-14 may not be published"):
        told("nikkei", record(end=end), late)


def test_a_close_after_a_holiday_may_still_be_unpublished() -> None:
    closes = weekly()
    del closes[date(2026, 1, 13)]
    with pytest.raises(Unavailable, match="2026-01-13"):
        told("nikkei", level(utc(1, 13, 7)), response(of(closes).body, at=utc(1, 13, 7)))


def test_a_weekday_without_a_row_long_after_its_close_was_a_holiday() -> None:
    late = Response(200, of(weekly()).body, END, utc(1, 14, 12, 31))
    assert told("nikkei", level(utc(1, 14, 7)), late).value == Decimal("53549.16")


def test_a_day_stated_twice_alike_is_one_day() -> None:
    twice = row(date(2026, 1, 13), "53549.16")
    assert told("nikkei", level(), daily(twice, row(date(2026, 1, 9), "1.00"), twice)).value == Decimal("53549.16")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (daily(row(date(2026, 1, 13), "53549.16"), row(date(2026, 1, 13), "53549.17")), Malformed),
        (daily('"2026/01/13","53549.16","53000.00","53500.00","52000.00"'), Malformed),
        (daily('"13/01/2026","53549.16","1.00","90000.00","1.00"'), Malformed),
        (daily('"2026/01/13","53,549.16","1.00","90000.00","1.00"'), Malformed),
        (daily('"2026/01/13","-","1.00","90000.00","1.00"'), Malformed),
        (daily('"2026/01/13","53549.16"'), Malformed),
        (daily('"9999/12/31","53549.16","1.00","90000.00","1.00"'), Malformed),
        (daily("a line in between", row(date(2026, 1, 13), "53549.16")), Malformed),
        (daily(), NoData),
        (response(b""), NoData),
        (response(b"<html>maintenance</html>"), Malformed),
        (response(b"\xff\xfe\x00\x81\xff"), Malformed),
        (response(b"", 503), Unavailable),
    ],
)
def test_every_other_answer_is_told_apart(body: Response, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("nikkei", level(), body)


@pytest.mark.parametrize(
    "asked",
    [
        question("index_level", "BTC"),
        question("index_record", "NIKKEI225", extreme="high", scope="52_weeks", basis="close"),
        question("index_record", "NIKKEI225", extreme="high", scope="all_time", basis="intraday"),
        question("index_record", "NIKKEI225"),
    ],
)
def test_other_indices_scopes_and_bases_are_not_covered(asked: Question) -> None:
    with pytest.raises(NotCovered):
        ALL["nikkei"].covers(asked)
