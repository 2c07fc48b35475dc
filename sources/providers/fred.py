"""FRED: closing levels of the Nikkei 225 as the Federal Reserve Bank of St. Louis passes them on.

API      https://fred.stlouisfed.org/docs/api/fred/series_observations.html, read 2026-11
Times    YYYY-MM-DD, the session in Tokyo; it closes 15:30 JST (15:00 before 5 November 2024)
Units    index points, as strings
Gaps     "." is a holiday; the latest sessions follow a day or more later, until then the answer is Stale
Limits   120 requests a minute
Owner    Federal Reserve Bank of St. Louis; the series is Nikkei's own figure, so it adds no voice
Licence  the series is copyrighted by Nikkei Inc.: keep the comparison, not the table
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sources.errors import AccessDenied, Malformed, SourceError, Stale
from sources.providers._base import Key, Lineage, Provider, check_status, field_of, figure, pair, positive, read_json
from sources.providers._base import rows_of as rows_in
from sources.providers._sessions import JST, KNOWN_FROM, Session, answer, covers, missing_days, ordered
from sources.types import Observation, Question, Request, Response

BASE = "https://api.stlouisfed.org"
SERIES = "NIKKEI225"
MISSING = "."
LEVEL_REACH = timedelta(days=14)


def request(question: Question) -> Request:
    last = question.window.end.astimezone(JST).date()
    first = last - LEVEL_REACH if question.metric == "index_level" else KNOWN_FROM
    params = (
        ("file_type", "json"),
        ("observation_end", last.isoformat()),
        ("observation_start", first.isoformat()),
        ("series_id", SERIES),
        ("sort_order", "asc"),
    )
    return Request(f"{BASE}/fred/series/observations", params=params)


def parse(question: Question, response: Response) -> Observation:
    rows = _rows(response)
    holidays = frozenset(_day(row) for row in rows if field_of(row, "value") == MISSING)
    sessions = ordered(_session(row) for row in rows if field_of(row, "value") != MISSING)
    if missing := missing_days(sessions, question.window.end, holidays):
        raise Stale(f"FRED has not reached the session of {missing[0]} yet")
    return answer(question, sessions)


def _rows(response: Response) -> list[Any]:
    """All observations. Malformed when the answer is cut off at its limit: a cut history would hide a record."""
    if response.status != 400:
        check_status(response)
    body = read_json(response)
    if isinstance(body, dict) and "error_code" in body:
        raise _refusal(body)
    check_status(response)
    rows = rows_in(field_of(body, "observations"), "the series")
    if figure(field_of(body, "count"), "count") > len(rows):
        raise Malformed("the answer holds a part of the series only")
    return rows


def _refusal(body: dict[str, Any]) -> SourceError:
    if "api_key" in str(body.get("error_message", "")):
        return AccessDenied("FRED does not accept the key")
    return Malformed("FRED did not understand the request")


def _session(row: Any) -> Session:
    return Session(_day(row), positive(field_of(row, "value"), "value"))


def _day(row: Any) -> date:
    try:
        return date.fromisoformat(field_of(row, "date"))
    except (TypeError, ValueError):
        raise Malformed("an observation's date is not YYYY-MM-DD") from None


PROVIDERS = (
    Provider(
        name="fred",
        title="FRED",
        category="official",
        metrics=frozenset({"index_level", "index_record"}),
        lineage=Lineage(
            owner="Federal Reserve Bank of St. Louis",
            read="fred.stlouisfed.org, notes of series NIKKEI225, 2026-11",
            republishes=("nikkei",),
        ),
        covers=covers,
        ask=pair(request, parse),
        base_url=BASE,
        docs="https://fred.stlouisfed.org/docs/api/fred/series_observations.html",
        key=Key("query", "api_key"),
        per_minute=60,
        licence="copyright Nikkei Inc.: keep the comparison, not the table",
    ),
)
