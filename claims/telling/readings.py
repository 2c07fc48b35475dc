"""What one figure says about a claim, in clauses a reader understands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from claims.breaks import BREAKS, FALLING, Break, break_of
from claims.matching import RECORDS, distance, held_at
from claims.telling.tongue import Tongue
from claims.types import Case, Comparator, Finding, Region, Stance
from sources.types import Kind, Observation

KINDS = {Kind.EXACT: "exactly", Kind.FLOOR: "at_least", Kind.CEILING: "at_most"}


def reading(finding: Finding, case: Case, tongue: Tongue) -> str:
    """What one finding says; of an abstention nothing is found."""
    return tongue.clauses(clauses(finding, case, tongue))


def clauses(finding: Finding, case: Case, tongue: Tongue) -> list[str]:
    """The first decides; the others say when and how."""
    observation, region = finding.answer.observation, finding.region
    if observation is None or region is None:
        return [tongue.say("no_figure")]
    held = held_at(observation)
    if finding.label == "stale" and held is not None:
        return [_stale(held, case.assertion.window.end, tongue, drifted=finding.drifted)]
    said = [_said(observation, region, finding.stance, case, tongue)]
    if finding.stance is Stance.SUPPORTS:
        said.append(_broken(observation, region, case, tongue))
    if held is None:
        said.append(tongue.say("no_time"))
    return said


def _said(observation: Observation, region: Region, stance: Stance, case: Case, tongue: Tongue) -> str:
    if case.assertion.comparator in RECORDS:
        return _record(observation, stance, case, tongue)
    if stance is Stance.SUPPORTS:
        return _inside(observation, region, case.unit, tongue)
    if stance is Stance.CONTRADICTS:
        return _offset(observation, region, case.unit, "", tongue)
    if distance(observation, region):
        offset = _offset(observation, region, case.unit, "only_", tongue)
        return tongue.say("within_guard", offset=offset, guard=tongue.gap(region.guard, case.unit))
    return _open_question(observation, region, case.unit, tongue)


def amount(observation: Observation, unit: str, tongue: Tongue) -> str:
    """The figure with what its kind makes of it: "$61M", "at least $61M", "at most $61B"."""
    return tongue.say(KINDS[observation.kind], figure=tongue.figure(observation.value, unit))


def _inside(observation: Observation, region: Region, unit: str, tongue: Tongue) -> str:
    """ "$96,240 is at or above $95,952", "$419.2M lies within $377.1M to $460.9M"."""
    said = amount(observation, unit, tongue)
    if region.low is None or region.high is None:
        key, edge = ("is_below", region.high) if region.low is None else ("is_above", region.low)
        return tongue.say(key, said=said, edge=tongue.figure(edge or Decimal(0), unit))
    return tongue.say("lies_within", said=said, bounds=tongue.bounds(region, unit))


def _offset(observation: Observation, region: Region, unit: str, only: str, tongue: Tongue) -> str:
    """ "$95,100 is $852 short of $95,952". Measured from the figure; the rule measures from its interval's end."""
    value, low, high = observation.value, region.low, region.high
    is_short = low is not None and value < low
    edge = (low if is_short else high) or Decimal(0)
    return tongue.say(
        f"{only}{'short_of' if is_short else 'beyond'}",
        said=amount(observation, unit, tongue),
        gap=tongue.gap(abs(value - edge), unit),
        edge=tongue.figure(edge, unit),
    )


def _open_question(observation: Observation, region: Region, unit: str, tongue: Tongue) -> str:
    """Why an overlapping interval decides nothing."""
    parts = {"said": amount(observation, unit, tongue), "wanted": tongue.bounds(region, unit)}
    if observation.kind is Kind.FLOOR:
        return tongue.say("floor_short" if region.high is None else "floor_open", **parts)
    if observation.kind is Kind.CEILING:
        return tongue.say("ceiling_short" if region.low is None else "ceiling_open", **parts)
    low, high = observation.low, observation.high
    if low is not None and high is not None and observation.value - low != high - observation.value:
        return tongue.say("partly", span=tongue.figures([low, high], unit), **parts)
    return tongue.say("on_the_edge", **parts)


def _record(observation: Observation, stance: Stance, case: Case, tongue: Tongue) -> str:
    """ "209.67 points above every earlier close", "120.5 points short of the record"."""
    side = "high" if case.assertion.comparator is Comparator.RECORD_HIGH else "low"
    is_bound, said = observation.kind is Kind.CEILING, amount(observation, case.unit, tongue)
    if stance is Stance.SUPPORTS:
        return tongue.say(f"record_{side}", said=said)
    if stance is Stance.CONTRADICTS:
        short = tongue.figure(abs(observation.value), case.unit)
        return tongue.say("record_short", short=tongue.say("at_least" if is_bound else "exactly", figure=short))
    unknown = is_bound or (observation.low is not None and observation.low > 0)
    return tongue.say(f"record_{side}_unknown", said=said) if unknown else tongue.say("record_level")


def _broken(observation: Observation, region: Region, case: Case, tongue: Tongue) -> str:
    """ "first at or above $95,952 at 02:41 UTC, held to the end"; "" when nothing is known."""
    assertion = case.assertion
    edge = region.high if assertion.comparator in FALLING else region.low
    if assertion.comparator not in BREAKS or edge is None or assertion.value is None:
        return ""
    found = break_of(assertion.comparator, assertion.value, edge, observation.detail)
    side = "below" if assertion.comparator in FALLING else "above"
    parts = [_how(found, side, tongue)]
    if found.first_at is not None:
        at = tongue.clock(found.first_at, assertion.window.end)
        parts.insert(0, tongue.say(f"first_{side}", edge=tongue.figure(edge, case.unit), at=at))
    if found.already:
        parts.append(tongue.say(f"already_{side}"))
    return tongue.say("clause_comma").join(filter(None, parts))


def _how(found: Break, side: str, tongue: Tongue) -> str:
    if found.held:
        return tongue.say(f"held_{side}")
    if found.closed_beyond:
        return tongue.say(f"closed_{side}")
    return tongue.say(f"touched_{side}") if found.closed_beyond is False else ""


def _stale(observed_at: datetime, window_end: datetime, tongue: Tongue, *, drifted: bool) -> str:
    at, end = tongue.clock(observed_at, window_end), tongue.clock(window_end, window_end)
    return tongue.say("drifted" if drifted else "stale", at=at, end=end)
