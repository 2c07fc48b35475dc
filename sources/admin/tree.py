"""The drawing of a family: boxes under one another in a frame per voice, owners linked on the left, feeds on the right.

All in units of the drawing, WIDE of them across: it fits a phone as it is. Knows nothing of rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDE = 360
MOST = 24  # sources; more is a wall of boxes, and the words below have them all
LEFT, BOX = 64, 232  # where boxes begin, and how wide they are
HIGH, GAP, HEAD, BETWEEN = 42, 10, 30, 12
NAME, NOTE = 30, 40  # letters that fit a box


@dataclass(frozen=True, slots=True)
class Box:
    """kind: owner, feed or source."""

    key: str
    name: str
    note: str
    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """kind: owns, feeds or carries."""

    start: str
    end: str
    kind: str


@dataclass(frozen=True, slots=True)
class Band:
    """A voice with its boxes from top to bottom, or boxes that are of no voice and get no frame."""

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    title: str
    y: int
    high: int


@dataclass(frozen=True, slots=True)
class Placed:
    y: int
    kind: str
    name: str
    note: str
    whole: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    kind: str
    whole: str


@dataclass(frozen=True, slots=True)
class Picture:
    wide: int
    high: int
    frames: tuple[Frame, ...]
    boxes: tuple[Placed, ...]
    lines: tuple[Line, ...]


def draw(here: str, bands: Sequence[Band], urls: Mapping[str, str]) -> Picture:
    """here: key of the box the page is about. urls: key of a box -> its page."""
    frames: list[Frame] = []
    boxes: dict[str, Placed] = {}
    y = 4
    for band in bands:
        top = y
        y += HEAD if band.title else GAP
        for box in band.boxes:
            boxes[box.key] = _placed(box, y, urls.get(box.key, ""), box.key == here)
            y += HIGH + GAP
        if band.is_voice:
            frames.append(Frame(_cut(band.title, NAME + 14), top, y - top))
        y += BETWEEN
    links = [link for band in bands for link in band.links if link.start in boxes and link.end in boxes]
    return Picture(WIDE, y, tuple(frames), tuple(boxes.values()), tuple(_lines(links, boxes)))


def _placed(box: Box, y: int, url: str, is_here: bool) -> Placed:
    whole = f"{box.name}: {box.note}" if box.note else box.name
    return Placed(y, box.kind, _cut(box.name, NAME), _cut(box.note, NOTE), whole, url, is_here)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


VERBS = {"owns": "owns", "feeds": "feeds", "carries": "is carried by"}


def _lines(links: Sequence[Link], boxes: Mapping[str, Placed]) -> list[Line]:
    """Arcs on the side of their kind, each bulging a little further than the last, so that they can be told apart."""
    drawn: list[Line] = []
    counts = {"left": 0, "right": 0}
    for link in links:
        side = "left" if link.kind == "owns" else "right"
        start, end = boxes[link.start], boxes[link.end]
        bulge = 16 + 7 * (counts[side] % 6)
        counts[side] += 1
        whole = f"{start.whole.partition(':')[0]} {VERBS[link.kind]} {end.whole.partition(':')[0]}"
        drawn.append(Line(_arc(start.y + HIGH // 2, end.y + HIGH // 2, side, bulge), link.kind, whole))
    return drawn


def _arc(start: int, end: int, side: str, bulge: int) -> str:
    """From box to box; the last bit is straight, so that the arrow points into the box."""
    edge, out = (LEFT, -1) if side == "left" else (LEFT + BOX, 1)
    far = edge + out * bulge
    turn = 8 if end > start else -8
    if abs(end - start) < 20:
        turn = 0
    return (
        f"M{edge} {start} H{far - out * 6} Q{far} {start} {far} {start + turn} "
        f"V{end - turn} Q{far} {end} {far - out * 6} {end} H{edge + out * 3}"
    )
