"""Values that may not vote: nobody's, the publisher's own, a zero where others are large, a slip of the unit.

A value is labelled and stays visible; it is never repaired into a vote. Stale values are labelled by matching.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from claims.policy import ARITHMETIC, Policy
from claims.types import Finding, Stance
from sources.types import Kind, Observation

# Signed quantities: zero is an ordinary figure there.
SIGNED = frozenset({"price_change", "index_record", "funding_rate"})
# Differences between two levels: a tenth of one, or its opposite, is an ordinary figure and no slip.
DIFFERENCES = frozenset({"index_record"})

ALIKE = 5  # well below the smallest slip, ten times

VoiceOf = Callable[[Finding], str]


def labelled(finding: Finding, label: str) -> Finding:
    return replace(finding, counts=False, label=label) if finding.counts else finding


def by_standing(
    findings: Sequence[Finding], publishers: Collection[str], classified: Collection[str]
) -> tuple[Finding, ...]:
    """Labels the publisher's own voice and the sources nobody has classified; both arguments are slugs.

    What the publisher's house has against the claim counts like anybody's: naming it must not silence a witness.
    """

    def label(finding: Finding) -> Finding:
        slug = finding.answer.source
        if slug in publishers and finding.stance is not Stance.CONTRADICTS:
            return labelled(finding, "publisher")
        return finding if slug in classified else labelled(finding, "unclassified")

    return tuple(label(finding) for finding in findings)


def by_value(
    findings: Sequence[Finding], metric: str, voice_of: VoiceOf, authorities: Collection[str], policy: Policy
) -> tuple[Finding, ...]:
    """Labels missing zeros, then unit slips among the rest. An authority's own word is never labelled."""
    kept = list(findings)
    if is_plain(findings):
        return tuple(findings)
    if metric not in SIGNED:
        kept = [labelled(one, "zero") if _is_missing(one, kept, voice_of, policy) else one for one in kept]
    if metric not in DIFFERENCES:
        tolerance = policy.metrics[metric].tolerance
        suspects = [one for one in kept if one.answer.source not in authorities]
        slips = {id(one) for one in suspects if _is_slip(one, kept, voice_of, tolerance, policy)}
        kept = [labelled(one, "unit_slip") if id(one) in slips else one for one in kept]
    return tuple(kept)


def is_plain(findings: Sequence[Finding]) -> bool:
    """No value stands out, nor would one if any of the findings were missing."""
    return _are_alike([_said(one).value for one in findings if _is_exact(one)])


def _are_alike(values: Sequence[Decimal]) -> bool:
    """All of one sign and of one size: nothing to look for, which is the case nearly always."""
    return not values or (min(values) > 0 and max(values) < ALIKE * min(values))


def _are_near(one: Decimal, other: Decimal) -> bool:
    """As `_are_alike`, for two."""
    return one > 0 and other > 0 and one < ALIKE * other and other < ALIKE * one


def _is_missing(finding: Finding, findings: Sequence[Finding], voice_of: VoiceOf, policy: Policy) -> bool:
    """A zero of one voice alone, while another voice's figure is far above its own resolution."""
    if not _is_exact(finding) or _said(finding).value:
        return False
    others = [one for one in findings if one.counts and voice_of(one) != voice_of(finding)]
    alone = not any(_is_exact(one) and not _said(one).value for one in others)
    return alone and any(_is_large(_said(one), policy.large_factor) for one in others)


def _is_large(observation: Observation, factor: int) -> bool:
    low, value = observation.low, observation.value
    return low is not None and low > 0 and value >= factor * (value - low)


def _is_slip(
    finding: Finding, findings: Sequence[Finding], voice_of: VoiceOf, tolerance: Decimal, policy: Policy
) -> bool:
    """One power of ten, or a sign, away from enough voices that agree, while no other voice shares the figure."""
    if not _is_exact(finding):
        return False
    value, mine = _said(finding).value, voice_of(finding)
    others = [(_said(one).value, voice_of(one)) for one in findings if one is not finding and _is_exact(one)]
    agreeing: dict[str, set[str]] = {}
    for other, voice in others:
        if not _are_near(value, other):
            agreeing.setdefault(factor_between(value, other, tolerance), set()).add(voice)
    agreeing.pop("", None)
    if not any(len(voices) >= policy.slip_voices for voices in agreeing.values()):
        return False
    return not any(voice != mine and factor_between(value, other, tolerance) == "1" for other, voice in others)


@lru_cache(maxsize=4096)  # every voice is left out once, and all pairs of the others are looked at again
def factor_between(one: Decimal, other: Decimal, tolerance: Decimal) -> str:
    """ "1000" when one is a thousand times the other within the tolerance, "0.01", "-1", "1"; "" for anything else."""
    if not one or not other:
        return ""
    ratio = ARITHMETIC.divide(one, other)
    if abs(ratio + 1) <= tolerance:
        return "-1"
    if ratio < 0:
        return ""
    for power in (ratio.adjusted(), ratio.adjusted() + 1):
        factor = Decimal((0, (1,), power))
        if abs(ratio / factor - 1) <= tolerance:
            return f"{factor:f}"
    return ""


def _is_exact(finding: Finding) -> bool:
    observation = finding.answer.observation
    return finding.counts and observation is not None and observation.kind is Kind.EXACT


def _said(finding: Finding) -> Observation:
    observation = finding.answer.observation
    if observation is None:
        raise ValueError("a finding without an observation")
    return observation
