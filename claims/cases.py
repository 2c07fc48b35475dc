"""What a tally found, gathered into the Case that a sentence is made from: one finding for each voice. No words yet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.anomalies import factor_between
from claims.types import Case, Finding, Gap, Outcome, Stance, Status
from claims.voting import SPLIT, Bench, Counted, Said, Tally
from sources.independence import Voice
from sources.types import Kind, Rung

SUPPORTS, CONTRADICTS, INCONCLUSIVE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.INCONCLUSIVE
FLOOR = Kind.FLOOR
RUNGS = tuple(Rung)
EXTREMES = frozenset({"price_break"})  # a floor of an extreme is the extreme so far, not a total that is short


def case_of(bench: Bench, count: Tally, outcome: Outcome, status: Status, gap: Gap | None) -> Case:
    said = count.said
    supporting = _leads(bench, said.supporting, count, SUPPORTS)
    contradicting = _leads(bench, said.contradicting, count, CONTRADICTS)
    slip, is_exact = _slip(supporting, contradicting, bench.metric.tolerance)
    return Case(
        assertion=bench.lens.assertion,
        unit=bench.lens.metric.unit,
        outcome=outcome,
        status=status,
        region=bench.lens.region,
        supporting=supporting,
        contradicting=contradicting,
        undecided=_by_title([one for one, _ in said.undecided]),
        discounted=_by_title(said.discounted),
        echoes=_echoes(said, count, supporting),
        abstentions=bench.abstentions,
        split=tuple([name for name, stance in count.stances.items() if stance is SPLIT]),
        authority=_title(supporting, count.authority),
        denier=_title(contradicting, count.denier),
        slip=slip,
        slip_is_exact=is_exact,
        lower_bound=_is_lower_bound(bench, said.supporting, count),
        interested=any([voice.interested for voice in count.supporting]),
        only_interested=all([voice.interested for voice in count.supporting]),
        gap=gap,
    )


def _leads(bench: Bench, said: Sequence[Counted], count: Tally, stance: Stance) -> tuple[Finding, ...]:
    """One finding for each voice, by title: the authority's own, the highest rung's, or its namesake's."""
    found: dict[str, Finding] = {}
    for one, name in said:
        best = found.get(name)
        if best is None or _rank(one, bench.houses.voices[name]) < _rank(best, bench.houses.voices[name]):
            found[name] = one
    return _by_title([one for name, one in found.items() if count.stances[name] is stance])


def _rank(finding: Finding, voice: Voice) -> tuple[bool, int, bool, str, str]:
    answer = finding.answer
    rung = RUNGS.index(answer.passage.rung) if answer.passage is not None else 0
    return answer.source not in voice.authority, rung, answer.title != voice.name, answer.source, answer.key


def _by_title(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=_title_first) if len(findings) > 1 else findings)


def _title_first(finding: Finding) -> tuple[str, str, str]:
    answer = finding.answer
    return answer.title, answer.source, answer.key


def _title(side: Sequence[Finding], slug: str) -> str:
    return next((one.answer.title for one in side if one.answer.source == slug), "") if slug else ""


def _echoes(said: Said, count: Tally, shown: Sequence[Finding]) -> tuple[Finding, ...]:
    """What supporting voices said beside their lead."""
    if len(shown) == len(said.supporting) and not said.undecided:
        return ()
    keys = {one.answer.key for one in shown}
    mine = [(one, name) for one, name in (*said.supporting, *said.undecided) if count.stances[name] is SUPPORTS]
    return tuple(sorted((one for one, _ in mine if one.answer.key not in keys), key=_place_of))


def _place_of(finding: Finding) -> tuple[str, str]:
    return finding.answer.source, finding.answer.key


def _slip(supporting: Sequence[Finding], contradicting: Sequence[Finding], tolerance: Decimal) -> tuple[str, bool]:
    """The power of ten (or the sign) between the only two voices, and whether it is exact; "" when there is none."""
    if len(supporting) != 1 or len(contradicting) != 1:
        return "", False
    pair = [one.answer.observation for one in (*supporting, *contradicting)]
    values = sorted((seen.value for seen in pair if seen is not None and seen.kind is Kind.EXACT), key=abs)
    factor = factor_between(values[1], values[0], tolerance) if len(values) == 2 else ""
    if factor in {"", "1"}:
        return "", False
    return factor, values[1] == values[0] * Decimal(factor)


def _is_lower_bound(bench: Bench, supporting: Sequence[Counted], count: Tally) -> bool:
    """A supporting voice reads a feed known to be short, or says only how much there is at least."""
    if any([voice.defects for voice in count.supporting]):
        return True
    return bench.metric.name not in EXTREMES and any([_is_floor(one) for one, _ in supporting])


def _is_floor(finding: Finding) -> bool:
    return finding.answer.observation is not None and finding.answer.observation.kind is FLOOR
