"""What a tally found, gathered into the Case that a sentence is made from: one finding for each voice. No words yet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.anomalies import factor_between
from claims.breaks import BREAKS, FALLING, opened_beyond
from claims.matching import region_of
from claims.types import Case, Comparator, Finding, Gap, Outcome, Region, Stance, Status
from claims.voting import SPLIT, Bench, Tally
from sources.independence import Voice
from sources.types import Kind

EXTREMES = frozenset({"price_break"})  # a floor of an extreme is the extreme so far, not a total that is short


def case_of(bench: Bench, count: Tally, outcome: Outcome, status: Status, gap: Gap | None) -> Case:
    supporting = leads(bench, count, count.supporting, Stance.SUPPORTS)
    contradicting = leads(bench, count, count.contradicting, Stance.CONTRADICTS)
    names = {voice.name for voice in count.supporting}
    shown = {one.answer.key for one in supporting}
    counted = [one for one in count.findings if one.counts]
    metric = bench.policy.metrics[bench.assertion.metric]
    slip, is_exact = _slip(supporting, contradicting, metric.tolerance)
    return Case(
        assertion=bench.assertion,
        unit=metric.unit,
        outcome=outcome,
        status=status,
        region=_region(bench),
        supporting=supporting,
        contradicting=contradicting,
        undecided=_by_title([one for one in counted if one.stance is Stance.INCONCLUSIVE]),
        discounted=_by_title([one for one in count.findings if not one.counts]),
        echoes=tuple(one for one in counted if bench.voice_of(one) in names and one.answer.key not in shown),
        abstentions=bench.abstentions,
        split=tuple(name for name, stance in count.stances.items() if stance == SPLIT),
        authority=next((one.answer.title for one in supporting if one.answer.source == count.authority), ""),
        denier=next((one.answer.title for one in contradicting if one.answer.source == count.denier), ""),
        slip=slip,
        slip_is_exact=is_exact,
        lower_bound=is_lower_bound(bench, count),
        interested=any(voice.interested for voice in count.supporting),
        gap=gap,
    )


def leads(bench: Bench, count: Tally, side: Sequence[Voice], stance: Stance) -> tuple[Finding, ...]:
    """One finding for each voice, by title: the authority's own, else that of the member the voice is named after."""
    found = []
    for voice in side:
        mine = [one for one in count.findings if one.answer.source in voice.members and _speaks(one, stance)]
        found.append(min(mine, key=lambda one, voice=voice: _rank(one, voice)))  # type: ignore[misc]
    return _by_title(found)


def _speaks(finding: Finding, stance: Stance) -> bool:
    return finding.counts and finding.stance is stance


def _rank(finding: Finding, voice: Voice) -> tuple[bool, bool, str, str]:
    answer = finding.answer
    return answer.source not in voice.authority, answer.title != voice.name, answer.source, answer.key


def _by_title(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.answer.title, one.answer.source, one.answer.key)))


def _region(bench: Bench) -> Region | None:
    if bench.assertion.comparator is Comparator.STATES:
        return None
    return region_of(bench.assertion, bench.policy)


def _slip(supporting: Sequence[Finding], contradicting: Sequence[Finding], tolerance: Decimal) -> tuple[str, bool]:
    """The power of ten (or the sign) between the only two voices, and whether it is exact; "" when there is none."""
    pair = [one.answer.observation for one in (*supporting, *contradicting)]
    if len(supporting) != 1 or len(contradicting) != 1 or None in pair:
        return "", False
    values = sorted((seen.value for seen in pair if seen is not None and seen.kind is Kind.EXACT), key=abs)
    factor = factor_between(values[1], values[0], tolerance) if len(values) == 2 else ""
    if factor in {"", "1"}:
        return "", False
    return factor, values[1] == values[0] * Decimal(factor)


def is_lower_bound(bench: Bench, count: Tally) -> bool:
    """A supporting voice reads a feed known to be short, or says only how much there is at least."""
    floors = [one for one in count.findings if _speaks(one, Stance.SUPPORTS) and _is_floor(one)]
    is_short = bool(floors) and bench.assertion.metric not in EXTREMES
    return is_short or any(voice.defects for voice in count.supporting)


def _is_floor(finding: Finding) -> bool:
    return finding.answer.observation is not None and finding.answer.observation.kind is Kind.FLOOR


def is_already_beyond(bench: Bench, supporting: Sequence[Finding]) -> bool:
    """At least half of the supporting voices that know the opening price opened beyond the level."""
    assertion = bench.assertion
    if assertion.comparator not in BREAKS or assertion.value is None:
        return False
    known = []
    for one in supporting:
        detail = one.answer.observation.detail if one.answer.observation is not None else {}
        already = opened_beyond(assertion.comparator, assertion.value, detail)
        known += [] if already is None else [already]
    return bool(known) and 2 * sum(known) >= len(known)


def already_flag(comparator: Comparator) -> str:
    return "already_below" if comparator in FALLING else "already_above"
