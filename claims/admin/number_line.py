"""A claim's number line: its region, and what every voice observed, drawn by the rules of `line` and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claims.admin.evidence_table import Group
from claims.admin.line import Line, Row, Seen, line_of
from claims.admin.wording import read, unit_of
from claims.figures import figures, gap
from claims.matching import RECORDS, region_of
from claims.models import Claim, Verdict
from claims.telling.english import ENGLISH
from claims.types import Comparator, Region, Stance
from sources.types import Kind

WORDS = {
    "supports": "supports",
    "contradicts": "contradicts",
    "inconclusive": "undecided",
    "discounted": "counts for nobody",
}
SIDES = ("supports", "contradicts", "split", "inconclusive", "discounted")
NOTES = {
    "stale": "stale",
    "unit_slip": "unit slip",
    "zero": "zero for missing",
    "frozen": "frozen",
    "other_venues": "other venues",
    "publisher": "the claim's publisher",
    "unclassified": "unclassified",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing and the words that go with it. legend: (swatch, words). looks: the shapes that occur, with words."""

    line: Line
    claimed: str
    legend: Sequence[tuple[str, str]]
    looks: Sequence[tuple[str, str]]
    arrows: Sequence[tuple[str, str]]
    remarks: str
    description: str


def picture_of(claim: Claim, groups: Sequence[Group], verdict: Verdict | None) -> Picture | None:
    """None where there is nothing to draw: no figures, or a claim without a region."""
    region = _region(claim)
    if region is None:
        return None
    unit, rows = unit_of(claim), _rows(groups, unit_of(claim))
    line = line_of(region, _claimed(claim), rows, _agreed(verdict, rows), unit)
    if line is None:
        return None
    return Picture(
        line=line,
        claimed=_claimed_words(claim, unit),
        legend=_legend(claim, region, verdict, _agreed(verdict, rows), unit),
        looks=[(look, WORDS[look]) for look in WORDS if look in _of(line, "look")],
        arrows=[pair for pair in (("right", "at least"), ("left", "at most")) if pair[0] in _of(line, "arrow")],
        remarks=" ".join(_remarks(line, unit)),
        description=_description(claim, region, rows, unit),
    )


def _region(claim: Claim) -> Region | None:
    try:
        return region_of(claim.assertion)
    except ValueError:
        return None


def _rows(groups: Sequence[Group], unit: str) -> list[Row]:
    return sorted((_row(group, unit) for group in groups), key=lambda row: SIDES.index(row.side))


def _row(group: Group, unit: str) -> Row:
    looks = [_look(row) for row in group.rows]
    counting = {look for look in looks if look != "discounted"}
    side = "split" if group.is_split else min(counting or {"discounted"}, key=SIDES.index)
    return Row(
        name=group.name,
        seen=[_seen(row, look) for row, look in zip(group.rows, looks, strict=True)],
        side=side,
        counts=bool(counting),
        note=_note(group, bool(counting)),
        figure=_figure([row["observation"] for row in group.rows], unit),
        is_split=group.is_split,
    )


def _look(row: dict[str, Any]) -> str:
    """What no verdict has read yet is undecided."""
    if row["label_name"] or (row["stance_name"] and not row["counts"]):
        return "discounted"
    return row["stance_name"] or Stance.INCONCLUSIVE.value


def _seen(row: dict[str, Any], look: str) -> Seen:
    seen = row["observation"]
    said = f"{row['kind'].word} {row['value']}" if seen.kind != Kind.EXACT else row["value"]
    words = f"{row['title']}: {said}, {WORDS[look]}"
    return Seen(seen.value, seen.low, seen.high, Kind(seen.kind), look, words)


def _note(group: Group, counts: bool) -> str:
    if group.is_split:
        return "split: neither side"
    if not counts:
        return ", ".join(sorted({NOTES.get(row["label_name"], row["label_name"]) for row in group.rows} - {""}))
    if group.authority:
        return "the authority"
    return f"{len(group.rows)} sources, one voice" if len(group.rows) > 1 else ""


def _figure(observations: Sequence[Any], unit: str) -> str:
    """ "$61.2B", "at least $58M", "$30B to $61B"."""
    words = {Kind.EXACT: "", Kind.FLOOR: "at least ", Kind.CEILING: "at most "}
    said = []
    for kind in Kind:
        values = [seen.value for seen in observations if seen.kind == kind]
        said += [f"{words[kind]}{figures(values, unit).removesuffix(f' {unit}')}"] if values else []
    return ", ".join(said)


def _claimed(claim: Claim) -> list[Decimal]:
    """The figures the claim names, on the line of what is measured: a fall is negative, a record begins at zero."""
    assertion = claim.assertion
    if assertion.comparator in RECORDS:
        return [Decimal(0)]
    values = [value for value in (assertion.value, assertion.value_high) if value is not None]
    return [-abs(value) for value in values] if assertion.comparator is Comparator.DOWN else values


def _claimed_words(claim: Claim, unit: str) -> str:
    if claim.assertion.comparator in RECORDS:
        return "the earlier record"
    return f"as claimed: {' to '.join(read(value, unit) for value in _claimed(claim))}"


def _agreed(verdict: Verdict | None, rows: Sequence[Row]) -> tuple[Decimal, Decimal] | None:
    """None also where only one voice counts: it agrees with nobody."""
    if verdict is None or verdict.consensus_low is None or verdict.consensus_high is None:
        return None
    if sum(row.counts for row in rows) < 2:
        return None
    return verdict.consensus_low, verdict.consensus_high


def lead(verdict: Verdict) -> str:
    """What is said before the consensus: it is of those who support, of all who were heard where nobody does."""
    if verdict.supporting_voices and verdict.contradicting_voices:
        return "those for it say"
    return "one voice says" if verdict.supporting_voices == 1 or verdict.answered == 1 else "agreed on"


def _legend(
    claim: Claim, region: Region, verdict: Verdict | None, agreed: tuple[Decimal, Decimal] | None, unit: str
) -> list[tuple[str, str]]:
    found = [("region", f"makes the claim true: {_needs(claim, region, unit)}")]
    if region.guard:
        found.append(("guard", f"too close to call: up to {gap(region.guard, unit)} outside that"))
    if agreed and verdict:
        found.append(("agreed", f"{lead(verdict)}: {figures(agreed, unit)}"))
    return found


def _needs(claim: Claim, region: Region, unit: str) -> str:
    if claim.assertion.comparator not in RECORDS:
        return ENGLISH.bounds(region, unit)
    return f"{'above' if claim.assertion.comparator is Comparator.RECORD_HIGH else 'below'} every earlier close"


def _of(line: Line, name: str) -> set[str]:
    return {getattr(mark, name) for drawn in line.rows for mark in drawn.marks}


def _remarks(line: Line, unit: str) -> list[str]:
    """What must be said so that the picture does not mislead."""
    found = []
    if line.scale.logarithmic:
        found.append("Logarithmic: equal distances are equal factors.")
    if line.is_cut:
        found.append("The line is broken: figures beyond the break are much further away than they look.")
    return found if unit in {"USD", "percent"} else [f"In {unit}.", *found]


def _description(claim: Claim, region: Region, rows: Sequence[Row], unit: str) -> str:
    """The picture in words, for who cannot see it: "True for $95,952 or more. Supports: Binance $96,240. …"."""
    said = [f"The claim is true for {_needs(claim, region, unit)}."]
    for side in SIDES:
        mine = [f"{row.name} {row.figure}{f' ({row.note})' if row.note else ''}" for row in rows if row.side == side]
        said += [f"{WORDS.get(side, side).capitalize()}: {'; '.join(mine)}."] if mine else []
    return " ".join(said)
