"""Judges of conflicting observations side by side, on generated worlds whose truth is known.

    python benchmarks/truth/measure.py [random:1-20 …] [--engines vote adjudicate …] [--json FILE]

Columns: precision (share of items right within the tolerance, items told to the engine left out), verified (share
right of those called verified), covered (share called verified), single (share right of single_source), ece (mean
distance of confidence and share right, ten equal bins), pairs (precision/recall of pairs of copying sources found).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.truth import engines, files
from benchmarks.truth.generate import recipes
from benchmarks.truth.informed import limits
from benchmarks.truth.scoring import Answer, Score, score
from benchmarks.truth.world import World, generate

WORLDS = ["flight-like:1-3", "stock-like:1-3", "desk:1-3", "no-copying:1-3", "bad-copying:1-3", "random:1-5"]
ENGINES = [*engines.ORACLES, *engines.KNOWING, *engines.REGIMES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="*", default=WORLDS)
    parser.add_argument(
        "--engines", nargs="+", default=ENGINES, choices=ENGINES, metavar="ENGINE", help=", ".join(ENGINES)
    )
    parser.add_argument("--scale", type=float, default=1.0, help="entities of a world, against the preset")
    parser.add_argument("--reveal", type=float, default=0.05, help="share of items told to the taught engines")
    parser.add_argument("--project", type=Path, default=engines.ROOT, help="folder of the manage.py that is measured")
    parser.add_argument("--json", type=Path, help="also write every line as JSON")
    options = parser.parse_args()
    lines = []
    for recipe in recipes(options.worlds, options.scale):
        world = generate(recipe)
        print(f"\n{recipe.name} seed {recipe.seed}: {describe(world)}")
        for line in compare(world, options.engines, options.reveal, options.project):
            lines.append({"world": recipe.name, "seed": recipe.seed, **line})
            print(row(line), flush=True)
    print("\nMeans over all worlds")
    for line in means(lines):
        print(row(line))
    if options.json:
        options.json.write_text(json.dumps(lines, indent=1))


def describe(world: World) -> str:
    hidden = files.hidden(world)
    causes = " ".join(f"{name} {share:.0%}" for name, share in hidden["causes"].items())
    bounds = limits(world)
    groups = "+".join(str(len(group)) for group in world.groups) or "no groups"
    return (
        f"{world.recipe.sources} sources ({groups}), {len(world.rows):,} observations of {len(world.truth):,} items, "
        f"{hidden['wrong']:.0%} wrong: {causes}; truth unspoken {bounds.unspoken:.1%}, "
        f"outnumbered {bounds.outnumbered:.1%}"
    )


def compare(world: World, names: list[str], reveal: float, project: Path) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files.write(world, folder, reveal)
        for engine in names:
            told = set(files.revealed(world, reveal)) if engine.endswith("taught") else set()
            start = time.perf_counter()
            try:
                answers = ask(engine, world, folder, project)
            except engines.CannotRun as problem:
                yield {"engine": engine, "problem": str(problem)}
                continue
            seconds = time.perf_counter() - start
            yield {"engine": engine, **asdict(score(world, answers, told)), "seconds": seconds}


def ask(engine: str, world: World, folder: Path, project: Path) -> dict[str, Answer]:
    if engine in engines.REGIMES:
        return engines.adjudicate(engine, world, folder, project)
    if engine in engines.KNOWING:
        return engines.KNOWING[engine](world)
    return engines.oracle(engine, world)


def means(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of each engine over the worlds in which it has the figure."""
    for engine in dict.fromkeys(line["engine"] for line in lines):
        own = [line for line in lines if line["engine"] == engine and "problem" not in line]
        mean: dict[str, Any] = {"engine": engine}
        for column in (*Score.__dataclass_fields__, "seconds"):
            seen = [line[column] for line in own if line[column] is not None]
            mean[column] = sum(seen) / len(seen) if seen else None
        if own:
            yield mean


def row(line: dict[str, Any]) -> str:
    if "problem" in line:
        return f"  {line['engine']:<26} {line['problem']}"
    verified = f"verified {_share(line['verified_right'])} covered {_share(line['coverage'])}"
    single = f"single {_share(line['single_right'])}"
    pairs = f"pairs {_share(line['pair_precision'])}/{_share(line['pair_recall'])}"
    return (
        f"  {line['engine']:<26} precision {_share(line['precision'])}  {verified}  {single}  "
        f"ece {_share(line['calibration_error'])}  {pairs}  {line['seconds']:5.1f} s"
    )


def _share(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
