"""The demo's login and API key, derived from this instance's secret so that every start prints the same ones."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.models import ApiKey

USERNAME = "editor"
PREFIX = "demo"
SCOPES = ["claims:read", "claims:write"]


class Command(BaseCommand):
    help = "Creates the demo's editor and API key and prints them. Only where answers are replayed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATA != "replay":
            raise CommandError("demo_access works only with DATA=replay; use createsuperuser and create_api_key.")
        password, secret = _derived("password")[:16], _derived("api key")
        _editor(password)
        ApiKey.objects.update_or_create(
            prefix=PREFIX,
            defaults={"hashed": ApiKey.hash_of(secret), "name": "Demo", "scopes": SCOPES, "revoked_at": None},
        )
        access = {"username": USERNAME, "password": password, "api_key": f"{PREFIX}.{secret}"}
        lines = [f"{name}: {value}" for name, value in access.items()]
        self.stdout.write(json.dumps(access) if options["json"] else "\n".join(lines))


def _derived(purpose: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"demo {purpose}".encode(), hashlib.sha256).hexdigest()


def _editor(password: str) -> None:
    user, _ = get_user_model().objects.get_or_create(username=USERNAME, defaults={"email": "editor@example.invalid"})
    user.is_staff = user.is_active = True
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name="chief editor"))
