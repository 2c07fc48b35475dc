"""Load the article of a replayed day, check its claims as any claim is checked, and print the marks."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Prefetch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from claims.models import Claim, Verdict, Verification
from claims.sampling import Expected, load_day

WIDTH = 140  # of the table where there is no terminal to ask
COLOURS = {"verified": "green", "single_source": "yellow", "rumor": "red", "pending": "dim"}


class Command(BaseCommand):
    help = "Loads the sample article, waits until the workers have checked its claims, prints the table of marks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=120.0, help="how long to wait for the workers")
        parser.add_argument("--day", type=Path, help="a folder with day.json and article.txt; REPLAY_DIR without it")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        try:
            expected = load_day(options["day"] or Path(settings.REPLAY_DIR))
        except (OSError, ValueError) as error:
            raise CommandError(f"The day cannot be loaded: {error}") from None
        if not _wait(console, expected, options["seconds"]):
            raise CommandError("not every claim was checked in time: is a worker running?")
        rows = _current(expected)
        console.print(_table(rows))
        wrong = [(one, claim) for one, claim in rows if not _as_expected(one, claim)]
        for one, claim in wrong:
            console.print(f"[red]expected {one.status} ({one.outcome})[/red] for: {claim.text}")
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(rows)} marks are not the expected ones.")
        console.print(f"All {len(rows)} marks are the expected ones.")


def _wait(console: Console, expected: list[Expected], seconds: float) -> bool:
    ids = [one.claim.pk for one in expected]
    columns = TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    ends_at = time.monotonic() + seconds
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task("claims", total=len(ids))
        while time.monotonic() < ends_at:
            waiting = Verification.objects.filter(claim__in=ids, settled=False).values("claim").distinct().count()
            progress.update(task, completed=len(ids) - waiting)
            if not waiting:
                return True
            time.sleep(0.2)
    return False


def _current(expected: list[Expected]) -> list[tuple[Expected, Claim]]:
    verdicts = Prefetch("verdicts", queryset=Verdict.objects.order_by("-id"))
    found = Claim.objects.prefetch_related(verdicts).in_bulk([one.claim.pk for one in expected])
    return [(one, found[one.claim.pk]) for one in expected]


def _as_expected(one: Expected, claim: Claim) -> bool:
    verdict = claim.verdicts.all()[0]
    return (
        (claim.status, claim.outcome) == (one.status, one.outcome)
        and verdict.supporting_voices >= one.least_supporting
        and set(one.flags) <= set(claim.flags)
    )


def _table(rows: list[tuple[Expected, Claim]]) -> Table:
    table = Table(title="The claims of the day and their marks", show_lines=True)
    for name, options in (
        ("Claim", {"ratio": 4}),
        ("Mark", {"no_wrap": True}),
        ("Voices\n+ / −", {"justify": "center", "no_wrap": True}),
        ("Answered", {"justify": "center", "no_wrap": True}),
        ("Why", {"ratio": 6}),
    ):
        table.add_column(name, **options)
    for _, claim in rows:
        verdict = claim.verdicts.all()[0]
        mark = Text(claim.status.replace("_", "-"), style=COLOURS[claim.status])
        voices = f"{verdict.supporting_voices} / {verdict.contradicting_voices}"
        table.add_row(claim.text, mark, voices, f"{verdict.answered} of {verdict.asked}", Text(verdict.reason))
    return table
