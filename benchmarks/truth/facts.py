"""What is true of every entity on every day, and what other definitions of the same attribute would give."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.truth.recipe import AttrRecipe, Recipe
from tests.claims.truth_oracles.ballots import Attr, Value

BEFORE = 10  # days of the past, so that the first day can have stale values
LABELS = 40  # texts an attribute of labels may have

Series = list[Value]


@dataclass(frozen=True, slots=True)
class Facts:
    """series[attr][definition][entity][day + BEFORE]; definition 0 is the truth.

    twin[entity]: the other entity it is commonly taken for. burden[attr][entity]: how hard it is for everybody, 1 on
    average. rank[entity]: from 0 to 1, in which order entities fall under other definitions.
    """

    attrs: tuple[Attr, ...]
    series: list[list[list[Series]]]
    twin: list[int]
    burden: list[list[float]]
    rank: list[float]

    def value(self, attr: int, definition: int, entity: int, day: int) -> Value:
        return self.series[attr][definition][entity][day + BEFORE]


def facts_of(recipe: Recipe) -> Facts:
    rng = Random(f"facts {recipe.name} {recipe.seed}")
    length = recipe.days + BEFORE
    series = [_attribute(rng, attr, recipe.entities, length) for attr in recipe.attrs]
    twin = [(entity + rng.randrange(1, recipe.entities)) % recipe.entities for entity in range(recipe.entities)]
    burden = [_burden(rng, recipe) for _ in recipe.attrs]
    rank = [(place + 0.5) / recipe.entities for place in rng.sample(range(recipe.entities), recipe.entities)]
    return Facts(tuple(tolerance(attr) for attr in recipe.attrs), series, twin, burden, rank)


def _burden(rng: Random, recipe: Recipe) -> list[float]:
    drawn = [rng.lognormvariate(0, recipe.hardness) for _ in range(recipe.entities)]
    return [one * len(drawn) / sum(drawn) for one in drawn]


def tolerance(attr: AttrRecipe) -> Attr:
    return Attr("category" if attr.shape == "label" else "number", attr.tol_abs, attr.tol_rel)


def _attribute(rng: Random, attr: AttrRecipe, entities: int, length: int) -> list[list[Series]]:
    scale = 10 ** rng.uniform(0, 9)
    walk = WALKS[attr.shape]
    truth = [walk(rng, attr, length, scale) for _ in range(entities)]
    others = [[_other(rng, attr, series) for series in truth] for _ in range(attr.definitions)]
    return [truth, *others]


def _level(rng: Random, attr: AttrRecipe, length: int, scale: float) -> Series:
    value = scale * rng.lognormvariate(0, 1)
    series: Series = []
    for _ in range(length):
        if rng.random() < attr.change:
            value *= math.exp(rng.gauss(0, attr.sigma))
        series.append(value)
    return series


def _minutes(rng: Random, attr: AttrRecipe, length: int, scale: float) -> Series:
    usual = rng.uniform(300, 1300)
    value = usual
    series: Series = []
    for _ in range(length):
        if rng.random() < attr.change:
            value = usual + rng.choice((rng.gauss(0, attr.sigma / 4), abs(rng.gauss(0, attr.sigma * 1.5))))
        series.append(float(round(value)))
    return series


def _label(rng: Random, attr: AttrRecipe, length: int, scale: float) -> Series:
    value = _any_label(rng)
    series: Series = []
    for _ in range(length):
        if rng.random() < attr.change:
            value = _any_label(rng)
        series.append(value)
    return series


def _any_label(rng: Random) -> str:
    """Some labels are much commoner than others."""
    return f"L{int(LABELS * rng.random() ** 1.5):02d}"


WALKS: dict[str, Callable[[Random, AttrRecipe, int, float], Series]] = {
    "level": _level,
    "minutes": _minutes,
    "label": _label,
}


def _other(rng: Random, attr: AttrRecipe, truth: Series) -> Series:
    """The same as the truth for entities where the definitions do not differ."""
    if rng.random() >= attr.apart:
        return truth
    if attr.shape == "level":
        factor = rng.choice((rng.uniform(1.03, 1.6), rng.uniform(0.5, 0.97), rng.uniform(1.6, 4.0)))
        return [float(value) * factor for value in truth]
    if attr.shape == "minutes":
        taxi = rng.uniform(1.2, 3.0) * attr.tol_abs * rng.choice((-1, 1))
        return [round(float(value) + taxi + rng.gauss(0, 0.1 * attr.tol_abs)) * 1.0 for value in truth]
    shift = rng.choice((str(rng.randrange(1, 5)), "b"))
    return [f"{value}{shift}" for value in truth]
