"""The judges that are compared: oracles in this process, `manage.py adjudicate` as its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.truth import informed
from benchmarks.truth.scoring import Answer
from benchmarks.truth.world import World
from tests.claims.truth_oracles import accu, accucopy, counting, truthfinder
from tests.claims.truth_oracles.ballots import Ballot, Decision, Row, Value, ballots_of

ROOT = Path(__file__).resolve().parents[2]

Oracle = Callable[[World, list[Ballot]], dict[str, Decision]]

ORACLES: Mapping[str, Oracle] = {
    "vote": lambda world, ballots: counting.vote(ballots),
    "median": lambda world, ballots: counting.median(ballots),
    "truthfinder": lambda world, ballots: truthfinder.truthfinder(ballots, world.attrs),
    "accu": lambda world, ballots: accu.accu(ballots),
    "accusim": lambda world, ballots: accu.accusim(ballots, world.attrs),
    "accusim-attr": lambda world, ballots: accu.accusim(ballots, world.attrs, per_attr=True),
    "popaccu": lambda world, ballots: accu.popaccu(ballots),
    "accucopy": lambda world, ballots: accucopy.accucopy(ballots),
    "accucopy-attr": lambda world, ballots: accucopy.accucopy(ballots, per_attr=True),
}

# engine -> arguments of the command; the files are those of benchmarks.truth.files
REGIMES: Mapping[str, tuple[str, ...]] = {
    "adjudicate-groups": ("--meta", "meta.json"),
    "adjudicate": ("--meta", "meta-ungrouped.json"),
    "adjudicate-no-copying": ("--meta", "meta-ungrouped.json", "--no-copying"),
    "adjudicate-taught": ("--meta", "meta-ungrouped.json", "--truth", "known.jsonl"),
    "adjudicate-groups-taught": ("--meta", "meta.json", "--truth", "known.jsonl"),
}

VERIFIED, SINGLE, RUMOR = "verified", "single_source", "rumor"


class CannotRun(Exception):
    """The engine did not answer; the text says why."""


def oracle(name: str, world: World) -> dict[str, Answer]:
    ballots = ballots_of(world.rows, world.attrs)
    decided = ORACLES[name](world, ballots)
    return {item: Answer(one.value, one.confidence) for item, one in decided.items()}


def voices(world: World) -> dict[str, Answer]:
    """The rule of the verdicts with copies known: one vote a group, split groups none, four fifths to be verified."""
    voice_of = {member: f"g{number}" for number, group in enumerate(world.groups) for member in group}
    rows = [Row(row.item, row.attr, voice_of.get(row.source, row.source), row.value) for row in world.rows]
    split = _split(world, rows)
    answers = {}
    for ballot in ballots_of(rows, world.attrs):
        sides = [[s for s in side.sources if (ballot.item, s) not in split] for side in ballot.sides]
        order = sorted(range(len(sides)), key=lambda index: -len(sides[index]))
        support = len(sides[order[0]])
        against = sum(map(len, sides)) - support
        status = VERIFIED if support >= max(2, 4 * against) else SINGLE if support == 1 and not against else RUMOR
        answers[ballot.item] = Answer(ballot.sides[order[0]].value, (support + 0.5) / (support + against + 1), status)
    return answers


def _split(world: World, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """(item, voice) whose members contradict each other."""
    first: dict[tuple[str, str], Value] = {}
    found = set()
    for row in rows:
        key = (row.item, row.source)
        if not world.attrs[row.attr].same(first.setdefault(key, row.value), row.value):
            found.add(key)
    return found


# judges that are told the copies or more, from the world itself
KNOWING: Mapping[str, Callable[[World], dict[str, Answer]]] = {
    "voices": voices,
    "popaccu-uncopied": informed.uncopied_popaccu,
    "accuracies": informed.accuracies,
    "informed": informed.informed,
}


def adjudicate(regime: str, world: World, folder: Path, project: Path = ROOT) -> dict[str, Answer]:
    """project: the folder with the manage.py that is asked."""
    arguments = [str(folder / one) if one.endswith((".json", ".jsonl")) else one for one in REGIMES[regime]]
    command = [sys.executable, "manage.py", "adjudicate", str(folder / "observations.jsonl"), *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={"SECRET_KEY": "only-for-the-benchmark", **os.environ},
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("Type 'manage.py")]
        raise CannotRun(said[-1] if said else "no message")
    kinds = {row.item: world.attrs[row.attr].kind for row in world.rows}
    return {line["item"]: _answer(line, kinds) for line in map(json.loads, done.stdout.splitlines())}


def _answer(line: dict[str, Any], kinds: Mapping[str, str]) -> Answer:
    value = line["value"]
    if value is not None:
        value = float(value) if kinds[line["item"]] == "number" else str(value)
    return Answer(value, float(line["confidence"]), line["status"], line["voices"])
