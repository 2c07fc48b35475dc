"""Values that may not vote: nobody's, the publisher's own, a zero where others are large, a slip of the unit.

A value is labelled and stays visible; it is never repaired into a vote. Stale values are labelled by matching.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from claims.policy import ARITHMETIC, Policy
from claims.types import Finding, Stance
from sources.types import Kind

# Signed quantities: zero is an ordinary figure there.
SIGNED = frozenset({"price_change", "index_record", "funding_rate"})
# Differences between two levels: a tenth of one, or its opposite, is an ordinary figure and no slip.
DIFFERENCES = frozenset({"index_record"})

ALIKE = 5  # well below the smallest slip, ten times
EXACT = Kind.EXACT
CONTRADICTS = Stance.CONTRADICTS
NOBODY: frozenset[str] = frozenset()

Labelled = tuple[tuple[Finding, ...], frozenset[str]]


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
        if slug in publishers and finding.stance is not CONTRADICTS:
            return labelled(finding, "publisher")
        return finding if slug in classified else labelled(finding, "unclassified")

    return tuple([label(finding) for finding in findings])


def by_value(
    findings: Sequence[Finding], names: Sequence[str], metric: str, authorities: Collection[str], policy: Policy
) -> Labelled:
    """Labels missing zeros and unit slips; names: the voice of each. An authority's own word is never a slip.

    Returns the findings and the witnesses: voices without which a label might be another.
    """
    exact = [
        (seen.value, place)
        for place, one in enumerate(findings)
        if one.counts and (seen := one.answer.observation) is not None and seen.kind is EXACT
    ]
    if _are_alike([value for value, _ in exact]):
        return tuple(findings), NOBODY
    figures = [Figure(value, names[place], place) for value, place in exact]
    labels: dict[int, str] = {}
    witnesses: set[str] = set()
    if metric not in SIGNED:
        large = {name for one, name in zip(findings, names, strict=True) if one.counts and _is_large(one, policy)}
        _missing(figures, large, labels, witnesses)
    if metric not in DIFFERENCES:
        suspects = [one for one in figures if findings[one.place].answer.source not in authorities]
        _slips(suspects, figures, policy.metrics[metric].tolerance, policy.slip_voices, labels, witnesses)
    kept = (labelled(one, labels[place]) if place in labels else one for place, one in enumerate(findings))
    return tuple(kept), frozenset(witnesses)


@dataclass(frozen=True, slots=True)
class Figure:
    """An exact value that counts. place: of its finding."""

    value: Decimal
    voice: str
    place: int


def _are_alike(values: Sequence[Decimal]) -> bool:
    """All of one sign and of one size: nothing to look for, which is the case nearly always."""
    return not values or (min(values) > 0 and max(values) < ALIKE * min(values))


def _missing(figures: Sequence[Figure], large: set[str], labels: dict[int, str], witnesses: set[str]) -> None:
    """A zero of one voice alone, while another voice's figure is far above its own resolution."""
    zeros = [one for one in figures if not one.value]
    voices = {one.voice for one in zeros}
    if len(voices) == 1 and large - voices:
        labels.update((one.place, "zero") for one in zeros)
    if len(voices) <= 2 and large:
        witnesses |= voices | (large if len(large) <= 2 else set())


def _is_large(finding: Finding, policy: Policy) -> bool:
    observation = finding.answer.observation
    low = None if observation is None else observation.low
    if observation is None or low is None or low <= 0:
        return False
    return observation.value >= policy.large_factor * (observation.value - low)


def _slips(
    suspects: Iterable[Figure],
    figures: Sequence[Figure],
    tolerance: Decimal,
    needed: int,
    labels: dict[int, str],
    witnesses: set[str],
) -> None:
    """One power of ten, or a sign, away from enough voices that agree, while no other voice shares the figure."""
    line = Line(figures, tolerance, needed)
    for one in (suspect for suspect in suspects if suspect.value):
        sharing = line.sharing(one)
        if len(sharing - {one.voice}) > 1:
            continue
        agreeing = [voices for voices in line.powers_away(one) if len(voices) >= needed]
        if not agreeing:
            continue
        witnesses |= sharing | {name for voices in agreeing if len(voices) == needed for name in voices}
        if not sharing - {one.voice}:
            labels[one.place] = "unit_slip"


class Line:
    """The figures in order, to ask which voices say a figure, or a power of ten of it, within the tolerance.

    A set of voices stops growing at one more than `needed`: nobody asks for more.
    """

    def __init__(self, figures: Iterable[Figure], tolerance: Decimal, needed: int) -> None:
        self.figures = sorted((one for one in figures if one.value), key=lambda one: one.value)
        self.values = [one.value for one in self.figures]
        self.sizes = sorted({value.adjusted() for value in self.values})
        self.below, self.above = 1 - tolerance, 1 + tolerance
        self.most = max(needed, 2) + 1

    def sharing(self, figure: Figure) -> set[str]:
        """The voices that say this figure, its own among them."""
        return self._between(figure.value / self.above, figure.value / self.below)

    def powers_away(self, figure: Figure) -> Iterator[set[str]]:
        """For the sign and every power of ten but one: the voices that say the figure divided by it."""
        yield self._between(-figure.value / self.below, -figure.value / self.above)
        size = figure.value.adjusted()
        for power in sorted({size - other + more for other in self.sizes for more in (-1, 0, 1)} - {0}):
            base = figure.value.scaleb(-power)
            yield self._between(base / self.above, base / self.below)

    def _between(self, one: Decimal, other: Decimal) -> set[str]:
        low, high = min(one, other), max(one, other)
        first, last = bisect_left(self.values, low), bisect_right(self.values, high)
        found: set[str] = set()
        for place in range(first, last):
            found.add(self.figures[place].voice)
            if len(found) == self.most:
                break
        return found


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
