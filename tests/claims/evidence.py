"""Claims, providers and answers in the words of the tests. The market of 13 and 14 January 2026."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from claims.types import Answer, Assertion, Comparator, Ruling
from claims.verdict import rule
from sources.metrics import CATALOGUE
from sources.types import Lineage, Observation, Question, SourceFacts, Window, ceiling, exact, floor

END = datetime(2026, 1, 14, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUALIFIERS = {
    "price_break": {"extreme": "high"},
    "liquidations": {"side": "total"},
    "position_concentration": {"side": "short", "zone_low": "92000", "zone_high": "94000"},
    "index_record": {"extreme": "high", "scope": "all_time", "basis": "close"},
}
UNITS = {"K": Decimal("1E+3"), "M": Decimal("1E+6"), "B": Decimal("1E+9")}


def amount(text: str) -> Decimal:
    """ "61.2B" with its digits as written."""
    return Decimal(text[:-1]) * UNITS[text[-1]] if text[-1] in UNITS else Decimal(text)


def claim(metric: str, comparator: str, value: str | None = None, high: str | None = None, **more: Any) -> Assertion:
    subject, span = more.pop("subject", "BTC"), more.pop("span", 24 * HOUR)
    qualifiers = QUALIFIERS.get(metric, {}) | more
    question = Question.of(metric, subject, Window(END - span, END), **qualifiers)
    return Assertion(question, Comparator(comparator), amount(value) if value else None, amount(high) if high else None)


def source(name: str, **lineage: Any) -> SourceFacts:
    """A source that is its own owner, unless told otherwise."""
    facts = {"owner": name, "read": "its own pages, 2026-01-10"} | lineage
    return SourceFacts(slug_of(name), name, Lineage(**facts))


def slug_of(name: str) -> str:
    return name.lower().replace(" ", "_")


def says(name: str, observation: Observation) -> Answer:
    return Answer(f"lookup of {name}", slug_of(name), name, observation)


def gives(name: str, value: str, resolution: str = "0", **more: Any) -> Answer:
    return says(name, exact(amount(value), amount(resolution), **({"observed_at": END} | more)))


def at_least(name: str, value: str) -> Answer:
    return says(name, floor(amount(value), observed_at=END))


def at_most(name: str, value: str) -> Answer:
    return says(name, ceiling(amount(value), observed_at=END))


def silent(name: str, abstention: str) -> Answer:
    return Answer(f"lookup of {name}", slug_of(name), name, abstention=abstention)


def judge(assertion: Assertion, answers: Iterable[Answer], *more: SourceFacts, **options: Any) -> Ruling:
    """Rules an hour after the window. Sources without facts of their own in `more` are their own owners."""
    answers = list(answers)
    known = {one.slug: one for one in more}
    facts = [*more, *(source(one.title) for one in answers if one.source not in known)]
    return rule(assertion, answers, facts, **({"now": END + HOUR} | options))


HARD_LIMIT = {name: metric.hard_limit for name, metric in CATALOGUE.items()}
