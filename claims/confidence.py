"""How sure a ruling is: a probability from the accuracies of the voices on both sides. It never decides a status."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from claims.reliability import DEFAULT_CALIBRATION, MOST, Calibration, confidence_of, confidence_text
from claims.types import Finding, Ruling, Stance


@dataclass(frozen=True, slots=True)
class Believed:
    """How far one source was believed on the metric when the ruling was made. right, wrong: its outcomes, all metrics.

    accuracy: four digits after the point. is_authority: it spoke as the one whose word is the fact.
    """

    source: str
    accuracy: Decimal
    right: int = 0
    wrong: int = 0
    is_authority: bool = False

    @property
    def outcomes(self) -> int:
        return self.right + self.wrong

    def stored(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "accuracy": str(self.accuracy),
            "right": self.right,
            "wrong": self.wrong,
            "is_authority": self.is_authority,
        }


@dataclass(frozen=True, slots=True)
class Sides:
    """One accuracy for each voice, and who it is taken from."""

    supporting: tuple[Believed, ...]
    contradicting: tuple[Believed, ...]

    @property
    def outcomes(self) -> int:
        """Later outcomes of these sources that the accuracies rest on."""
        return sum(one.outcomes for one in (*self.supporting, *self.contradicting))

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Sides:
        """From the JSON a verdict keeps; empty where it keeps none."""
        sides = (stored.get(name, ()) for name in ("supporting", "contradicting"))
        first, second = (
            tuple(Believed(**{**one, "accuracy": Decimal(one["accuracy"])}) for one in side) for side in sides
        )
        return cls(first, second)

    def stored(self) -> dict[str, Any]:
        """As JSON, for the verdict."""
        sides = {"supporting": self.supporting, "contradicting": self.contradicting}
        return {name: [one.stored() for one in side] for name, side in sides.items()}


@dataclass(frozen=True, slots=True)
class Belief:
    """How sure a ruling is, with what that rests on. calibration: version, "" without a confidence."""

    sides: Sides
    confidence: Decimal | None = None
    calibration: str = ""


def belief_in(
    ruling: Ruling, believed: Iterable[Believed], authorities: Collection[str], calibration: Calibration
) -> Belief:
    """authorities: slugs of those whose word is the fact here. Nothing is believed where nobody was."""
    known = {one.source: one for one in believed}
    sides = sides_of(ruling, known, frozenset(authorities)) if known else Sides((), ())
    confidence = confidence_in(sides, calibration)
    return Belief(sides) if confidence is None else Belief(sides, confidence, calibration.version)


def sides_of(ruling: Ruling, believed: Mapping[str, Believed], authorities: frozenset[str] = frozenset()) -> Sides:
    """Each voice speaks with its best-believed member on its side; an authority on its own figure is nearly certain."""
    return Sides(
        _side(ruling, Stance.SUPPORTS, believed, authorities), _side(ruling, Stance.CONTRADICTS, believed, authorities)
    )


def _side(
    ruling: Ruling, stance: Stance, believed: Mapping[str, Believed], authorities: frozenset[str]
) -> tuple[Believed, ...]:
    members: dict[str, list[Believed]] = {}
    for one in ruling.findings:
        voice = ruling.voice_of[one.answer.key]
        if one.counts and one.stance is stance and ruling.voices.get(voice) == stance:
            members.setdefault(voice, []).append(_believed(one, believed, authorities))
    return tuple(max(found, key=_most_believed) for _, found in sorted(members.items()))


def _believed(one: Finding, believed: Mapping[str, Believed], authorities: frozenset[str]) -> Believed:
    found = believed[one.answer.source]
    if one.answer.source in authorities:
        return replace(found, accuracy=Decimal(str(MOST)), is_authority=True)
    return found


def _most_believed(one: Believed) -> tuple[Decimal, int, str]:
    return one.accuracy, one.outcomes, one.source


def confidence_in(sides: Sides, calibration: Calibration = DEFAULT_CALIBRATION) -> Decimal | None:
    """That the claim is right, four digits after the point. None when nobody decided anything."""
    supporting, contradicting = (accuracies(side) for side in (sides.supporting, sides.contradicting))
    if not supporting and not contradicting:
        return None
    return confidence_text(confidence_of(supporting, contradicting, calibration))


def in_hundredths(confidence: Decimal) -> Decimal:
    """As it is shown: 0.97. Never 0.00 nor 1.00, for nothing is that sure."""
    return min(Decimal("0.99"), max(Decimal("0.01"), confidence.quantize(Decimal("0.01"))))


def accuracies(side: Sequence[Believed]) -> tuple[float, ...]:
    return tuple(float(one.accuracy) for one in side)
