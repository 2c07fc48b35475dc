"""Read every kept answer again with today's parsers. Status 0 when all say the same, 1 when not, 2 when misused."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources.collecting import Rereading, known_providers, rereadings


class Command(BaseCommand):
    help = "Runs today's parsers over the kept answers and lists what they read otherwise. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", metavar="NAME", help="only this provider's answers")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["provider"]
        if name and name not in known_providers():
            raise CommandError(f"There is no provider {name!r}.", returncode=2)
        count = 0
        for count, one in enumerate(rereadings(name), start=1):  # noqa: B007
            self.stdout.write(json.dumps(asdict(one), ensure_ascii=False) if options["json"] else _line(one))
        if count:
            sys.exit(1)
        if not options["json"]:
            self.stdout.write("Every kept answer reads the same.")


def _line(one: Rereading) -> str:
    names = sorted(name for name in one.was.keys() | one.now.keys() if one.was.get(name) != one.now.get(name))
    changes = (f"{name} {one.was.get(name)} → {one.now.get(name)}" for name in names)
    return f"lookup {one.lookup}, {one.provider}: {'; '.join(changes)}"
