"""A table of conflicting observations with everything that is hidden about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.truth.facts import BEFORE, LABELS, Facts, facts_of
from benchmarks.truth.profiles import Cast, Copying, Profile, cast_of
from benchmarks.truth.recipe import Cause, Recipe
from tests.claims.truth_oracles.ballots import Attr, Row, Value

FIRST_DAY = datetime(2011, 7, 1, 14, tzinfo=UTC)
SLIPS = (1, 2, 3, 3, 3, 6, -1, -2, -3, -3)

CALIBRATIONS = 4
CALIBRATION_DAYS = 3

Cell = tuple[int, int, int]  # attr, entity, day
Said = tuple[Value, Cause]


@dataclass(slots=True)
class World:
    """rows are in the order of times; times and causes go along with them. truth: item -> value."""

    recipe: Recipe
    attrs: dict[str, Attr]
    facts: Facts
    cast: Cast
    names: list[str]
    rows: list[Row] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    truth: dict[str, Value] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def groups(self) -> list[list[str]]:
        return [sorted(self.names[member] for member in group) for group in self.cast.groups]


def generate(recipe: Recipe) -> World:
    facts = facts_of(recipe)
    cast = cast_of(recipe, facts)
    rng = Random(f"names {recipe.name} {recipe.seed}")
    names = [f"s{number:02d}" for number in rng.sample(range(recipe.sources), recipe.sources)]
    attrs = {attr.name: rule for attr, rule in zip(recipe.attrs, facts.attrs, strict=True)}
    world = World(recipe, attrs, facts, cast, names)
    _publish(world, _items(rng, world))
    return world


def _items(rng: Random, world: World) -> dict[Cell, str]:
    """Item names; an opaque one says nothing about attribute, entity or day."""
    recipe = world.recipe
    cells = [(a, e, d) for d in range(recipe.days) for e in range(recipe.entities) for a in range(len(recipe.attrs))]
    numbers = rng.sample(range(len(cells)), len(cells))
    items = {}
    for cell, number in zip(cells, numbers, strict=True):
        attr, entity, day = cell
        items[cell] = f"i{number:06d}" if recipe.opaque else f"e{entity:03d}/d{day:02d}/{recipe.attrs[attr].name}"
    return items


def _publish(world: World, items: dict[Cell, str]) -> None:
    spoken = Spoken(world)
    lines = []
    for source in range(world.recipe.sources):
        rng = Random(f"source {source} {world.recipe.name} {world.recipe.seed}")
        delay = world.cast.profiles[source].delay_seconds
        for cell, value, cause in spoken.by(source):
            moment = FIRST_DAY + timedelta(days=cell[2], seconds=delay + rng.randrange(1800))
            lines.append((moment, items[cell], source, cell, value, cause))
    lines.sort(key=lambda line: line[:3])
    for moment, item, source, cell, value, cause in lines:
        world.rows.append(Row(item, world.recipe.attrs[cell[0]].name, world.names[source], value))
        world.times.append(moment)
        world.causes.append(cause)
        world.truth[item] = world.facts.value(cell[0], 0, *cell[1:])
        world.cells[item] = cell


class Spoken:
    """What each source says of each cell; a copier's values need its original's, so they are made on demand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[int, dict[Cell, Said]] = {}

    def by(self, source: int) -> Iterator[tuple[Cell, Value, Cause]]:
        for cell, (value, cause) in self.values(source).items():
            yield cell, value, self._seen(cell, value, cause)

    def values(self, source: int) -> dict[Cell, Said]:
        if source not in self.known:
            self.known[source] = Voice(self.world, source).values(range(self.world.recipe.days))
            copy = self.world.cast.copying.get(source)
            if copy is not None:
                self._take_over(copy, self.known[source], self.values(copy.original))
        return self.known[source]

    def _take_over(self, copy: Copying, own: dict[Cell, Said], theirs: dict[Cell, Said]) -> None:
        """One that copies (nearly) everything is silent where its original is."""
        recipe = self.world.recipe
        rng = Random(f"copy {copy.source} {recipe.name} {recipe.seed}")
        digits = self.world.cast.profiles[copy.source].digits
        for cell in list(own):
            attr, entity, day = cell
            taken = theirs.get((attr, entity, day - copy.lag))
            if taken is not None and rng.random() < copy.rate:
                value = written(self.world.facts.attrs[attr], digits[attr], taken[0]) if copy.retyped else taken[0]
                own[cell] = (value, taken[1] if taken[1] is not Cause.NONE or not copy.lag else Cause.STALE)
            elif taken is None and copy.rate > 0.9:
                del own[cell]

    def _seen(self, cell: Cell, value: Value, cause: Cause) -> Cause:
        """A value within the tolerance has no cause to be wrong; one that is wrong without a cause was misread."""
        if is_right(self.world.facts, cell, value):
            return Cause.NONE
        return Cause.PURE if cause is Cause.NONE else cause


class Voice:
    """One source on its own: what it would say if it copied nobody. Rates are scaled until its errors are as wanted."""

    def __init__(self, world: World, source: int) -> None:
        self.world, self.facts, self.source = world, world.facts, source
        self.profile: Profile = world.cast.profiles[source]
        self.factor = dict.fromkeys(self.profile.wanted, 1.0)
        for _ in range(CALIBRATIONS):
            self._start("calibration")
            self._calibrate(self.values(range(world.recipe.days)[-CALIBRATION_DAYS:]))
        self.profile.factor = self.factor
        self._start("voice")

    def _start(self, purpose: str) -> None:
        self.rng = Random(f"{purpose} {self.source} {self.world.recipe.name} {self.world.recipe.seed}")
        self.mistaken: dict[tuple[int, int], int | None] = {}
        self.slipping: dict[tuple[int, int], int | None] = {}
        self.stale_days: dict[tuple[int, int], bool] = {}

    def _calibrate(self, said: dict[Cell, Said]) -> None:
        wrong = Counter(cause for cell, (value, cause) in said.items() if not is_right(self.facts, cell, value))
        for cause, share in self.profile.wanted.items():
            found = wrong[cause] / max(1, len(said))
            self.factor[cause] = min(20.0, self.factor[cause] * min(4.0, max(0.25, (share + 0.002) / (found + 0.002))))

    def values(self, days: range) -> dict[Cell, Said]:
        profile, rng, said = self.profile, self.rng, {}
        for day in days:
            for entity in sorted(profile.covered):
                for attr in sorted(profile.attrs):
                    if rng.random() < profile.presence:
                        said[attr, entity, day] = self._say(attr, entity, day)
        return said

    def _say(self, attr: int, entity: int, day: int) -> Said:
        """The gravest cause is the one that is named."""
        definition, rng = definition_used(self.facts, self.profile, attr, entity), self.rng
        cause = Cause.DEFINITION if definition else Cause.NONE
        instrument = self._persistent(self.mistaken, Cause.INSTRUMENT, attr, entity, self._stranger)
        slip = self._persistent(self.slipping, Cause.UNIT, attr, entity, lambda _: rng.choice(SLIPS))
        about, moment = (entity, day) if instrument is None else (instrument, day)
        if self._is_stale(attr, entity, day):
            cause, moment = Cause.STALE, max(-BEFORE, day - self.profile.lag)
        value = self.facts.value(attr, definition, about, moment)
        if instrument is not None:
            cause = Cause.INSTRUMENT
        if rng.random() < self._rate(Cause.PURE, attr, entity):
            cause, value = Cause.PURE, self._pure(attr, about, day)
        return self._write(attr, value, slip), cause if slip is None else Cause.UNIT

    def _write(self, attr: int, value: Value, slip: int | None) -> Value:
        if isinstance(value, str):
            return value
        rule = self.facts.attrs[attr]
        noisy = value + self.rng.gauss(0, self.world.recipe.attrs[attr].noise * rule.tolerance(value, value))
        return written(rule, self.profile.digits[attr], noisy * 10.0 ** (slip or 0))

    def _rate(self, cause: Cause, attr: int, entity: int) -> float:
        return min(
            0.95, self.profile.rates[attr].get(cause, 0.0) * self.factor[cause] * self.facts.burden[attr][entity]
        )

    def _persistent(
        self, kept: dict[tuple[int, int], int | None], cause: Cause, attr: int, entity: int, draw: Callable[[int], int]
    ) -> int | None:
        """A mistake that stays with an entity's attribute; None for nearly all."""
        key = (attr, entity)
        if key not in kept:
            kept[key] = draw(entity) if self.rng.random() < self._rate(cause, attr, entity) else None
        return kept[key]

    def _stranger(self, entity: int) -> int:
        return self.facts.twin[entity] if self.rng.random() < 0.6 else self.rng.randrange(self.world.recipe.entities)

    def _is_stale(self, attr: int, entity: int, day: int) -> bool:
        if not self.profile.feed_stale:
            return self.rng.random() < self._rate(Cause.STALE, attr, entity)
        if (attr, day) not in self.stale_days:
            rate = self.profile.rates[attr][Cause.STALE] * self.factor[Cause.STALE]
            self.stale_days[attr, day] = self.rng.random() < rate
        return self.stale_days[attr, day]

    def _pure(self, attr: int, entity: int, day: int) -> Value:
        truth, rule = self.facts.value(attr, 0, entity, day), self.facts.attrs[attr]
        if isinstance(truth, str):
            return f"L{self.rng.randrange(LABELS):02d}"
        if rule.tol_abs > 0:
            return truth + self.rng.choice((-1, 1)) * rule.tol_abs * self.rng.uniform(1.2, 8)
        return truth * (1 + self.rng.choice((-1, 1)) * self.rng.uniform(1.5, 30) * min(rule.tol_rel, 0.03))


def definition_used(facts: Facts, profile: Profile, attr: int, entity: int) -> int:
    return profile.definition[attr] if facts.rank[entity] < profile.scope[attr] else 0


def is_right(facts: Facts, cell: Cell, value: Value) -> bool:
    attr, entity, day = cell
    return facts.attrs[attr].same(value, facts.value(attr, 0, entity, day))


def written(rule: Attr, digits: int, value: Value) -> Value:
    """As the source rounds: significant digits where the tolerance is relative, else decimals."""
    if isinstance(value, str):
        return value
    if rule.tol_rel <= 0 or value == 0:
        return float(round(value, digits))
    return float(round(value, digits - 1 - math.floor(math.log10(abs(value)))))
