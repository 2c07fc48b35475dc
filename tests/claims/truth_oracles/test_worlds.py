"""Worlds follow from their seed alone and are what they say; scores mean what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.truth import files, informed
from benchmarks.truth.recipe import MIX, PRESETS, Cause
from benchmarks.truth.scoring import Answer, calibration_error, pairs_found, score
from benchmarks.truth.world import World, generate

SMALL = 0.2


@pytest.fixture(scope="module")
def world() -> World:
    return generate(PRESETS["flight-like"](1, SMALL))


def test_a_seed_gives_one_world_and_another_seed_another(world: World) -> None:
    again, other = (generate(PRESETS["flight-like"](seed, SMALL)) for seed in (1, 2))
    assert again.rows == world.rows
    assert again.truth == world.truth
    assert other.rows != world.rows


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_gives_a_table_in_the_order_of_time(preset: str) -> None:
    made = generate(PRESETS[preset](3, SMALL))
    assert made.times == sorted(made.times)
    assert len({(row.item, row.source) for row in made.rows}) == len(made.rows)
    assert {row.item for row in made.rows} == set(made.truth)


def test_a_line_has_a_cause_exactly_when_it_is_wrong(world: World) -> None:
    for row, cause in zip(world.rows, world.causes, strict=True):
        assert world.attrs[row.attr].same(row.value, world.truth[row.item]) is (cause is Cause.NONE)


def test_every_cause_makes_about_its_share_of_the_errors() -> None:
    hidden = files.hidden(generate(PRESETS["no-copying"](1, 1.0)))
    for cause, share in MIX.items():
        assert hidden["causes"][cause.name.lower()] == pytest.approx(share, abs=0.12)


def test_a_full_copier_says_what_its_original_says_and_is_silent_where_that_is(world: World) -> None:
    said: dict[str, dict[str, object]] = {}
    for row in world.rows:
        said.setdefault(row.source, {})[row.item] = row.value
    copies = [(world.names[c.source], world.names[c.original]) for c in world.cast.copying.values() if c.rate > 0.9]
    assert copies
    for copier, original in copies:
        same = [said[original].get(item) == value for item, value in said[copier].items()]
        assert sum(same) / len(same) > 0.85
        assert said[copier].keys() <= said[original].keys()


def test_what_the_judge_gets_holds_no_answers(world: World, tmp_path: Path) -> None:
    files.write(world, tmp_path, 0.05)
    line = json.loads((tmp_path / "observations.jsonl").read_text().splitlines()[0])
    assert line.keys() == {"item", "attr", "source", "value", "time"}
    ungrouped = json.loads((tmp_path / "meta-ungrouped.json").read_text())
    assert all(facts == {} for facts in ungrouped["sources"].values())
    assert len((tmp_path / "known.jsonl").read_text().splitlines()) == round(0.05 * len(world.truth))


def test_items_that_were_told_are_not_scored(world: World) -> None:
    items = list(world.truth)
    perfect = {item: Answer(world.truth[item], 1.0) for item in items[:10]}
    assert score(world, perfect, told=items[10:]).precision == 1.0
    assert score(world, perfect).precision == pytest.approx(10 / len(items))


def test_calibration_error_by_hand() -> None:
    """Ten answers of .8 of which six are right are off by .2; ten of 1.0 that are all right by nothing."""
    assert calibration_error([(0.8, place < 6) for place in range(10)]) == pytest.approx(0.2)
    mixed = [(0.8, place < 6) for place in range(10)] + [(1.0, True)] * 10
    assert calibration_error(mixed) == pytest.approx(0.1)


def test_a_pair_is_found_when_it_is_one_voice_in_half_of_its_items() -> None:
    one = Answer("x", 1.0, "verified", [["a", "b"], ["c"]])
    two = Answer("x", 1.0, "verified", [["a"], ["b"], ["c"]])
    assert pairs_found({"1": one, "2": two}) == {("a", "b")}
    assert pairs_found({"1": one, "2": two, "3": two}) == set()


def test_knowing_more_never_does_much_worse(world: World) -> None:
    by_voices, by_accuracy = informed.uncopied_popaccu(world), informed.accuracies(world)
    assert score(world, by_accuracy).precision > score(world, by_voices).precision - 0.01
    bounds = informed.limits(world)
    assert score(world, informed.informed(world)).precision <= 1 - bounds.unspoken
