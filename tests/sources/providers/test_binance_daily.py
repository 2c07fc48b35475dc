"""Binance's daily files: the day it is asked for, in the unit of its day, with the checksum beside it, or nothing."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sources.errors import Malformed, NoData, NotCovered, SourceError, Unavailable
from sources.providers import ALL
from sources.types import Kind, Observation, Question, Request, Response, Window
from tests.sources.providers._talking import MARKET_DAY, replayed

DAY = datetime(2026, 1, 14, tzinfo=UTC)
THREE, FOUR = DAY + timedelta(hours=3), DAY + timedelta(hours=4)
ASKED = DAY + timedelta(days=2)
PROVIDER = ALL["binance_daily"]


def question(metric: str = "price_break", start: datetime = THREE, end: datetime = FOUR, **more: str) -> Question:
    qualifiers = {"extreme": "high"} if metric == "price_break" else {}
    return Question.of(metric, more.pop("subject", "BTC"), Window(start, end), **qualifiers, **more)


def line(start: datetime, price: int, per_second: int = 1_000_000, high: int = 0) -> str:
    stamp = int(start.timestamp()) * per_second
    figures = (price, high or price + 5, price - 5, price + 1)
    cells = [stamp, *(f"{figure}.00000000" for figure in figures), "4.8", stamp + 60 * per_second - 1, 1, 1, 1, 1, 0]
    return ",".join(map(str, cells))


def minutes(first: datetime, count: int, per_second: int = 1_000_000) -> str:
    return "\n".join(line(first + timedelta(minutes=n), 95_000 + n, per_second) for n in range(count))


def packed(text: str | bytes, name: str, more: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
        if more:
            archive.writestr(more, "x")
    return buffer.getvalue()


def told(
    asked: Question,
    text: str | Callable[[str], bytes],
    status: int = 200,
    received_at: datetime = ASKED,
    checksum: str = "",
) -> Observation:
    """What the provider makes of these files; text: the CSV, or the archive of a name."""

    def answer(request: Request) -> Response:
        name = request.url.rpartition("/")[2].removesuffix(".CHECKSUM")
        csv_name = name.replace(".zip", ".csv")
        body = packed(text, csv_name) if isinstance(text, str) else text(csv_name)
        if request.url.endswith(".CHECKSUM"):
            body = (checksum or f"{hashlib.sha256(body).hexdigest()}  {name}\n").encode()
        return Response(status, body, received_at, received_at)

    conversation = PROVIDER.ask(asked)
    request = next(conversation)
    while True:
        try:
            request = conversation.send(answer(request))
        except StopIteration as end:
            observation: Observation = end.value
            return observation


HOUR = minutes(THREE - timedelta(minutes=10), 80)


def test_the_extreme_of_a_window_is_the_final_one() -> None:
    found = told(question(), HOUR)
    assert (found.value, found.kind, found.observed_at) == (Decimal("95074.00000000"), Kind.EXACT, FOUR)


def test_the_price_of_a_minute_is_the_close_of_the_last_candle_before_it() -> None:
    found = told(question("price", FOUR, FOUR), HOUR)
    assert (found.value, found.observed_at) == (Decimal("95070.00000000"), FOUR)


def test_the_change_is_read_from_both_ends() -> None:
    found = told(question("price_change"), HOUR)
    assert found.value == ((Decimal(95070) / Decimal(95010) - 1) * 100).quantize(Decimal("1e-10"))


def test_the_market_day_is_read_from_two_files() -> None:
    day = question(start=DAY - timedelta(hours=19), end=DAY + timedelta(hours=5))
    assert replayed("binance_daily", day, MARKET_DAY).value == Decimal("96240.0")


def test_files_before_2025_are_in_milliseconds() -> None:
    then = datetime(2024, 6, 1, 3, tzinfo=UTC)
    old = minutes(then, 60, per_second=1_000)
    assert told(question(start=then, end=then + timedelta(hours=1)), old).value == Decimal("95064.00000000")


@pytest.mark.parametrize("year", [2024, 2026])
def test_a_time_in_the_other_years_unit_is_refused_and_not_read_as_another_time(year: int) -> None:
    then = datetime(year, 6, 1, 3, tzinfo=UTC)
    wrong = minutes(then, 60, per_second=1_000_000 if year == 2024 else 1_000)
    with pytest.raises(Malformed):
        told(question(start=then, end=then + timedelta(hours=1)), wrong, received_at=then + timedelta(days=2))


def test_a_file_with_a_header_line_is_read_the_same() -> None:
    header = "open_time,open,high,low,close,volume,close_time,quote,count,taker,taker_quote,ignore\n"
    assert told(question(), header + HOUR) == told(question(), HOUR)


@pytest.mark.parametrize(("after", "error"), [(timedelta(hours=30), Unavailable), (timedelta(days=5), NoData)])
def test_a_file_that_is_not_there_may_still_come_for_three_days(after: timedelta, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told(question(), "", status=404, received_at=DAY + after)


def test_a_file_that_does_not_fit_its_checksum_is_refused() -> None:
    with pytest.raises(Malformed, match="checksum published beside it"):
        told(question(), HOUR, checksum=f"{'0' * 64}  BTCUSDT-1m-2026-01-14.zip")


def test_the_checksum_of_another_file_is_refused() -> None:
    with pytest.raises(Malformed, match="not as documented"):
        told(question(), HOUR, checksum=f"{'0' * 64}  ETHUSDT-1m-2026-01-14.zip")


ARCHIVES: dict[str, Callable[[str], bytes]] = {
    "no archive": lambda name: b"<html>maintenance</html>",
    "another file": lambda name: packed(HOUR, "other.csv"),
    "two files": lambda name: packed(HOUR, name, more="other.csv"),
    "an empty archive": lambda name: b"PK\x05\x06" + bytes(18),
    "a bomb": lambda name: packed(b"0" * 50_000_000, name),
    "no text": lambda name: packed(b"\xff\xfe\x00", name),
    "an undocumented packing": lambda name: _stored_as(14, name),
    "a broken body": lambda name: packed(HOUR, name)[:-200] + packed(HOUR, name)[-150:],
}


def _stored_as(method: int, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, HOUR)
    return buffer.getvalue()


@pytest.mark.parametrize("archive", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_that_is_not_as_documented_is_malformed(archive: Callable[[str], bytes]) -> None:
    with pytest.raises(Malformed):
        told(question(), archive)


ROWS = {
    "too few columns": "1768359600000000,1,1,1,1",
    "the day after": line(DAY + timedelta(days=1), 95_000),
    "not on a minute": line(THREE + timedelta(seconds=1), 95_000),
    "one minute twice": f"{line(THREE, 95_000)}\n{line(THREE, 95_001)}",
    "no figure": line(THREE, 95_000).replace("95000.00000000", "NaN"),
    "a high below the low": line(THREE, 95_000, high=10),
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_a_row_that_cannot_be_is_malformed(rows: str) -> None:
    with pytest.raises(Malformed):
        told(question(), rows)


def test_an_empty_file_is_no_data() -> None:
    with pytest.raises(NoData):
        told(question(), "\n")


@pytest.mark.parametrize(
    "asked",
    [
        question(venue="kraken"),
        question(subject="USDT"),
        question(subject="NIKKEI225"),
        question("supply"),
        question(start=DAY - timedelta(days=7)),
    ],
    ids=["another venue", "the quote itself", "an index", "supply", "a week of files"],
)
def test_what_it_cannot_settle_is_not_asked(asked: Question) -> None:
    with pytest.raises(NotCovered):
        PROVIDER.covers(asked)


def test_it_is_a_provider_of_later_outcomes_and_the_same_house_as_the_venue() -> None:
    assert PROVIDER.later is not None
    assert PROVIDER.later.own == "binance"
    assert PROVIDER.lineage.owner == ALL["binance"].lineage.owner
