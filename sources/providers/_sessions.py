"""Closing levels of the Nikkei 225 by session, and what they say about a level or a record.

A session counts from its close on. A record is measured against every earlier close: the rows themselves, and what is
documented about the time before them. Where the rows leave a hole, the earlier extreme may lie in it, so the excess is
only known to be at most what the rows give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sources.errors import Malformed, NoData, NotCovered, Stale
from sources.types import Observation, Question, Window, ceiling, exact
from sources.units import plain

JST = timezone(timedelta(hours=9))
LATER_CLOSE_SINCE = date(2024, 11, 5)  # Tokyo extended its trading day by half an hour
RESOLUTION = Decimal("0.01")
FRESH = timedelta(days=4)
LONGEST_HOLIDAY = timedelta(days=14)  # ten days in 2019 was the longest
DAY = timedelta(days=1)
FIRST_DAY = date(1949, 5, 16)  # the index is computed back to here
LAST_DAY = date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Session:
    day: date
    close: Decimal

    @property
    def closed_at(self) -> datetime:
        return closed_at(self.day)


# indexes.nikkei.co.jp, "70 years of the Nikkei Stock Average", read 2026-11: the highest close before the rows begin.
KNOWN_FROM = date(2023, 1, 4)
PEAK_BEFORE = Session(date(1989, 12, 29), Decimal("38915.87"))


def closed_at(day: date) -> datetime:
    """15:30 in Tokyo, 15:00 before 5 November 2024, as UTC."""
    hour = time(15, 30) if day >= LATER_CLOSE_SINCE else time(15, 0)
    return datetime.combine(day, hour, JST).astimezone(UTC)


def covers(question: Question) -> None:
    if question.subject != "NIKKEI225":
        raise NotCovered("answers for the Nikkei 225 only")
    if question.metric == "index_record" and question.qualifier("extreme") not in {"high", "low"}:
        raise NotCovered("a record is a high or a low")
    if question.qualifier("scope") not in {None, "all_time"} or question.qualifier("basis") not in {None, "close"}:
        raise NotCovered("records are all-time and by close only")


def ordered(sessions: Iterable[Session]) -> list[Session]:
    """By day, each once. Malformed for two closes of one session and for impossible days; NoData when there is none."""
    closes: dict[date, Decimal] = {}
    for session in sessions:
        if not FIRST_DAY <= session.day <= LAST_DAY:
            raise Malformed(f"{session.day} is no day of the index")
        if closes.setdefault(session.day, session.close) != session.close:
            raise Malformed(f"the session of {session.day} has two closes")
    if not closes:
        raise NoData("the answer holds no session")
    return [Session(day, closes[day]) for day in sorted(closes)]


def missing_days(sessions: Sequence[Session], end: datetime, holidays: frozenset[date] = frozenset()) -> list[date]:
    """The weekdays after the last row that could have closed by `end` and are not known to be holidays."""
    found: list[date] = []
    day = sessions[-1].day + DAY
    while closed_at(day) <= end:
        if day.weekday() < 5 and day not in holidays:
            found.append(day)
        day += DAY
    return found


def answer(question: Question, sessions: Sequence[Session]) -> Observation:
    """The closing level at, or the record inside, the window. sessions: as `ordered` gives them."""
    closed = [session for session in sessions if session.closed_at <= question.window.end]
    if not closed:
        raise NoData("no session had closed by the time asked about")
    if question.metric == "index_level":
        return _level(question, closed[-1])
    return _record(question, closed)


def _level(question: Question, session: Session) -> Observation:
    _refuse_old(question.window, session)
    note = f"close of {session.day}"
    return exact(session.close, RESOLUTION, observed_at=session.closed_at, note=note, detail=_named("", session))


def _record(question: Question, closed: Sequence[Session]) -> Observation:
    high = question.qualifier("extreme") == "high"
    asked, note = _asked(question.window, closed)
    earlier = list(closed[: -len(asked)])
    if gap := _gap(asked):
        raise NoData(f"{gap}, inside the window")
    hole = _hole([*earlier, asked[0]]) if high else "the rows do not reach the earliest closes"
    if high:
        earlier.append(PEAK_BEFORE)
    if not earlier:
        raise NoData("no earlier close is known")
    best, before = _extreme(asked, high), _extreme(earlier, high)
    excess = best.close - before.close if high else before.close - best.close
    detail = {**_named("extreme_", best), **_named("earlier_", before)}
    if hole:
        return ceiling(excess, observed_at=best.closed_at, note=f"{note}; short history: {hole}", detail=detail)
    return exact(excess, RESOLUTION, observed_at=best.closed_at, note=note, detail=detail)


def _asked(window: Window, closed: Sequence[Session]) -> tuple[Sequence[Session], str]:
    """The sessions that closed inside the window, else the last one before its end."""
    inside = [session for session in closed if session.closed_at > window.start]
    if inside:
        return inside, f"{len(inside)} of {len(closed)} closes inside the window"
    _refuse_old(window, closed[-1])
    return closed[-1:], f"no session closed inside the window, so the latest one, {closed[-1].day}"


def _refuse_old(window: Window, session: Session) -> None:
    if window.end - session.closed_at > FRESH:
        raise Stale("the latest session is more than four days older than the time asked about")


def _hole(sessions: Sequence[Session]) -> str:
    """Which stretch of time the rows say nothing about, empty when they reach back to the documented peak."""
    if sessions[0].day > KNOWN_FROM:
        return f"the rows begin on {sessions[0].day}"
    return _gap(sessions)


def _gap(sessions: Sequence[Session]) -> str:
    """The first stretch without rows that no holiday explains, empty when there is none."""
    for before, after in pairwise(sessions):
        if after.day - before.day > LONGEST_HOLIDAY:
            return f"no rows from {before.day} to {after.day}"
    return ""


def _extreme(sessions: Iterable[Session], high: bool) -> Session:
    pick = max if high else min
    return pick(sessions, key=lambda session: session.close)


def _named(prefix: str, session: Session) -> Mapping[str, Any]:
    day = "session" if prefix != "earlier_" else "earlier_session"
    value = {"": "close", "extreme_": "extreme_close", "earlier_": "earlier_extreme"}[prefix]
    return {value: plain(session.close), day: session.day.isoformat()}
