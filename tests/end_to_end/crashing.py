"""Real workers that a test stops at an exact step: by a provider that holds its answer, or by a lock in the database.

Healthy workers serve the queue that sweepers ring; doomed ones serve a queue of their own. All have the test's
database, a Valkey of this module, and providers on loopback.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import redis
from celery import Celery
from django.db import connection, transaction

from sources.models import Inquiry
from tests.local_server import LocalServer
from tests.pinned import pin, until
from verifier.celery import app

ROOT = Path(__file__).parents[2]
HEALTHY, DOOMED = "verify", "doomed"
HALT = 0x68616C74  # the advisory lock at which a halted worker waits
SECONDS = 30.0  # a worker needs a few to start


@dataclass
class Workshop:
    """Starts and ends workers, and sends to them."""

    broker_url: str
    server: LocalServer
    logs: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    spare: subprocess.Popen[bytes] | None = None

    def start(self, queue: str) -> subprocess.Popen[bytes]:
        name = f"{queue}-{len(self.workers)}"
        options = ["--pool", "prefork", "--concurrency", "1", "-Q", queue, "-n", f"{name}@%h", "-l", "INFO"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (self.logs / f"{name}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "verifier", "worker", *options, *alone],
                env=self._environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def _environment(self) -> dict[str, str]:
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SECRET_KEY") if name in os.environ}
        return kept | {
            "DATABASE_URL": database.geturl(),
            "CELERY_BROKER_URL": self.broker_url,
            "DATA": "live",
            "INQUIRY_SECONDS": "10",
            **pin(self.server),
        }

    def doomed(self) -> subprocess.Popen[bytes]:
        """A worker that is there to be killed."""
        if self.spare is None or self.spare.poll() is not None:
            self.spare = self.start(DOOMED)
        return self.spare

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """With all that belongs to it. Its successor starts at once, to be there for the next test."""
        self.signal(worker, signal.SIGKILL)
        worker.wait(10)
        with self.valkey() as client:  # the broker would deliver these again in three minutes
            client.delete("unacked", "unacked_index")
        if worker is self.spare:
            self.spare = self.start(DOOMED)

    def signal(self, worker: subprocess.Popen[bytes], number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, number)

    def close(self) -> None:
        for worker in self.workers:
            self.signal(worker, signal.SIGKILL)
            worker.wait(10)

    @contextmanager
    def sending_to(self, queue: str) -> Iterator[Celery]:
        """What this thread sends goes to this queue."""
        sender = Celery("sender", set_as_current=False)
        sender.config_from_object("django.conf:settings", namespace="CELERY")
        sender.conf.update(broker_write_url=self.broker_url, task_default_queue=queue)
        sender.set_current()
        try:
            yield sender
        finally:
            app.set_current()
            sender.close()

    def valkey(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=self.broker_url.removeprefix("redis+socket://"))

    def unacknowledged(self) -> int:
        with self.valkey() as client:
            return int(client.hlen("unacked"))

    def is_idle(self) -> bool:
        """Every message was taken, worked on and acknowledged."""
        with self.valkey() as client:
            return not (client.llen(HEALTHY) or client.llen(DOOMED) or client.hlen("unacked"))


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def halted_at(table: str) -> Iterator[None]:
    """Whoever inserts into the table waits there, inside its transaction, until this ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN PERFORM pg_advisory_xact_lock({HALT}); RETURN NEW; END $$"
        )
        cursor.execute(f"CREATE TRIGGER halt BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION halt()")
        cursor.execute(f"SELECT pg_advisory_lock({HALT})")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({HALT})")
            cursor.execute("DROP FUNCTION halt CASCADE")


@contextmanager
def locked(table: str, column: str, value: int) -> Iterator[None]:
    """Nobody else can change these rows until this ends."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s FOR NO KEY UPDATE", [value])
        yield


def has_settled(inquiry: Inquiry) -> bool:
    return Inquiry.objects.filter(pk=inquiry.pk).exclude(settled_at=None).exists()


def eventually(condition: object) -> None:
    until(condition, SECONDS)  # type: ignore[arg-type]
