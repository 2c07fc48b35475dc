"""What could be attained: judges that know what no judge knows, and limits that no judge passes.

`informed` knows who copies what, who uses another definition where, how often each source errs from each cause, and
every earlier truth. `accuracies` knows who copies what and how often each source is right about each attribute, as one
could learn from unlimited later truth. Neither knows the truth of the item itself.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.truth.facts import BEFORE, LABELS, Facts
from benchmarks.truth.profiles import Profile
from benchmarks.truth.recipe import Cause
from benchmarks.truth.scoring import Answer
from benchmarks.truth.world import SLIPS, Cell, World, definition_used
from tests.claims.truth_oracles import accu
from tests.claims.truth_oracles.ballots import Attr, Ballot, Row, Value, ballots_of

SURE = 0.98  # from where an informed judge calls an item verified
UNSPOKEN = 1e-4  # likelihood of a value that no cause explains


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of items. unspoken: nobody says the truth, so nobody can find it.

    outnumbered: with all copies left out, another value has at least as many independent voices as the truth, so
    whoever weighs all voices alike and knows no outcome is wrong or guesses.
    """

    unspoken: float
    outnumbered: float


def limits(world: World) -> Limits:
    ballots = ballots_of(world.rows, world.attrs)
    unspoken = {b.item for b in ballots if not any(_right(world, b, side.value) for side in b.sides)}
    outnumbered = 0
    for ballot in ballots_of(uncopied(world), world.attrs):
        truth = max((len(s.sources) for s in ballot.sides if _right(world, ballot, s.value)), default=0)
        rival = max((len(s.sources) for s in ballot.sides if not _right(world, ballot, s.value)), default=0)
        outnumbered += ballot.item not in unspoken and rival >= truth
    return Limits(len(unspoken) / len(ballots), outnumbered / len(ballots))


def _right(world: World, ballot: Ballot, value: Value) -> bool:
    return world.attrs[ballot.attr].same(value, world.truth[ballot.item])


def uncopied(world: World) -> list[Row]:
    """The rows that are not taken from an original that also speaks."""
    number = {name: source for source, name in enumerate(world.names)}
    said = {(number[row.source], world.cells[row.item]): row.value for row in world.rows}
    return [row for row in world.rows if not _is_copy(world, said, number[row.source], world.cells[row.item])]


def _is_copy(world: World, said: Mapping[tuple[int, Cell], Value], source: int, cell: Cell) -> bool:
    copy = world.cast.copying.get(source)
    if copy is None:
        return False
    attr, entity, day = cell
    theirs = said.get((copy.original, (attr, entity, day - copy.lag)))
    return theirs is not None and world.facts.attrs[attr].same(said[source, cell], theirs)


def uncopied_popaccu(world: World) -> dict[str, Answer]:
    """What is attained without any outcome when finding the copies is no longer the problem."""
    decided = accu.popaccu(ballots_of(uncopied(world), world.attrs), per_attr=True)
    return {item: Answer(one.value, one.confidence) for item, one in decided.items()}


def accuracies(world: World) -> dict[str, Answer]:
    """ACCU's posterior from the true accuracy of each source on each attribute, copies left out."""
    right: dict[tuple[str, str], list[int]] = defaultdict(lambda: [1, 2])
    for row, cause in zip(world.rows, world.causes, strict=True):
        counts = right[row.source, row.attr]
        counts[0] += cause is Cause.NONE
        counts[1] += 1
    known = {key: min(accu.MOST, max(accu.LEAST, good / count)) for key, (good, count) in right.items()}
    rows = uncopied(world)
    return _answers(ballots_of(rows, world.attrs), [accu.popular(b, known) for b in ballots_of(rows, world.attrs)])


def informed(world: World) -> dict[str, Answer]:
    profile_of = dict(zip(world.names, world.cast.profiles, strict=True))
    ballots = ballots_of(uncopied(world), world.attrs)
    return _answers(ballots, [_posterior(world, ballot, profile_of) for ballot in ballots])


def _answers(ballots: Sequence[Ballot], rows: Sequence[Sequence[float]]) -> dict[str, Answer]:
    answers = {}
    for ballot, row in zip(ballots, rows, strict=True):
        best = max(range(len(row)), key=lambda index: row[index])
        status = "verified" if row[best] >= SURE else "rumor"
        answers[ballot.item] = Answer(ballot.sides[best].value, row[best], status)
    return answers


def _posterior(world: World, ballot: Ballot, profile_of: Mapping[str, Profile]) -> list[float]:
    cell = world.cells[ballot.item]
    logs = []
    for truth in ballot.sides:
        parts = [
            math.log(_likelihood(world.facts, profile_of[source], cell, side.value, truth.value))
            for side in ballot.sides
            for source in side.sources
        ]
        logs.append(sum(parts))
    top = max(logs)
    raw = [math.exp(one - top) for one in logs]
    return [one / sum(raw) for one in raw]


def _likelihood(facts: Facts, profile: Profile, cell: Cell, said: Value, truth: Value) -> float:
    """Of what one source says, if this is the truth. A source with another definition says nothing about it."""
    attr, entity, day = cell
    rule, chance = facts.attrs[attr], _chances(facts, profile, attr, entity)
    other = definition_used(facts, profile, attr, entity)
    if other and facts.series[attr][other][entity] is not facts.series[attr][0][entity]:
        return 1.0
    past = facts.value(attr, 0, entity, max(-BEFORE, day - profile.lag))
    if rule.same(said, truth):
        return 1 - sum(chance.values()) + chance[Cause.STALE] * rule.same(past, truth) + UNSPOKEN
    twin = facts.value(attr, 0, facts.twin[entity], day)
    return (
        UNSPOKEN
        + chance[Cause.STALE] * rule.same(said, past)
        + chance[Cause.INSTRUMENT] * (0.6 * rule.same(said, twin) + 0.4 / LABELS)
        + chance[Cause.UNIT] * _slipped(rule, said, truth) / len(set(SLIPS))
        + chance[Cause.PURE] / LABELS
    )


def _chances(facts: Facts, profile: Profile, attr: int, entity: int) -> dict[Cause, float]:
    burden = facts.burden[attr][entity]
    rates = profile.rates[attr]
    chances = {cause: min(0.95, rates.get(cause, 0.0) * profile.factor[cause] * burden) for cause in profile.wanted}
    most = max(1.0, sum(chances.values()) / 0.95)
    return {cause: chance / most for cause, chance in chances.items()}


def _slipped(rule: Attr, said: Value, truth: Value) -> bool:
    if isinstance(said, str) or isinstance(truth, str):
        return False
    return any(rule.same(said, truth * 10.0**power) for power in SLIPS)
