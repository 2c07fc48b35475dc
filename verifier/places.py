"""Where the embedded servers keep their files, whom they run as, and that only one instance uses a data folder."""

import contextlib
import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.processes import Account

# Where files go when root runs us in a folder that no other account can reach, such as a home folder with mode 700.
ELSEWHERE = Path("/var/lib/claim-desk")


class CannotStart(Exception):
    """A person has to do something first; the message is the sentence that says what."""


@dataclass(frozen=True)
class Place:
    """The servers' files, their sockets, and whom they run as (None: as ourselves)."""

    home: Path
    sockets: Path
    account: Account | None

    def folder(self, name: str) -> Path:
        """A folder that only the servers can use."""
        path = self.home / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def reachable(self, packages: Path, name: str, parts: Sequence[str]) -> Path:
        """The folder of packages itself, or a copy of these parts of it when the servers' account cannot get there."""
        if self.account is None or is_open_to_all(packages / parts[0]):
            return packages
        copy = self.home / name
        if not copy.exists():
            partial = self.home / f"{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            for part in parts:
                if (packages / part).exists():
                    shutil.copytree(packages / part, partial / part, symlinks=True)
            _open_to_all(partial)
            partial.rename(copy)
        return copy


@contextlib.contextmanager
def place(data_dir: Path) -> Iterator[Place]:
    """The data folder, ours alone until we leave. Raises CannotStart."""
    account = _prepare(data_dir)
    with _only_instance(data_dir), _socket_folder(account) as sockets:
        yield Place(_home(data_dir, account), sockets, account)


def discard(data_dir: Path) -> None:
    """Delete a data folder and what had to be put elsewhere because of it."""
    elsewhere = data_dir / "servers"
    if elsewhere.is_symlink():
        shutil.rmtree(elsewhere.resolve(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def _prepare(data_dir: Path) -> Account | None:
    """Make the folder; whom the servers run as. PostgreSQL refuses root: then whoever owns the data, or nobody."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "lock").touch(mode=0o600)
    except OSError as error:
        raise CannotStart(f"The data folder {data_dir} cannot be used: {error.strerror}.") from error
    if os.geteuid() != 0:
        return None
    data_dir.chmod(0o711)
    with contextlib.suppress(FileNotFoundError):
        owner = (data_dir / "servers" / "postgres").stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        reason = "PostgreSQL does not run as root, and this machine has no account 'nobody' for it"
        raise CannotStart(f"{reason}; start as an ordinary user.") from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def _home(data_dir: Path, account: Account | None) -> Path:
    """`servers` in the data folder; a link to a reachable place if the account could not get there."""
    home = data_dir / "servers"
    if not home.exists():
        home.unlink(missing_ok=True)
        if account and not is_open_to_all(data_dir):
            ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
            home.symlink_to(tempfile.mkdtemp(prefix=f"{data_dir.name}-", dir=ELSEWHERE))
        home.mkdir(exist_ok=True)
        home.resolve().chmod(0o711 if account else 0o700)
    return home.resolve()


@contextlib.contextmanager
def _only_instance(data_dir: Path) -> Iterator[None]:
    """Holds the folder's lock, which ends with this process however it ends."""
    with (data_dir / "lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = lock.read().strip() or "unknown"
            raise CannotStart(f"Another instance (process {holder}) is using {data_dir}; stop it first.") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def _socket_folder(account: Account | None) -> Iterator[Path]:
    """A short name, because a socket's path has to stay under 100 characters however deep the checkout is."""
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp", ignore_cleanup_errors=True) as name:
        if account:
            os.chown(name, account.uid, account.gid)
        yield Path(name)


def is_open_to_all(path: Path) -> bool:
    """True if every account can get there."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _open_to_all(folder: Path) -> None:
    """Let every account read it, and run what its owner may run: an installation under umask 077 lets none."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
