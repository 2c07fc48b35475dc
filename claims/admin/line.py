"""The number line of a claim as geometry: rows of marks, the region, its guard bands, the agreed interval, the ticks.

Across, everything is in percent of the width, so that one drawing fits a desk and a phone; down, in pixels. Nothing
here knows a claim, a row of the database or a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from claims.admin.scale import Scale, scale_for
from claims.admin.ticks import Tick, ticks_of
from claims.types import Region
from sources.types import Kind

HEAD = 26  # room for the name of the line that the claim draws
PITCH = 36  # from row to row
CENTRE = 24  # of the marks in their row: a name fits above them on a phone
AGREED = 18  # room above the axis for the interval that the voices agree on
FOOT = 24  # the axis and its labels
TITLE = 26  # before the rows that count for nobody
MOST_ROWS = 14  # of one side; what is more shares one row
NAME = 22.0  # percent from an edge within which the name of the claim's line does not stand centred
CLOSE = 2.4  # percent: marks of one row that are closer are drawn above each other
LANES = 16  # pixels that marks above each other may take
VISIBLE = 1.2  # percent: an interval that is wider than its mark is drawn


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation to draw. look: supports, contradicts, inconclusive or discounted. words: for whoever points."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    kind: Kind
    look: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One voice. side: rows of one side stand together, in the order given; counts False for those that do not vote."""

    name: str
    seen: Sequence[Seen]
    side: str
    counts: bool = True
    note: str = ""
    figure: str = ""
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """x in percent, y in pixels. arrow: "right" or "left" where the interval is open. span: (from, to) where closed."""

    x: float
    y: float
    look: str
    words: str
    arrow: str = ""
    span: tuple[float, float] | None = None
    is_off: bool = False

    @property
    def arrow_x(self) -> float:
        return 100.0 if self.arrow == "right" else 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the width in percent."""

    x: float
    width: float

    @property
    def end(self) -> float:
        return round(self.x + self.width, 3)

    @property
    def ends(self) -> tuple[float, ...]:
        return self.x, self.end


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row with its place: y of its top in pixels. ties: from the first to the last mark of a voice at odds."""

    row: Row
    y: int
    marks: Sequence[Mark]
    tie: Band | None = None

    @property
    def centre(self) -> int:
        return self.y + CENTRE

    @property
    def is_off(self) -> bool:
        return any(mark.is_off for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Line:
    """Everything there is to draw. agreed: the interval the voices agree on; None where there is none."""

    scale: Scale
    rows: Sequence[Drawn]
    region: Band
    guards: Sequence[Band]
    claimed: Sequence[float]
    agreed: Band | None
    ticks: Sequence[Tick]
    title_y: int | None  # of the heading above the rows that count for nobody
    axis_y: int

    @property
    def is_cut(self) -> bool:
        return bool(self.cuts)

    @property
    def cuts(self) -> list[float]:
        """Where the line is broken."""
        left, right = [self.scale.start] * self.scale.is_cut_left, [self.scale.end] * self.scale.is_cut_right
        return left + right

    @property
    def edges(self) -> list[float]:
        """The closed ends of the region."""
        return [x for x in self.region.ends if 0.0 < x < 100.0]

    @property
    def claimed_x(self) -> float:
        return self.claimed[0] if self.claimed else 0.0

    @property
    def claimed_anchor(self) -> str:
        return anchor(self.claimed_x, NAME)

    @property
    def band_height(self) -> int:
        return self.axis_y - HEAD + 8

    @property
    def agreed_y(self) -> int:
        return self.axis_y - 9

    @property
    def tick_y(self) -> int:
        return self.axis_y + 5

    @property
    def label_y(self) -> int:
        return self.axis_y + 18

    @property
    def height(self) -> int:
        return self.axis_y + FOOT


def line_of(
    region: Region,
    claimed: Sequence[Decimal],
    rows: Iterable[Row],
    agreed: tuple[Decimal, Decimal] | None,
    unit: str,
) -> Line | None:
    """The drawing; None when nothing was seen."""
    rows = pooled(rows)
    if not rows:
        return None
    scale = scale_for(region, claimed, [_extent(one) for row in rows for one in row.seen])
    placed, title_y, axis_y = _placed(rows, scale)
    return Line(
        scale=scale,
        rows=placed,
        region=_band(scale, region.low, region.high),
        guards=_guards(scale, region),
        claimed=[round(scale.at(value), 3) for value in sorted(claimed)],
        agreed=None if agreed is None else _band(scale, *agreed),
        ticks=ticks_of(scale, unit),
        title_y=title_y,
        axis_y=axis_y,
    )


def _extent(one: Seen) -> Sequence[Decimal]:
    """The figure, then the ends of a closed interval: an open one leads out of the drawing anyway."""
    return (one.value, *(end for end in (one.low, one.high) if end is not None and one.kind is Kind.EXACT))


def pooled(rows: Iterable[Row]) -> list[Row]:
    """Beyond the first ones of a side, one row for all: sixty rows would hide what the picture is for."""
    found: list[Row] = []
    for (side, counts), some in groupby(rows, key=lambda row: (row.side, row.counts)):
        several = list(some)
        if len(several) <= MOST_ROWS:
            found += several
            continue
        rest = several[MOST_ROWS - 1 :]
        marks = [one for row in rest for one in row.seen]
        found += [*several[: MOST_ROWS - 1], Row(f"{len(rest)} more voices", marks, side, counts)]
    return found


def _placed(rows: Sequence[Row], scale: Scale) -> tuple[list[Drawn], int | None, int]:
    """The rows, those that count for nobody below a heading; where that is, and where the axis is."""
    y, title_y, placed = HEAD, None, []
    for row in rows:
        if not row.counts and title_y is None:
            title_y, y = y, y + TITLE
        marks = [replace(mark, y=y + CENTRE + mark.y) for mark in stacked([_mark(one, scale) for one in row.seen])]
        tie = _tie(marks) if row.is_split else None
        placed.append(Drawn(row, y, marks, tie))
        y += PITCH
    return placed, title_y, y + AGREED


def _mark(one: Seen, scale: Scale) -> Mark:
    x = round(scale.at(one.value), 3)
    arrow = {Kind.FLOOR: "right", Kind.CEILING: "left"}.get(one.kind, "")
    return Mark(x, 0, one.look, one.words, arrow, _span(one, scale), scale.is_off(one.value))


def _span(one: Seen, scale: Scale) -> tuple[float, float] | None:
    if one.kind is not Kind.EXACT or one.low is None or one.high is None:
        return None
    start, end = round(scale.at(one.low), 3), round(scale.at(one.high), 3)
    return (start, end) if end - start >= VISIBLE else None


def stacked(marks: Sequence[Mark]) -> list[Mark]:
    """By place; marks that would cover each other are drawn above each other."""
    heaps: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda one: (one.x, one.look)):
        if heaps and mark.x - heaps[-1][-1].x < CLOSE:
            heaps[-1].append(mark)
        else:
            heaps.append([mark])
    return [replace(mark, y=_lane(number, len(heap))) for heap in heaps for number, mark in enumerate(heap)]


def _lane(number: int, of: int) -> float:
    """Symmetrical about the row's centre; a long heap zigzags, for each of its marks stands a little further right."""
    lanes = min(of, 3)
    return round((number % lanes - (lanes - 1) / 2) * LANES / max(lanes - 1, 1), 1) if of > 1 else 0


def _tie(marks: Sequence[Mark]) -> Band | None:
    return Band(marks[0].x, round(marks[-1].x - marks[0].x, 3)) if len(marks) > 1 else None


def _band(scale: Scale, low: Decimal | None, high: Decimal | None) -> Band:
    """An open end leads to the edge of the drawing, beyond a break too."""
    start = 0.0 if low is None else scale.at(low)
    end = 100.0 if high is None else scale.at(high)
    return Band(round(start, 3), round(max(end - start, 0.0), 3))


def _guards(scale: Scale, region: Region) -> list[Band]:
    """Outside the region, on each of its closed sides."""
    if not region.guard:
        return []
    below = [] if region.low is None else [_band(scale, region.low - region.guard, region.low)]
    above = [] if region.high is None else [_band(scale, region.high, region.high + region.guard)]
    return [*below, *above]


def anchor(x: float, room: float) -> str:
    """How words stand at this place, so that they do not leave the drawing."""
    return "start" if x < room else "end" if x > 100.0 - room else "middle"
