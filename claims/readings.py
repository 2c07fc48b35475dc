"""What one figure says about a claim, in a clause a reader understands. English only."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from claims.breaks import BREAKS, FALLING, Break, break_of
from claims.figures import clock, figure, figures, gap
from claims.matching import RECORDS, distance
from claims.types import Assertion, Case, Comparator, Finding, Region, Stance
from sources.types import Kind, Observation

NO_TIME = "the provider does not say when"
NO_FIGURE = "a figure cannot confirm or deny what this claim states"


def reading(finding: Finding, case: Case) -> str:
    """What one finding says, in clauses parted by "; "; of an abstention nothing is found."""
    observation = finding.answer.observation
    if observation is None or finding.region is None:
        return NO_FIGURE
    if finding.label == "stale" and observation.observed_at is not None:
        return (drifted if finding.drifted else stale)(observation.observed_at, case.assertion.window.end)
    clauses = [_said(observation, finding.region, finding.stance, case)]
    clauses.append(_broken(case.assertion, observation, finding.region, case.unit) if _supports(finding) else "")
    clauses.append(NO_TIME if observation.observed_at is None else "")
    return "; ".join(filter(None, clauses))


def _supports(finding: Finding) -> bool:
    return finding.stance is Stance.SUPPORTS


def _said(observation: Observation, region: Region, stance: Stance, case: Case) -> str:
    if case.assertion.comparator in RECORDS:
        side = "above" if case.assertion.comparator is Comparator.RECORD_HIGH else "below"
        return record(observation, stance, side, case.unit)
    if stance is Stance.SUPPORTS:
        return inside(observation, region, case.unit)
    if stance is Stance.CONTRADICTS:
        return apart(observation, region, case.unit)
    says = within_guard if distance(observation, region) else open_question
    return says(observation, region, case.unit)


def _broken(assertion: Assertion, observation: Observation, region: Region, unit: str) -> str:
    edge = region.high if assertion.comparator in FALLING else region.low
    if assertion.comparator not in BREAKS or edge is None or assertion.value is None:
        return ""
    found = break_of(assertion.comparator, assertion.value, edge, observation.detail)
    return broken(found, figure(edge, unit), assertion.comparator in FALLING, assertion.window.end)


def amount(observation: Observation, unit: str) -> str:
    """The figure with what its kind makes of it: "$61M", "at least $61M", "at most $61B"."""
    words = {Kind.EXACT: "", Kind.FLOOR: "at least ", Kind.CEILING: "at most "}
    return words[observation.kind] + figure(observation.value, unit)


def bounds(region: Region, unit: str) -> str:
    """The region in words: "$377.1M to $460.9M", "$95,952 or more", "below $100B"."""
    if region.low is None:
        return f"{figure(region.high or Decimal(0), unit)} or less"
    if region.high is None:
        return f"{figure(region.low, unit)} or more"
    if region.below_high:
        return f"{figure(region.low, unit)} to below {figure(region.high, unit)}"
    return figures([region.low, region.high], unit)


def inside(observation: Observation, region: Region, unit: str) -> str:
    """ "$96,240 is above $95,952", "$419.2M lies within $377.1M to $460.9M"."""
    if region.low is None or region.high is None:
        side, edge = ("below", region.high) if region.low is None else ("above", region.low)
        return f"{amount(observation, unit)} is at or {side} {figure(edge or Decimal(0), unit)}"
    return f"{amount(observation, unit)} lies within {bounds(region, unit)}"


def apart(observation: Observation, region: Region, unit: str) -> str:
    """ "$95,100 is $852 short of $95,952"."""
    return f"{amount(observation, unit)} is {_offset(observation, region, unit)}"


def within_guard(observation: Observation, region: Region, unit: str) -> str:
    text = f"{amount(observation, unit)} is only {_offset(observation, region, unit)}"
    return f"{text}, too close to call: within the guard band of {gap(region.guard, unit)}"


def _offset(observation: Observation, region: Region, unit: str) -> str:
    """Measured from the figure itself; the rule measures from the end of its interval."""
    value, low, high = observation.value, region.low, region.high
    if low is not None and value < low:
        return f"{gap(low - value, unit)} short of {figure(low, unit)}"
    return f"{gap(value - (high or Decimal(0)), unit)} above {figure(high or Decimal(0), unit)}"


def open_question(observation: Observation, region: Region, unit: str) -> str:
    """Why an overlapping interval decides nothing."""
    said, wanted = amount(observation, unit), bounds(region, unit)
    if observation.kind is Kind.FLOOR and region.high is None:
        return f"{said} does not reach {wanted}, and a floor cannot rule it out"
    if observation.kind is Kind.CEILING and region.low is None:
        return f"{said} does not reach {wanted}, and a ceiling cannot rule it out"
    if observation.kind is Kind.FLOOR:
        return f"{said}: a floor cannot confirm an exact figure"
    if observation.kind is Kind.CEILING:
        return f"{said}: a ceiling only bounds the figure"
    low, high = observation.low, observation.high
    if low is not None and high is not None and observation.value - low != high - observation.value:
        return f"somewhere from {figures([low, high], unit)}, and only a part of that is {wanted}"
    return f"{said} lies on the edge of {wanted}: the provider's own rounding reaches beyond it"


def record(observation: Observation, stance: Stance, side: str, unit: str) -> str:
    """ "209.67 points above every earlier close", "120.5 points short of the record"; side: "above" or "below"."""
    said, is_bound = amount(observation, unit), observation.kind is Kind.CEILING
    if stance is Stance.SUPPORTS:
        return f"{said} {side} every earlier close"
    if stance is Stance.CONTRADICTS:
        return f"{'at least ' if is_bound else ''}{figure(abs(observation.value), unit)} short of the record"
    if is_bound:
        return f"{said} {side} the earlier closes it knows, and its history is too short to call that a record"
    return "level with the record, as far as the provider's own rounding goes"


def broken(found: Break, edge: str, falling: bool, window_end: datetime) -> str:
    """ "first at or above $95,952 at 02:41 UTC, closed beyond it and held to the end"; "" when nothing is known."""
    parts = []
    if found.first_at is not None:
        side = "below" if falling else "above"
        parts.append(f"first at or {side} {edge} at {clock(found.first_at, window_end)}")
    parts += _closes(found)
    if found.already:
        parts.append(f"already {'below' if falling else 'above'} the level when the window began")
    return ", ".join(parts)


def _closes(found: Break) -> list[str]:
    if found.held:
        return ["held to the end"]
    if found.closed_beyond:
        return ["closed beyond it but did not hold"]
    return ["only touched, never closed beyond"] if found.closed_beyond is False else []


def stale(observed_at: datetime, window_end: datetime) -> str:
    return f"observed at {clock(observed_at, window_end)}, too far from {clock(window_end, window_end)} to count"


def drifted(observed_at: datetime, window_end: datetime) -> str:
    return f"{stale(observed_at, window_end)}: the market moved too much in between"
