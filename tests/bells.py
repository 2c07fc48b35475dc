"""Messages that wake workers, in a queue of the test's own on the session's real broker; and a broker that is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from celery import Celery
from kombu.simple import SimpleQueue

from verifier.celery import app


def _like_ours(**changes: str) -> Celery:
    other = Celery("bells", set_as_current=False)
    other.config_from_object("django.conf:settings", namespace="CELERY")
    other.conf.update(changes)
    return other


@dataclass(frozen=True)
class Bells:
    """What this thread sends while the bells are heard."""

    celery: Celery
    queue: str

    def listen(self) -> None:
        """Also for what the calling thread sends."""
        self.celery.set_current()

    def heard(self) -> list[int]:
        """The inquiries that workers were sent for since the last look, in order."""
        found: list[int] = []
        with self.celery.connection_for_read() as connection:
            queue = SimpleQueue(connection.default_channel, self.queue)
            while (message := _next(queue)) is not None:
                found.append(message[0][0])
            queue.close()
        return found


def _next(queue: SimpleQueue) -> list[list[int]] | None:
    try:
        message = queue.get_nowait()
    except queue.Empty:
        return None
    message.ack()
    payload: list[list[int]] = message.payload
    return payload


@contextmanager
def bells() -> Iterator[Bells]:
    queue = f"verify-{uuid4().hex}"
    ringing = Bells(_like_ours(task_default_queue=queue), queue)
    ringing.listen()
    try:
        yield ringing
    finally:
        app.set_current()
        ringing.celery.close()


@contextmanager
def broker_away() -> Iterator[None]:
    """For this thread there is no broker: its port is closed."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    away = _like_ours(broker_write_url=f"redis://127.0.0.1:{port}/0")  # CELERY_BROKER_URL outranks broker_url
    away.set_current()
    try:
        yield
    finally:
        app.set_current()
        away.close()
