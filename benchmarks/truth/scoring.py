"""How good a judge's answers are, all engines by the same tolerance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.truth.world import World
from tests.claims.truth_oracles.ballots import Value

BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """value None: no answer. status "" and voices empty: the engine has no such thing."""

    value: Value | None
    confidence: float
    status: str = ""
    voices: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Shares; None where the engine does not say. Items whose truth was told to it are not counted.

    wrong_verified: items called verified that are wrong.
    """

    precision: float
    verified_right: float | None
    coverage: float | None
    wrong_verified: int
    single_right: float | None
    calibration_error: float
    pair_precision: float | None
    pair_recall: float | None


def score(world: World, answers: Mapping[str, Answer], told: Collection[str] = ()) -> Score:
    attr_of = {row.item: world.attrs[row.attr] for row in world.rows}
    asked = [item for item in world.truth if item not in told]
    right: dict[str, bool] = {}
    for item in asked:
        answer = answers.get(item)
        value = answer.value if answer else None
        right[item] = value is not None and attr_of[item].same(value, world.truth[item])
    by_status = {
        status: [right[item] for item in asked if item in answers and answers[item].status == status]
        for status in ("verified", "single_source")
    }
    has_status = any(answer.status for answer in answers.values())
    found = pairs_found(answers)
    true = pairs_true(world)
    known = any(answer.voices for answer in answers.values())
    return Score(
        precision=sum(right.values()) / len(asked),
        verified_right=_mean(by_status["verified"]),
        coverage=len(by_status["verified"]) / len(asked) if has_status else None,
        wrong_verified=by_status["verified"].count(False),
        single_right=_mean(by_status["single_source"]),
        calibration_error=calibration_error([(answers[i].confidence, right[i]) for i in asked if i in answers]),
        pair_precision=len(found & true) / len(found) if known and found else None,
        pair_recall=len(found & true) / len(true) if known and true else None,
    )


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Mean distance of confidence and share right over ten bins of equally many answers.

    Answers of one confidence may be right or wrong in any order, so they are spread evenly over the bins they span.
    """
    ordered = sorted(pairs, key=lambda pair: pair[0])
    smoothed: list[tuple[float, float]] = []
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        share = sum(ok for _, ok in ordered[start:end]) / (end - start)
        smoothed += [(ordered[start][0], share)] * (end - start)
        start = end
    total = 0.0
    for number in range(BINS):
        part = smoothed[number * len(smoothed) // BINS : (number + 1) * len(smoothed) // BINS]
        total += abs(sum(sure for sure, _ in part) - sum(ok for _, ok in part))
    return total / max(1, len(smoothed))


def pairs_true(world: World) -> set[tuple[str, str]]:
    """All pairs of sources of one copying group."""
    return {pair for group in world.groups for pair in combinations(group, 2)}


def pairs_found(answers: Mapping[str, Answer]) -> set[tuple[str, str]]:
    """Pairs that were one voice in at least half of the items for which both spoke."""
    together: Counter[tuple[str, str]] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    shapes = Counter(tuple(tuple(sorted(voice)) for voice in answer.voices) for answer in answers.values())
    for voices, times in shapes.items():
        together.update({pair: times for voice in voices for pair in combinations(voice, 2)})
        speakers = sorted(source for voice in voices for source in voice)
        both.update({pair: times for pair in combinations(speakers, 2)})
    return {pair for pair, count in together.items() if count * 2 >= both[pair]}


def _mean(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
