"""What a verdict has to tell, and who said what, in clauses. English only.

"Binance and OKX traded at or above $95,952". A Case is what the rules
found, one finding for each voice. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from claims.breaks import BREAKS, FALLING, figure_in, first_crossing
from claims.figures import clock, figure, figures, names
from claims.types import Case, Comparator, Finding
from sources.types import Kind, Observation

VENUE_METRICS = frozenset({"price", "price_break", "price_change"})


def who(findings: Sequence[Finding], case: Case, more: str = "more independent") -> str:
    noun = "venue" if case.assertion.metric in VENUE_METRICS else "source"
    titles = [one.answer.title for one in findings]
    return names(titles, f"{more} {noun}s")


def account(
    findings: Sequence[Finding],
    case: Case,
    saying: Callable[[Sequence[Finding], Case], str],
    more: str = "more independent",
    authority: str = "",
) -> str:
    """Who said what: "A and B give $61B", and those who only give a bound apart: "and C gives at least $55B"."""
    one_clause = is_level(case) or is_record(case)
    kinds = [set(Kind)] if one_clause else [{kind} for kind in Kind]
    groups = [[one for one in findings if seen(one).kind in kind] for kind in kinds]
    sets = ", which sets this figure," if authority else ""
    return " and ".join(f"{who(group, case, more)}{sets} {saying(group, case)}" for group in groups if group)


def kinds(findings: Sequence[Finding]) -> set[Kind]:
    return {seen(one).kind for one in findings}


def says(findings: Sequence[Finding], case: Case) -> str:
    if is_level(case):
        side = "below" if case.assertion.comparator in FALLING else "above"
        return f"{'stayed' if _is_stay(case) else 'traded'} at or {side} {figure(_edge(case), case.unit)}"
    if is_record(case):
        return f"{_plural(findings, 'has', 'have')} the close {_close(findings, case)} every earlier one"
    return gives(findings, case)


def gives(findings: Sequence[Finding], case: Case) -> str:
    return f"{_plural(findings, 'gives', 'give')} {amounts(findings, case)}"


def _plural(findings: Sequence[Finding], one: str, several: str) -> str:
    return one if len(findings) == 1 else several


def _close(findings: Sequence[Finding], case: Case) -> str:
    """ "at 53,549.16 points, 209.67 points above", without the level where no provider names it."""
    side = "above" if case.assertion.comparator is Comparator.RECORD_HIGH else "below"
    levels = [level for one in findings if (level := figure_in(seen(one).detail, "extreme_close")) is not None]
    at = f"at {figures(levels, case.unit)}, " if levels else ""
    return f"{at}{amounts(findings, case)} {side}"


def denies(findings: Sequence[Finding], case: Case) -> str:
    values = [seen(one).value for one in findings]
    if is_level(case):
        falling = case.assertion.comparator in FALLING
        if _is_stay(case):
            extreme = max(values) if falling else min(values)
            return f"traded as {'high' if falling else 'low'} as {figure(extreme, case.unit)}"
        extreme = min(values) if falling else max(values)
        return f"saw no price {'below' if falling else 'above'} {figure(extreme, case.unit)}"
    if is_record(case):
        short = figures([abs(value) for value in values], case.unit)
        return f"{_plural(findings, 'has', 'have')} the close {short} short of the record"
    return gives(findings, case)


def _is_stay(case: Case) -> bool:
    """The claim is that the price never left a level, not that it reached it."""
    stay = "high" if case.assertion.comparator in FALLING else "low"
    return case.assertion.question.qualifier("extreme") == stay and case.assertion.comparator not in BREAKS


def _edge(case: Case) -> Decimal:
    region = case.region
    edge = None if region is None else region.high if case.assertion.comparator in FALLING else region.low
    return Decimal(0) if edge is None else edge


def crossing(case: Case) -> str:
    """ "; first at 02:41 UTC" from the earliest of the supporting venues."""
    if case.assertion.comparator not in BREAKS:
        return ""
    found = [first_crossing(case.assertion.comparator, _edge(case), seen(one).detail) for one in case.supporting]
    first = min((at for at in found if at is not None), default=None)
    return "" if first is None else f"; first at {clock(first, case.assertion.window.end)}"


def amounts(findings: Sequence[Finding], case: Case) -> str:
    by_kind: dict[Kind, list[Decimal]] = {}
    for one in findings:
        by_kind.setdefault(seen(one).kind, []).append(seen(one).value)
    said = {
        Kind.EXACT: lambda values: figures(values, case.unit),
        Kind.FLOOR: lambda values: f"at least {figure(min(values), case.unit)}",  # what each of them says
        Kind.CEILING: lambda values: f"at most {figure(max(values), case.unit)}",
    }
    return " and ".join(said[kind](by_kind[kind]) for kind in Kind if kind in by_kind)


def is_level(case: Case) -> bool:
    """A level of the extreme price: reached, broken or kept."""
    return case.region is not None and (case.assertion.metric == "price_break" or case.assertion.comparator in BREAKS)


def is_record(case: Case) -> bool:
    return case.assertion.comparator in {Comparator.RECORD_HIGH, Comparator.RECORD_LOW}


def seen(finding: Finding) -> Observation:
    if finding.answer.observation is None:
        raise ValueError("a finding without an observation")
    return finding.answer.observation
