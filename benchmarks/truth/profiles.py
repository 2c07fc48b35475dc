"""How each source works: what it covers, which definitions it uses, how often it errs and from which cause."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.truth.facts import Facts
from benchmarks.truth.recipe import Cause, Recipe
from tests.claims.truth_oracles.ballots import Attr

SCATTERED = (Cause.STALE, Cause.PURE, Cause.INSTRUMENT, Cause.UNIT)
SCOPES = (1.0, 1.0, 0.6, 0.3)
LEAST_SCOPE = 0.15
LAGS = (1, 1, 1, 2, 3, 7)


@dataclass(slots=True)
class Profile:
    """accuracy: what is aimed at for its own values. rates[attr][cause]: chance of each cause, but for definitions.

    definition[attr]: 0 for the truth; scope[attr]: the share of entities for which it is used, always those of the
    lowest rank, as the listings of one country would be. digits[attr]: significant digits (decimals for minutes).
    wanted[cause]: the share of its own values that shall be wrong from that cause; factor[cause]: what rates had to be
    multiplied by to get there. covered: entities; attrs: attributes it has; presence: the share of those it has on a
    day.
    """

    accuracy: float
    definition: list[int]
    scope: list[float]
    rates: list[dict[Cause, float]]
    digits: list[int]
    covered: set[int]
    attrs: set[int]
    presence: float
    lag: int
    feed_stale: bool
    delay_seconds: int
    wanted: dict[Cause, float] = field(default_factory=dict)
    factor: dict[Cause, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copying:
    """source copies original: the share rate of what original has, as it stood lag days before; retyped: re-rounded."""

    source: int
    original: int
    rate: float
    lag: int
    retyped: bool


@dataclass(frozen=True, slots=True)
class Cast:
    profiles: list[Profile]
    copying: dict[int, Copying]
    groups: list[list[int]]


def cast_of(recipe: Recipe, facts: Facts) -> Cast:
    """Originals stand before their copiers in no particular place among all sources."""
    rng = Random(f"cast {recipe.name} {recipe.seed}")
    order = list(range(recipe.sources))
    rng.shuffle(order)
    groups, copying = _groups(rng, recipe, order)
    accuracies = [_accuracy(rng, recipe.accuracy) for _ in range(recipe.sources)]
    for group, wish in zip(groups, recipe.groups, strict=True):
        accuracies[group[0]] = wish.accuracy
    coverages = [rng.uniform(*recipe.coverage) for _ in range(recipe.sources)]
    for group, wish in zip(groups, recipe.groups, strict=True):
        coverages[group[0]] = wish.coverage or coverages[group[0]]
    profiles = [_profile(rng, recipe, facts, *pair) for pair in zip(accuracies, coverages, strict=True)]
    _take_definitions(rng, recipe, profiles, copying)
    for profile in profiles:
        _set_rates(rng, recipe, profile)
    _cover_like_the_original(rng, profiles, copying)
    return Cast(profiles, copying, groups)


def _groups(rng: Random, recipe: Recipe, order: Sequence[int]) -> tuple[list[list[int]], dict[int, Copying]]:
    free = list(order)
    groups, copying = [], {}
    for wish in recipe.groups:
        members = [free.pop() for _ in range(wish.size)]
        for place, member in enumerate(members[1:], start=1):
            original = rng.choice(members[1:place]) if place > 1 and rng.random() < wish.chained else members[0]
            lag = rng.choice((1, 1, 2)) if rng.random() < wish.lagged else 0
            copying[member] = Copying(member, original, rng.uniform(*wish.rate), lag, rng.random() < wish.retyped)
        groups.append(members)
    return groups, copying


def _accuracy(rng: Random, wanted: tuple[float, float, float]) -> float:
    low, mean, high = wanted
    place = (mean - low) / (high - low)
    return low + (high - low) * rng.betavariate(2.5 * place, 2.5 * (1 - place))


def _profile(rng: Random, recipe: Recipe, facts: Facts, accuracy: float, coverage: float) -> Profile:
    kept = [coverage ** rng.choice((0.0, 0.5, 1.0)) for _ in range(2)]
    count = max(2, round(recipe.entities * kept[0]))
    columns = {a for a, attr in enumerate(recipe.attrs) if rng.random() < attr.offered * kept[1]}
    columns = columns or {rng.randrange(len(recipe.attrs))}
    offered = sum(attr.offered for attr in recipe.attrs)
    presence = coverage / (count / recipe.entities * len(columns) / offered)
    return Profile(
        accuracy=accuracy,
        definition=[0] * len(recipe.attrs),
        scope=[1.0] * len(recipe.attrs),
        rates=[],
        digits=[_digits(rng, attr) for attr in facts.attrs],
        covered=set(rng.sample(range(recipe.entities), count)),
        attrs=columns,
        presence=min(1.0, presence),
        lag=rng.choice(LAGS),
        feed_stale=rng.random() < recipe.feed_stale,
        delay_seconds=rng.randrange(0, 6 * 3600),
    )


def _digits(rng: Random, attr: Attr) -> int:
    """So many that rounding moves a value by at most a quarter of the tolerance; often more."""
    if attr.tol_rel <= 0:
        return rng.choice((0, 0, 1))
    enough = math.ceil(-math.log10(attr.tol_rel / 2)) + 1
    return enough + rng.choice((0, 1, 1, 2, 4))


def _take_definitions(rng: Random, recipe: Recipe, profiles: list[Profile], copying: dict[int, Copying]) -> None:
    """Sources take other definitions until these make their share of all errors, those of copies counted.

    Bad sources and vague attributes first. Nobody takes one that alone would make it worse than it shall be.
    """
    readers = Counter(copy.original for copy in copying.values())
    independent = [source for source in range(len(profiles)) if source not in copying]
    errors = [(1 - profile.accuracy) * len(profile.attrs) for profile in profiles]
    budget = recipe.mix[Cause.DEFINITION] * sum(errors[source] * (1 + readers[source]) for source in independent)
    spare = [error * 0.95 for error in errors]
    room = [_room(rng, recipe, attr, profiles, independent) for attr in range(len(recipe.attrs))]
    for source, attr in _tempted(rng, recipe, profiles, independent):
        scope = min(rng.choice(SCOPES), spare[source] / recipe.attrs[attr].apart)
        cost = recipe.attrs[attr].apart * scope
        weight = 1 + readers[source]
        if scope >= LEAST_SCOPE and room[attr] >= 1 and rng.random() < budget / (cost * weight):
            budget -= cost * weight
            spare[source] -= cost
            room[attr] -= 1
            profiles[source].definition[attr] = _which(rng, recipe, attr)
            profiles[source].scope[attr] = scope


def _room(rng: Random, recipe: Recipe, attr: int, profiles: list[Profile], independent: Sequence[int]) -> float:
    offering = sum(attr in profiles[source].attrs for source in independent)
    return offering * (0.8 if rng.random() < recipe.traps else recipe.definition_cap)


def _tempted(rng: Random, recipe: Recipe, profiles: list[Profile], independent: Sequence[int]) -> list[tuple[int, int]]:
    """All (source, attribute) that may go astray, in a random order that favours bad sources and vague attributes."""
    pairs = [
        (rng.expovariate((1 - profiles[source].accuracy) * recipe.attrs[attr].ambiguity), source, attr)
        for source in independent
        for attr in sorted(profiles[source].attrs)
        if recipe.attrs[attr].definitions and recipe.attrs[attr].ambiguity > 0
    ]
    return [(source, attr) for _, source, attr in sorted(pairs)]


def _which(rng: Random, recipe: Recipe, attr: int) -> int:
    count = recipe.attrs[attr].definitions
    return 1 if rng.random() < recipe.herding else rng.randint(1, count)


def _set_rates(rng: Random, recipe: Recipe, profile: Profile) -> None:
    """What the definitions leave of the errors goes to the other causes in proportion, unevenly over attributes."""
    count = len(profile.attrs)
    spent = sum(recipe.attrs[a].apart * profile.scope[a] for a in profile.attrs if profile.definition[a]) / count
    left = max((1 - profile.accuracy) * 0.2, 1 - profile.accuracy - spent)
    weight = {a: recipe.attrs[a].difficulty * rng.lognormvariate(0, recipe.skill) for a in sorted(profile.attrs)}
    scale = left * count / sum(weight.values())
    scattered = sum(recipe.mix[cause] for cause in SCATTERED)
    profile.wanted = {cause: left * recipe.mix[cause] / scattered for cause in SCATTERED}
    for attr in range(len(recipe.attrs)):
        error = min(0.8, weight.get(attr, 1.0) * scale)
        profile.rates.append({cause: error * recipe.mix[cause] / scattered for cause in SCATTERED})


def _cover_like_the_original(rng: Random, profiles: list[Profile], copying: dict[int, Copying]) -> None:
    """A copier has what its original has; one that copies only in part may have more."""
    for copy in copying.values():
        mine, theirs = profiles[copy.source], profiles[copy.original]
        if copy.rate > 0.9:
            mine.covered, mine.attrs, mine.presence = theirs.covered, theirs.attrs, min(1.0, theirs.presence * 1.5)
        else:
            mine.covered, mine.attrs = mine.covered | theirs.covered, mine.attrs | theirs.attrs
        if not copy.retyped:
            mine.digits = theirs.digits
        mine.delay_seconds = theirs.delay_seconds + rng.randrange(60, 7200)
