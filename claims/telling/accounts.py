"""Who said what, in clauses: "Binance and OKX traded at or above $95,952". Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from claims.breaks import BREAKS, FALLING, figure_in, first_crossing
from claims.telling.readings import KINDS
from claims.telling.tongue import Tongue
from claims.types import Case, Comparator, Finding
from sources.types import Kind, Observation

VENUE_METRICS = frozenset({"price", "price_break", "price_change"})

Saying = Callable[[str, Sequence[Finding], Case, Tongue], str]


def who(findings: Sequence[Finding], case: Case, tongue: Tongue, rest: str = "independent") -> str:
    """rest: how those who are only counted are called, "independent" or "other"."""
    return tongue.names([one.answer.title for one in findings], f"{rest}_{noun(case)}")


def noun(case: Case) -> str:
    return "venues" if case.assertion.metric in VENUE_METRICS else "sources"


def account(
    findings: Sequence[Finding],
    case: Case,
    saying: Saying,
    tongue: Tongue,
    rest: str = "independent",
    authority: str = "",
) -> str:
    """Who said what: "A and B give $61B", and those who only give a bound apart: "and C gives at least $55B"."""
    one_clause = is_level(case) or is_record(case)
    kinds = [set(Kind)] if one_clause else [{kind} for kind in Kind]
    groups = [[one for one in findings if seen(one).kind in kind] for kind in kinds]
    subject = "authority" if authority else "subject"
    return tongue.say("and").join(
        saying(tongue.say(subject, who=who(group, case, tongue, rest)), group, case, tongue)
        for group in groups
        if group
    )


def kinds(findings: Sequence[Finding]) -> set[Kind]:
    return {seen(one).kind for one in findings}


def says(subject: str, findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    if is_level(case):
        key = f"{'stayed' if is_stay(case) else 'traded'}_{_side(case)}"
        return tongue.say(key, len(findings), who=subject, edge=tongue.figure(_edge(case), case.unit))
    if is_record(case):
        return _has_record(subject, findings, case, tongue)
    return gives(subject, findings, case, tongue)


def gives(subject: str, findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    return tongue.say("gives", len(findings), who=subject, amounts=amounts(findings, case, tongue))


def _has_record(subject: str, findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    """ "has the close at 53,549.16 points, 209.67 points above every earlier one"; the level where one names it."""
    side = "high" if case.assertion.comparator is Comparator.RECORD_HIGH else "low"
    levels = [level for one in findings if (level := figure_in(seen(one).detail, "extreme_close")) is not None]
    at = tongue.say("close_at", figure=tongue.figures(levels, case.unit)) if levels else ""
    excess = amounts(findings, case, tongue)
    return tongue.say(f"has_record_{side}", len(findings), who=subject, at=at, excess=excess)


def denies(subject: str, findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    values = [seen(one).value for one in findings]
    if is_level(case):
        falls = is_stay(case) != (case.assertion.comparator in FALLING)
        extreme = tongue.figure(min(values) if falls else max(values), case.unit)
        key = f"{'left' if is_stay(case) else 'missed'}_{_side(case)}"
        return tongue.say(key, len(findings), who=subject, extreme=extreme)
    if is_record(case):
        short = tongue.figures([abs(value) for value in values], case.unit)
        return tongue.say("lacks_record", len(findings), who=subject, short=short)
    return gives(subject, findings, case, tongue)


def _side(case: Case) -> str:
    return "below" if case.assertion.comparator in FALLING else "above"


def is_stay(case: Case) -> bool:
    """The claim is that the price never left a level, not that it reached it."""
    stay = "high" if case.assertion.comparator in FALLING else "low"
    return case.assertion.question.qualifier("extreme") == stay and case.assertion.comparator not in BREAKS


def _edge(case: Case) -> Decimal:
    region = case.region
    edge = None if region is None else region.high if case.assertion.comparator in FALLING else region.low
    return Decimal(0) if edge is None else edge


def crossing(case: Case, tongue: Tongue) -> str:
    """ "first at 02:41 UTC" from the earliest of the supporting venues; "" when nobody says."""
    if case.assertion.comparator not in BREAKS:
        return ""
    found = [first_crossing(case.assertion.comparator, _edge(case), seen(one).detail) for one in case.supporting]
    first = min((at for at in found if at is not None), default=None)
    return "" if first is None else tongue.say("first_at", at=tongue.clock(first, case.assertion.window.end))


def amounts(findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    """A range of figures, the least of floors and the most of ceilings: what each of them says."""
    by_kind: dict[Kind, list[Decimal]] = {}
    for one in findings:
        by_kind.setdefault(seen(one).kind, []).append(seen(one).value)
    said = {
        Kind.EXACT: lambda values: tongue.figures(values, case.unit),
        Kind.FLOOR: lambda values: tongue.figure(min(values), case.unit),
        Kind.CEILING: lambda values: tongue.figure(max(values), case.unit),
    }
    shown = [tongue.say(KINDS[kind], figure=said[kind](by_kind[kind])) for kind in Kind if kind in by_kind]
    return tongue.say("and_amounts").join(shown)


def is_level(case: Case) -> bool:
    """A level of the extreme price: reached, broken or kept."""
    return case.region is not None and (case.assertion.metric == "price_break" or case.assertion.comparator in BREAKS)


def is_record(case: Case) -> bool:
    return case.assertion.comparator in {Comparator.RECORD_HIGH, Comparator.RECORD_LOW}


def seen(finding: Finding) -> Observation:
    if finding.answer.observation is None:
        raise ValueError("a finding without an observation")
    return finding.answer.observation
