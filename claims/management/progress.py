"""How far a long command is, on stderr, every few seconds."""

from __future__ import annotations

import time
from typing import Any

EVERY_SECONDS = 5.0


class Progress:
    """Called with what is being done, how many of it are done, and of how many; says so only now and then."""

    def __init__(self, stream: Any, name: str) -> None:
        self.stream, self.name = stream, name
        self.next_at = time.monotonic() + EVERY_SECONDS

    def __call__(self, what: str, done: int, total: int) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + EVERY_SECONDS
            self.stream.write(f"{self.name}: {what}, {done:,} of {total:,}")
