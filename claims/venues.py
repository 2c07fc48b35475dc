"""Totals over different venues are bounds for each other, never contradictions.

An aggregate names its venues in `detail["venues"]`, a list of names. A claim does not say which venues it means, so a
total that disagrees with it is read as a bound of what a supporting total covers: over fewer venues it is a floor, over
more a ceiling, and where each has venues the other lacks it bounds nothing. Whoever still disagrees as a bound, covers
the same venues as every supporter that names them, or names none, keeps contradicting. Where those who disagree, in
whatever way, are as many as the supporters, the claim is not verified all the same: claims.verdict.Count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from claims.matching import stance_of
from claims.types import Finding, Stance
from sources.types import Observation, ceiling, floor

ADDITIVE = frozenset({"liquidations", "traders_liquidated", "open_interest", "volume"})
CONTRADICTS, SUPPORTS = Stance.CONTRADICTS, Stance.SUPPORTS

OTHER_VENUES = "other_venues"

Venues = frozenset[str]
Excused = tuple[tuple[Finding, ...], frozenset[str]]


def excused(findings: tuple[Finding, ...], names: Sequence[str], metric: str) -> Excused:
    """Labels the totals that only cover other venues; names: the voice of each finding.

    Returns the findings, and the voices without whose support one of them would contradict.
    """
    if metric not in ADDITIVE or not any(one.stance is CONTRADICTS and one.counts for one in findings):
        return findings, frozenset()
    supporters: dict[Venues, set[str]] = {}
    for one, name in zip(findings, names, strict=True):
        if one.counts and one.stance is SUPPORTS and (covered := venues_of(one)):
            supporters.setdefault(covered, set()).add(name)
    if not supporters:
        return findings, frozenset()
    kept, needed = list(findings), set[str]()
    for place, (one, name) in enumerate(zip(findings, names, strict=True)):
        others = {other for covered, found in supporters.items() if _excuses(covered, one) for other in found} - {name}
        if others:
            kept[place] = replace(one, counts=False, label=OTHER_VENUES)
            needed |= others if len(others) == 1 else set()
    return tuple(kept), frozenset(needed)


def venues_of(finding: Finding) -> Venues:
    """The venues an observation says it covers, without case; empty when it does not say."""
    observation = finding.answer.observation
    named = None if observation is None else observation.detail.get("venues")
    if not isinstance(named, (list, tuple)):
        return frozenset()
    return _folded(tuple(name for name in named if isinstance(name, str)))


@lru_cache(maxsize=1024)
def _folded(names: tuple[str, ...]) -> Venues:
    return frozenset(" ".join(name.split()).casefold() for name in names) - {""}


def _excuses(covered: Venues, finding: Finding) -> bool:
    """Whether a supporter that covers these venues and this total need not contradict each other."""
    observation, mine = finding.answer.observation, venues_of(finding)
    if finding.stance is not CONTRADICTS or not finding.counts or observation is None or finding.region is None:
        return False
    if not mine or mine == covered:
        return False
    bound = _bound(observation, mine, covered)
    return bound is None or stance_of(bound, finding.region) is not CONTRADICTS


def _bound(observation: Observation, mine: Venues, covered: Venues) -> Observation | None:
    """What a total over my venues says about the total over those covered; None for nothing."""
    if mine < covered:
        return None if observation.low is None else floor(observation.low)
    if mine > covered:
        return None if observation.high is None else ceiling(observation.high)
    return None
