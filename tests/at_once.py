"""The same work in several threads that start together, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(work: Callable[[int], T], count: int = 8) -> list[T]:
    """What each thread's `work(number)` gave, in order of number. An exception of any of them is raised."""
    start = Barrier(count)

    def run(number: int) -> T:
        try:
            start.wait(20)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
