"""The one sentence that says why a claim carries its mark, and the words to print with it. English only.

A sentence is made from a Case: what the rules found, one finding for each voice. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims import silences
from claims.breaks import BREAKS, FALLING, break_of, figure_in
from claims.figures import calendar, clock, figure, figures, names
from claims.readings import bounds
from claims.types import Answer, Assertion, Comparator, Finding, Gap, Outcome, Region, Status
from sources.types import Kind, Observation

VENUE_METRICS = frozenset({"price", "price_break", "price_change"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What there is to tell. Findings: one for each voice on that side, by title; `echoes` repeat a supporting voice.

    region is None where the claim has none. undecided: counted but inconclusive. discounted: may not vote. split: names
    of voices whose members disagree. authority: title of the supporting authority. slip: "1000" when two sides differ
    by a power of ten, exactly or not. lower_bound, interested: caveats of the supporting voices.
    """

    assertion: Assertion
    unit: str
    outcome: Outcome
    status: Status
    region: Region | None = None
    supporting: Sequence[Finding] = ()
    contradicting: Sequence[Finding] = ()
    undecided: Sequence[Finding] = ()
    discounted: Sequence[Finding] = ()
    echoes: Sequence[Finding] = ()
    abstentions: Sequence[Answer] = ()
    split: Sequence[str] = ()
    authority: str = ""
    slip: str = ""
    slip_is_exact: bool = False
    lower_bound: bool = False
    interested: bool = False
    gap: Gap | None = None


def reason(case: Case) -> str:
    """One sentence with a full stop."""
    text = SENTENCES[case.outcome](case)
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _supported(case: Case) -> str:
    return _verified(case) if case.status is Status.VERIFIED else _single(case)


def _verified(case: Case) -> str:
    if case.authority:
        lead = [one for one in case.supporting if one.answer.title == case.authority]
        text = f"{case.authority}, which sets this figure, {_says(lead, case)}"
    else:
        text = f"{_who(case.supporting, case)} {_says(case.supporting, case)}"
    text += _crossing(case)
    if case.contradicting:
        text += f"; {_who(case.contradicting, case)} {_denies(case.contradicting, case)}"
    odd = silences.discounted([one for one in case.discounted if one.label in silences.ODD])
    return f"{text}; {odd}" if odd else text


def _single(case: Case) -> str:
    who, alone = _who(case.supporting, case), len(case.supporting) == 1
    asides = [_echo(case), silences.discounted(case.discounted), silences.told(case.abstentions)]
    if not alone:
        text = f"only parties with an interest in it confirm this: {who} {_says(case.supporting, case)}"
    elif _is_level(case) or _is_record(case):
        text = f"only {who} {_says(case.supporting, case)}{_crossing(case)}"
    else:
        speaking = ", speaking about itself," if case.interested else ""
        text = f"only {who}{speaking} gives this figure ({_amounts(case.supporting, case)})"
    return "; ".join(filter(None, [text, *asides]))


def _echo(case: Case) -> str:
    titles = sorted({one.answer.title for one in case.echoes})
    if not titles:
        return ""
    return f"{names(titles)} {'counts' if len(titles) == 1 else 'count'} as the same voice"


def _conflicting(case: Case) -> str:
    text = f"{_who(case.supporting, case)} {_says(case.supporting, case)}, but "
    text += f"{_who(case.contradicting, case)} {_denies(case.contradicting, case)}"
    if case.slip:
        degree = "exactly" if case.slip_is_exact else "about"
        by, other = ("in sign only", "sign") if case.slip == "-1" else (f"by {degree} {case.slip}", "unit")
        text += f", differing {by}: one of them probably uses another {other}"
    return text


def _refuted(case: Case) -> str:
    return f"{_who(case.contradicting, case)} {_denies(case.contradicting, case)}{_needed(case)}"


def _doubted(case: Case) -> str:
    denial = f"{_denies(case.contradicting, case)}{_needed(case)}"
    return f"only {_who(case.contradicting, case)} could decide this and {denial}"


def _needed(case: Case) -> str:
    if _is_record(case) or case.region is None:
        return ""
    return f", while the claim needs {bounds(case.region, case.unit)}"


def _insufficient(case: Case) -> str:
    if case.split:
        verb = "disagrees" if len(case.split) == 1 else "disagree"
        return f"what is published under {names(sorted(case.split))} {verb} with itself, so it counts for nobody"
    if case.undecided:
        return _undecided(case)
    if case.discounted:
        return f"nothing that was found may count: {silences.discounted(case.discounted)}"
    return silences.nobody(case.abstentions)


def _undecided(case: Case) -> str:
    kinds = {_seen(one).kind for one in case.undecided}
    lowest = min((_seen(one).value for one in case.undecided), default=Decimal(0))
    if kinds == {Kind.CEILING} and case.assertion.metric == "position_concentration":
        bound = figure(lowest, case.unit)
        return f"no source publishes a map of these positions; total open interest of {bound} is only a ceiling"
    if len(kinds) == 1 and Kind.EXACT not in kinds and case.region and None not in (case.region.low, case.region.high):
        lesson = "a floor cannot confirm an exact figure" if Kind.FLOOR in kinds else "a ceiling only bounds it"
        who = f"{_who(case.undecided, case)} {_gives(case.undecided, case)}"
        return f"no source gives this figure itself; {who}: {lesson}"
    first, others = case.undecided[0], len(case.undecided) - 1
    more = f", and {others} more {'source is' if others == 1 else 'sources are'} no clearer" if others else ""
    return f"nothing found decides this: from {first.answer.title}, {first.reason.split(';')[0]}{more}"


def _no_authority(case: Case) -> str:
    note = case.gap.note.strip() if case.gap else ""
    return f"nobody publishes an authoritative figure for this{f': {note}' if note else ''}"


def _too_early(case: Case) -> str:
    return f"the period does not end before {calendar(case.assertion.window.end)}, so nothing is decided yet"


def _incomplete(case: Case) -> str:
    return silences.unanswered(case.abstentions)


SENTENCES: Mapping[Outcome, Callable[[Case], str]] = {
    Outcome.SUPPORTED: _supported,
    Outcome.CONFLICTING: _conflicting,
    Outcome.REFUTED: _refuted,
    Outcome.DOUBTED: _doubted,
    Outcome.INSUFFICIENT: _insufficient,
    Outcome.NO_AUTHORITY: _no_authority,
    Outcome.TOO_EARLY: _too_early,
    Outcome.INCOMPLETE: _incomplete,
}


def wording(case: Case) -> str:
    """What to print with the claim, ready to paste after it; "" while nothing can be said."""
    if case.outcome is Outcome.SUPPORTED:
        caveat = ", whose totals are a lower bound" if case.lower_bound else ""
        speaking = ", speaking about itself" if case.interested and len(case.supporting) == 1 else ""
        return f"according to {case.authority or _who(case.supporting, case, 'other')}{speaking}{caveat}"
    if case.outcome is Outcome.CONFLICTING:
        yes, no = _who(case.supporting, case, "other"), _who(case.contradicting, case, "other")
        return f"according to {yes}, although {no} {_denies(case.contradicting, case)}"
    if case.outcome in {Outcome.REFUTED, Outcome.DOUBTED}:
        return f"although {_who(case.contradicting, case, 'other')} {_denies(case.contradicting, case)}"
    return PLAIN_WORDING.get(case.outcome, "")


PLAIN_WORDING: Mapping[Outcome, str] = {
    Outcome.INSUFFICIENT: "which no independent source has confirmed",
    Outcome.NO_AUTHORITY: "for which no authoritative figure is published",
}


def _who(findings: Sequence[Finding], case: Case, more: str = "more independent") -> str:
    noun = "venue" if case.assertion.metric in VENUE_METRICS else "source"
    titles = [one.answer.title for one in findings]
    return names(titles, f"{more} {noun}s")


def _says(findings: Sequence[Finding], case: Case) -> str:
    if _is_level(case):
        side = "below" if case.assertion.comparator in FALLING else "above"
        return f"{'stayed' if _is_stay(case) else 'traded'} at or {side} {figure(_edge(case), case.unit)}"
    if _is_record(case):
        return f"{_plural(findings, 'has', 'have')} the close {_close(findings, case)} every earlier one"
    return _gives(findings, case)


def _gives(findings: Sequence[Finding], case: Case) -> str:
    return f"{_plural(findings, 'gives', 'give')} {_amounts(findings, case)}"


def _plural(findings: Sequence[Finding], one: str, several: str) -> str:
    return one if len(findings) == 1 else several


def _close(findings: Sequence[Finding], case: Case) -> str:
    """ "at 53,549.16 points, 209.67 points above", without the level where no provider names it."""
    side = "above" if case.assertion.comparator is Comparator.RECORD_HIGH else "below"
    levels = [level for one in findings if (level := figure_in(_seen(one).detail, "extreme_close")) is not None]
    at = f"at {figures(levels, case.unit)}, " if levels else ""
    return f"{at}{_amounts(findings, case)} {side}"


def _denies(findings: Sequence[Finding], case: Case) -> str:
    values = [_seen(one).value for one in findings]
    if _is_level(case):
        falling = case.assertion.comparator in FALLING
        if _is_stay(case):
            extreme = max(values) if falling else min(values)
            return f"traded as {'high' if falling else 'low'} as {figure(extreme, case.unit)}"
        extreme = min(values) if falling else max(values)
        return f"saw no price {'below' if falling else 'above'} {figure(extreme, case.unit)}"
    if _is_record(case):
        short = figures([abs(value) for value in values], case.unit)
        return f"{_plural(findings, 'has', 'have')} the close {short} short of the record"
    return _gives(findings, case)


def _is_stay(case: Case) -> bool:
    """The claim is that the price never left a level, not that it reached it."""
    stay = "high" if case.assertion.comparator in FALLING else "low"
    return case.assertion.question.qualifier("extreme") == stay and case.assertion.comparator not in BREAKS


def _edge(case: Case) -> Decimal:
    region = case.region
    edge = None if region is None else region.high if case.assertion.comparator in FALLING else region.low
    return Decimal(0) if edge is None else edge


def _crossing(case: Case) -> str:
    """ "; first at 02:41 UTC" from the earliest of the supporting venues."""
    level, end = case.assertion.value, case.assertion.window.end
    if case.assertion.comparator not in BREAKS or level is None:
        return ""
    found = [break_of(case.assertion.comparator, level, _edge(case), _seen(one).detail) for one in case.supporting]
    first = min((one.first_at for one in found if one.first_at is not None), default=None)
    return "" if first is None else f"; first at {clock(first, end)}"


def _amounts(findings: Sequence[Finding], case: Case) -> str:
    by_kind: dict[Kind, list[Decimal]] = {}
    for one in findings:
        by_kind.setdefault(_seen(one).kind, []).append(_seen(one).value)
    said = {
        Kind.EXACT: lambda values: figures(values, case.unit),
        Kind.FLOOR: lambda values: f"at least {figure(max(values), case.unit)}",
        Kind.CEILING: lambda values: f"at most {figure(min(values), case.unit)}",
    }
    return " and ".join(said[kind](by_kind[kind]) for kind in Kind if kind in by_kind)


def _is_level(case: Case) -> bool:
    """A level of the extreme price: reached, broken or kept."""
    return case.region is not None and (case.assertion.metric == "price_break" or case.assertion.comparator in BREAKS)


def _is_record(case: Case) -> bool:
    return case.assertion.comparator in {Comparator.RECORD_HIGH, Comparator.RECORD_LOW}


def _seen(finding: Finding) -> Observation:
    if finding.answer.observation is None:
        raise ValueError("a finding without an observation")
    return finding.answer.observation
