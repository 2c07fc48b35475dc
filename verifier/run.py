"""`python -m verifier.run`: servers, migrations, web, worker and beat of one instance, up until Ctrl-C.

The demo starts the same way.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import re
import secrets
import shlex
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.embedded import embedded
from verifier.places import CannotStart
from verifier.processes import FIRST_PAUSE_SECONDS, Command, Processes, Stopped, tail

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
USUAL_PORT = 8000
READY_SECONDS = 90.0
SERVERS = ("DATABASE_URL", "CELERY_BROKER_URL")
FAILED_CHECK = re.compile(r"^.*?: \(\w+\.E\d+\) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Instance:
    """Where it answers, and what its parts are started with."""

    data_dir: Path
    port: int
    environment: Mapping[str, str]
    processes: Processes
    say: Callable[[str], None]

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def python(self, name: str, *argv: str, stop_seconds: float = 10, in_terminal: bool = False) -> Command:
        return Command(
            name, [sys.executable, *argv], self.environment, ROOT, stop_seconds=stop_seconds, in_terminal=in_terminal
        )

    def run_in_terminal(self, *argv: str) -> int:
        """manage.py with our terminal; its status."""
        return self.processes.run(self.python(argv[0], "manage.py", *argv, in_terminal=True))

    def manage(self, *argv: str) -> None:
        """manage.py with its output in a log. Raises CannotStart with what it said when it failed."""
        command = self.python(argv[0], "manage.py", *argv)
        if self.processes.run(command):
            raise CannotStart(_complaint(argv[0], self.processes.logs / f"{command.name}.log"))

    def present(self, lines: Mapping[str, str]) -> None:
        """What a person needs to use it."""
        table = "\n".join(f"  {name:8} {value}" for name, value in lines.items())
        print(f"\n{table}\n\nCtrl-C stops everything.\n", flush=True)


@contextlib.contextmanager
def instance(data_dir: Path, environment: Mapping[str, str], port: int | None) -> Iterator[Instance]:
    """Everything up and ready; on leaving everything is stopped. Raises CannotStart and Stopped."""
    say = _clock()
    processes = Processes(data_dir / "logs", say)
    with processes.stopping_on_signals():
        wanted, port = port, _free_port(port)
        if wanted is None and port != USUAL_PORT:
            say(f"Port {USUAL_PORT} is taken by another program; this one takes {port}")
        data_dir.mkdir(parents=True, exist_ok=True)
        own = {
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": environment.get("SECRET_KEY") or _secret_key(data_dir / "secret_key"),
        }
        Instance(data_dir, port, {**environment, **own}, processes, say).manage("check", "--fail-level", "ERROR")
        say("Settings are in order")
        with embedded(data_dir, processes, environment) as servers:
            own |= {"DATABASE_URL": servers.database_url, "CELERY_BROKER_URL": servers.broker_url}
            started = Instance(data_dir, port, {**environment, **own}, processes, say)
            say(_servers_line(environment, data_dir))
            with _environment_file(data_dir / "env", started.environment):
                _fill(started)
                _start_parts(started)
                try:
                    yield started
                finally:
                    say("Stopping")


def supervise(serve: Callable[[], int]) -> int:
    """The exit status of an instance; what stands in its way is said in one sentence."""
    try:
        return serve()
    except CannotStart as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        return stopped.status


def until_stopped(started: Instance) -> int:
    with contextlib.suppress(Stopped):
        started.processes.wait(lambda: False)
    return 0


# The steps of a start


def _fill(started: Instance) -> None:
    started.manage("migrate", "--no-input")
    started.say("Database is migrated")
    started.manage("load_sources")
    started.say("Sources are loaded")


def _start_parts(started: Instance) -> None:
    web = ["-m", "gunicorn", "verifier.wsgi:application", "-k", "gthread", "-w", "2", "--threads", "4"]
    worker = ["-m", "celery", "-A", "verifier", "worker", "--pool", "prefork", "--concurrency", "2"]
    beat = ["-m", "celery", "-A", "verifier", "beat", "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"]
    bind = ["--bind", f"{HOST}:{started.port}", "--graceful-timeout", "5", "--no-control-socket"]
    name = f"{started.data_dir.name}-{os.getpid()}@%h"
    start = started.processes.start
    start(started.python("web", *web, *bind))
    start(started.python("worker", *worker, "-n", name, "--without-gossip", "--without-mingle", stop_seconds=20))
    start(started.python("beat", *beat, "--pidfile="))
    _await_ready(started)
    started.say(f"Web, worker and beat are up: {started.address}")


def _await_ready(started: Instance) -> None:
    answer = "nothing"

    def is_ready() -> bool:
        nonlocal answer
        status, answer = _ask(started.port, "/readyz")
        return status == http.client.OK

    if not started.processes.wait(is_ready, READY_SECONDS):
        children = started.processes.children
        troubled = [child for child in children if child.pause > FIRST_PAUSE_SECONDS] or children[-3:]
        logs = "\n".join(f"\n{child.log} ends with:\n{tail(child.log)}" for child in troubled)
        raise CannotStart(f"Not ready after {READY_SECONDS:.0f} s; {started.address}readyz says: {answer}\n{logs}")


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _free_port(wanted: int | None) -> int:
    """The wanted port; when none is wanted, the usual one or whichever the system has."""
    for port in (USUAL_PORT, 0) if wanted is None else (wanted,):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise CannotStart(f"Port {wanted} of {HOST} cannot be used; name another with --port, or none.")


def _complaint(name: str, log: Path) -> str:
    """What manage.py said: the sentences of failed checks; of a traceback the error at its end."""
    said = tail(log, 200) or "nothing"
    if failed := FAILED_CHECK.findall(said):
        said = "\n".join(failed)
    elif "Traceback (most recent call last)" in said:
        lines = list(itertools.takewhile(lambda line: not line.startswith("  "), reversed(said.splitlines())))
        said = " ".join(line.strip() for line in reversed(lines))
        said = said.removeprefix("django.core.exceptions.ImproperlyConfigured: ")
    return f"manage.py {name} failed: {said.strip()}\n(all of it: {_short(log)})"


def _servers_line(environment: Mapping[str, str], data_dir: Path) -> str:
    given = [name for name in SERVERS if environment.get(name)]
    if len(given) == len(SERVERS):
        return "Using the servers of DATABASE_URL and CELERY_BROKER_URL"
    own = {"DATABASE_URL": "Valkey is up", "CELERY_BROKER_URL": "PostgreSQL is up"}
    return (
        f"{own[given[0]]}; {given[0]} names the other"
        if given
        else f"PostgreSQL and Valkey are up ({_short(data_dir)})"
    )


# Files of an instance


def _secret_key(path: Path) -> str:
    """The key of this data folder, made at the first start and kept, so that sessions outlive a restart."""
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(50))
    return path.read_text()


@contextlib.contextmanager
def _environment_file(path: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """What `make manage` needs to reach this instance, in shell syntax, for as long as it is up."""
    names = (*SERVERS, "SECRET_KEY", "DATA", "REPLAY_DIR")
    _write_private(
        path, "".join(f"export {name}={shlex.quote(environment[name])}\n" for name in names if name in environment)
    )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _clock() -> Callable[[str], None]:
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {line}", flush=True)

    return say


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--port", type=int, help=f"of the web server on {HOST} (default: {USUAL_PORT}, or another when that is taken)"
    )
    return parser


def main() -> int:
    options = arguments("Start everything with live providers; Ctrl-C stops it.").parse_args()

    def serve() -> int:
        folder = "replay" if os.environ.get("DATA") == "replay" else "run"  # their evidence must not meet
        with instance(ROOT / ".data" / folder, os.environ, options.port) as started:
            manage = "make manage" if folder == "run" else f"make manage INSTANCE={folder}"
            login, key = f"{manage} ARGS=createsuperuser", f'{manage} ARGS="create_api_key NAME"'
            started.present({"Web": started.address, "Login": login, "API key": key})
            return until_stopped(started)

    return supervise(serve)


if __name__ == "__main__":
    sys.exit(main())
