"""`python -m verifier.demo`: the market day of 14 January 2026, checked by the real code against recorded answers.

The demo has servers of its own whatever DATABASE_URL says, so that replayed evidence never meets live evidence.
"""

import json
import os
import subprocess
import sys

from verifier.places import CannotStart
from verifier.run import ROOT, Instance, arguments, instance, supervise, until_stopped

REPLAYED = {
    "DATA": "replay",
    "REPLAY_DIR": str(ROOT / "sources" / "replay" / "2026-01-14"),
    # Recorded answers need no real key; Coinalyze stays without one, so one dashboard alone answers.
    "COINGLASS_KEY": "replayed",
    "FRED_KEY": "replayed",
}


def main() -> int:
    parser = arguments("Check the sample article against recorded answers and show it; needs no network.")
    parser.add_argument(
        "--once",
        action="store_true",
        help="end after the verdict table, with status 0 only if every mark is as expected",
    )
    options = parser.parse_args()

    def serve() -> int:
        with instance(ROOT / ".data" / "demo", _environment(), options.port) as started:
            status = started.run_in_terminal("sample_day")
            if options.once:
                return status
            _show_access(started)
            return until_stopped(started)

    return supervise(serve)


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY"))}
    return own | REPLAYED


def _show_access(started: Instance) -> None:
    argv = [sys.executable, "manage.py", "demo_access", "--json"]
    done = subprocess.run(argv, env=dict(started.environment), cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotStart(f"manage.py demo_access failed: {done.stderr.strip()}")
    access = json.loads(done.stdout)
    login = f"{access['username']} / {access['password']}"
    started.present({"Web": started.address, "Login": login, "API key": access["api_key"]})


if __name__ == "__main__":
    sys.exit(main())
