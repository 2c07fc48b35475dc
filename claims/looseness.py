"""Claims that cannot fail: "bitcoin above $0.01", "between nothing and 10^39 dollars". True, and saying nothing.

The rules mark them as what they are, verified; the flag `loose` says that the mark is worth little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from claims.matching import BOUNDED_ABOVE, BOUNDED_BELOW
from claims.types import Assertion, Comparator, Finding, Region
from sources.types import Observation

WITH_EDGES = BOUNDED_BELOW | BOUNDED_ABOVE | {Comparator.BETWEEN, Comparator.MAGNITUDE}
POINT = Decimal(1)  # one percentage point: changes around zero have no scale of their own


def is_loose(assertion: Assertion, region: Region | None, findings: Iterable[Finding], factor: int, unit: str) -> bool:
    """Every edge of the region is further than `factor` times from everything the supporting findings say."""
    if region is None or assertion.comparator not in WITH_EDGES:
        return False
    edges = [edge for edge in (region.low, region.high) if edge is not None]
    seen = [one.answer.observation for one in findings if one.answer.observation is not None]
    if not seen or not edges:
        return False
    return all(_is_far(edge, value, factor, unit) for value in _said(seen) for edge in edges)


def _said(seen: Iterable[Observation]) -> Iterator[Decimal]:
    return (figure for one in seen for figure in (one.value, one.low, one.high) if figure is not None)


def _is_far(edge: Decimal, value: Decimal, factor: int, unit: str) -> bool:
    if unit == "percent":  # signed: measured as a distance
        return abs(edge - value) > factor * max(abs(value), POINT)
    return edge * factor < value or edge > value * factor > 0
