"""A world as files: what a judge gets, and the answers that it does not get."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.truth.recipe import Cause
from benchmarks.truth.world import World


def write(world: World, folder: Path, reveal: float) -> None:
    """observations.jsonl, meta.json (groups known), meta-ungrouped.json, known.jsonl: for the judge.

    truth.jsonl and hidden.json: for whoever judges the judge.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _lines(folder / "observations.jsonl", _observations(world))
    (folder / "meta.json").write_text(json.dumps(meta(world, grouped=True), indent=1))
    (folder / "meta-ungrouped.json").write_text(json.dumps(meta(world, grouped=False), indent=1))
    known = revealed(world, reveal)
    _lines(folder / "truth.jsonl", ({"item": item, "value": value} for item, value in world.truth.items()))
    _lines(folder / "known.jsonl", ({"item": item, "value": world.truth[item]} for item in known))
    (folder / "hidden.json").write_text(json.dumps(hidden(world), indent=1))


def _observations(world: World) -> Iterable[dict[str, Any]]:
    """Some sources write numbers as texts, as they do."""
    textual = {name for name in world.names if Random(f"text {name} {world.recipe.seed}").random() < 0.3}
    for row, moment in zip(world.rows, world.times, strict=True):
        value = f"{row.value:.12g}" if row.source in textual and isinstance(row.value, float) else row.value
        line = {"item": row.item, "attr": row.attr, "source": row.source, "value": value}
        yield line | ({"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")} if world.recipe.timed else {})


def meta(world: World, grouped: bool) -> dict[str, Any]:
    """A source outside every group is a group of its own when groups are told."""
    attrs = {
        name: {"kind": rule.kind}
        | ({"tol_abs": rule.tol_abs} if rule.tol_abs else {})
        | ({"tol_rel": rule.tol_rel} if rule.tol_rel else {})
        for name, rule in world.attrs.items()
    }
    group_of = {member: f"g{number}" for number, group in enumerate(world.groups) for member in group}
    sources = {name: {"group": group_of.get(name, name)} if grouped else {} for name in sorted(world.names)}
    return {"attrs": attrs, "sources": sources}


def revealed(world: World, share: float) -> list[str]:
    """Items whose truth becomes known: a random share, in the order of time."""
    items = list(world.truth)
    chosen = set(Random(f"revealed {world.recipe.seed}").sample(items, round(share * len(items))))
    return [item for item in items if item in chosen]


def hidden(world: World) -> dict[str, Any]:
    causes = Counter(world.causes)
    wrong = sum(count for cause, count in causes.items() if cause is not Cause.NONE)
    right: dict[str, list[int]] = {}
    for row, cause in zip(world.rows, world.causes, strict=True):
        right.setdefault(row.source, []).append(cause is Cause.NONE)
    copying = world.cast.copying
    return {
        "name": world.recipe.name,
        "seed": world.recipe.seed,
        "groups": world.groups,
        "causes": {cause.name.lower(): causes[cause] / max(1, wrong) for cause in Cause if cause is not Cause.NONE},
        "wrong": wrong / len(world.rows),
        "sources": {
            world.names[number]: {
                "accuracy": sum(right[world.names[number]]) / len(right[world.names[number]]),
                "observations": len(right[world.names[number]]),
                "other_definitions": [
                    attr.name for attr, used in zip(world.recipe.attrs, profile.definition, strict=True) if used
                ],
                "copies": world.names[copying[number].original] if number in copying else None,
                "copy_rate": copying[number].rate if number in copying else 0.0,
                "lag_days": copying[number].lag if number in copying else 0,
            }
            for number, profile in enumerate(world.cast.profiles)
            if world.names[number] in right
        },
        # one letter for each line of observations.jsonl, "." where the value is right
        "cause_by_line": "".join(world.causes),
    }


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
