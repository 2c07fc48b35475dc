"""A million observations through `manage.py adjudicate`: reading, finding copiers, ruling and writing, in one process.

    python benchmarks/adjudicating_speed.py [--observations 1000000] [--one-item] [--sources 40]

Needs nothing running. --one-item: every observation is about the same item, each from a source of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
META = {"attrs": {"price": {"kind": "number", "tol_rel": 0.01}, "volume": {"kind": "number", "tol_rel": 0.05}}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--one-item", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = one_item(options.observations) if options.one_item else market(options.observations, options.sources)
        with (folder / "observations.jsonl").open("w") as file:
            file.writelines(lines)
        (folder / "meta.json").write_text(json.dumps(META))
        seconds, rulings = timed(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{options.observations:,} observations, {rulings:,} rulings: {seconds:.1f} s, at most {peak:,.0f} MB")


def timed(folder: Path) -> tuple[float, int]:
    command = [sys.executable, str(ROOT / "manage.py"), "adjudicate", "observations.jsonl", "--meta", "meta.json"]
    started = time.perf_counter()
    with (folder / "rulings.jsonl").open("w") as file:
        subprocess.run(command, cwd=folder, stdout=file, check=True)
    seconds = time.perf_counter() - started
    with (folder / "rulings.jsonl").open() as file:
        return seconds, sum(1 for _ in file)


def market(observations: int, sources: int) -> Iterator[str]:
    """The second to fifth source copy the first; everybody is wrong on a fifth of the items."""
    chance, item, written = random.Random(1), 0, 0
    while written < observations:
        for attr in META["attrs"]:
            right, first = chance.uniform(10, 10_000), 0.0
            for source in range(min(sources, observations - written)):
                factor = chance.choice((0.5, 0.9, 1.1, 1.5, 1000)) if chance.random() < 0.2 else 1
                value = first if 0 < source < 5 else round(right * factor * chance.uniform(0.998, 1.002), 2)
                first = value if source == 0 else first
                row = {"item": f"i{item}", "attr": attr, "source": f"s{source:02d}", "value": value, "time": item}
                yield json.dumps(row) + "\n"
                written += 1
        item += 1


def one_item(observations: int) -> Iterator[str]:
    chance = random.Random(1)
    for source in range(observations):
        value = round(chance.lognormvariate(6, 1), 2)
        yield json.dumps({"item": "x", "attr": "price", "source": f"s{source}", "value": value}) + "\n"


if __name__ == "__main__":
    main()
