"""What an audit says of one row, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import models

Tick = Callable[[str, int, int], None]  # what is being read, how many rows of it, of how many
T = TypeVar("T")
AT_ONCE = 500  # rows in memory


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that does not fit. table, id: where it is, or was. wrong: what is wrong with it, as a clause."""

    table: str
    id: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {self.wrong}"


def about(row: models.Model, wrong: str) -> Finding:
    return Finding(row._meta.db_table, str(row.pk), wrong)


def quiet(what: str, done: int, total: int) -> None:
    return None


def batches(rows: models.QuerySet[Any], what: str, tick: Tick, at_once: int = AT_ONCE) -> Iterator[list[Any]]:
    """The rows in their order, so many at once; nothing else of them stays in memory."""
    total, done, stream = rows.count(), 0, rows.iterator(chunk_size=at_once)
    while batch := list(islice(stream, at_once)):
        yield batch
        done += len(batch)
        tick(what, done, total)
