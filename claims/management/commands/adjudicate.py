"""Rule on any table of conflicting observations: JSON lines in, JSON lines out. Needs no database and no server."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.adjudication import BadInput, Meta, Ruled, Written, adjudicate, read_meta, read_observations, read_truth

USAGE = 2


class Command(BaseCommand):
    help = "Reads observations as JSON lines, writes one ruling for each item and attribute as a JSON line."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=_file, help='lines of {"item", "attr"?, "source", "value", "time"?}; - for stdin'
        )
        parser.add_argument("--meta", type=_file, help='{"attrs": {…}, "sources": {name: {"group": …}}}')
        parser.add_argument("--truth", type=_file, help='outcomes known by then: lines of {"item", "attr"?, "value"}')
        parser.add_argument("--no-copying", action="store_true", help="without groups, every source is a voice")

    def handle(self, *args: Any, **options: Any) -> None:
        with _told(""):  # says META itself
            meta = read_meta(options["meta"].read_text(encoding="utf-8")) if options["meta"] else Meta()
        with _told("--truth"):
            known = _truth(options["truth"], meta)
        with _told(""), _opened(options["file"]) as lines:
            rulings = adjudicate(read_observations(lines, meta), meta, known, find_copying=not options["no_copying"])
            for ruled in rulings:
                self.stdout.write(as_line(ruled))


def _file(name: str) -> Path:
    path = Path(name)
    if name != "-" and not path.is_file():
        raise ArgumentTypeError(f"there is no file {name}")
    return path


def _truth(path: Path | None, meta: Meta) -> list[Any]:
    if path is None:
        return []
    with _opened(path) as lines:
        return list(read_truth(lines, meta))


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What is wrong with a file, on stderr, with exit code 2."""
    try:
        yield
    except BadInput as error:
        raise CommandError(f"{where}: {error}" if where else str(error), returncode=USAGE) from None
    except BrokenPipeError:  # `| head` has read enough; Python would flush into the closed pipe once more and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{where or 'the file'} cannot be read: {error}", returncode=USAGE) from None


def _opened(path: Path) -> Any:
    return nullcontext(sys.stdin) if str(path) == "-" else path.open(encoding="utf-8-sig")


def as_line(ruled: Ruled) -> str:
    """The value as it was written: a number stays a number, to the last digit."""
    attr = f', "attr": {json.dumps(ruled.attr)}' if ruled.attr else ""
    value = str(ruled.value) if isinstance(ruled.value, Written) else json.dumps(ruled.value)  # digits as they were
    rest = json.dumps({"supporting": ruled.supporting, "voices": ruled.voices})[1:]
    return (
        f'{{"item": {json.dumps(ruled.item)}{attr}, "value": {value}, "confidence": {ruled.confidence}, '
        f'"status": "{ruled.status}", "outcome": "{ruled.outcome}", {rest}'
    )
