"""Nikkei Inc.: closing levels of the Nikkei 225 from its own daily file, and whether one is a record.

API      https://indexes.nikkei.co.jp/nkave/historical/nikkei_stock_average_daily_en.csv, read 2026-10 from a recorded
         file; the column names are the documentation
Times    YYYY/MM/DD, the session in Tokyo; it closes 15:30 JST (15:00 before 5 November 2024)
Units    index points; the columns are close, open, high, low in this order
Gaps     days without a session have no row; the last line is a copyright notice, not data
Limits   none stated; the file changes once a day
Owner    Nikkei Inc., which computes the index: its figure is the fact
Licence  reproduction of the file is prohibited: keep the comparison, not the table
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sources.errors import Malformed, NoData, Unavailable
from sources.providers._base import Lineage, Provider, check_status, pair, positive
from sources.providers._sessions import Session, answer, closed_at, covers, missing_days, ordered
from sources.types import Observation, Question, Request, Response

BASE = "https://indexes.nikkei.co.jp"
PUBLISHED_WITHIN = timedelta(hours=6)
ENCODINGS = ("utf-8-sig", "cp932")  # the Japanese file is Shift_JIS
NAMES = {
    "day": ("Date of Data", "データ日付"),
    "close": ("Close", "終値"),
    "high": ("High", "高値"),
    "low": ("Low", "安値"),
}


def request(question: Question) -> Request:
    url = f"{BASE}/nkave/historical/nikkei_stock_average_daily_en.csv"
    return Request(url, headers=(("User-Agent", "Mozilla/5.0 (compatible; claim-desk)"),))


def parse(question: Question, response: Response) -> Observation:
    check_status(response)
    sessions = ordered(_sessions(_text(response.body)))
    missing = missing_days(sessions, question.window.end)
    if missing and response.received_at - closed_at(missing[-1]) < PUBLISHED_WITHIN:
        raise Unavailable(f"the close of {missing[-1]} may not be published yet")
    return answer(question, sessions)


def _text(body: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Malformed("the file is in no documented encoding")


def _sessions(text: str) -> list[Session]:
    rows = _rows(text)
    if not rows:
        raise NoData("the file is empty")
    columns = _columns(rows[0])
    last = -1 if _is_notice(rows[-1]) else len(rows)
    return [_session(row, columns) for row in rows[1:last]]


def _rows(text: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error:
        raise Malformed("the file is not CSV") from None


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column is, by its English or Japanese name: the close comes before the open here."""
    stripped = [name.strip() for name in header]
    found = {key: stripped.index(name) for key, names in NAMES.items() for name in names if name in stripped}
    if found.keys() != NAMES.keys():
        raise Malformed("the file's header is not as documented")
    return found


def _is_notice(row: Sequence[str]) -> bool:
    """The copyright line: text where a date would be. Only the last line may be one."""
    return not row[0].strip()[:4].isdecimal()


def _session(row: Sequence[str], columns: dict[str, int]) -> Session:
    if len(row) <= max(columns.values()):
        raise Malformed("a row has too few columns")
    close, high, low = (_level(row[columns[name]], name) for name in ("close", "high", "low"))
    if not low <= close <= high:
        raise Malformed("a close lies outside its session's range: the columns are not as documented")
    return Session(_day(row[columns["day"]]), close)


def _level(cell: str, name: str) -> Decimal:
    return positive(cell.strip(), name)


def _day(cell: str) -> date:
    try:
        return datetime.strptime(cell.strip(), "%Y/%m/%d").date()  # noqa: DTZ007 - a session's day has no zone
    except ValueError:
        raise Malformed("a row's date is not YYYY/MM/DD") from None


PROVIDERS = (
    Provider(
        name="nikkei",
        title="Nikkei Indexes",
        category="official",
        metrics=frozenset({"index_level", "index_record"}),
        lineage=Lineage(
            owner="Nikkei Inc.",
            read="indexes.nikkei.co.jp, 2026-10",
            authority=frozenset({"index_level:NIKKEI225", "index_record:NIKKEI225"}),
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://indexes.nikkei.co.jp/en/nkave/index/profile?idx=nk225",
        per_minute=6,
        licence="reproduction prohibited: keep the comparison, not the table",
    ),
)
