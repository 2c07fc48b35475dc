"""From POST to mark through a whole instance with replayed providers, and the memory of its processes.

    python benchmarks/posting.py [--claims 20]

Starts web, worker, beat and both servers of its own in a temporary folder. Every claim is a question of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from verifier.demo import _environment  # noqa: E402
from verifier.run import instance  # noqa: E402

END = datetime(2026, 1, 14, 5, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, instance(Path(folder), _environment(), None) as started:
        argv = [sys.executable, "manage.py", "demo_access", "--json"]
        access = json.loads(subprocess.check_output(argv, env=dict(started.environment), cwd=ROOT))
        seconds = [one_claim(started.address, access["api_key"], number) for number in range(options.claims)]
        memory = resident()
    print(f"POST to mark, {len(seconds)} claims one after the other, ten venues each, replayed answers:")
    print(f"  median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")
    for name, (count, megabytes) in sorted(memory.items()):
        print(f"  {name}: {count} process(es), {megabytes:.0f} MB resident together (shared pages counted once each)")


def one_claim(address: str, key: str, number: int) -> float:
    """Seconds from sending the claim to reading a mark, polled every 20 ms."""
    body = {
        "text": f"BTC traded above $95,{number:03}",
        "metric": "price_break",
        "subject": "BTC",
        "comparator": "broke_above",
        "value": f"95{number:03}",
        "window": "PT2H",
        "as_of": (END - timedelta(minutes=number)).isoformat(),
    }
    started = time.perf_counter()
    claim = call(f"{address}api/v1/claims/", key, body)
    while claim["status"] == "pending" and time.perf_counter() - started < 60:
        time.sleep(0.02)
        claim = call(f"{address}api/v1/claims/{claim['id']}/", key)
    return time.perf_counter() - started


def call(url: str, key: str, body: dict[str, str] | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        found: dict[str, str] = json.load(answer)
    return found


def resident() -> dict[str, tuple[int, float]]:
    """Part -> number of processes and their proportional set size in MB."""
    parts: dict[str, tuple[int, float]] = {}
    for process in psutil.Process().children(recursive=True):
        command = " ".join(process.cmdline())
        part = next((name for name in ("gunicorn", "worker", "beat", "postgres", "valkey") if name in command), "other")
        count, megabytes = parts.get(part, (0, 0.0))
        parts[part] = count + 1, megabytes + process.memory_full_info().pss / 1e6
    return parts


if __name__ == "__main__":
    main()
