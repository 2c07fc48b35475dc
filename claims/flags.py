"""The caveats that travel with a status. They flag; they decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from claims.breaks import BREAKS, FALLING, opened_beyond
from claims.looseness import is_loose
from claims.types import Case, Comparator, Finding, Status
from claims.voting import Bench, Tally

QUOTE = "quote"
LENGTH = 80  # of the column the flags are stored in


def flags_of(bench: Bench, count: Tally, case: Case, rests_on: Sequence[str], inconsistent: bool) -> tuple[str, ...]:
    """In a fixed order. `stale` only where the votes that were too old might have mattered."""
    flags = []
    if case.lower_bound:
        flags.append("lower_bound")
    if inconsistent:
        flags.append("inconsistent")
    if is_loose(case.assertion, case.region, case.supporting, bench.policy.loose_factor, case.unit):
        flags.append("loose")
    if case.interested:
        flags.append("interested_party")
    if case.assertion.metric == QUOTE and case.supporting:
        flags += ["content_apart"] if any(map(_is_verbatim, case.supporting)) else ["content_apart", "paraphrase"]
    if _is_already_beyond(case):
        flags.append(already_flag(case.assertion.comparator))
    if case.status is not Status.VERIFIED and any(one.label == "stale" for one in case.discounted):
        flags.append("stale")
    flags += [f"rests_on:{name}"[:LENGTH] for name in rests_on]
    return tuple(flags)


def _is_verbatim(finding: Finding) -> bool:
    return finding.answer.passage is not None and finding.answer.passage.verbatim is True


def _is_already_beyond(case: Case) -> bool:
    """At least half of the supporting voices that know the opening price opened beyond the level."""
    assertion = case.assertion
    if assertion.comparator not in BREAKS or assertion.value is None:
        return False
    known = []
    for one in case.supporting:
        detail = one.answer.observation.detail if one.answer.observation is not None else {}
        already = opened_beyond(assertion.comparator, assertion.value, detail)
        known += [] if already is None else [already]
    return bool(known) and 2 * sum(known) >= len(known)


def already_flag(comparator: Comparator) -> str:
    return "already_below" if comparator in FALLING else "already_above"
