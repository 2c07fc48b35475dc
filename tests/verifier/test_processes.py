"""The supervisor: what dies is started again, what is stopped is gone with everything it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from verifier import processes as supervisor
from verifier.processes import Child, Command, Processes, Stopped, tail

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
SLEEP = "import time; time.sleep(600)"
IGNORE_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEP}"
START = (
    "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {code!r}], {how}).pid, flush=True); {code}"
)
START_ANOTHER = START.format(code=SLEEP, how="")
START_ANOTHER_AWAY = START.format(code=SLEEP, how="start_new_session=True")
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def processes(tmp_path: Path, said: list[str]) -> Iterator[Processes]:
    children = Processes(tmp_path / "logs", said.append)
    yield children
    children.stop()


def test_a_killed_child_is_started_again_and_one_line_says_so(processes: Processes, said: list[str]) -> None:
    child = processes.start(python("worker", SLEEP))
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert processes.wait(lambda: child.process.pid != first and child.is_alive, 10)
    assert said == [
        f"worker was killed by SIGKILL; starting it again in 0.5 s (log: {child.log})",
        "worker started again",
    ]


def test_a_child_that_keeps_dying_waits_longer_each_time(processes: Processes, said: list[str]) -> None:
    processes.start(python("beat", "raise SystemExit(3)"))
    assert processes.wait(lambda: len(said) >= 5, 20)
    assert [line.partition(" (")[0] for line in said[::2]] == [
        f"beat ended with status 3; starting it again in {pause} s" for pause in ("0.5", "1", "2")
    ]


def test_a_child_that_ran_long_enough_starts_again_soon(
    processes: Processes, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SETTLED_SECONDS", 0.0)
    processes.start(python("beat", "raise SystemExit(3)"))
    assert processes.wait(lambda: len(said) >= 3, 20)
    assert all("in 0.5 s" in line for line in said[::2])


def test_what_a_killed_child_started_is_gone_before_it_starts_again(processes: Processes) -> None:
    child = processes.start(python("worker", START_ANOTHER))
    grandchild = number_in(child, processes)
    os.kill(child.process.pid, signal.SIGKILL)
    assert processes.wait(lambda: is_gone(grandchild), 10)


@pytest.mark.parametrize("code", [START_ANOTHER, START_ANOTHER_AWAY], ids=["in its session", "in another session"])
def test_stopping_ends_what_the_children_started(processes: Processes, code: str) -> None:
    child = processes.start(python("worker", code))
    grandchild = number_in(child, processes)
    processes.stop()
    assert is_gone(child.process.pid)
    assert is_gone(grandchild)


def test_a_child_that_will_not_stop_is_killed_when_its_time_is_over(processes: Processes) -> None:
    child = processes.start(python("worker", IGNORE_SIGTERM, stop_seconds=0.3))
    processes.wait(lambda: "ready" in tail(child.log), 10)
    processes.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_the_last_started_is_stopped_first(processes: Processes, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import pathlib, signal, sys, time\n"
        "def leave(*_):\n    pathlib.Path(sys.argv[1]).open('a').write(sys.argv[2]); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave); print('ready', flush=True); time.sleep(600)"
    )
    children = [processes.start(python(name, code, str(order), name)) for name in "abc"]
    processes.wait(lambda: all("ready" in tail(child.log) for child in children), 10)
    processes.stop()
    assert order.read_text() == "cba"


def test_a_long_log_is_cut_and_its_newest_part_kept(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_LIMIT_BYTES", 5000)
    child = processes.start(python("web", "while True: print('line ' * 20, flush=True)"))
    older = child.log.with_suffix(".log.1")
    assert processes.wait(older.exists, 10)
    processes.stop()
    assert "line" in older.read_text()


def test_a_command_runs_to_its_end_and_its_log_is_of_this_run_only(processes: Processes) -> None:
    assert processes.run(python("migrate", "print('first'); raise SystemExit(2)")) == 2
    assert processes.run(python("migrate", "print('second')")) == 0
    assert tail(processes.logs / "migrate.log") == "second"


def test_a_signal_ends_a_running_command(processes: Processes) -> None:
    with processes.stopping_on_signals(), pytest.raises(Stopped) as stopped:
        processes.run(python("migrate", f"import os, signal; os.kill({os.getpid()}, signal.SIGTERM); {SLEEP}"))
    assert stopped.value.status == 128 + signal.SIGTERM


def test_signals_are_ours_only_for_a_while(processes: Processes) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with processes.stopping_on_signals():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_stopped_supervisor_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    supervising, pids = start_supervisor(tmp_path)
    supervising.send_signal(number)
    assert supervising.wait(20) == 128 + number
    assert all(is_gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_even_a_killed_supervisor_leaves_no_child_behind(tmp_path: Path) -> None:
    supervising, pids = start_supervisor(tmp_path)
    supervising.kill()
    supervising.wait(5)
    assert soon(lambda: is_gone(pids[0]))
    psutil.Process(pids[1]).kill()  # what a child started is for the child to end; this one does not


def python(name: str, code: str, *argv: str, stop_seconds: float = 5) -> Command:
    return Command(name, [sys.executable, "-c", code, *argv], os.environ, ROOT, stop_seconds=stop_seconds)


def number_in(child: Child, processes: Processes) -> int:
    """The number that the child wrote to its log."""
    assert processes.wait(lambda: tail(child.log).isdigit(), 10)
    return int(tail(child.log))


def start_supervisor(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor as `make run` has one, and the process ids of its child and grandchild."""
    script = (
        "import sys; from pathlib import Path; from tests.verifier.test_processes import *\n"
        "for number in SIGNALS: signal.signal(number, signal.SIG_DFL)\n"  # tests in the background ignore Ctrl-C
        "processes = Processes(Path(sys.argv[1]))\n"
        "try:\n"
        "    with processes.stopping_on_signals():\n"
        "        child = processes.start(python('worker', START_ANOTHER))\n"
        "        print(child.process.pid, number_in(child, processes), flush=True)\n"
        "        processes.wait(lambda: False)\n"
        "except Stopped as stopped:\n"
        "    processes.stop(); sys.exit(stopped.status)\n"
    )
    argv = [sys.executable, "-c", script, str(folder)]
    supervising = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert supervising.stdout
    with supervising.stdout as output:
        return supervising, [int(pid) for pid in output.readline().split()]


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def soon(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()
