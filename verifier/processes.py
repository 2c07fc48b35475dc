"""Keeps child processes alive while we live, and leaves none behind.

Each child runs in a session of its own, so that Ctrl-C in the terminal reaches only us and we stop the children in
reverse order of their start. On Linux the kernel also stops them when we are killed outright; it ties a child to the
thread that started it, so start children from the main thread.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

LOG_LIMIT_BYTES = 10_000_000  # per child, and as much again for the part before it
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 60.0  # a child that ran this long starts again with the first pause
LOOK_SECONDS = 0.1
KILLED_SECONDS = 2.0  # the kernel's time to carry out a kill
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, a closed terminal or SIGTERM."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.status = 128 + signum


@dataclass(frozen=True)
class Account:
    """Whom a child runs as. Only root can give one."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """What to run. `environment` is all it gets; `stop_signal` lets it finish its work first.

    Its output goes to its log, or with `in_terminal` to ours; Ctrl-C then reaches it directly.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    in_terminal: bool = False


@dataclass
class Child:
    command: Command
    log: Path
    process: subprocess.Popen[bytes]
    started: float
    pause: float = FIRST_PAUSE_SECONDS
    start_again_at: float | None = None

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None


@dataclass
class Processes:
    """The children of one instance, in the order of their start."""

    logs: Path
    say: Callable[[str], None] = lambda line: None
    children: list[Child] = field(default_factory=list)
    _requests: list[int] = field(default_factory=list)

    def start(self, command: Command) -> Child:
        log = self._log_of(command)
        child = Child(command, log, _spawn(command, log), time.monotonic())
        self.children.append(child)
        return child

    def _log_of(self, command: Command) -> Path:
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.logs / f"{command.name}.log"

    def watch(self) -> None:
        """One look at every child: start the dead again once their pause is over, cut logs that grew too long."""
        for child in self.children:
            _cap(child.log)
            if child.start_again_at is None and not child.is_alive:
                self._pause(child)
            elif child.start_again_at is not None and time.monotonic() >= child.start_again_at:
                child.process, child.started, child.start_again_at = (
                    _spawn(child.command, child.log),
                    time.monotonic(),
                    None,
                )
                self.say(f"{child.command.name} started again")

    def _pause(self, child: Child) -> None:
        _kill_session(child.process.pid)
        if time.monotonic() - child.started > SETTLED_SECONDS:
            child.pause = FIRST_PAUSE_SECONDS
        self.say(
            f"{child.command.name} {_ending(child.process)}; starting it again in {child.pause:g} s (log: {child.log})"
        )
        child.start_again_at = time.monotonic() + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)

    def wait(self, until: Callable[[], bool], seconds: float | None = None) -> bool:
        """Watch the children until the condition holds (True) or the time is over (False). Raises Stopped."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not until():
            if self._requests:
                raise Stopped(self._requests[0])
            if deadline is not None and time.monotonic() >= deadline:
                return False
            self.watch()
            time.sleep(LOOK_SECONDS)
        return True

    def run(self, command: Command) -> int:
        """Run a command to its end while watching the children; the status it ended with. Raises Stopped.

        Its log is that of this run only.
        """
        log = self._log_of(command)
        log.unlink(missing_ok=True)
        process = _spawn(command, log)
        try:
            self.wait(lambda: process.poll() is not None)
        finally:
            _end(process, command, lambda: len(self._requests) > 1)
        return process.returncode

    def stop(self) -> None:
        """Stop every child, the last started first. A second request to stop makes it immediate."""
        while self.children:
            child = self.children.pop()
            _end(child.process, child.command, lambda: len(self._requests) > 1)

    @contextlib.contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal become Stopped, raised at the next look and never inside a step."""

        def note(signum: int, frame: FrameType | None) -> None:
            self._requests.append(signum)

        wanted = [
            number
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) is not signal.SIG_IGN
        ]
        before = {number: signal.signal(number, note) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or "" when there is none."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _spawn(command: Command, log: Path) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:  # runs after the change of account, which would undo it
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(command.stop_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    account = command.account
    with contextlib.ExitStack() as stack:
        output = None if command.in_terminal else stack.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603
            command.argv,
            env=dict(command.environment),
            cwd=command.cwd,
            stdin=None if command.in_terminal else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=not command.in_terminal,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=die_with_parent,
        )


def _end(process: subprocess.Popen[bytes], command: Command, in_a_hurry: Callable[[], bool]) -> None:
    """Ask it to stop, wait as long as its command allows, then kill what is left of it and of what it started."""
    family = _family(process.pid)
    if process.poll() is None:
        process.send_signal(command.stop_signal)
    _wait_while(lambda: process.poll() is None and not in_a_hurry(), command.stop_seconds)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    if not command.in_terminal:
        _kill_session(process.pid)
    process.wait()
    _wait_while(lambda: any(_is_running(member) for member in family), KILLED_SECONDS)


def _wait_while(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_running(process: psutil.Process) -> bool:
    """Not so for a zombie: whoever has to collect it may never do so, in a container without an init."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _family(pid: int) -> list[psutil.Process]:
    """The process and what it started, also what left its session (PostgreSQL's backends do)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _kill_session(leader: int) -> None:
    with contextlib.suppress(
        ProcessLookupError, PermissionError
    ):  # macOS says "not permitted" when only zombies are left
        os.killpg(leader, signal.SIGKILL)


def _ending(process: subprocess.Popen[bytes]) -> str:
    status = process.returncode
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _cap(log: Path) -> None:
    """Keep the newest part of a log. The child writes in append mode, so cutting under it is safe."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
