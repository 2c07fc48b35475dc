"""Decide every stored verdict again. Status 0 when all come out the same, 1 when not, 2 when misused."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.management.progress import Progress
from claims.models import Claim
from claims.replaying import Change, PolicyError, read_policy, replay

WIDTH = 140  # of the table where there is no terminal to ask
SAYS = {
    "policy": "other numbers",
    "history": "another history",
    "code": "the code has changed",
    "row": "the stored row was edited",
    "unreadable": "cannot be decided again",
}


class Command(BaseCommand):
    help = "Decides every stored verdict again from what was kept of it, and lists what would be another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", type=Path, metavar="FILE", help="TOML or JSON with other numbers for the rules")
        parser.add_argument("--claim", metavar="ID", help="only the verdicts of this claim")
        parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            policy = read_policy(options["policy"]) if options["policy"] else None
        except PolicyError as error:
            raise CommandError(str(error), returncode=2) from None
        changes = replay(policy, _claim(options["claim"]), Progress(self.stderr, "replay"))
        count = sum(self._as_json(one) for one in changes) if options["json"] else self._as_table(changes)
        if count:
            sys.exit(1)

    def _as_json(self, change: Change) -> int:
        self.stdout.write(json.dumps(asdict(change), ensure_ascii=False))
        return 1

    def _as_table(self, changes: Any) -> int:
        console = Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else WIDTH)
        count, table = 0, _table()
        for change in changes:
            count += 1
            _add(table, change)
            if table.row_count >= 200:  # printed as it grows: nothing is held back
                console.print(table)
                table = _table()
        if table.row_count:
            console.print(table)
        console.print(_summary(count))
        return count


def _summary(count: int) -> str:
    if not count:
        return "Every verdict comes out the same."
    return "1 verdict would be another." if count == 1 else f"{count} verdicts would be another."


def _table() -> Table:
    table = Table(show_lines=True)
    table.add_column("Verdict")
    for name, ratio in (("Claim", 3), ("What", 5), ("Why", 5)):
        table.add_column(name, ratio=ratio)
    return table


def _add(table: Table, change: Change) -> None:
    claim = Claim.objects.filter(pk=change.claim).values_list("text", flat=True).first() or change.claim
    what = "\n".join(f"{name}: {_short(was)} → {_short(now)}" for name, (was, now) in change.fields.items())
    why = "\n".join([SAYS[change.cause], *change.why])
    table.add_row(str(change.verdict), Text(claim), Text(what), Text(why))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _claim(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        claim = UUID(text)
    except ValueError:
        raise CommandError(f"--claim {text!r} is not the id of a claim.", returncode=2) from None
    if not Claim.objects.filter(pk=claim).exists():
        raise CommandError(f"There is no claim {claim}.", returncode=2)
    return claim
