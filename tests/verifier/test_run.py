"""A whole instance: refused in one sentence, or up with everything it needs, or gone."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from verifier.places import CannotStart, discard
from verifier.run import SERVERS, Instance, _complaint, instance

pytestmark = pytest.mark.processes
SETTINGS = {name: value for name, value in os.environ.items() if name not in SERVERS}


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="claim-desk-test-", dir="/tmp"))
    yield path
    discard(path)


def test_an_instance_is_ready_can_be_managed_and_leaves_nothing_running(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_key = {name: value for name, value in SETTINGS.items() if name != "SECRET_KEY"}
    with instance(folder, without_key, None) as started:
        assert names_and_pids(started).keys() == {"postgres", "valkey", "web", "worker", "beat"}
        running = names_and_pids(started).values()
        written = (folder / "env").read_text()
        assert all(f"export {name}=" in written for name in (*SERVERS, "SECRET_KEY", "DATA", "REPLAY_DIR"))
        assert {path: mode(folder / path) for path in ("env", "secret_key")} == {"env": 0o600, "secret_key": 0o600}
        key = (folder / "secret_key").read_text()
        assert key in written
        started.manage("check", "--database", "default")
    assert not any(psutil.pid_exists(pid) for pid in running)
    assert not (folder / "env").exists()
    assert (folder / "secret_key").read_text() == key
    assert started.address in capsys.readouterr().out


def test_a_wrong_setting_is_refused_before_anything_starts(folder: Path) -> None:
    with pytest.raises(CannotStart) as refusal, instance(folder, SETTINGS | {"DATA": "invented"}, None):
        pass
    sentence = "manage.py check failed: DATA is 'invented'; it must be 'live' or 'replay'."
    assert str(refusal.value).splitlines() == [sentence, f"(all of it: {folder}/logs/check.log)"]
    assert not (folder / "servers").exists()


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            "SystemCheckError: System check identified some issues:\n\nERRORS:\n?: (sources.E004) One.\n"
            "?: (sources.E001) Two.\n\nSystem check identified 2 issues (0 silenced).",
            "One.\nTwo.",
        ),
        (
            "Traceback (most recent call last):\n  File 'a', line 1, in b\n    c()\n"
            "django.db.utils.OperationalError: connection refused\n\tIs the server running?",
            "django.db.utils.OperationalError: connection refused Is the server running?",
        ),
        ("CommandError: plain words", "CommandError: plain words"),
    ],
)
def test_what_manage_py_complains_of_is_told_without_the_way_there(tmp_path: Path, log: str, said: str) -> None:
    (tmp_path / "check.log").write_text(log)
    told = _complaint("check", tmp_path / "check.log")
    assert told == f"manage.py check failed: {said}\n(all of it: {tmp_path}/check.log)"


def test_a_port_that_is_taken_is_refused_if_it_was_asked_for(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"^Port {port} of 127.0.0.1 cannot be used; name another with --port, or none.$"
        with pytest.raises(CannotStart, match=sentence), instance(folder, SETTINGS, port):
            pass


def names_and_pids(started: Instance) -> dict[str, int]:
    return {child.command.name: child.process.pid for child in started.processes.children}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
