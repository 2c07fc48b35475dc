"""Write worlds of conflicting observations to folders.

python benchmarks/truth/generate.py FOLDER [flight-like:1 random:1-20 …] [--scale 1] [--reveal 0.05]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.truth import files
from benchmarks.truth.recipe import PRESETS, Recipe
from benchmarks.truth.world import generate


def recipes(wishes: list[str], scale: float) -> Iterator[Recipe]:
    """A wish is a preset, preset:seed or preset:first-last."""
    for wish in wishes:
        name, _, seeds = wish.partition(":")
        if name not in PRESETS:
            sys.exit(f"No world is called {name}. There are: {', '.join(PRESETS)}")
        first, _, last = (seeds or "1").partition("-")
        for seed in range(int(first), int(last or first) + 1):
            yield PRESETS[name](seed, scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("worlds", nargs="*", default=list(PRESETS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--reveal", type=float, default=0.05)
    options = parser.parse_args()
    for recipe in recipes(options.worlds, options.scale):
        world = generate(recipe)
        folder = options.folder / f"{recipe.name}-{recipe.seed}"
        files.write(world, folder, options.reveal)
        print(f"{folder}: {len(world.rows):,} observations of {len(world.truth):,} items by {recipe.sources} sources")


if __name__ == "__main__":
    main()
