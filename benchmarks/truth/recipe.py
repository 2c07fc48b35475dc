"""What a generated world is made of. Every number of a world follows from its recipe and the seed in it.

The causes of wrong values and their shares are those counted by Li, Dong, Lyons, Meng, Srivastava, "Truth finding on
the deep web: is the problem solved?", VLDB 2013, on stock data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Literal


class Cause(StrEnum):
    """Why a value is wrong; NONE also covers a value that is within the tolerance by luck."""

    NONE = "."
    DEFINITION = "d"
    STALE = "s"
    PURE = "p"
    INSTRUMENT = "i"
    UNIT = "u"


MIX: Mapping[Cause, float] = {
    Cause.DEFINITION: 0.46,
    Cause.STALE: 0.34,
    Cause.PURE: 0.11,
    Cause.INSTRUMENT: 0.06,
    Cause.UNIT: 0.03,
}

Shape = Literal["level", "minutes", "label"]


@dataclass(frozen=True, slots=True)
class AttrRecipe:
    """shape: a positive level that walks, minutes of a day, or a text.

    change: how likely the truth moves from one day to the next; sigma: how far (relative; minutes for minutes).
    noise: standard deviation of what right sources write, in tolerances. difficulty multiplies everybody's errors.
    definitions: how many other definitions sources may use; apart: the share of entities for which they give another
    value. ambiguity: how readily sources take another definition of this attribute, against other attributes.
    offered: the share of sources that have it.
    """

    name: str
    shape: Shape = "level"
    tol_abs: float = 0.0
    tol_rel: float = 0.0
    change: float = 1.0
    sigma: float = 0.03
    noise: float = 0.0
    difficulty: float = 1.0
    definitions: int = 1
    apart: float = 0.8
    ambiguity: float = 1.0
    offered: float = 1.0


@dataclass(frozen=True, slots=True)
class CopyRecipe:
    """One group: an original of about this accuracy and size - 1 copiers.

    rate: the share of its values that a copier takes, (lowest, highest). lagged: how likely a copier is a day or two
    behind. chained: how likely a copier copies another copier. retyped: how likely it writes in its own rounding.
    coverage: of the original, None for one like everybody's.
    """

    size: int
    accuracy: float
    rate: tuple[float, float] = (1.0, 1.0)
    lagged: float = 0.0
    chained: float = 0.0
    retyped: float = 0.0
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """sources: all of them, copiers too. accuracy: (lowest, mean, highest) of those who do not copy.

    coverage: (lowest, highest) share of items a source speaks about. skill: how unevenly a source errs over attributes,
    as the standard deviation of a log-normal. hardness: the same for how hard an entity's attribute is for everybody.
    herding: how likely sources that take another definition take the commonest one.
    definition_cap: most of the independent sources that may use another definition of one attribute.
    traps: share of attributes for which that cap does not hold, so that the truth may be in the minority.
    feed_stale: share of sources whose staleness comes a whole day at a time.
    """

    name: str
    seed: int
    sources: int
    entities: int
    days: int
    attrs: tuple[AttrRecipe, ...]
    groups: tuple[CopyRecipe, ...] = ()
    accuracy: tuple[float, float, float] = (0.54, 0.85, 0.97)
    coverage: tuple[float, float] = (0.6, 1.0)
    skill: float = 0.5
    hardness: float = 0.5
    herding: float = 0.7
    definition_cap: float = 0.4
    traps: float = 0.0
    feed_stale: float = 0.2
    timed: bool = True
    opaque: bool = True
    mix: Mapping[Cause, float] = field(default_factory=lambda: dict(MIX))


def minutes(name: str, **more: float) -> AttrRecipe:
    return AttrRecipe(name, "minutes", tol_abs=10.0, **more)  # type: ignore[arg-type]


def label(name: str, **more: float) -> AttrRecipe:
    return AttrRecipe(name, "label", **more)  # type: ignore[arg-type]


def level(name: str, **more: float) -> AttrRecipe:
    return AttrRecipe(name, "level", tol_rel=0.01, **more)  # type: ignore[arg-type]


def flight_like(seed: int, scale: float = 1.0) -> Recipe:
    """38 sources; groups of the sizes and accuracies that were found in the flight data."""
    attrs = (
        minutes("scheduled_departure", change=0.1, sigma=30, definitions=0, difficulty=0.4),
        minutes("scheduled_arrival", change=0.1, sigma=30, definitions=0, difficulty=0.4),
        minutes("actual_departure", sigma=35, noise=0.05, difficulty=1.6, apart=0.75, ambiguity=2.0),
        minutes("actual_arrival", sigma=35, noise=0.05, difficulty=1.6, apart=0.75, ambiguity=2.0),
        label("departure_gate", change=0.5, difficulty=1.0, apart=0.6, ambiguity=0.6),
        label("arrival_gate", change=0.5, difficulty=1.0, apart=0.6, ambiguity=0.6),
    )
    groups = (
        CopyRecipe(5, 0.71, rate=(0.9, 1.0), coverage=0.9),
        CopyRecipe(4, 0.53, rate=(0.9, 1.0), coverage=0.9),
        CopyRecipe(3, 0.92, rate=(0.9, 1.0)),
        CopyRecipe(2, 0.93, rate=(0.9, 1.0)),
        CopyRecipe(2, 0.61, rate=(0.9, 1.0)),
    )
    return Recipe(
        "flight-like", seed, 38, size(60, scale), 10, attrs, groups, (0.54, 0.80, 0.97), (0.18, 0.6), hardness=0.7,
        herding=0.95,
    )  # fmt: skip


# name, difficulty, ambiguity, share of sources that offer it
STOCK_ATTRS = (
    ("last_price", 0.3, 0.0, 1.0), ("open_price", 0.4, 0.0, 1.0), ("high", 0.5, 0.4, 1.0), ("low", 0.5, 0.4, 1.0),
    ("change", 0.8, 0.3, 0.9), ("percent", 0.8, 0.3, 0.9), ("previous_close", 0.4, 0.3, 0.9), ("volume", 1.3, 1.0, 0.9),
    ("market_cap", 1.3, 2.5, 0.6), ("eps", 1.4, 2.5, 0.4), ("pe", 1.5, 3.0, 0.4), ("dividend", 1.6, 3.0, 0.3),
    ("yield", 1.6, 3.0, 0.3), ("high_52w", 1.1, 1.2, 0.6), ("low_52w", 1.1, 1.2, 0.6), ("shares", 1.3, 2.0, 0.3),
)  # fmt: skip


def stock_like(seed: int, scale: float = 1.0) -> Recipe:
    """55 sources, 16 attributes, few copiers; most wrong values are other definitions and old ones."""
    attrs = tuple(
        level(
            name,
            noise=0.1 if name == "volume" else 0.0,
            difficulty=hard,
            ambiguity=ambiguity,
            offered=offered,
        )
        for name, hard, ambiguity, offered in STOCK_ATTRS
    )
    groups = (CopyRecipe(11, 0.92, rate=(0.95, 1.0)), CopyRecipe(2, 0.75, rate=(0.95, 1.0)))
    return Recipe(
        "stock-like", seed, 55, size(30, scale), 8, attrs, groups, (0.54, 0.82, 0.97), (0.3, 0.9), definition_cap=0.65,
        herding=0.95, hardness=1.5,
    )  # fmt: skip


def desk(seed: int, scale: float = 1.0) -> Recipe:
    """Ten providers of market figures; one of them resells another."""
    attrs = (
        AttrRecipe("price", tol_rel=0.005, sigma=0.03, noise=0.15, difficulty=0.4, definitions=0),
        AttrRecipe("volume", tol_rel=0.1, sigma=0.4, noise=0.2, difficulty=1.2, ambiguity=1.5),
        AttrRecipe("open_interest", tol_rel=0.05, sigma=0.1, noise=0.15, ambiguity=1.5),
        AttrRecipe("funding_rate", tol_rel=0.05, sigma=0.3, noise=0.1, difficulty=1.2),
        AttrRecipe("supply", tol_rel=0.001, change=0.3, sigma=0.01, noise=0.1, difficulty=0.8),
    )
    groups = (CopyRecipe(2, 0.85, rate=(0.95, 1.0), retyped=0.5),)
    return Recipe("desk", seed, 10, size(60, scale), 12, attrs, groups, (0.7, 0.88, 0.97), (0.6, 1.0))


def mixed_attrs() -> tuple[AttrRecipe, ...]:
    return (
        level("amount", noise=0.1),
        level("rate", change=0.5, sigma=0.1, difficulty=1.5, ambiguity=1.5),
        minutes("closing_time", sigma=40, noise=0.1),
        label("state", change=0.4, difficulty=0.7),
        label("rating", change=0.2, difficulty=1.2),
    )


def no_copying(seed: int, scale: float = 1.0) -> Recipe:
    """Twenty-five sources and no copier; several use one other definition or are late together."""
    return Recipe("no-copying", seed, 25, size(60, scale), 10, mixed_attrs(), (), (0.54, 0.8, 0.97), (0.4, 1.0))


def bad_copying(seed: int, scale: float = 1.0) -> Recipe:
    """Thirty sources, more than half of them copies of three bad ones."""
    groups = (
        CopyRecipe(11, 0.6, rate=(0.8, 1.0), lagged=0.2, chained=0.2),
        CopyRecipe(6, 0.56, rate=(0.6, 1.0)),
        CopyRecipe(3, 0.65, rate=(0.9, 1.0), lagged=0.3),
    )
    return Recipe("bad-copying", seed, 30, size(60, scale), 10, mixed_attrs(), groups, (0.6, 0.82, 0.97), (0.5, 1.0))


def random(seed: int, scale: float = 1.0) -> Recipe:
    """Everything drawn: the world nobody tuned for."""
    rng = Random(f"recipe {seed}")
    sources = rng.randint(10, 55)
    attrs = tuple(_random_attr(rng, number) for number in range(rng.randint(1, 16)))
    lowest = rng.uniform(0.54, 0.7)
    items = size(rng.randint(1500, 4000), scale)
    days = rng.randint(4, 25)
    low_coverage = rng.uniform(0.2, 0.6)
    return Recipe(
        name=f"random-{seed}",
        seed=seed,
        sources=sources,
        entities=max(8, items // (days * len(attrs))),
        days=days,
        attrs=attrs,
        groups=_random_groups(rng, sources),
        accuracy=(lowest, rng.uniform(0.71, 0.86), 0.97),
        coverage=(low_coverage, rng.uniform(0.6, 1.0)),
        skill=rng.uniform(0.1, 1.0),
        hardness=rng.uniform(0.3, 1.8),
        herding=rng.uniform(0.6, 1.0),
        definition_cap=rng.uniform(0.3, 0.65),
        traps=rng.choice((0.0, 0.0, 0.0, 0.1)),
        feed_stale=rng.uniform(0.0, 0.5),
        timed=rng.random() < 0.85,
        opaque=rng.random() < 0.5,
    )


def _random_attr(rng: Random, number: int) -> AttrRecipe:
    shape: Shape = rng.choice(("level", "level", "minutes", "label"))
    tol_rel = rng.choice((0.001, 0.005, 0.01, 0.02, 0.05))
    return AttrRecipe(
        name=f"{shape}{number}",
        shape=shape,
        tol_abs=rng.choice((1.0, 5.0, 10.0)) if shape == "minutes" else 0.0,
        tol_rel=tol_rel if shape == "level" else 0.0,
        change=rng.choice((0.1, 0.3, 0.6, 1.0, 1.0)),
        sigma=rng.uniform(2, 10) * tol_rel if shape == "level" else rng.uniform(15, 60),
        noise=rng.choice((0.0, 0.0, 0.05, 0.1, 0.2)),
        difficulty=rng.lognormvariate(0, 0.4),
        definitions=rng.choice((0, 1, 1, 1, 2, 2)),
        apart=rng.uniform(0.15, 0.9),
        ambiguity=rng.lognormvariate(0, 0.6),
        offered=rng.choice((1.0, 1.0, 0.8, 0.5)),
    )


def _random_groups(rng: Random, sources: int) -> tuple[CopyRecipe, ...]:
    """None in a quarter of the worlds; else copiers are at most three fifths of the sources."""
    if rng.random() < 0.25:
        return ()
    groups, copiers = [], 0
    for _ in range(rng.randint(1, 6)):
        count = rng.choice((2, 2, 3, 3, 4, 5, 6, 8, 11))
        if copiers + count - 1 > 0.6 * sources:
            continue
        copiers += count - 1
        lowest = rng.choice((1.0, 0.9, 0.7, 0.4))
        groups.append(
            CopyRecipe(
                count,
                rng.choice((rng.uniform(0.54, 0.7), rng.uniform(0.54, 0.97), rng.uniform(0.9, 0.97))),
                (lowest, min(1.0, lowest + 0.2)),
                lagged=rng.choice((0.0, 0.0, 0.3, 0.8)),
                chained=rng.choice((0.0, 0.3)),
                retyped=rng.choice((0.0, 0.0, 0.5)),
            )
        )
    return tuple(groups)


def size(count: int, scale: float) -> int:
    return max(2, round(count * scale))


PRESETS: Mapping[str, Callable[[int, float], Recipe]] = {
    "flight-like": flight_like,
    "stock-like": stock_like,
    "desk": desk,
    "no-copying": no_copying,
    "bad-copying": bad_copying,
    "random": random,
}
