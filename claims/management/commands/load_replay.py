"""Check a folder of recorded answers and store the article and claims that lie in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.sampling import load_day
from sources import replay


class Command(BaseCommand):
    help = "Checks a replay folder (docs/replay.md) and stores the claims of its day.json; the workers check them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not settings.REPLAY_DIR or Path(settings.REPLAY_DIR).resolve() != folder.resolve():
            raise CommandError(
                f"Start with DATA=replay REPLAY_DIR={folder}, so that replayed evidence stays by itself."
            )
        try:
            recordings = replay.ReplayFolder.load(folder).recordings
            claims = load_day(folder) if (folder / replay.DAY).exists() else []
        except (replay.ReplayError, OSError, ValueError) as error:
            raise CommandError(f"{folder} cannot be loaded: {error}") from None
        self.stdout.write(f"{len(recordings)} recorded answers, {len(claims)} claims stored")
