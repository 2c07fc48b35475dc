"""A key for a publishing tool: printed once, stored as a hash."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.models import ApiKey
from claims.models.access import SCOPES

DEFAULT_SCOPES = ["claims:read", "claims:write"]


class Command(BaseCommand):
    help = "Creates an API key and prints it: `Authorization: Api-Key <what is printed>`. It is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="which tool uses it")
        parser.add_argument("--scope", action="append", choices=SCOPES, dest="scopes", help="may be repeated")
        parser.add_argument("--days", type=int, help="days until it expires; without it, never")
        parser.add_argument("--per-minute", type=int, default=600, help="requests a minute; 0 = no limit")

    def handle(self, *args: Any, **options: Any) -> None:
        name, days, per_minute = options["name"].strip(), options["days"], options["per_minute"]
        if not 1 <= len(name) <= 100:
            raise CommandError("The name must have 1 to 100 characters.", returncode=2)
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days must be from 1 to 3650.", returncode=2)
        if not 0 <= per_minute <= 1_000_000:
            raise CommandError("--per-minute must be from 0 to 1000000.", returncode=2)
        scopes = sorted(set(options["scopes"] or DEFAULT_SCOPES))
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        key, text = ApiKey.issue(name, scopes, per_minute=per_minute, expires_at=expires_at)
        self.stderr.write(f"{key.name}: {', '.join(scopes)}; expires {expires_at or 'never'}. Shown only now:")
        self.stdout.write(text)
