"""Does everything that was stored still fit together? Status 0 if it does, 1 with the first bad row, 2 when misused."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims import chain
from claims.auditing import Finding, audit
from claims.management.progress import Progress

HEAD = re.compile(r"([1-9][0-9]{0,18}):([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Checks every hash, row and raw answer, and names the first that does not fit. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="POSITION:HASH",
            help="a head of the chain kept outside, as the log gives it every hour; may be repeated",
        )
        parser.add_argument("--all", action="store_true", help="go on after the first bad row")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        heads = _heads(options["head"])
        last = chain.head()  # before the rows are read: what is decided meanwhile is not vouched for
        found = audit(heads, Progress(self.stderr, "audit"))
        findings = list(found if options["all"] else islice(found, 1))
        head = f"{last.position}:{last.hash}" if last else ""
        if options["json"]:
            rows = [asdict(one) for one in findings]
            told = {"fits": not findings, "decisions": last.position if last else 0, "head": head or None}
            self.stdout.write(json.dumps({**told, "findings": rows}, indent=2))
        else:
            self._say(findings, last.position if last else 0, head)
        if findings:
            sys.exit(1)

    def _say(self, findings: list[Finding], decisions: int, head: str) -> None:
        for finding in findings:
            self.stdout.write(str(finding))
        if not findings:
            head = head or "nothing was decided yet"
            self.stdout.write(f"Everything fits together, over {decisions} decisions. Head: {head}")


def _heads(texts: list[str]) -> dict[int, str]:
    heads: dict[int, str] = {}
    for text in texts:
        match = HEAD.fullmatch(text.strip())
        if match is None:
            raise CommandError(f"--head {text!r} is not POSITION:HASH (64 hexadecimal digits).", returncode=2)
        if heads.setdefault(int(match[1]), match[2]) != match[2]:
            raise CommandError(f"--head is given twice for position {match[1]}, with two hashes.", returncode=2)
    return heads
